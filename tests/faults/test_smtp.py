"""Mail servers that refuse, postpone and break off: each reader has each mail, or nobody can; never a third copy."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.faults import times
from tests.faults.cases import CASE
from tests.faults.day import Day, open_day

READERS = ("well@example.org", "busy@example.org", "gone@example.org", "grey@example.org")


def mails(day: Day) -> Counter[tuple[str, str, str]]:
    """Return how often each reader got each mail: reader, Message-ID, the case that it tells of."""
    found: Counter[tuple[str, str, str]] = Counter()
    for received in day.smtp.received:
        body = received.mail.get_body(("plain",))
        assert body is not None
        (reader,) = received.recipients
        found[reader, str(received.mail["Message-ID"]), CASE.findall(body.get_content())[0]] += 1
    return found


async def test_each_reader_has_an_outcome_of_his_own(tmp_path: Path) -> None:
    """Well, postponed for ever, refused, postponed once: 1, 0, 0 and 1 mails of each case."""
    async with open_day(tmp_path, *(f"email:{reader}" for reader in READERS)) as day:
        day.smtp.answers["busy@example.org"].extend(["450 4.2.0 mailbox busy"] * 10_000)
        day.smtp.answers["gone@example.org"].extend(["550 5.1.1 no such user"] * 10_000)
        for _ in range(times(5, 50)):
            day.smtp.answers["grey@example.org"].append("451 4.7.1 greylisted, try again")
            day.publish()
            await day.spend(timedelta(minutes=30), step=30)
        await day.spend(timedelta(days=3), step=600)
        got = mails(day)
        assert set(got.values()) == {1}
        assert Counter(reader for reader, _, _ in got) == dict.fromkeys(
            ("well@example.org", "grey@example.org"), len(day.cases)
        )
        assert not day.open_ends()
        assert day.states() == {"sent": 2 * len(day.cases), "failed": 2 * len(day.cases)}


async def test_connections_cut_after_the_mail_was_handed_over(tmp_path: Path) -> None:
    """At most two copies each, with the same Message-ID, by which a mail server knows them for one."""
    async with open_day(tmp_path, "email:well@example.org") as day:
        for _ in range(times(30, 100)):
            day.smtp.cuts.append(day.chance.choice(["keep", "lose"]))
            day.publish()
            await day.spend(timedelta(minutes=3), step=10)
        await day.settle()
        assert not day.smtp.cuts
        got = mails(day)
        print(json.dumps({"cuts": len(day.cases), "copies": sum(got.values())}))
        assert sorted(number for _, _, number in got) == day.cases
        assert len({identifier for _, identifier, _ in got}) == len(day.cases)
        assert max(got.values()) <= 2
