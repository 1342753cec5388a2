"""Whose group no noun tells: names, "eight others", bare numbers.

What is learned of an article is a dictionary that its caller keeps: last name → group, "" → the group told of last.
"""

from __future__ import annotations

from monitor.model import Group
from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.row import Row
from monitor.stories.figures.vocabulary import Vocabulary
from monitor.text.fold import Tokens

FARTHEST = 3_000
"""Words of a text in which titles are looked for."""

_LONGEST_NAME = 3
_LONGEST_TITLE = 6


def settle_group(mention: Mention, row: Row, groups: dict[str, Group]) -> None:
    """Settle the group of a name, or of "others", by the people before; learn names."""
    names = [item.folded for item in row.items[mention.first : mention.reach + 1] if item.is_name]
    if mention.group in (None, "people") and names:
        mention.group = next((groups[name] for name in reversed(names) if name in groups), mention.group)
    if names and mention.is_single and (mention.outcomes or mention.group not in (None, "people")):
        groups[names[-1]] = mention.group or "people"
    if mention.outcomes and (mention.count or 0) > 1 and _is_mixed(mention, row):
        mention.group = "people"
    if mention.group is None and mention.outcomes and not mention.is_name:
        mention.group = _group_before(mention, row, groups)
    if mention.outcomes:
        groups[""] = mention.group or "people"


def _is_mixed(mention: Mention, row: Row) -> bool:
    """Tell whether one number counts two groups: "15 policemen and civilians"."""
    behind = row.starting.get(mention.reach + 2)
    if behind is None or row.kind(mention.reach + 1) != "and" or behind.count is not None or behind.who != behind.first:
        return False
    return None not in (behind.group, mention.group) and behind.group != mention.group


def _group_before(mention: Mention, row: Row, groups: dict[str, Group]) -> Group:
    """Return the group of "others", "five of them" and bare numbers, where the people before make it clear."""
    if mention.is_others and mention.is_definite:
        return groups.get("", "people")
    if row.kind(mention.reach + 1) == "including":
        return "people"
    told_at = set(mention.outcomes.values())
    earlier = [one for one in row.mentions if one.first < mention.first and one.outcomes]
    if not earlier:
        return _group_behind(mention, row, groups)
    if not told_at.isdisjoint(earlier[-1].outcomes.values()):
        return "people"  # "two soldiers and three others were killed"
    last_told_at = set(earlier[-1].outcomes.values())
    before = {one.group for one in earlier if not last_told_at.isdisjoint(one.outcomes.values())}
    return before.pop() or "people" if before in ({"militants"}, {"security"}) else "people"


def _group_behind(mention: Mention, row: Row, groups: dict[str, Group]) -> Group:
    """Return the group of the first people of a sentence: of those told of last, or of the next ones."""
    if mention.is_others:
        last = groups.get("", "people")
        return last if last in ("militants", "security") else "people"
    later = [one for one in row.mentions if one.first > mention.first and one.outcomes]
    is_list = (
        mention.is_open and later and row.kind(mention.reach + 1) == "and"
    )  # "killing three and wounding four soldiers"
    return later[0].group or "people" if is_list else "people"


class Titles:
    """What a text says anywhere of the people whom it names: "journalist Sohail Khan", "Khan was a journalist"."""

    def __init__(self, words: Vocabulary, tokens: Tokens) -> None:
        self.words = words
        self.tokens = tokens
        self.names: dict[str, Group] = {}
        self.later: list[tuple[int, Group]] = []
        """What is said of somebody who was named before, with the token that says it: "he was a journalist"."""
        for at, word in enumerate(tokens.folded[:FARTHEST]):
            title = words.words.get(word)
            if title is None or title.kind != "person":
                continue
            group = self._told_beside(at) if title.is_office or title.group == "people" else None
            group = group or title.group
            if group not in (None, "people"):
                self._learn_behind(at, group)
                self._learn_before(at, group)

    def name(self, low: int, high: int) -> str | None:
        """Return the last name of somebody of whom some tokens tell no more than that."""
        found = None
        for word in self.tokens.folded[low:high]:
            known = self.words.words.get(word)
            if known is None and not word.isdecimal():
                found = word
            elif known is not None and known.kind == "person" and word not in self.words.himself:
                return None
        return found

    def of(self, name: str, behind: int, until: int) -> Group:
        """Return the group of a name of which something is said between two tokens, or anywhere by its name."""
        if name in self.names:
            return self.names[name]
        return next((group for at, group in self.later if behind <= at < until), "people")

    def _told_beside(self, title: int) -> Group | None:
        """Return the group that the words beside a title tell: "Taliban commander", "member of the Levies"."""
        folded = self.tokens.folded
        near = list(folded[title - 1 : title]) if title else []
        if title + 1 < len(folded) and self._kind(title + 1) == "of":
            near += folded[title + 2 : title + _LONGEST_TITLE]
        told = (self.words.words[word].tells for word in near if word in self.words.words)
        return next((group for group in told if group is not None), None)

    def _learn_behind(self, title: int, group: Group) -> None:
        for name in self.tokens.folded[title + 1 : title + 1 + _LONGEST_NAME]:
            if name in self.words.words:
                break
            self.names.setdefault(name, group)

    def _learn_before(self, title: int, group: Group) -> None:
        """Learn from "Khan (35), a local trader" and "the victim was a trader"."""
        at = title - 1
        while at > title - _LONGEST_TITLE and self._kind(at) in ("", "word", "adverbs", "ordinals"):
            at -= 1
        if at < 1 or self._kind(at) not in ("one", "definite"):
            return
        at -= 1
        is_said = self._kind(at) == "be"
        while at > 0 and (self._kind(at) in ("be", "adverbs") or self.tokens.folded[at].isdecimal()):
            at -= 1
        word = self.tokens.folded[at]
        if is_said and word in self.words.himself:
            self.later.append((at, group))
        elif word not in self.words.words and self.tokens.exact[at][:1].isupper():
            self.names.setdefault(word, group)

    def _kind(self, at: int) -> str:
        word = self.words.words.get(self.tokens.folded[at])
        return word.kind if word is not None else ""
