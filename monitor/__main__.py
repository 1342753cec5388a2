"""`python -m monitor` is `dateline`."""

import signal


def main() -> None:
    """Read the program, then run it. Ctrl-C while it is still being read ends it without a word."""
    heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not in the background of a shell
    if heeded:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from monitor import cli

    if heeded:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


if __name__ == "__main__":
    main()
