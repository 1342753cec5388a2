"""`python -m monitor` is `dateline`."""

from monitor.cli import main

main()
