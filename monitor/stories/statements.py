"""Statements: that somebody did it, that they did not, that somebody else did; where the wording says so.

Precision comes before recall: a statement is found by a few verbs with what must follow them ("claimed responsibility
for …", "denied that …", "accused X of …"), and needs somebody whom the text names. The words are data (``said``).
Questions, hypotheses and negations ("no group claimed responsibility", "would deny") are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Literal

from monitor.model import Statement, StatementKind
from monitor.stories.said.claims import Sentence
from monitor.stories.said.lexicon import lexicon
from monitor.stories.said.speech import Speech
from monitor.text.fold import Tokens
from monitor.text.sentences import sentence_spans

MOST_WORDS = 2_000
"""Of a text, so many words are looked at: a hostile one costs no more."""

MOST = 50
"""Statements of a text; what holds more is no report."""


def statements_of(
    title: str, title_tokens: Tokens, text: str, text_tokens: Tokens, language: str | None
) -> tuple[Statement, ...]:
    """Return the statements of an article's title and text, in order. A language without a table has none."""
    fields = chain(_field("title", title, title_tokens, language), _field("text", text, text_tokens, language))
    return tuple(islice(fields, MOST))


def _field(name: Literal["title", "text"], text: str, tokens: Tokens, language: str | None) -> Iterator[Statement]:
    words = lexicon(language)
    if words is None or words.stating.isdisjoint(tokens.folded[:MOST_WORDS]):
        return
    sentences = sentence_spans(text[: tokens.ends[min(MOST_WORDS, len(tokens)) - 1]])
    speech = Speech.of(text, tokens, sentences, words)
    for number, (low, high) in enumerate(speech.sentences):
        if words.stating.isdisjoint(tokens.folded[low:high]) or _asks(text, tokens, high):
            continue
        said: set[tuple[StatementKind, str]] = set()
        for kind, speaker, (first, last) in Sentence(speech.reading, low, high).statements():
            who = speech.name(speaker, number)
            if who is None or (kind, who) in said:
                continue
            said.add((kind, who))
            start, end = tokens.starts[low], tokens.ends[high - 1]
            about = speech.reading.written(first, last) if first < last else ""
            yield Statement(kind=kind, who=who, about=about, field=name, start=start, end=end, quote=text[start:end])


def _asks(text: str, tokens: Tokens, high: int) -> bool:
    return "?" in text[tokens.ends[high - 1] : tokens.ends[high - 1] + 3]
