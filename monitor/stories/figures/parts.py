"""Parts of a whole that share what it suffered, "including two children"; and whose a loss is."""

from __future__ import annotations

from monitor.model import Group
from monitor.stories.figures.mentions import Mention
from monitor.stories.figures.outcomes import Outcomes
from monitor.stories.figures.row import Row


def share_parts(row: Row, outcomes: Outcomes) -> None:
    """Let "including two children" suffer what those before did, and "two babies" "among 11 people injured"."""
    for number, mention in enumerate(row.mentions):
        _breakdown(row, mention)
        governor = row.kind(mention.first - 1)
        if governor in ("including", "along") and not mention.outcomes and mention.count:
            whole = next((one for one in reversed(row.mentions[:number]) if one.outcomes), None)
            if whole is None:
                continue
            part: Mention | None = mention
            while part is not None and not part.outcomes:
                if outcomes.suffers(part, next(iter(whole.outcomes)), 0) and (part.is_named or not part.is_definite):
                    part.outcomes.update(whole.outcomes)
                    if part.head in row.vocabulary.again and whole.group in ("militants", "security"):
                        part.group = whole.group
                following = row.mentions[row.number[id(part)] + 1 :][:1]
                part = following[0] if following and row.adjoins(part, following[0]) else None
        elif governor == "among" and mention.outcomes:
            at = mention.first - 2
            while at >= 0 and row.items[at].kind in ("be", "adverbs"):
                at -= 1
            part = row.covering.get(at)
            if part is not None:
                for one in row.coordinated(part):
                    if one.count and not one.outcomes:
                        one.outcomes.update(mention.outcomes)


def _breakdown(row: Row, whole: Mention) -> None:
    """Let those who add up to the whole suffer the same: "nine people were wounded: seven men and two soldiers"."""
    for outcome, at in tuple(whole.outcomes.items()):
        first = row.starting.get(at + 1)
        parts = [] if first is None or whole.first > at else [first]
        while parts and (number := row.number[id(parts[-1])] + 1) < len(row.mentions):
            following = row.mentions[number]
            if id(following) not in row.number or not row.adjoins(parts[-1], following):
                break
            parts.append(following)
        if len(parts) > 1 and all(one.count for one in parts) and sum(one.count or 0 for one in parts) == whole.count:
            for one in parts:
                one.outcomes.setdefault(outcome, at)


def sufferers(row: Row, mention: Mention) -> Group | None:
    """Return the group of those who "suffered 12 casualties", or on whom they were inflicted."""
    behind, before = mention.last + 1, mention.first - 1
    if row.kind(behind) in ("in", "among", "of", "infinitive"):
        near = row.items[behind + 1 : behind + 5]
    elif row.kind(before) == "suffering":
        near = row.items[max(before - 6, 0) : before][::-1]
    else:
        return mention.group
    for item in near:
        if item.comma or item.kind in ("things", "by"):
            break  # "in an attack by rebels"
        told = item.word.tells or (item.word.group if item.kind == "person" else None)
        if told not in (None, "people"):
            return told
    return mention.group
