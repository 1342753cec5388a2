"""Slack at its worst for a whole day: every alert once, the operator told once of each trouble that needs a hand."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults import times
from tests.faults.day import DESK, Day, open_day
from tests.servers.slack import Fault

CHANNEL = "slack:#asia-desk"
HISTORY = {"channels:history", "groups:history"}


def passing(chance: random.Random) -> Fault:
    """Return one of the faults that Slack's own documents and the issues of its users tell of."""
    return chance.choice(
        [
            Fault(status=429, error="ratelimited", headers={"Retry-After": str(chance.randint(1, 120))}),
            Fault(status=429),
            Fault(status=500),
            Fault(status=503),
            Fault(error="internal_error"),
            Fault(error="service_unavailable"),
            Fault(error="invalid_blocks"),
            ambiguous(chance),
        ]
    )


def ambiguous(chance: random.Random) -> Fault:
    """Return one after which nobody knows whether Slack took the message."""
    accept = chance.random() < 0.5
    return chance.choice(
        [
            Fault(accept=accept, cut=True),
            Fault(accept=accept, hang=True),
            Fault(accept=accept, status=500),
            Fault(accept=accept, status=504),
            Fault(accept=accept, error="internal_error", status=200),
            Fault(accept=accept, error="fatal_error"),
            Fault(accept=accept, status=200),
        ]
    )


def begin_trouble(day: Day, kind: str) -> None:
    if kind == "revoked":
        day.slack.revoked = True
    elif kind == "archived":
        day.slack.archived.add(DESK)
    else:
        day.slack.channels[DESK] = "another-name"


def end_trouble(day: Day) -> None:
    day.slack.revoked = False
    day.slack.archived.discard(DESK)
    day.slack.channels[DESK] = "asia-desk"


async def test_a_script_of_mixed_faults(tmp_path: Path) -> None:
    """Passing faults one by one, and in between hours in which the token, the channel or its name is of no use."""
    parts, a_part = times(3, 6), times(20, 50)
    async with open_day(tmp_path, CHANNEL) as day:
        for part in range(parts):
            for _ in range(a_part):
                day.publish()
                day.slack.faults.append(passing(day.chance))
                await day.spend(timedelta(seconds=day.chance.randint(20, 120)))
            await day.settle()
            kind, before = ("revoked", "archived", "renamed")[part % 3], day.notices()
            begin_trouble(day, kind)
            await day.restart()  # which forgets the channel's id
            for _ in range(3):
                day.publish()
                await day.spend(timedelta(minutes=20))
            (notice,) = day.notices()[len(before) :]
            assert "takes nothing" in notice, (kind, notice)
            assert any("Slack" in need or "asia-desk" in need for need in day.needs()), (kind, day.needs())
            end_trouble(day)
            await day.spend(timedelta(minutes=90))
            assert not day.open_ends(), kind
            (over,) = day.notices()[len(before) + 1 :]
            assert "takes messages again" in over, (kind, over)
        told = day.told()
        print(json.dumps({"faults": parts * a_part, "cases": len(day.cases), "told": len(told), "trouble": parts}))
        assert not day.slack.faults
        assert sorted(told) == day.cases, day.given_up()
        assert set(told.values()) == {1}, told.most_common(3)
        assert len(day.notices()) == 2 * parts
        assert day.slack.too_fast == 0
        assert not day.needs()


@pytest.mark.parametrize("has_history", [True, False])
async def test_ambiguous_sends(tmp_path: Path, has_history: bool) -> None:
    """Asked, Slack has each once; where it cannot be asked, at most one more each. `status` tells of each doubt."""
    sends = times(40, 200)
    async with open_day(tmp_path, CHANNEL) as day:
        if not has_history:
            day.slack.scopes -= HISTORY
        doubts = 0
        for _ in range(sends):
            day.publish()
            day.slack.faults.append(ambiguous(day.chance))
            await day.spend(timedelta(seconds=50))
            doubts += any("unknown" in need or "may have arrived" in need for need in day.needs())
            await day.spend(timedelta(seconds=150))
        await day.settle()
        told = day.told()
        figures = {"sends": sends, "shown": doubts, "told": len(told), "repeated": sum(told.values()) - len(told)}
        print(json.dumps(figures))
        assert doubts == sends
        assert sorted(told) == day.cases
        assert max(told.values()) <= (1 if has_history else 2)
        assert not has_history or not day.open_ends()
