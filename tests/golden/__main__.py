"""Writes the golden files anew and names those that changed: look at the difference before you commit it."""

from __future__ import annotations

from tests.golden import FOLDER, files_of, keep, kept
from tests.golden.digests import SAMPLES
from tests.templates import built_in_templates


def main() -> None:
    templates = built_in_templates()
    for name, sample in SAMPLES.items():
        before, now = kept(name), files_of(sample, templates)
        keep(name, now)
        for file in sorted(before.keys() | now.keys()):
            if before.get(file) != now.get(file):
                print(f"{FOLDER.name}/{name}/{file}")


main()
