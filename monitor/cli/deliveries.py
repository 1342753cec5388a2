"""`deliveries`, `test`: what is on its way, and whether a destination works."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from monitor.channels import open_channels
from monitor.cli.base import (
    HIGHEST_NUMBER,
    AsJson,
    Home,
    answer,
    app,
    escape,
    out,
    refuse,
    rulebook_of,
    settings_of,
    store_of,
    table,
    working,
)
from monitor.digests.notice import notice_digest, notice_message, trial_notice
from monitor.errors import DeliveryError
from monitor.model import Delivery, DeliveryState
from monitor.rules.values import destination as read_destination
from monitor.store import outbox, outcomes

deliveries = typer.Typer(no_args_is_help=True, help="Messages on their way.")
app.add_typer(deliveries, name="deliveries")


@deliveries.command("list")
def list_(
    state: Annotated[DeliveryState | None, typer.Option(help="Only those in this state.", case_sensitive=False)] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the newest 1,000 deliveries, the newest last.

    Example: `dateline deliveries list --state failed`
    """
    with store_of(settings_of(home)).reading() as db:
        found = outbox.newest(db, states=[state] if state else [])
    rows = [
        {
            "id": one["id"],
            "digest": one["digest"],
            "destination": one["destination"],
            "part": one["part"] + 1,
            "parts": one["parts"],
            "state": one["state"],
            "attempts": one["attempts"],
            "created_at": one["created_at"],
            "next_attempt_at": one["next_attempt_at"] if one["state"] == DeliveryState.PENDING else None,
            "error": one["error"],
        }
        for one in found
    ]

    def say() -> None:
        shown = table("id", "state", "digest", "to", "tries", "error")
        for row in rows:
            told = (row["id"], row["state"], row["digest"], row["destination"], row["attempts"], row["error"] or "")
            shown.add_row(*(escape(str(one)) for one in told))
        out.print(shown if rows else "No deliveries.")

    answer(rows, as_json, say)


@deliveries.command()
def retry(
    number: Annotated[
        int, typer.Argument(metavar="ID", min=1, max=HIGHEST_NUMBER, help="Of a failed, held or unknown delivery.")
    ],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Send a delivery again, as soon as the daemon (or `dateline once`) comes to it.

    Example: `dateline deliveries retry 12`
    """
    with store_of(settings_of(home)).writing() as db:
        if not outcomes.retry(db, number, datetime.now(UTC)):
            raise refuse(f"there is no failed, held or unknown delivery {number}: see `dateline deliveries list`")
    state = str(DeliveryState.PENDING)
    answer({"id": number, "state": state}, as_json, lambda: out.print(f"Delivery {number} is {state} again."))


@app.command("test")
def test_destination(
    destination: Annotated[str, typer.Argument(help="slack:#channel, email:someone@example.org or folder:path")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Send a message marked as a test.

    Example: `dateline test slack:#asia-desk`
    """
    settings = settings_of(home)
    templates = rulebook_of(settings).templates
    try:
        read_destination(destination)
    except ValueError as error:
        raise refuse(str(error)) from error
    now = datetime.now(UTC)
    digest = notice_digest("test", [trial_notice(now)], at=now, reason="somebody ran `dateline test`")

    async def send() -> str:
        async with open_channels(settings) as channels:
            if missing := channels.missing(destination):
                raise DeliveryError(f"undeliverable: {missing}")
            delivery = Delivery(
                id=0,
                key=f"{digest.id}/{destination}/0",
                digest=digest.id,
                subscription=digest.subscription,
                destination=destination,
                part=0,
                parts=1,
                message=notice_message(digest, destination, templates),
                state=DeliveryState.CLAIMED,
                attempts=1,
                created_at=now,
                next_attempt_at=now,
            )
            return (await channels.send(delivery)).reference

    with working(f"Sending to {destination}"):
        reference = asyncio.run(send())
    answer(
        {"destination": destination, "reference": reference},
        as_json,
        lambda: out.print(f"[bold green]Sent.[/] {escape(destination)} took it: {escape(reference)}"),
    )
