"""Whose group no noun tells: names, "eight others", bare numbers.

What is learned of an article is a dictionary that its caller keeps: last name → group, "" → the group told of last.
"""

from __future__ import annotations

from monitor.model import Group
from monitor.stories.figures.people import Mention
from monitor.stories.figures.row import Row
from monitor.stories.figures.vocabulary import Vocabulary
from monitor.text.fold import Tokens

FARTHEST = 3_000
"""Words of a text in which titles are looked for."""

_LONGEST_NAME = 3


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


def titles(words: Vocabulary, tokens: Tokens) -> dict[str, Group]:
    """Return the groups of the names that a text writes behind a title anywhere: "journalist Sohail Khan"."""
    found: dict[str, Group] = {}
    for at, word in enumerate(tokens.folded[:FARTHEST]):
        title = words.words.get(word)
        if title is None or title.kind != "person" or title.group in (None, "people"):
            continue
        for name in tokens.folded[at + 1 : at + 1 + _LONGEST_NAME]:
            if name in words.words:
                break
            found.setdefault(name, title.group)
    return found
