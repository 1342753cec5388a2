"""`dateline demo`: an invented day, played through the real pipeline, and its result as files.

    day.yaml, day    six outlets, what they publish from nine to twelve, what they get wrong
    newsroom         what their feeds hold at a moment
    server           serves them on the loopback address
    home             a Dateline home: the starter desk's rules, these feeds
    run              start → poll → compose → deliver, minute by minute of a simulated clock
    page             one page that tells the day to somebody who has never seen Dateline

Every text in it is made up. Nothing outside the folder is read or written, nothing is sent anywhere.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
import webbrowser
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from monitor.demo.day import load_day
from monitor.demo.home import OUTBOX, clear, write_home
from monitor.demo.newsroom import Newsroom
from monitor.demo.page import page
from monitor.demo.run import Sent, run_day
from monitor.demo.server import serving
from monitor.digests.words import counted
from monitor.pipeline import Counts

__all__ = ["play"]


def play(folder: Path, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Play the day into ``folder``, which is made anew; return what it came to, as JSON.

    ``say`` is given one plain line after another.
    """
    began = time.monotonic()
    day = load_day()
    clear(folder)
    newsroom = Newsroom(day)
    say(f"{day.starts_at:%A, %d %B %Y}, {day.timezone}. The outlets and their news are invented, the pipeline is real.")
    say("")
    with serving(newsroom) as address:
        home = write_home(folder, day, address)
        played = asyncio.run(run_day(day, newsroom, folder, say=say))
    index = folder / "index.html"
    index.write_text(page(day, played, folder), "utf-8")
    for line in _summary(played.counts, played.sent, index):
        say(line)
    say(f"It took {time.monotonic() - began:.1f} s.")
    if _has_display():
        webbrowser.open(index.absolute().as_uri())
    kinds = Counter(one.digest.kind for one in played.sent)
    told = {"alerts": kinds["alert"], "digests": kinds["digest"]}
    return {**played.counts.as_json(), **told, "page": index.absolute(), "home": home.absolute()}


def _summary(counts: Counts, sent: Sequence[Sent], index: Path) -> Iterator[str]:
    alerts = sum(one.digest.kind == "alert" for one in sent)
    home = index.parent / "home"
    yield ""
    yield f"feeds       asked {counts.polled} times: {counts.not_modified} not modified, {counts.failed} failed"
    yield f"articles    {counts.new} stored, {counts.duplicate} of them copies, {counts.revised} edited later"
    yield f"sent        {counted(alerts, 'alert')}, {counted(len(sent) - alerts, 'digest')}"
    yield ""
    yield f"The day     {index.absolute()}"
    yield f"Digests     {home.absolute() / OUTBOX}"
    yield f"Look deeper dateline explain --home {home} --article 14 ; dateline deliveries list --home {home}"


def _has_display() -> bool:
    """Tell whether somebody sits in front of this machine's screen; a build server or a remote shell has none."""
    if "CI" in os.environ or "SSH_CONNECTION" in os.environ or not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY"))
