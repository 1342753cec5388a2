"""What stories, figures and statements cost on articles that nobody would write; and no story of everything."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from monitor.stories.assign import Arrival, assign
from monitor.stories.duplicates import Originals
from monitor.stories.figures import figures_of
from monitor.stories.live import LiveStories
from monitor.stories.statements import statements_of
from monitor.text.fold import Tokens, tokenise
from tests.timing import allowed

MOST_SECONDS = 0.1
"""Of processor time, for all that this asks of one article once its words are cut."""

RANDOM = random.Random(4)


def gibberish(words: int, letters: str) -> str:
    return " ".join("".join(RANDOM.choices(letters, k=RANDOM.randint(2, 9))) for _ in range(words))


SENTENCE = "At least 3 soldiers and 16 gunmen were killed, police said, and 40 others were wounded in two raids. "
TEXTS: dict[str, Callable[[], str]] = {
    "none": lambda: "",
    "one word": lambda: "Blast",
    "2 MB of sentences": lambda: SENTENCE * 20_000,
    "2 MB without a stop": lambda: "3 soldiers were killed and " * 75_000,
    "2 MB of one word": lambda: "killed " * 300_000,
    "one word of 2 MB": lambda: "k" * 2_000_000,
    "10,000 numbers": lambda: " ".join(map(str, range(10_000))),
    "10,000 killed": lambda: ", ".join(f"{number} killed" for number in range(10_000)),
    "10,000 speakers": lambda: "police said that " * 10_000,
    "10,000 quotes": lambda: "“" * 10_000 + " killed 3 ",
    "10,000 commas": lambda: "3" + "," * 10_000 + " killed",
    "numbers in words": lambda: "one hundred and " * 30_000 + "people were killed",
    "unknown letters": lambda: gibberish(20_000, "ꓐꓑꓒꓓꓔꓕꓖꓗꓘꓙ"),
    "no spaces": lambda: "攻撃死傷者兵士" * 20_000,
    "marks": lambda: "a\u0300\u0301" * 100_000,
    "controls": lambda: "\x00\x01\u202e killed \u2066 3 " * 20_000,
    "lines": lambda: "3 killed\n" * 100_000,
    "paragraphs": lambda: "3 killed\n\n" * 100_000,
    "brackets": lambda: "(" * 50_000 + "3 killed" + ")" * 50_000,
}


def arrival(number: int, title: Tokens, text: Tokens) -> Arrival:
    return Arrival(id=number, title=title, text=text, at=None, feed="feed", outlet=f"Outlet {number}")


def take(arrivals: list[Arrival], live: LiveStories) -> dict[int, int]:
    found = assign(arrivals, {}, Originals(), live, lambda _: {})
    live.add(found.grouping)
    return dict(found.stories)


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("name", TEXTS)
def test_no_article_costs_more_than_it_may(name: str, language: str) -> None:
    text = TEXTS[name]()
    title = text[:300]
    given = title, tokenise(title), text, tokenise(text), language
    figures_of(*given), statements_of("", tokenise(""), "", tokenise(""), language)  # reads the tables, once
    began = time.process_time()
    figures = figures_of(*given)
    statements_of(*given)
    take([arrival(1, given[1], given[3])], LiveStories())
    assert time.process_time() - began < allowed(MOST_SECONDS)
    for figure in figures:
        field = title if figure.field == "title" else text
        assert field[figure.start : figure.end] == figure.quote
        assert len(figure.sentence) <= 1000


def test_there_is_no_story_of_everything() -> None:
    """Odd items, and items that share what all share, stay by themselves."""
    live, stories = LiveStories(), dict[int, int]()
    titles = ["", "Blast", "Morning briefing", "Week in pictures", "ꓐꓑꓒ ꓓꓔ", "!!!", "2026", "Live updates"]
    for number in range(0, 400, 8):
        batch = [
            arrival(number + at + 1, tokenise(title), tokenise("Read more." if at % 2 else ""))
            for at, title in enumerate(titles)
        ]
        stories |= take(batch, live)
    sizes = [list(stories.values()).count(story) for story in set(stories.values())]
    assert max(sizes) <= 50, "at most the same title again"
    assert len(sizes) >= len(titles)
