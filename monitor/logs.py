"""Log lines: event name and key-values, for a terminal or as JSON; never a secret, never an article's text.

What libraries log, warnings, and crashes come out as the same lines: whatever the process says has been redacted.
"""

import logging
import sys
import threading
from collections.abc import MutableMapping
from typing import Any, Literal, cast

import structlog

from monitor.redaction import redact


def configure_logs(form: Literal["console", "json"]) -> None:
    """Send log lines to standard error, so that standard output stays what a command was asked for."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "console":
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
            # Plain tracebacks: others print local variables, and with them tokens and texts.
            structlog.processors.format_exc_info,
            *([] if form == "json" else [_without_address]),
            renderer,
            _redacted,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Looked up for each line: while a command shows that it is at work, lines go above that.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    libraries = logging.getLogger()
    libraries.handlers = [*(one for one in libraries.handlers if not isinstance(one, _OurLines)), _OurLines()]
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


def log_crashes() -> None:
    """Let warnings, and what breaks a thread or an object's end, become log lines. For a process that is all ours."""
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # or a line that cannot be written is shown with its arguments, as they are
    threading.excepthook = lambda end: log_crash(end.exc_value)
    sys.unraisablehook = lambda end: log_crash(end.exc_value)


def log_crash(error: BaseException | None) -> None:
    """Write down what nobody caught; what Python itself would print has not been redacted."""
    structlog.get_logger("dateline").critical("crashed", exc_info=error)


class _OurLines(logging.Handler):
    """Turns what libraries log into lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            log = structlog.get_logger(record.name)
            log.log(record.levelno, record.getMessage().strip(), source=record.name, exc_info=record.exc_info)
        except Exception:
            self.handleError(record)


def _redacted(logger: Any, method: str, line: Any) -> str:
    """The last step, after which nothing is added: whatever form a secret took in the line, it is gone."""
    return redact(cast(str, line))


def _without_address(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out what no terminal has room for: the feed's id names it as well."""
    line.pop("url", None)
    return line
