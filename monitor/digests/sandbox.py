"""What templates are compiled and filled in: what they may reach, how much they may do, and which markup is theirs.

A template is a program of the operator's: it may be wrong, and must neither go on for ever nor lend its markup to the
words of feeds. Knows nothing of files and digests.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateRuntimeError, nodes, select_autoescape
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.digests.block_kit import escaped

ESCAPED = ("html", "css")
_STEPS = 50_000
"""Turns of loops and calls of macros in filling a template once; the built-in ones need some 500 besides stories."""
_STEPS_A_STORY = 2_000
"""A story at its longest takes about 200."""
_TEXT_WIDTH = 72
_OWN = str.maketrans("<>@&", "\x02\x03\x05\x04")
"""What stands for a template's own markup while it is filled: characters that no words of feeds hold (`words`)."""
_OWN_IN_STRINGS = str.maketrans("<>@", "\x02\x03\x05")
"""Strings are compared and replaced with, for which their ``&`` has to stay what it is."""
_SHOWN = str.maketrans("\x02\x03\x05\x04", "<>@&")


@dataclass(slots=True)
class _Steps:
    left: int


_steps: ContextVar[_Steps] = ContextVar("_steps")


def _step() -> None:
    steps = _steps.get()
    steps.left -= 1
    if steps.left < 0:
        raise TemplateRuntimeError("its loops go on and on: it does far more than a digest can need")


def _counted(turns: Iterable[Any]) -> Iterator[Any]:
    for turn in turns:
        _step()
        yield turn


class _Bounded(Template):
    """Ends, whatever it is a template of."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        values = dict(*args, **kwargs)
        stories = getattr(values.get("view"), "count", 0)
        outside = _steps.set(_Steps(_STEPS + _STEPS_A_STORY * stories))
        try:
            return super().render(values)
        finally:
            _steps.reset(outside)


class Sandbox(ImmutableSandboxedEnvironment):
    """Reads the fields of a view at once: they are plain values, and most of what templates are filled with."""

    template_class = _Bounded

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute in getattr(type(obj), "__dataclass_fields__", ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        _step()
        return super().call(context, obj, *args, **kwargs)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.lineno)
        return tree


class _OwnMarkup(Extension):
    """Tells a template's own markup, in its text and in its strings, from that of the words it is filled with."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        own = {"data": _OWN, "string": _OWN_IN_STRINGS}
        for token in stream:
            table = own.get(token.type)
            yield token if table is None else Token(token.lineno, token.type, token.value.translate(table))


def environments(load: Callable[[str], tuple[str, str, None]]) -> tuple[Sandbox, Sandbox]:
    """Return where templates are compiled, and where those are that write Slack's markup (see `own_markup`)."""
    environment = Sandbox(
        loader=FunctionLoader(load),
        autoescape=select_autoescape(ESCAPED, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"wrap": _wrap, "counted": _counted}
    del environment.filters["safe"]  # `map("safe")` does not show in the syntax
    return environment, environment.overlay(extensions=[_OwnMarkup])


def own_markup(filled: str) -> str:
    """Return what came of a template in Slack's markup: its own is alive, and words that it was filled with are words.

    These are escaped here, once, whatever the template did with them: a mention may stand in an expression, too.
    """
    return escaped(filled).translate(_SHOWN)


def _wrap(text: object, first: str = "", rest: str | None = None) -> str:
    """Break a line at 72 columns; ``first`` and ``rest`` go before its first and its other lines."""
    if len(line := f"{first}{text}") <= _TEXT_WIDTH:
        return line.rstrip()
    lines = textwrap.wrap(
        str(text),
        width=_TEXT_WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)
