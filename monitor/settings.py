"""The operator's settings: environment variables, then the home's `.env` file, checked once and frozen.

Knows names, defaults and limits; must not know what they are used for. It reads the `.env` file and the files that
``NAME_FILE`` variables point to, and nothing else.
"""

from __future__ import annotations

import os
import re
import stat
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import parse_qs, unquote, urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from monitor.errors import SettingsError
from monitor.redaction import AS_LONG_AS_A_KEY, keep_secret

Network = IPv4Network | IPv6Network
TlsMode = Literal["none", "starttls", "implicit"]

_SECRETS = ("DATABASE_URL", "SLACK_BOT_TOKEN", "SMTP_URL", "DATELINE_SECRET_KEY")
_MOUNTED = (Path("/run/secrets"), Path("/var/run/secrets"))
_DEFAULT_PORTS: dict[TlsMode, int] = {"none": 25, "starttls": 587, "implicit": 465}
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The mail server that `SMTP_URL` names, with everything decoded and every default filled in."""

    host: str
    port: int
    user: str | None = field(repr=False)
    password: SecretStr | None
    tls: TlsMode


def _smtp_server(value: object) -> object:
    """Read ``smtp://user:password@host:port?tls=starttls``; ``smtps://`` and port 465 mean implicit TLS."""
    if not isinstance(value, str):
        return value
    parts = urlsplit(value)
    query = parse_qs(parts.query, strict_parsing=bool(parts.query))
    implied = "implicit" if parts.scheme == "smtps" or parts.port == 465 else "starttls"
    tls = query.pop("tls", [implied])
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or query:
        raise ValueError("not an SMTP address")
    if len(tls) != 1 or tls[0] not in _DEFAULT_PORTS:
        raise ValueError("unknown tls mode")
    mode = tls[0]
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or _DEFAULT_PORTS[mode],
        user=None if parts.username is None else unquote(parts.username, errors="strict"),
        password=None if parts.password is None else SecretStr(unquote(parts.password, errors="strict")),
        tls=mode,
    )


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"\s*(\d{1,9})\s*([smhdw]?)\s*", value, re.ASCII)
    if not found:
        raise ValueError("not a duration")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def _keep(value: object) -> object:
    return None if isinstance(value, str) and value.strip() == "all" else _duration(value)


def _database(value: SecretStr) -> SecretStr:
    scheme, _, rest = value.get_secret_value().partition("://")
    if scheme in ("postgres", "postgresql"):  # as hosting platforms hand it out
        return SecretStr(f"postgresql+psycopg://{rest}")
    if scheme not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("unknown database")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not a web address")
    return value.rstrip("/")


def _public_address(value: str) -> str:
    if not re.fullmatch(
        r"https?://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?(/[\w.~/-]*)?", value, re.ASCII | re.IGNORECASE
    ):
        raise ValueError("nothing that a link can begin with")
    return value.rstrip("/")


class Settings(BaseSettings):
    """Every setting, checked. The description of each field is what the operator is told when its value is refused."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", validate_by_name=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    home: Path = Field(Path(), validation_alias="DATELINE_HOME", description="a folder")
    database: Annotated[SecretStr, AfterValidator(_database)] = Field(
        SecretStr("sqlite:///state/dateline.db"),
        validation_alias="DATABASE_URL",
        description="sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE",
    )
    slack_bot_token: SecretStr | None = Field(
        None, validation_alias="SLACK_BOT_TOKEN", description="a bot token: xoxb-…"
    )
    slack_api_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "https://slack.com/api",
        validation_alias="DATELINE_SLACK_API_URL",
        description="a web address: https://HOST/api",
    )
    smtp: Annotated[SmtpServer | None, BeforeValidator(_smtp_server), NoDecode] = Field(
        None,
        validation_alias="SMTP_URL",
        description="smtp://USER:PASSWORD@HOST:PORT?tls=MODE, with MODE none, starttls or implicit, "
        "and USER and PASSWORD percent-encoded",
    )
    email_from: str | None = Field(
        None,
        validation_alias="DATELINE_EMAIL_FROM",
        pattern=r"\A[^\r\n]*[^\s@]@[^\s@]+\z",
        description="a mail address: desk@example.org or Desk <desk@example.org>",
    )
    public_url: Annotated[str, AfterValidator(_public_address)] | None = Field(
        None,
        validation_alias="DATELINE_PUBLIC_URL",
        description="a web address that links can begin with: https://desk.example.org",
    )
    secret_key: SecretStr | None = Field(
        None, validation_alias="DATELINE_SECRET_KEY", min_length=16, description="16 characters or more, random"
    )
    allow_networks: Annotated[tuple[Network, ...], BeforeValidator(_networks), NoDecode] = Field(
        (), validation_alias="DATELINE_ALLOW_NETWORKS", description="networks with commas between: 10.0.0.0/8, fd00::/8"
    )
    log: Literal["console", "json"] = Field("console", validation_alias="DATELINE_LOG", description="console or json")
    keep: Annotated[timedelta | None, BeforeValidator(_keep), NoDecode] = Field(
        None,
        validation_alias="DATELINE_KEEP",
        ge=timedelta(days=1),
        description="all, or a duration of a day or more: 180d",
    )
    fetch_timeout: Annotated[timedelta, BeforeValidator(_duration), NoDecode] = Field(
        timedelta(seconds=30),
        validation_alias="DATELINE_FETCH_TIMEOUT",
        gt=timedelta(0),
        le=timedelta(minutes=10),
        description="a duration of up to 10m: 30s",
    )
    per_host: int = Field(
        2, validation_alias="DATELINE_PER_HOST", ge=1, le=64, description="a whole number from 1 to 64"
    )
    max_feed_mb: int = Field(
        10, validation_alias="DATELINE_MAX_FEED_MB", ge=1, le=1000, description="a whole number from 1 to 1000"
    )
    """What a feed may send, in millions of bytes as they cross the wire; unpacked it may be twice that."""
    metrics_port: int | None = Field(
        None, validation_alias="DATELINE_METRICS_PORT", ge=1, le=65535, description="a port number from 1 to 65535"
    )

    @property
    def state(self) -> Path:
        """The folder of the database and of other run-time state."""
        return self.home / "state"

    @property
    def database_url(self) -> str:
        """The database's address, with a relative SQLite file placed in the home. Holds a password: never show it."""
        url = self.database.get_secret_value()
        file, mark, query = url.removeprefix("sqlite:///").partition("?")
        if not url.startswith("sqlite:///") or file in ("", ":memory:"):
            return url
        return f"sqlite:///{self.under_home(file)}{mark}{query}"

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """What must never be shown; also a user's name that is as long as a key, as some mail services want it."""
        held = (self.slack_bot_token, self.secret_key, self.smtp.password if self.smtp else None)
        users = [self.smtp.user if self.smtp else None, urlsplit(self.slack_api_url).username]
        passwords = (*_passwords(self.database.get_secret_value()), *_passwords(self.slack_api_url))
        return (
            *(secret.get_secret_value() for secret in held if secret),
            *(user for user in users if user and len(user) >= AS_LONG_AS_A_KEY and "@" not in user),
            *(unquote(written) for written in passwords),
        )

    @property
    def database_file(self) -> Path | None:
        """Where the database lies, None where it is no file."""
        file = self.database_url.removeprefix("sqlite:///").partition("?")[0]
        return Path(file) if self.database_url.startswith("sqlite:///") and file not in ("", ":memory:") else None

    def under_home(self, path: str) -> Path:
        """Return ``path`` if it is absolute, else where it lies under the home."""
        return self.home / path

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        environment, written = cast(EnvSettingsSource, env_settings), cast(DotEnvSettingsSource, dotenv_settings)
        home = init_settings().get("DATELINE_HOME", Path())
        return (
            init_settings,
            environment,
            _SecretFiles(settings_cls, beside=environment, home=home),
            written,
            _SecretFiles(settings_cls, beside=written, home=home),
        )


class _SecretFiles(PydanticBaseSettingsSource):
    """The secrets that another source does not hold itself but points to with ``NAME_FILE``."""

    def __init__(self, settings_cls: type[BaseSettings], *, beside: EnvSettingsSource, home: Path) -> None:
        super().__init__(settings_cls)
        self._variables = beside.env_vars
        self._home = home

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = str(field.validation_alias)
        path = self._variables.get(f"{name}_FILE".lower())
        if name not in _SECRETS or not path or self._variables.get(name.lower()):
            return None, name, False
        return _read_secret(name, self._home, path), name, False

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: secret for secret, name, _ in found if secret is not None}


def _read_secret(name: str, home: Path, path: str) -> str:
    try:
        secret = (home / path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE: cannot read {path}: {_why(error)}") from error
    if not secret:
        raise SettingsError(f"{name}_FILE: {path} is empty")
    return secret


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "input error" if isinstance(error, OSError) else "it is not UTF-8 text"


class Variables:
    """What `env:NAME` in a rule file may name: the environment as it is when asked, then the home's `.env`.

    A name that stands in neither may be that of a file: ``NAME_FILE``.
    """

    def __init__(self, home: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._home = home
        written = {name: value for name, value in dotenv_values(home / ".env").items() if value is not None}
        self._given = ChainMap(cast("dict[str, str]", environment), written)

    def file_of(self, name: str) -> Path | None:
        """Return the file that holds a secret, None where there is none."""
        path = self._given.get(f"{name}_FILE")
        return self._home / path if path else None

    def secret(self, name: str) -> str | None:
        """Return a variable's value, None where it is not set; from now on no text shows it.

        Raises SettingsError where its file cannot be read.
        """
        found = self._given.get(name, "").strip()
        if not found and (path := self._given.get(f"{name}_FILE")):
            found = _read_secret(name, self._home, path)
        # Also what stands behind the user's name of a login, and behind the word "Bearer".
        keep_secret(found, found.partition(":")[2], found.rpartition(" ")[2])
        return found or None


def _passwords(url: str) -> list[str]:
    """Return the passwords in an address, as written; also in one that its user forgot to percent-encode."""
    return ["".join(found) for found in re.findall(r"://[^:/@]*:([^@]*)@|[?&](?:ssl)?password=([^&]*)", url)]


def exposed_files(home: Path) -> list[Path]:
    """Return the files with secrets that every user of this machine can read.

    What a container mounts under `/run/secrets` is readable by design, and there is nobody else in a container.
    """
    variables = Variables(home)
    files = [home / ".env", *filter(None, map(variables.file_of, _SECRETS))]
    return [file for file in files if file.parent not in _MOUNTED and _is_open_to_all(file)]


def _is_open_to_all(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def load_settings(home: Path | None = None) -> Settings:
    """Read the settings of a home: ``home``, else `DATELINE_HOME`, else the current folder.

    What stands in the environment wins over the home's `.env`. No text shows the secrets among them from now on. Raises
    SettingsError naming the variable and what is allowed, never the value.
    """
    place = Path(home or os.environ.get("DATELINE_HOME") or ".").absolute()
    try:
        settings = Settings(_env_file=place / ".env", home=place)
        keep_secret(*settings.secrets)
        return settings
    except ValidationError as error:
        name = str(error.errors(include_input=False)[0]["loc"][0])
        allowed = next(
            field.description
            for field_name, field in Settings.model_fields.items()
            if name in (field_name, field.validation_alias)
        )
        # Not "from error": pydantic quotes the complaints of the parsers, and those may quote pieces of a secret.
        raise SettingsError(f"{name} must be {allowed}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {place / '.env'}: {_why(error)}") from error
