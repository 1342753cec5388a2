"""`dateline db` as a process on a real home."""

from __future__ import annotations

import fcntl

from tests.e2e.test_cli import Home, home  # noqa: F401


def test_a_rebuild_goes_through_all_articles_and_tells_nobody(home: Home) -> None:  # noqa: F811
    home.run("once", "--all")
    done = home.json("db", "rebuild", "--json")
    assert done == {"articles": 3, "reports": 2, "stories_compared_anew": 0, "mended": 0}
    assert home.json("once", "--all", "--json")["deliveries"]["sent"] == 0


def test_a_rebuild_keeps_off_while_a_daemon_runs(home: Home) -> None:  # noqa: F811
    (home.path / "state").mkdir()
    with (home.path / "state" / "dateline.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "already runs here" in home.run("db", "rebuild", code=1)
