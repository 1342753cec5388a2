"""Log lines: event name and key-values, for a terminal or as JSON; never a secret, never an article's text."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog


def configure_logs(form: Literal["console", "json"]) -> None:
    """Send log lines to standard error, so that standard output stays what a command was asked for."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "console":
        # Plain tracebacks: the default ones print local variables, and with them tokens and texts.
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            pad_event_to=0,
            pad_level=False,
            exception_formatter=structlog.dev.plain_traceback,
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso" if form == "json" else "%H:%M:%S", utc=True),
            structlog.processors.format_exc_info if form == "json" else _without_address,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Looked up for each line: while a command shows that it is at work, lines go above that.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


def _without_address(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out what no terminal has room for: the feed's id names it as well."""
    line.pop("url", None)
    return line
