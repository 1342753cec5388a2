"""`python -m tools.audit LOCK_FILE…` (`make audit`): looks every pinned package up in the advisories of osv.dev.

Exits 1 where one has a known vulnerability that `ignored.toml` does not pass over. Where the service cannot be reached
it says so and exits 0: no network is no vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tools.audit.findings import problems, read_ignored

SERVICE = "api.osv.dev"
LONGEST_SECONDS = 300


def main(lock_files: list[str]) -> int:
    ignored = read_ignored((Path(__file__).parent / "ignored.toml").read_text("utf-8"))
    # Hashes make the files complete: nothing is resolved or installed, only looked up.
    options = ["--disable-pip", "--require-hashes", "--vulnerability-service", "osv"]
    options += ["--format", "json", "--desc", "off", "--aliases", "on", "--progress-spinner", "off"]
    files = [word for file in lock_files for word in ("--requirement", file)]
    try:
        asked = subprocess.run(  # noqa: S603 - our own arguments
            [sys.executable, "-m", "pip_audit", *options, *files], capture_output=True, timeout=LONGEST_SECONDS
        )
        report = json.loads(asked.stdout)
    except subprocess.TimeoutExpired:
        print(f"Not audited: {SERVICE} did not answer within {LONGEST_SECONDS} s.")
        return 0
    except json.JSONDecodeError:
        said = asked.stderr.decode(errors="replace").strip()
        if SERVICE in said.rpartition("\n")[2]:
            print(f"Not audited: {SERVICE} cannot be reached.")
            return 0
        print(said, file=sys.stderr)  # a fault of ours, or of a lock file
        return 1
    found = [*problems(report, ignored, datetime.now(UTC).date())]
    print(*(found or [f"No known vulnerability in {len(report['dependencies'])} packages."]), sep="\n")
    return 1 if found else 0


sys.exit(main(sys.argv[1:]))
