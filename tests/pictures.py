"""Pictures of every sample digest, to be looked at: mail on a phone and on a desk, Slack, each light and dark.

``python -m tests.pictures OUT`` writes them as PNG into OUT, with `index.html` and `index.png` that show all of them
(`make pictures`); names behind OUT choose samples. Wants Chromium on the PATH, or in ``CHROMIUM``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.model import Digest
from tests.blockkit_html import page
from tests.golden import email_of, slack_of
from tests.golden.digests import SAMPLES
from tests.templates import built_in_templates

_CHROMIUM = (
    *(os.environ.get("CHROMIUM", "chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
    *("--force-device-scale-factor=1", "--font-render-hinting=none"),
)
_DARK = "--blink-settings=preferredColorScheme=0"
_SURFACES = (("email", 375), ("email", 700), ("slack", 375), ("slack", 760))
_SHEET_WIDTH = 2_300
_TALLEST = 16_000
"""Pixels that Chromium photographs in one piece; the 40 stories are longer on a phone."""


@dataclass(frozen=True, slots=True)
class Picture:
    sample: str
    surface: str
    width: int
    scheme: Literal["light", "dark"]

    @property
    def name(self) -> str:
        return f"{self.sample}-{self.surface}-{self.width}-{self.scheme}.png"


def main(out: Path, *chosen: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    pages = dict(_pages(out, chosen or tuple(SAMPLES)))
    heights = _heights(out, pages)
    pictures = [
        Picture(sample, surface, width, scheme)
        for sample in (chosen or SAMPLES)
        for surface, width in _SURFACES
        for scheme in ("light", "dark")
    ]
    for picture in pictures:
        key = picture.sample, picture.surface
        _photograph(pages[key], out / picture.name, picture, heights[(*key, picture.width)])
    _contact_sheet(out, pictures)


def _pages(out: Path, chosen: Sequence[str]) -> Iterator[tuple[tuple[str, str], Path]]:
    templates = built_in_templates()
    for name in chosen:
        sample = SAMPLES[name]
        parts = [asdict(part) for part in slack_of(sample, templates)]
        slack = page(parts, time=_sent_at(sample.digest), began=_sent_at(sample.root or sample.digest))
        for surface, words in (("email", email_of(sample, templates).html), ("slack", slack)):
            file = out / f"{name}-{surface}.html"
            file.write_text(words, "utf-8")
            yield (name, surface), file


def _sent_at(digest: Digest) -> str:
    return f"{digest.window.to_at.astimezone(ZoneInfo(digest.timezone)):%H:%M}"


def _heights(out: Path, pages: dict[tuple[str, str], Path]) -> dict[tuple[str, str, int], int]:
    frames = [(name, surface, width) for name, surface in pages for of, width in _SURFACES if of == surface]
    measured = _measure(out, [(pages[name, surface], width) for name, surface, width in frames])
    return dict(zip(frames, measured, strict=True))


def _measure(out: Path, pages: Sequence[tuple[Path, int]]) -> list[int]:
    """Let Chromium lay pages out at their widths, in frames of a page of ours, and say how long they became."""
    measuring = out / "heights.html"
    frames = "".join(
        f'<iframe width="{width}" srcdoc="{escape(page.read_text("utf-8"))}"></iframe>' for page, width in pages
    )
    script = (
        "onload = () => document.body.textContent = JSON.stringify("
        "[...document.querySelectorAll('iframe')].map(one => one.contentDocument.documentElement.scrollHeight))"
    )
    measuring.write_text(f'<!doctype html><meta charset="utf-8"><body>{frames}<script>{script}</script>', "utf-8")
    dom = _chromium("--dump-dom", measuring.absolute().as_uri())
    measuring.unlink()
    found = re.search(r"<body>\s*(\[[\d,\s]*\])", dom)
    assert found, dom[-500:]
    heights: list[int] = json.loads(found[1])
    return heights


def _photograph(page: Path, file: Path, picture: Picture, height: int) -> None:
    size = f"--window-size={picture.width},{min(height, _TALLEST)}"
    scheme = (_DARK,) if picture.scheme == "dark" else ()
    _chromium(size, *scheme, f"--screenshot={file.absolute()}", page.absolute().as_uri())


def _contact_sheet(out: Path, pictures: Sequence[Picture]) -> None:
    figures = "".join(
        f'<figure><img src="{one.name}" width="{one.width // 2}"><figcaption>{one.name}</figcaption></figure>'
        for one in pictures
    )
    style = "body{background:#777;font:10px sans-serif;display:flex;flex-wrap:wrap;align-items:start}figure{margin:6px}"
    sheet = out / "index.html"
    sheet.write_text(f'<!doctype html><meta charset="utf-8"><style>{style}</style>{figures}', "utf-8")
    [height] = _measure(out, [(sheet, _SHEET_WIDTH)])
    size = f"--window-size={_SHEET_WIDTH},{height}"
    _chromium(size, f"--screenshot={(out / 'index.png').absolute()}", sheet.absolute().as_uri())


def _chromium(*arguments: str) -> str:
    done = subprocess.run((*_CHROMIUM, *arguments), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
