"""A complete Dateline home for the demo: the starter desk's rules with the invented outlets' feeds.

The desk's regions, groups and rules are taken as they are; only its feeds and digests are replaced.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from monitor.demo.day import Day
from monitor.demo.server import LOOPBACK
from monitor.errors import SettingsError
from monitor.lock import running_pid
from monitor.rulebook import builtin_home
from monitor.settings import Settings

ALERTS, SUMMARY = "desk-alerts", "desk-summary"
"""The demo's two subscriptions."""

OUTBOX = "digests"
"""Where both are delivered to, in the home."""

LOG = "dateline.log"

_MARK = ".dateline-demo"
_MADE = ("home", "index.html", LOG)
_REPLACED = ("feeds", "digests", "operator")
_HEAD = "# yaml-language-server: $schema=schema.json\n#\n# Written by `dateline demo`.\n"


def clear(folder: Path) -> None:
    """Make ``folder`` ready for a new demo, with nothing of a former one left.

    Raises SettingsError where it holds anything that no demo has put there.
    """
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{folder} is a file: name another folder with --out")
    former = (folder / _MARK).is_file()
    if folder.is_dir() and not former and any(folder.iterdir()):
        raise SettingsError(f"{folder} holds files that no demo has written: name another folder with --out")
    if former and (pid := running_pid(settings_for(folder))):
        raise SettingsError(f"a Dateline with pid {pid} runs on {folder / 'home'}: stop it first")
    for name in _MADE:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("This folder was made by `dateline demo`, which may make it anew.\n")


def settings_for(folder: Path) -> Settings:
    """Return the settings of the demo's home: whatever the environment says, its database and files lie in there."""
    return Settings(
        home=(folder / "home").absolute(),
        database="sqlite:///state/dateline.db",
        allow_networks=f"{LOOPBACK}/32",
    )


def write_home(folder: Path, day: Day, address: str) -> Path:
    """Write the home whose feeds are served under ``address``; returns where it lies."""
    home = folder / "home"
    (home / "rules").mkdir(parents=True)
    (home / "state").mkdir()
    yaml = YAML()
    yaml.width = 10_000
    for file in sorted((builtin_home() / "rules").glob("*.yaml")):
        desk = yaml.load(file)
        for key in _REPLACED:
            desk.pop(key, None)
        if desk.keys() - {"version"}:
            yaml.dump(desk, home / "rules" / file.name)
    shutil.copy(builtin_home() / "rules" / "schema.json", home / "rules" / "schema.json")
    for name, block in (("feeds", _feeds(day, address)), ("digests", _digests(day))):
        with (home / "rules" / f"{name}.yaml").open("w", encoding="utf-8") as out:
            out.write(_HEAD)
            yaml.dump({"version": 1, name: block}, out)
    (home / ".env").write_text(
        "# The invented outlets were served from this machine. Their server ended with the demo.\n"
        f"DATELINE_ALLOW_NETWORKS={LOOPBACK}/32\n"
    )
    return home


def _feeds(day: Day, address: str) -> dict[str, Any]:
    return {
        feed: {
            "url": f"{address}/{feed}",
            "name": outlet.name,
            "home": outlet.home,
            "language": outlet.language,
            "trust": outlet.trust,
            "every": "5m",
            "tags": [outlet.tag],
        }
        for outlet in day.outlets
        for feed in outlet.feeds
    }


def _digests(day: Day) -> dict[str, Any]:
    return {
        ALERTS: {
            "rules": ["balochistan-*"],
            "severity": "high",
            "when": "immediately",
            "timezone": day.timezone,
            "to": [f"folder:{OUTBOX}"],
        },
        SUMMARY: {
            "regions": ["balochistan"],
            "when": "10:30, 12:00",
            "timezone": day.timezone,
            "to": [f"folder:{OUTBOX}"],
        },
    }
