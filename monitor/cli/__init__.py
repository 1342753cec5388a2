"""The `dateline` command: each reads settings, calls the steps, prints, and exits 0, 1 ("no", or failed) or 2 (misuse).

Holds no logic. Commands are grouped by module: `running`, `rules`, `backtest`, `feeds`, `stories`, `deliveries`,
`regions`, `silence`, `web`, `database`, `backups`.
"""

import sys

from monitor.cli.base import app, explain_failure
from monitor.errors import MonitorError
from monitor.logs import configure_logs, log_crash, log_crashes

# Importing a module adds its commands.
from monitor.cli import backtest, backups, database, deliveries, feeds, regions, rules, running, silence, stories, web  # noqa: F401  isort:skip


def main() -> None:
    """Run the command line; errors that Dateline raises on purpose become one clear line and exit code 1."""
    configure_logs("console")
    log_crashes()
    try:
        app()
    except MonitorError as error:
        explain_failure(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `dateline … | head`
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        log_crash(error)
        sys.exit(1)


__all__ = ["app", "main"]
