"""What can go wrong, as one tree.

    MonitorError
    ├── SettingsError                 a setting is missing or makes no sense
    ├── RuleError(file, line, column, hint)
    ├── FetchError                    an address was refused or could not be read
    ├── ParseError                    bytes that are no feed
    ├── StoreError                    the database refused or is in use
    │   ├── FullError                 no room is left where it lies
    │   └── DamagedError              it is not what was written any more
    └── DeliveryError(permanent, retry_after, ambiguous, refuses)

Foreign exceptions are wrapped once, at the edge, with ``raise … from``. Expected outcomes (not modified, nothing owed,
a failed fetch that is simply tried again) are values in ``monitor.model``, not exceptions.
"""

from datetime import timedelta
from typing import Literal

from monitor.redaction import redact

Refused = Literal["message", "destination", "channel"]


class MonitorError(Exception):
    """Base of every error that Dateline raises on purpose; its text is fit to be shown to the operator.

    It may quote what a server or a library said, and those repeat what they were given: no secret gets in.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(redact(message))


class SettingsError(MonitorError):
    """A setting is missing or makes no sense."""


class RuleError(MonitorError):
    """A rule file says something that the rule language does not have.

    ``line`` and ``column`` count from 1, in characters of the file; 0 where the place is not known yet (the expression
    parser knows only the column inside its expression, and the compiler adds the rest).
    """

    def __init__(self, message: str, *, file: str = "", line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = redact(message)
        self.file = file
        self.line = line
        self.column = column
        self.hint = redact(hint)

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class FetchError(MonitorError):
    """An address was refused by the guard, or could not be read where a failure is not an expected outcome."""


class ParseError(MonitorError):
    """Bytes that are no feed; the text says what they look like instead and what to do."""


class StoreError(MonitorError):
    """The database refused, is of a newer version, or is in use by another process."""


class FullError(StoreError):
    """No room is left where the database lies; what was to be written was not, and everything before it is whole."""


class DamagedError(StoreError):
    """The database's file is not what was written to it: nothing may rely on it until a backup took its place."""


class DeliveryError(MonitorError):
    """A channel did not take a message.

    ``permanent``: trying again cannot help before somebody mended something; ``refuses`` is what the channel will have
    nothing of: this message, everything to this destination (unknown, archived), or everything from us (invalid token).
    ``retry_after``: the channel's own wish.
    ``ambiguous``: the message may have arrived (the connection broke after it was handed over), so that it must not be
    sent again before the channel was asked.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        ambiguous: bool = False,
        refuses: Refused = "message",
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.ambiguous = ambiguous
        self.refuses: Refused = refuses
