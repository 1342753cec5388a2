"""From the plain values of one rule file to its models, with every problem worded for people.

One wrong value does not hide the next: what is wrong is reported and taken out, and the rest is validated without it.
This module must not know other files, nor what the values mean to each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from monitor.errors import RuleError
from monitor.rules.source import Path, Source
from monitor.rules.spec import RuleFile
from monitor.rules.wording import briefly, did_you_mean

_DEEPEST = 4
"""Keys down to an item of a list: `regions`, its id, `names`, its position."""

_SHAPES = {"word": "a word", "list": "a list", "block": "a block of keys"}
_MESSAGES = {
    "string_type": ("must be text", "put it in quotes"),
    "float_type": ("must be a number", ""),
    "int_type": ("must be a whole number", ""),
    "finite_number": ("must be a number", ""),
    "bool_type": ("must be true or false", ""),
    "list_type": ("must be a list", "write [one, two], or lines that start with -"),
    "dict_type": ("must be a block of keys", "write `key: value` lines below it"),
    "model_type": ("must be a block of keys", "write `key: value` lines below it"),
    "too_short": ("is empty", "write something, or delete the key"),
}
"""By pydantic's type of error: what to say of the key, and a hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What could be read of one file."""

    source: Source
    spec: RuleFile
    """Without the keys that have a problem, and without entries that cannot do without them."""
    problems: tuple[RuleError, ...]


def validate(source: Source) -> Validated:
    """Hold the values of a file against the models; raises nothing."""
    values = {} if source.values is None else source.values
    problems = list(source.problems)
    for path in _blanks(values, ()):
        problems.append(source.key_error(f"{_subject(path)} has no value", path, hint="give it one, or delete it"))
        values = _without(values, path[:_DEEPEST])
    # First the wrong items and keys are taken out, then the entries that lack them now, then whole sections.
    spec, errors = _valid(values, depth=_DEEPEST)
    problems.extend(_worded(source, error) for error in errors)
    return Validated(source=source, spec=spec, problems=tuple(problems))


def _valid(values: Any, *, depth: int) -> tuple[RuleFile, list[Any]]:
    """Return the model without what is wrong, down to ``depth`` keys, and pydantic's errors."""
    try:
        return RuleFile.model_validate(values), []
    except ValidationError as error:
        errors: list[Any] = error.errors(include_url=False)
    for found in errors:
        values = _without(values, found["loc"][:depth])
    return _valid(values, depth=max(depth - 1, 0))[0], errors


def _blanks(value: Any, path: Path) -> Iterator[Path]:
    """Yield the paths of the keys and list items without a value; a whole section may be blank."""
    if value is None and len(path) > 1:
        yield path
    elif isinstance(value, dict | list):
        parts: Any = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in parts:
            yield from _blanks(inner, (*path, key))


def _without(values: Any, path: Path) -> Any:
    """Return the values without the key that ``path`` leads to, or the last of its keys that exists."""
    if not path or not isinstance(values, dict):
        return {}
    key = path[0]
    inner = values.get(key)
    if len(path) > 1 and isinstance(inner, dict) and path[1] in inner:
        return {**values, key: _without(inner, path[1:])}
    if len(path) > 1 and isinstance(inner, list) and isinstance(path[1], int):
        # Another word of the list stands in for the wrong one, so that the places of those behind it stay right.
        words = [word for word in inner if isinstance(word, str) and word.strip() and word != inner[path[1]]]
        return {**values, key: [*inner[: path[1]], *words[:1], *inner[path[1] + 1 :]]}
    return {other: value for other, value in values.items() if other != key}


def _worded(source: Source, found: Any) -> RuleError:
    kind, context = found["type"], found.get("ctx", {})
    at_key = found["loc"][-1:] == ("[key]",)
    path = tuple(part for part in found["loc"] if part != "[key]")
    key = next((part for part in reversed(path) if isinstance(part, str) and part not in _SHAPES), "the file")
    subject = _subject(path)
    hint = ""
    match kind:
        case "extra_forbidden":
            known = sorted(_known_keys(path[:-1]))
            hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
            return source.key_error(f"unknown key {subject}", path, hint=hint)
        case "missing":
            return source.key_error(f"{subject} is missing", path[:-1])
        case "rule":
            message, hint = context["message"], context["hint"]
            if message.split(" ", 1)[0] in ("is", "has", "holds", "must"):
                message = f"{subject} {message}"
            at_key = at_key or isinstance(found["input"], dict)
        case "union_tag_invalid":
            allowed = [_SHAPES[shape.strip("' ")] for shape in context["expected_tags"].split(",")]
            message = f"{subject} must be {_either(allowed)}"
        case "literal_error":
            allowed = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            given = str(found["input"])
            hint = did_you_mean(given, allowed) or (f"known here: {', '.join(allowed)}" if at_key else "")
            if given in allowed:
                hint = "write it without quotes"
            message = (
                f"unknown key {subject}" if at_key else f"{subject} must be {_either(allowed)}, not `{briefly(given)}`"
            )
        case "greater_than_equal" | "less_than_equal":
            limit = f"at least {context['ge']:g}" if "ge" in context else f"at most {context['le']:g}"
            message = f"{subject} must be {limit}"
        case _:
            phrase, hint = _MESSAGES.get(kind, ("is not valid here", ""))
            message = f"{subject} {phrase}"
    if at_key:
        return source.key_error(message, path, hint=hint)
    return source.error(message, path, offset=context.get("offset"), hint=hint)


def _subject(path: Path) -> str:
    """Name a value by its key, and by its position where it is an item of a list."""
    key = next((part for part in reversed(path) if isinstance(part, str) and part not in _SHAPES), None)
    if key is None:
        return "the file"
    return f"item {path[-1] + 1} of `{briefly(key)}`" if isinstance(path[-1], int) else f"`{briefly(key)}`"


def _either(words: list[str]) -> str:
    return " or ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), words[-1]])


def _known_keys(path: Path) -> set[str]:
    """Return the keys that may stand in the block at ``path``."""
    models: set[type[BaseModel]] = {RuleFile}
    for part in path:
        inner = {
            below
            for model in models
            for name, field in model.model_fields.items()
            if part == (field.alias or name)
            for below in _models(field.annotation)
        }
        models = inner or models  # ids, list indexes and the names of shapes lead to no other model
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
