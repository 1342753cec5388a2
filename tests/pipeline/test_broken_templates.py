"""Templates that fail only once they are filled, and words that break whatever shows them: the news goes out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import escape
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.model import Delivery, EmailMessage, SlackMessage
from monitor.store import notices
from tests.fakes import RULES, Desk, item, open_desk
from tests.hostile_titles import PAYLOADS

TO_ALL = RULES.replace('["folder:out"]', '["email:a@b.org", "slack:#desk"]') + 'operator: {to: ["email:ops@b.org"]}\n'
ATTACK = "Militants attack police post in Mastung"
BROKEN = [
    "{{ view.nothing.of.the.kind }}",
    "{{ nothing }}",
    "{{ 1 / 0 }}",
    "{{ view.count / (view.count - 1) }}",
    "{{ view.stories[9].headline }}",
    "{{ view.stories[0]['x'] }}",
    "{{ view.regions[0].name.zzz }}",
    "{{ view() }}",
    "{{ view.heading + 1 }}",
    "{{ 'x' * view.heading }}",
    "{{ view.stories | map('nothing') | list }}",
    "{{ view.heading | wrap(1, 2, 3, 4, 5, 6) }}",
    "{{ '%d' | format('x') }}",
    "{{ view.stories | sum }}",
    "{% for n in view.count %}{{ n }}{% endfor %}",
    "{% for n in range(9000000) %}{% endfor %}",
    "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    "{{ view.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.format.__globals__ }}",
    "{{ view.stories.append(1) }}",
]


@pytest.mark.parametrize("source", BROKEN)
async def test_an_alert_goes_out_marked_whatever_its_template_does(tmp_path: Path, source: str) -> None:
    folder = tmp_path / "templates" / "alert"
    folder.mkdir(parents=True)
    for name in ("email.html", "email.txt", "slack.txt"):
        (folder / name).write_text(source)
    async with open_desk(tmp_path, TO_ALL) as desk:
        desk.serve("dawn", item(1, ATTACK))
        desk.serve("daily")
        await pipeline.run_once(desk.services, every_feed=True)
        mail, slack = alerts(desk)
        assert isinstance(mail, EmailMessage) and isinstance(slack, SlackMessage)
        for said in (mail.text, mail.html, str(slack.blocks) + slack.text):
            assert ATTACK in said
            assert "this is the built-in template" in " ".join(said.split())
        told = [one for one in desk.channel.sent if one.subscription == "operator"]
        assert len(told) == 1, "however many messages its templates spoil"
        with desk.services.store.reading() as db:
            assert all(one.key.startswith("templates@") for one in notices.open_notices(db))


def alerts(desk: Desk) -> list[object]:
    sent = sorted((one for one in desk.channel.sent if one.subscription == "alerts"), key=destination)
    return [one.message for one in sent]


def destination(one: Delivery) -> str:
    return one.destination


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, TO_ALL) as opened:
        opened.serve("daily")
        yield opened


async def test_hostile_words_of_all_kinds_are_one_digest_with_their_good_siblings(desk: Desk) -> None:
    pages = [*PAYLOADS, *(payload[:2000] * 3 for payload in PAYLOADS[:10])]
    clean = [escape("".join(one for one in page if one.isprintable() or one == "\n")) for page in pages]
    hostile = [item(n, f"Attack {n} in Mastung: {word}", word, guid=f"h-{n}") for n, word in enumerate(clean)]
    desk.serve("dawn", item(900, ATTACK), *hostile[:40], item(901, "Blast in Quetta kills two"))
    await pipeline.run_once(desk.services, every_feed=True)
    desk.clock.advance(minutes=45)
    await pipeline.run_once(desk.services, every_feed=True)
    daily = [one for one in desk.channel.sent if one.subscription == "daily"]
    assert len({one.digest for one in daily}) == 1
    said = str(daily[0].message)
    assert ATTACK in said and "Blast in Quetta kills two" in said
    assert sum(f"Attack {n} in Mastung" in said for n in range(40)) == 40
