"""Alerts that go on: in the thread of the alert that told the story first, which is edited to how things stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from monitor import pipeline
from monitor.errors import DeliveryError
from monitor.model import Delivery, DeliveryState, EmailMessage, SlackMessage
from monitor.store import leavers, telling
from monitor.store.tables import DELIVERY, DIGEST, LEAVER, NOTICE, OWED
from tests.fakes import Desk, item, open_desk
from tests.pipeline.test_joining import FIRST, RISEN, SECOND, alerts, poll, rows

RULES = """\
version: 1
feeds:
  dawn: {{url: "https://dawn.example/rss", name: Dawn, language: en, first_poll: 100}}
  daily: {{url: "https://daily.example/rss", name: Daily, language: en, first_poll: 100}}
rules:
  attacks: {{name: Armed attacks, when: "attack* OR storm*", severity: medium}}
  emergencies: {{when: "\\"state of emergency\\"", severity: critical}}
digests:
  alerts: {{rules: [attacks, emergencies], when: immediately, to: [{to}]{more}}}
"""
SLACK, MAIL = '"slack:C0ASIADESK"', '"email:desk@example.org"'
BLAST = item(
    7, "Blast attack on a railway track near Sibi", "A blast damaged the railway track near Sibi, police said."
)
FOURTH = item(
    8,
    "Checkpost attack in Mastung's Khadkocha condemned",
    "The attack on the levies checkpost in Khadkocha, Mastung, was condemned by the provincial assembly's speaker.",
)


def rules(*to: str, more: str = "") -> str:
    return RULES.format(to=", ".join(to), more=more)


def posted(desk: Desk) -> list[Delivery]:
    return [one for one in desk.channel.sent if not (isinstance(one.message, SlackMessage) and one.message.edits)]


def edits(desk: Desk) -> list[Delivery]:
    return [one for one in desk.channel.sent if isinstance(one.message, SlackMessage) and one.message.edits]


def words(delivery: Delivery) -> str:
    assert isinstance(delivery.message, SlackMessage)
    return f"{delivery.message.text} {delivery.message.blocks}"


async def test_what_changed_goes_into_the_storys_thread_and_its_first_message_is_edited(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", RISEN)
        root, reply = posted(desk)
        (edit,) = edits(desk)
        assert root.thread is None
        assert (reply.thread, edit.thread) == (f"receipt {root.key}",) * 2
        assert "5" in words(reply), "what changed"
        assert "5" in words(edit), "how it stands"
        assert [one.continues for one in alerts(desk)] == [None, alerts(desk)[0].id]


async def test_a_new_story_is_an_alert_of_its_own_beside_the_update_of_another(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", RISEN, BLAST)
        root, *others = posted(desk)
        (new,) = [one for one in others if one.thread is None]
        (reply,) = [one for one in others if one.thread is not None]
        assert "Sibi" in words(new)
        assert "Sibi" not in words(reply)
        assert reply.thread == f"receipt {root.key}"


async def test_further_reports_are_listed_by_the_edit_alone(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", FOURTH)
        assert len(posted(desk)) == 1
        (edit,) = edits(desk)
        assert "Daily" in words(edit)
        assert rows(desk, func.count(OWED.c.id)) == [(2,)]
        with desk.services.store.reading() as db:
            assert db.scalar(select(func.count()).where(OWED.c.digest.is_(None))) == 0


async def test_an_edit_waits_for_more_of_its_kind(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        desk.serve("daily", FOURTH)
        await pipeline.poll_feed(desk.services, desk.services.rulebook.rules.feeds["daily"])
        assert pipeline.compose_digests(desk.services) == []
        desk.clock.advance(minutes=5)
        assert len(pipeline.compose_digests(desk.services)) == 1
        assert pipeline.compose_digests(desk.services) == []


async def test_readers_of_mail_get_further_reports_with_the_next_one(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK, MAIL)) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", FOURTH)
        assert (len(posted(desk)), edits(desk)) == (2, [])
        await poll(desk, "daily", FOURTH, RISEN)
        update = alerts(desk)[1]
        assert len(update.stories[0].articles) == 2


async def test_a_mail_answers_the_one_that_it_continues(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(MAIL)) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", RISEN)
        root, reply = posted(desk)
        assert isinstance(root.message, EmailMessage)
        assert isinstance(reply.message, EmailMessage)
        assert reply.thread == f"receipt {root.key}"
        assert reply.message.subject == f"Re: {root.message.subject}"


async def test_what_becomes_graver_is_shown_in_the_channel_too(tmp_path: Path) -> None:
    emergency = item(
        9, "State of emergency after Mastung levies checkpost attack", SECOND.partition("<description>")[2]
    ).replace("</description>", "", 1)
    async with open_desk(tmp_path, rules(SLACK, MAIL)) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", emergency)
        update = alerts(desk)[1]
        assert str(update.stories[0].severity_before) == "medium"
        assert update.escalates
        for one in posted(desk)[2:]:
            assert isinstance(one.message, EmailMessage) or one.message.broadcast  # type: ignore[union-attr]
            assert not isinstance(one.message, EmailMessage) or not one.message.subject.startswith("Re:")


async def test_what_quiet_hours_held_comes_in_one_message(tmp_path: Path) -> None:
    held = rules(SLACK, more=', quiet: {hours: "12:00-18:00", except: critical}')
    async with open_desk(tmp_path, held) as desk:
        await poll(desk, "dawn", FIRST)
        desk.clock.advance(hours=6)
        await poll(desk, "daily", RISEN, BLAST)
        assert len(desk.channel.sent) == 1
        desk.clock.advance(hours=6)
        await pipeline.run_once(desk.services)
        _, catch_up = posted(desk)
        assert catch_up.thread is None
        assert len(alerts(desk)[1].stories) == 2
        assert alerts(desk)[1].is_catch_up
        assert "12:00" in alerts(desk)[1].reason


async def test_a_flood_is_one_message_and_told(tmp_path: Path) -> None:
    names = ["Alba", "Bren", "Cora", "Dorn", "Elma", "Fara", "Gorm", "Hanu"]
    flood = [
        item(
            100 + number, f"{names[number % 8]}{number} attack: {names[number // 8]}{number * 7} depot number {number}"
        )
        for number in range(60)
    ]
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", *flood, RISEN)
        assert len(posted(desk)) == 3, "the first alert, its update, and the flood"
        (summary,) = [one for one in alerts(desk) if one.floods]
        (told,) = summary.floods
        assert (told.rule, told.source, told.stories) == ("attacks", "Daily", 60)
        assert "60" in words(posted(desk)[-1])
        await poll(desk, "daily", *flood)
        assert len(posted(desk)) == 3


async def test_edits_of_a_flood_are_a_flood(tmp_path: Path) -> None:
    def flood(killed: str) -> list[str]:
        text = "{} guards were killed in the attack on depot {}, Deputy Commissioner Bahram Saleem said."
        return [item(100 + n, f"Depot {n * 7} attack near village {n * 3}", text.format(killed, n)) for n in range(60)]

    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "daily", *flood("Three"))
        await poll(desk, "daily", *flood("Nine"))
        assert len(posted(desk)) == 2
        assert [len(one.stories) for one in alerts(desk)] == [0, 0]
        assert [told.stories for one in alerts(desk) for told in one.floods] == [60, 60]
        assert ["changed at once" in words(one) for one in posted(desk)] == [False, True]


async def test_after_a_loud_story_quiet_hours_end_with_what_came_since(tmp_path: Path) -> None:
    daily = rules(SLACK, more=', quiet: {hours: "22:00-06:00", except: critical}')
    daily = daily.replace("when: immediately", 'when: "05:00, 17:00"')
    emergency = item(9, "State of emergency in Quetta", "A state of emergency was declared in Quetta.")
    async with open_desk(tmp_path, daily) as desk:
        desk.clock.advance(hours=11)  # 17:30
        await pipeline.run_once(desk.services)
        await poll(desk, "dawn", emergency)
        desk.clock.advance(hours=11, minutes=15)  # 05:05
        await pipeline.run_once(desk.services)
        desk.clock.advance(hours=1)
        await pipeline.run_once(desk.services)
        with desk.services.store.reading() as db:
            ids = list(db.scalars(select(DIGEST.c.id).order_by(DIGEST.c.composed_at)))
            told = [one for one in (telling.read_digest(db, id_) for id_ in ids) if one]
        assert [len(one.stories) for one in told] == [1, 0]
        assert f"{told[1].window.from_at:%H:%M}" == "05:00", "no news since then; before there was"


async def test_a_flood_of_a_day_is_summed_up_too(tmp_path: Path) -> None:
    flood = [item(100 + n, f"Depot {n * 7} attack near village {n * 3}") for n in range(110)]
    daily = rules(SLACK).replace("when: immediately", 'when: "17:00"').replace("first_poll: 100", "first_poll: 1000")
    async with open_desk(tmp_path, daily) as desk:
        await poll(desk, "daily", *flood)
        await poll(desk, "dawn", FIRST)
        desk.clock.advance(hours=12)
        await pipeline.run_once(desk.services)
        with desk.services.store.reading() as db:
            (digest,) = [telling.read_digest(db, one) for one in db.scalars(select(DIGEST.c.id))]
        assert digest is not None
        assert len(digest.stories) == 101, "a hundred of the flood, and the story of another feed"
        assert [told.stories for told in digest.floods] == [10]
        assert "Mastung" in words(posted(desk)[0])


async def test_a_flood_that_quiet_hours_held_is_a_catch_up(tmp_path: Path) -> None:
    flood = [item(100 + n, f"Depot {n * 7} attack near village {n * 3}") for n in range(60)]
    held = rules(SLACK, more=', quiet: {hours: "11:00-18:00"}')
    async with open_desk(tmp_path, held) as desk:
        desk.clock.advance(hours=6)
        await poll(desk, "daily", *flood)
        assert desk.channel.sent == []
        desk.clock.advance(hours=6)
        await pipeline.run_once(desk.services)
        (told,) = desk.channel.sent
        assert "quiet" in words(told)


async def test_an_alert_that_got_nowhere_is_told_by_its_update(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        desk.channel.faults = [DeliveryError("not_in_channel", permanent=True)]
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", FOURTH)
        (first,) = desk.channel.sent
        assert first.thread is None
        assert "Mastung" in words(first), "there was nothing to edit"
        await poll(desk, "daily", FOURTH, RISEN)
        _, reply, edit = desk.channel.sent
        assert (reply.thread, edit.thread) == (f"receipt {first.key}",) * 2


async def test_an_update_never_edits_itself(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        desk.channel.faults = [DeliveryError("not_in_channel", permanent=True)]
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", RISEN)
        (update,) = desk.channel.sent
        assert isinstance(update.message, SlackMessage)
        assert not update.message.edits
        assert {state for (state,) in rows(desk, DELIVERY.c.state)} == {DeliveryState.FAILED, DeliveryState.SENT}


async def test_replies_are_counted_once_for_all_destinations(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(MAIL, SLACK, '"slack:C0OTHERDESK"')) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", RISEN)
        assert ["1 update in this thread" in words(one) for one in edits(desk)] == [True, True]


async def test_a_report_does_not_go_into_the_thread_of_another_story(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(MAIL)) as desk:
        await poll(desk, "dawn", BLAST)
        await poll(desk, "dawn", BLAST, FIRST)
        more = (
            BLAST.replace("guid-7", "guid-77").replace("news/7<", "news/77<").replace("A blast damaged", "A blast hit")
        )
        await poll(desk, "daily", more)
        await poll(desk, "daily", more, RISEN)
        update = alerts(desk)[-1]
        assert update.continues == alerts(desk)[1].id
        assert [story.headline for story in update.stories] == ["Toll in Mastung levies checkpost attack rises to five"]


async def test_a_broken_mail_template_is_told_once_though_slack_works(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "alert"
    folder.mkdir(parents=True)
    (folder / "email.txt").write_text("{{ view.stories[7].headline }}")
    slack = f"  slack: {{rules: [attacks], when: immediately, to: [{SLACK}]}}\n"
    both = rules(MAIL).replace("digests:\n", f"digests:\n{slack}")
    async with open_desk(tmp_path, both + '\noperator: {to: ["email:ops@example.org"]}\n') as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", RISEN)
        assert len([one for one in desk.channel.sent if one.subscription == "operator"]) == 1
        assert len(rows(desk, NOTICE.c.key)) == 1


async def test_who_has_left_is_sent_nothing(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK, MAIL)) as desk:
        with desk.services.store.writing() as db:
            leavers.leave(db, "alerts", "email:desk@example.org", desk.clock.now())
        await poll(desk, "dawn", FIRST)
        assert [one.destination for one in desk.channel.sent] == ["slack:C0ASIADESK"]


async def test_who_leaves_while_a_mail_is_being_sent_is_not_sent_it_again(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(MAIL)) as desk:
        desk.channel.faults = [DeliveryError("try later")]
        await poll(desk, "dawn", FIRST)
        with desk.services.store.writing() as db:
            now = desk.clock.now()
            db.execute(insert(LEAVER).values(subscription="alerts", destination="email:desk@example.org", left_at=now))
        await pipeline.run_once(desk.services)
        assert desk.channel.sent == []
        assert rows(desk, DELIVERY.c.id) == []


async def test_who_is_named_anew_after_leaving_is_back(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        with desk.services.store.writing() as db:
            leavers.leave(db, "alerts", "email:desk@example.org", desk.clock.now())
        pipeline.watch_feeds(desk.services)
        with desk.services.store.reading() as db:
            assert leavers.left(db) == {}


@pytest.mark.parametrize("to", [SLACK, MAIL])
async def test_a_template_that_fails_gives_way_marked_and_the_operator_is_told_once(tmp_path: Path, to: str) -> None:
    folder = tmp_path / "templates" / "alert"
    folder.mkdir(parents=True)
    for name in ("subject.txt", "slack.txt"):
        (folder / name).write_text("{{ view.stories[7].headline }}")
    operator = '\noperator: {to: ["email:ops@example.org"]}\n'
    async with open_desk(tmp_path, rules(to) + operator) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", RISEN)
        told = [one for one in desk.channel.sent if one.subscription == "operator"]
        alert = next(one for one in desk.channel.sent if one.subscription == "alerts")
        assert len(told) == 1
        assert "templates/alert/" in str(told[0].message)
        assert "built-in" in str(alert.message), "the message says so"
        ((key, what),) = rows(desk, NOTICE.c.key, NOTICE.c.what)
        assert "/templates/alert/" in key
        assert "alert" in what
        for name in ("subject.txt", "slack.txt"):
            (folder / name).write_text("mended")
        desk.services.rulebook.load()
        pipeline.watch_feeds(desk.services)
        assert rows(desk, NOTICE.c.key) == [], "read anew, they may be mended"


async def test_every_digest_of_a_thread_is_kept(tmp_path: Path) -> None:
    async with open_desk(tmp_path, rules(SLACK)) as desk:
        await poll(desk, "dawn", FIRST)
        await poll(desk, "daily", RISEN)
        assert rows(desk, DIGEST.c.continues) == [(None,), ("alerts-20261122T063000Z",)]
        assert {state for (state,) in rows(desk, DELIVERY.c.state)} == {DeliveryState.SENT}
