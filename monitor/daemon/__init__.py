"""The long-running service: runs the steps of `monitor.pipeline` by the clock, reacts to signals, stops cleanly.

A handful of APScheduler jobs, each a tick that asks the database what is due; no state of the work lives here, so that
a killed daemon loses nothing but time. Holds no logic: what is due and what becomes of it is decided elsewhere.

`jobs` is the file to read first; `life` is what tells a living daemon from a dead one.
"""

from monitor.daemon.jobs import Daemon
from monitor.daemon.running import run_daemon

__all__ = ["Daemon", "run_daemon"]
