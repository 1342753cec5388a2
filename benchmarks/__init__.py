"""What Dateline costs, beside the `reader` library and against the limits that it promises to keep.

    python -m benchmarks            everything; `make bench` does this
    python -m benchmarks polls      300 feeds of 30 entries, polled by Dateline and by `reader` in turn
    python -m benchmarks once       `dateline once --all` on 150 real feed files
    python -m benchmarks backtest   `dateline backtest`: 50 rules against 50 others, on 100,000 real feed items

Ends with exit code 1 if something that must hold does not. Processor time is what is compared: it hardly changes with
what else the machine does, and both sides of a ratio were measured within the same minutes.
"""
