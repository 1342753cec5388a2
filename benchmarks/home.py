"""A home with the starter desk's rules and digests, but other feeds."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from monitor.rulebook import builtin_home


def make_home(folder: Path, feeds: Mapping[str, str]) -> Path:
    """Write a home that watches ``feeds`` (id to address)."""
    shutil.copytree(builtin_home() / "rules", folder / "rules")
    listed = {feed: {"url": url, "name": f"Outlet {feed}", "language": "en"} for feed, url in feeds.items()}
    (folder / "rules" / "feeds.yaml").write_text(json.dumps({"version": 1, "feeds": listed}, indent=1))  # JSON is YAML
    return folder


def environment() -> dict[str, str]:
    """Return the environment for a process that reads feeds from loopback, without the operator's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "SLACK_", "SMTP_"))}
    kept.pop("DATABASE_URL", None)
    return kept | {"DATELINE_ALLOW_NETWORKS": "127.0.0.0/8"}
