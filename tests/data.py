"""Where the real, uncommitted test data lies."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("DATELINE_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"no test data at {DATA}: set DATELINE_TEST_DATA to the folder that holds it"
)
