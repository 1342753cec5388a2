"""`python -m tools.gazetteer.fetch FOLDER`: gets the npm packages that npm.txt pins, and checks that they are those."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

_PINS = Path(__file__).parent / "npm.txt"


def main(folder: str) -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for line in _PINS.read_text(encoding="utf-8").splitlines():
        package, integrity = line.split()
        archive = target / f"{package.replace('@', '-')}.tgz"
        if not archive.exists():
            subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, package], check=True)  # noqa: S603, S607
        found = f"sha512-{b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()}"
        if found != integrity:
            archive.unlink()
            sys.exit(f"{package} is not what npm.txt pins: {found}")


if __name__ == "__main__":
    main(sys.argv[1])
