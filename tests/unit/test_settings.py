"""Settings from the environment, the home's `.env` and secret files."""

import traceback
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from monitor.errors import SettingsError
from monitor.redaction import redact
from monitor.settings import Settings, SmtpServer, Variables, exposed_files, load_settings

PASSWORD = "s3cret-W0rd"
SECRETS = {
    "DATABASE_URL": f"postgresql+psycopg://desk:{PASSWORD}@db/desk",
    "SLACK_BOT_TOKEN": f"xoxb-{PASSWORD}",
    "SMTP_URL": f"smtp://desk:{PASSWORD}@mail.example.org",
    "DATELINE_SECRET_KEY": f"{PASSWORD}{PASSWORD}",
}


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
        monkeypatch.delenv(f"{field.validation_alias}_FILE", raising=False)


def write(home: Path, text: str) -> Path:
    (home / ".env").write_text(text, "utf-8")
    return home


def smtp(url: str, home: Path) -> SmtpServer:
    server = load_settings(write(home, f"SMTP_URL={url}")).smtp
    assert server is not None
    return server


def test_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path).model_dump() == {
        "home": tmp_path,
        "database": SecretStr("sqlite:///state/dateline.db"),
        "slack_bot_token": None,
        "slack_api_url": "https://slack.com/api",
        "smtp": None,
        "email_from": None,
        "public_url": None,
        "secret_key": None,
        "allow_networks": (),
        "log": "console",
        "keep": None,
        "fetch_timeout": timedelta(seconds=30),
        "per_host": 2,
        "max_feed_mb": 10,
        "metrics_port": None,
    }


def test_everything_can_be_set(tmp_path: Path) -> None:
    secrets = "".join(f"{name}='{value}'\n" for name, value in SECRETS.items())
    text = f"""{secrets}
        DATELINE_SLACK_API_URL=http://127.0.0.1:8080/api/
        DATELINE_EMAIL_FROM=Desk <desk@example.org>
        DATELINE_PUBLIC_URL=https://desk.example.org/
        DATELINE_ALLOW_NETWORKS=10.0.0.0/8, ::1/128, 192.168.1.7
        DATELINE_LOG=json
        DATELINE_KEEP=180d
        DATELINE_FETCH_TIMEOUT=1m
        DATELINE_PER_HOST=4
        DATELINE_MAX_FEED_MB=25
        DATELINE_METRICS_PORT=9100
        SOMETHING_ELSE=1
    """
    found = load_settings(write(tmp_path, text))
    assert found.database_url == SECRETS["DATABASE_URL"]
    assert found.slack_bot_token == SecretStr(SECRETS["SLACK_BOT_TOKEN"])
    assert found.secret_key == SecretStr(SECRETS["DATELINE_SECRET_KEY"])
    assert found.smtp is not None
    assert found.slack_api_url == "http://127.0.0.1:8080/api"
    assert found.email_from == "Desk <desk@example.org>"
    assert found.public_url == "https://desk.example.org"
    assert found.allow_networks == tuple(map(ip_network, ("10.0.0.0/8", "::1/128", "192.168.1.7/32")))
    assert (found.log, found.keep, found.fetch_timeout) == ("json", timedelta(days=180), timedelta(minutes=1))
    assert (found.per_host, found.max_feed_mb, found.metrics_port) == (4, 25, 9100)
    assert PASSWORD not in f"{found!r} {found} {found.model_dump()}"


def test_values_of_the_program_are_taken_as_they_are() -> None:
    server = SmtpServer(host="127.0.0.1", port=2525, user=None, password=None, tls="none")
    found = Settings(home=Path("/home"), fetch_timeout=timedelta(milliseconds=50), keep=None, smtp=server)
    assert (found.fetch_timeout, found.smtp) == (timedelta(milliseconds=50), server)


# --- where settings come from ------------------------------------------------------------------------------------


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "DATELINE_PER_HOST=3\nDATELINE_LOG=json\n")
    monkeypatch.setenv("DATELINE_PER_HOST", "5")
    monkeypatch.setenv("DATELINE_LOG", "")
    assert (load_settings(tmp_path).per_host, load_settings(tmp_path).log) == (5, "json")


def test_the_home_is_the_argument_then_the_environment_then_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().home == tmp_path
    assert load_settings(Path("desk")).home == tmp_path / "desk"
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "other"))
    assert load_settings().home == tmp_path / "other"
    assert load_settings(tmp_path).home == tmp_path


def test_the_file_does_not_move_the_home_it_lies_in(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "DATELINE_HOME=/elsewhere")).home == tmp_path


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_come_from_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "secret").write_text(SECRETS[name] + "\n")
    (tmp_path / "other").write_text("not this one, which would be refused")
    direct = load_settings(write(tmp_path, f"{name}='{SECRETS[name]}'"))
    assert load_settings(write(tmp_path, f"{name}_FILE=secret")) == direct
    assert load_settings(write(tmp_path, f"{name}='{SECRETS[name]}'\n{name}_FILE=other")) == direct
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
    assert load_settings(write(tmp_path, f"{name}=x://")) == direct


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "SLACK_BOT_TOKEN_FILE: cannot read token: No such file or directory"),
        (b" \n", "SLACK_BOT_TOKEN_FILE: token is empty"),
        (b"\xff\xfe", "SLACK_BOT_TOKEN_FILE: cannot read token: it is not UTF-8 text"),
    ],
    ids=["missing", "empty", "binary"],
)
def test_secret_files_that_cannot_be_used(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        load_settings(write(tmp_path, "SLACK_BOT_TOKEN_FILE=token"))
    assert str(refused.value) == says


def test_an_unreadable_file_of_settings(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DATELINE_LOG=\xff")
    with pytest.raises(SettingsError, match=r"cannot read .*\.env: it is not UTF-8 text"):
        load_settings(tmp_path)


# --- single values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("DATABASE_URL", "mysql://db/desk", "sqlite:///FILE or postgresql+psycopg://"),
        ("DATABASE_URL", "desk.db", "sqlite:///FILE or postgresql+psycopg://"),
        ("DATELINE_SLACK_API_URL", "slack.com/api", "a web address"),
        ("SMTP_URL", "mail.example.org", "smtp://USER:PASSWORD@HOST:PORT"),
        ("SMTP_URL", "smtp://mail.example.org?tls=maybe", "smtp://USER:PASSWORD@HOST:PORT"),
        ("SMTP_URL", "smtp://mail.example.org?tls=none&tls=starttls", "smtp://USER:PASSWORD@HOST:PORT"),
        ("SMTP_URL", "smtp://mail.example.org?tsl=none", "smtp://USER:PASSWORD@HOST:PORT"),
        ("SMTP_URL", "smtp://mail.example.org?none", "smtp://USER:PASSWORD@HOST:PORT"),
        ("SMTP_URL", "smtp://mail.example.org/inbox", "smtp://USER:PASSWORD@HOST:PORT"),
        ("SMTP_URL", "smtp://mail.example.org:mail", "smtp://USER:PASSWORD@HOST:PORT"),
        ("SMTP_URL", "smtp://%ff@mail.example.org", "smtp://USER:PASSWORD@HOST:PORT"),
        ("SMTP_URL", "smtp://", "smtp://USER:PASSWORD@HOST:PORT"),
        ("DATELINE_EMAIL_FROM", "desk", "a mail address"),
        ("DATELINE_EMAIL_FROM", "desk@example.org\nBcc: x@example.org", "a mail address"),
        ("DATELINE_PUBLIC_URL", "https://", "a web address"),
        ("DATELINE_PUBLIC_URL", "javascript:alert(1)", "a web address"),
        ("DATELINE_PUBLIC_URL", "https://desk.example.org/?page=", "a web address that links can begin with"),
        ("DATELINE_PUBLIC_URL", "https://me:pass@desk.example.org", "a web address that links can begin with"),
        ("DATELINE_PUBLIC_URL", "https://desk.example.org/\nX: y", "a web address that links can begin with"),
        ("DATELINE_PUBLIC_URL", "https://писк.example", "a web address that links can begin with"),
        ("DATELINE_SECRET_KEY", "short", "16 characters or more"),
        ("DATELINE_ALLOW_NETWORKS", "10.0.0.1/8", "networks with commas between"),
        ("DATELINE_ALLOW_NETWORKS", "localhost", "networks with commas between"),
        ("DATELINE_LOG", "xml", "console or json"),
        ("DATELINE_KEEP", "1h", "all, or a duration of a day or more"),
        ("DATELINE_KEEP", "for ever", "all, or a duration of a day or more"),
        ("DATELINE_FETCH_TIMEOUT", "0", "a duration of up to 10m"),
        ("DATELINE_FETCH_TIMEOUT", "1h", "a duration of up to 10m"),
        ("DATELINE_FETCH_TIMEOUT", "²", "a duration of up to 10m"),
        ("DATELINE_PER_HOST", "0", "a whole number from 1 to 64"),
        ("DATELINE_PER_HOST", "two", "a whole number from 1 to 64"),
        ("DATELINE_MAX_FEED_MB", "1.5", "a whole number from 1 to 1000"),
        ("DATELINE_METRICS_PORT", "65536", "a port number from 1 to 65535"),
    ],
)
def test_bad_values_name_the_variable_and_what_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path)
    assert str(refused.value).startswith(f"{name} must be {allowed}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", f"oracle://desk:{PASSWORD}@db/desk"),
        ("SMTP_URL", f"smtp://desk:{PASSWORD}?{PASSWORD}@mail.example.org"),
        ("SMTP_URL", f"smtp://desk:12/{PASSWORD}@mail.example.org"),
        ("SMTP_URL", f"smtp://desk:{PASSWORD}"),
        ("SMTP_URL", f"desk:{PASSWORD}@mail.example.org"),
        ("DATELINE_SECRET_KEY", PASSWORD),
    ],
)
def test_a_refused_secret_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path)
    assert PASSWORD not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    ("url", "resolved"),
    [
        ("sqlite:///state/dateline.db", "sqlite:///{home}/state/dateline.db"),
        ("sqlite:///desk.db?timeout=5", "sqlite:///{home}/desk.db?timeout=5"),
        ("sqlite:////var/desk.db", "sqlite:////var/desk.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("postgresql+psycopg://desk@db/desk", "postgresql+psycopg://desk@db/desk"),
        ("postgresql://desk@db/desk", "postgresql+psycopg://desk@db/desk"),
        ("postgres://desk@db/desk", "postgresql+psycopg://desk@db/desk"),
    ],
)
def test_database_addresses(tmp_path: Path, url: str, resolved: str) -> None:
    assert load_settings(write(tmp_path, f"DATABASE_URL={url}")).database_url == resolved.format(home=tmp_path)


def test_folders(tmp_path: Path) -> None:
    found = load_settings(tmp_path)
    assert found.state == tmp_path / "state"
    assert found.under_home("state/outbox") == tmp_path / "state" / "outbox"
    assert found.under_home("/var/outbox") == Path("/var/outbox")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://h", SmtpServer(host="h", port=587, user=None, password=None, tls="starttls")),
        ("smtp://h?tls=none", SmtpServer(host="h", port=25, user=None, password=None, tls="none")),
        ("smtp://h?tls=implicit", SmtpServer(host="h", port=465, user=None, password=None, tls="implicit")),
        ("smtps://h", SmtpServer(host="h", port=465, user=None, password=None, tls="implicit")),
        ("smtp://h:465/", SmtpServer(host="h", port=465, user=None, password=None, tls="implicit")),
        ("smtp://h:465?tls=starttls", SmtpServer(host="h", port=465, user=None, password=None, tls="starttls")),
        ("smtp://h:2525", SmtpServer(host="h", port=2525, user=None, password=None, tls="starttls")),
        ("smtp://[::1]:25?tls=none", SmtpServer(host="::1", port=25, user=None, password=None, tls="none")),
        (
            "smtp://desk%40example.org:p%3A%2F%20w@h",
            SmtpServer(host="h", port=587, user="desk@example.org", password=SecretStr("p:/ w"), tls="starttls"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_mail_servers(tmp_path: Path, url: str, server: SmtpServer) -> None:
    assert smtp(url, tmp_path) == server


def test_durations_without_a_unit_are_seconds(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "DATELINE_FETCH_TIMEOUT=45")).fetch_timeout == timedelta(seconds=45)
    assert load_settings(write(tmp_path, "DATELINE_KEEP=all")).keep is None


# --- what must not be shown --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-1", {"xoxb-1"}),
        ("DATELINE_SECRET_KEY", "sixteen letters!", {"sixteen letters!"}),
        ("SMTP_URL", "smtp://desk:p%40ss@h", {"p@ss"}),
        ("SMTP_URL", "smtp://desk%40example-newsroom.org:p%40ss@h", {"p@ss"}),
        ("SMTP_URL", "smtp://AKIAIOSFODNN7EXAMPLE:word@h", {"AKIAIOSFODNN7EXAMPLE", "word"}),
        ("SMTP_URL", "smtp://h", set()),
        ("DATABASE_URL", "postgresql://desk:p%40ss@db:5432/desk", {"p@ss"}),
        ("DATABASE_URL", "postgresql://desk:p/a#s?s@db:5432/desk", {"p/a#s?s"}),
        ("DATABASE_URL", "postgresql://db:5432/desk?user=a&password=p%40ss&sslpassword=word", {"p@ss", "word"}),
        ("DATABASE_URL", "postgresql://desk@db:5432/desk", set()),
        ("DATABASE_URL", "sqlite:////var/desk.db", set()),
        (
            "DATELINE_SLACK_API_URL",
            "https://a-key-of-a-proxy-service:word@proxy/api",
            {"a-key-of-a-proxy-service", "word"},
        ),
    ],
)
def test_what_is_secret(tmp_path: Path, name: str, value: str, secrets: set[str]) -> None:
    assert {one for one in load_settings(write(tmp_path, f"{name}='{value}'")).secrets if one} == secrets


def test_settings_that_were_loaded_are_kept_secret(tmp_path: Path) -> None:
    text = " ".join(SECRETS.values())
    assert PASSWORD in redact(f"said {PASSWORD}")
    load_settings(write(tmp_path, "".join(f"{name}='{value}'\n" for name, value in SECRETS.items())))
    assert PASSWORD not in redact(f"said {PASSWORD} {text} {quote(text)}")


def test_variables_of_rule_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from a file\n")
    given = Variables(write(tmp_path, "NEWS_LOGIN=me:written-there\nNEWS_KEY_FILE=key\nLOST_FILE=lost\n"))
    assert (given.secret("NEWS_LOGIN"), given.secret("NEWS_KEY")) == ("me:written-there", "from a file")
    assert (given.file_of("NEWS_KEY"), given.file_of("NEWS_LOGIN")) == (tmp_path / "key", None)
    assert redact("written-there from a file, in file key") == "••• •••, in file key"
    monkeypatch.setenv("NEWS_LOGIN", "me:set")
    monkeypatch.setenv("NEWS_KEY", "Bearer set-here")
    assert (given.secret("NEWS_LOGIN"), given.secret("NEWS_KEY")) == ("me:set", "Bearer set-here")
    assert redact("set-here") == "•••"
    assert given.secret("NOTHING") is None
    with pytest.raises(SettingsError, match=r"^LOST_FILE: cannot read lost: No such file or directory$"):
        given.secret("LOST")


def test_files_with_secrets_that_everybody_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token, key, env = tmp_path / "token", tmp_path / "key", tmp_path / ".env"
    for file in (token, key):
        file.write_text("xoxb-1234")
    write(tmp_path, "SLACK_BOT_TOKEN_FILE=token\nSMTP_URL_FILE=missing\nDATABASE_URL_FILE=/run/secrets/database\n")
    monkeypatch.setenv("DATELINE_SECRET_KEY_FILE", str(key))
    for file in (env, token, key):
        file.chmod(0o640)
    assert exposed_files(tmp_path) == []
    token.chmod(0o644)
    assert exposed_files(tmp_path) == [token]
    key.chmod(0o604)
    env.chmod(0o644)
    assert exposed_files(tmp_path) == [env, token, key]
    assert exposed_files(tmp_path / "empty") == [key]


def test_what_a_container_mounts_is_open_by_design(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "database").write_text("x")
    (tmp_path / "database").chmod(0o444)
    write(tmp_path, f"DATABASE_URL_FILE={tmp_path}/database\n").joinpath(".env").chmod(0o600)
    assert exposed_files(tmp_path) == [tmp_path / "database"]
    monkeypatch.setattr("monitor.settings._MOUNTED", (tmp_path,))
    assert exposed_files(tmp_path) == []
