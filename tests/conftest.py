"""What holds for every test.

Hypothesis gives the same examples in every run, so that a change is judged by what it changed;
`HYPOTHESIS_PROFILE=explore` looks for new ones. Secrets that one test made up are words like any other to the next.
"""

import os

import pytest
from hypothesis import settings

from monitor import redaction

settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True)
def no_secrets_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", set())
    monkeypatch.setattr(redaction, "_forms", ())
    monkeypatch.setattr(redaction, "_escaped", ())
