"""What a feed repeats is learned and left out; what it reports is not."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.boilerplate import COMMON_KEPT, ENOUGH_ITEMS, FORMS_KEPT, REMEMBERED, Habits, learned, own
from monitor.text.fold import Tokens, tokenise

WORDS = (
    *("harvest", "bridge", "school", "ferry", "budget", "election", "railway", "hospital", "market", "dam", "stadium"),
    *("opens", "closes", "worries", "angers", "delights", "divides", "farmers", "teachers", "traders", "drivers"),
    *("while", "after", "before", "because", "many", "some", "few", "against", "without", "about", "river", "valley"),
)


def news(number: int, length: int) -> list[str]:
    return random.Random(number).choices(WORDS, k=length)


def item(number: int, *, title: str = "{news}", text: str = "{news}") -> tuple[Tokens, Tokens]:
    """Return an item of which no two are alike, but for what is put around its news."""
    headline, story = " ".join(news(number, 6)), " ".join(news(-1 - number, 15 + number % 12))
    return tokenise(title.format(news=headline)), tokenise(text.format(news=story, title=headline))


def items(count: int, **more: str) -> list[tuple[Tokens, Tokens]]:
    return [item(number, **more) for number in range(count)]


def left_out(habits: Habits, article: tuple[Tokens, Tokens]) -> tuple[str, str]:
    return tuple(  # type: ignore[return-value]
        " ".join(word for number, word in enumerate(tokens.folded) if number not in set(kept))
        for tokens, kept in zip(article, own(habits, *article), strict=True)
    )


def habits_of(articles: Iterable[tuple[Tokens, Tokens]], batch: int = 7) -> Habits:
    articles, habits = list(articles), Habits()
    for start in range(0, len(articles), batch):
        habits = learned(habits, articles[start : start + batch])
    return habits


NEWS = "{news}"


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Week in pictures: {news}", NEWS, ("week in pictures", "")),
        ("{news} | Daily Example", NEWS, ("daily example", "")),
        ("Live: {news}", NEWS, ("live", "")),
        ("Watch - {news} - Daily Example", NEWS, ("daily example", "")),  # one name before a dash may be a possessive
        (NEWS, "{news}. Leave a Comment", ("", "leave a comment")),
        (NEWS, "{news}\n\nFollow us on many pages", ("", "follow us on many pages")),
        (NEWS, "SEAPORT (Example Agency): {news}", ("", "seaport example agency")),
        (NEWS, "{title}\n\n{title}\n\n{news}\n\nThe post {title} appeared first on Daily Example.", ("", "{twice}")),
        (NEWS, NEWS, ("", "")),
    ],
)
def test_habits_are_learned_from_a_feed(title: str, text: str, expected: tuple[str, str]) -> None:
    habits = habits_of(items(30, title=title, text=text))
    article = item(99, title=title, text=text)
    headline = " ".join(item(99)[0].folded)
    if expected[1] == "{twice}":
        expected = ("", f"{headline} {headline} {headline} appeared first on daily example")
    assert left_out(habits, article) == expected


@pytest.mark.parametrize("known", range(ENOUGH_ITEMS))
def test_few_items_teach_nothing(known: int) -> None:
    form = {"title": "Week in pictures: {news}", "text": "{news}. Leave a Comment"}
    assert left_out(habits_of(items(known, **form)), item(99, **form)) == ("", "")


def test_a_form_needs_no_share_but_a_footer_does() -> None:
    form = {"title": "From the archives: {news}", "text": "{news} read the whole story in print"}
    ones = [item(number, **(form if number % 20 == 0 else {})) for number in range(200)]
    assert left_out(habits_of(ones), item(99, **form)) == ("from the archives", "")


def test_a_standing_text_is_a_form_and_so_is_a_standing_title() -> None:
    standing = {"title": "Cartoons of the day", "text": "Our artists draw what moved them, and what did not, today."}
    ones = [item(number, **(standing if number % 30 == 0 else {})) for number in range(300)]
    assert own(habits_of(ones), *item(1, **standing)) == ([], [])


def test_a_subject_is_news_however_often_it_stands_in_titles() -> None:
    titles = {"title": "Quetta blast: {news}", "text": "After the blast in Quetta, {news}"}
    assert left_out(habits_of(items(40, **titles)), item(99, **titles))[0] == ""


def test_a_feed_about_one_town_keeps_its_news() -> None:
    def told(number: int) -> tuple[Tokens, Tokens]:
        before, after = news(number, 1 + number % 9), news(-number, number % 7)
        killed = f"{number % 5} killed in Quetta".split()
        return tokenise(" ".join([*killed, *before[::-1], "today"])), tokenise(" ".join([*before, *killed, *after]))

    articles = [told(number) for number in range(1, 100)]
    habits = habits_of(articles)
    assert {left_out(habits, article) for article in articles} == {("", "")}


def test_titles_without_texts_need_a_share() -> None:
    brand = [item(number, title="{news} - Daily Example", text="") for number in range(30)]
    assert left_out(habits_of(brand), item(99, title="{news} - Daily Example", text="")) == ("daily example", "")
    rare = [
        item(number, title="Old harbour fire: {news}" if number % 6 == 0 else NEWS, text="") for number in range(60)
    ]
    assert left_out(habits_of(rare), item(99, title="Old harbour fire: {news}", text="")) == ("", "")


def test_a_possessive_is_no_section() -> None:
    titles = {"title": "Minister's {news}"}
    assert left_out(habits_of(items(30, **titles)), item(99, **titles)) == ("", "")


def test_the_title_in_the_text_is_left_out_without_knowledge() -> None:
    title, text = (
        tokenise("Ferry strands 40"),
        tokenise("Ferry strands 40\n\nA ferry strands. FERRY STRANDS 40, ferry strands 40"),
    )
    assert left_out(Habits(), (title, text)) == ("", "ferry strands 40 ferry strands 40 ferry strands 40")
    assert left_out(Habits(), (tokenise("Ferry strands"), text)) == ("", "")  # too short to be a title printed again
    assert own(Habits(), tokenise(""), tokenise("")) == (range(0), range(0))


def test_what_a_feed_gave_up_is_forgotten() -> None:
    ended = items(100, title="Week in pictures: {news}")
    habits = habits_of([*ended, *items(12 * REMEMBERED)], batch=100)
    assert left_out(habits, item(5, title="Week in pictures: {news}")) == ("", "")


def test_memory_is_bounded_and_keeps_what_matters() -> None:
    habits = habits_of(items(3000, text="{news} read on at Daily Example"), batch=1)
    assert habits.items < REMEMBERED
    assert len(habits.common) <= 2 * COMMON_KEPT
    assert len(habits.forms) <= 2 * FORMS_KEPT
    assert len(habits.pack()) < 16_000
    assert left_out(habits, item(77, text="{news} read on at Daily Example"))[1] == "read on at daily example"


@given(
    st.lists(
        st.lists(st.sampled_from(["Live", "news", "| x", ": a", "\n\n", "b"]), max_size=30).map(" ".join), max_size=30
    )
)
def test_packed_habits_are_the_same(texts: list[str]) -> None:
    habits = habits_of((tokenise(text), tokenise(text[::-1])) for text in texts)
    assert Habits.unpack(habits.pack()) == habits
    assert Habits.unpack(Habits().pack()) == Habits()
    for text in texts:
        for tokens, kept in zip(
            (tokenise(text), tokenise(text[::-1])), own(habits, tokenise(text), tokenise(text[::-1])), strict=True
        ):
            assert sorted(set(kept)) == list(kept)
            assert all(0 <= number < len(tokens) for number in kept)


def tokens(words: Sequence[str], *, gap: int = 1, paragraphs: bool = False) -> Tokens:
    starts = [number * (1 + gap) for number in range(len(words))]
    return Tokens(
        folded=tuple(words),
        exact=tuple(words),
        starts=tuple(starts),
        ends=tuple(start + 1 for start in starts),
        paragraphs=tuple(range(len(words))) if paragraphs else (0,) * len(words),
    )


HOSTILE: dict[str, tuple[Tokens, Tokens]] = {
    "nothing": (tokens([]), tokens([])),
    "one word": (tokens(["word"]), tokens(["word"])),
    "one letter a million times": (tokens(["a"] * 300_000), tokens(["a"] * 1_000_000)),
    "a title that nearly repeats": (tokens(["a", "b", "a", "a"]), tokens(["a", "b"] * 400_000)),
    "a title that repeats": (tokens(["a", "b", "a"]), tokens(["a", "b"] * 400_000)),
    "all punctuation": (tokens(["a"] * 300_000, gap=2), tokens(["a"] * 300_000, gap=2)),
    "much punctuation": (tokens(["a"] * 400, gap=2), tokens(["a"] * 300_000, gap=2)),
    "a long word": (tokens(["a"]), tokens(["x" * 2_000_000])),
    "numbers": (tokens(["17"] * 20), tokens(list(map(str, range(10_000))))),
    "paragraphs": (tokens(["one", "two", "three"]), tokens(["p"] * 300_000, paragraphs=True)),
}


@pytest.mark.parametrize("which", HOSTILE)
def test_hostile_items_cost_little(which: str) -> None:
    title, text = HOSTILE[which]
    habits = habits_of([(title, text)] * 6)
    started = time.process_time()
    learned(habits, [(title, text)])
    own(habits, title, text)
    assert time.process_time() - started < 0.5  # a tenth of that on an idle machine
