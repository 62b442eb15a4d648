"""`python -m bench [--trace FILE.npz]`: runs the benchmarks, prints them, and writes docs/BENCHMARKS.md."""

import argparse
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from . import chain, cli, desks, kernel, link, memory, pixel, years
from .table import Row, markdown

TARGET = Path(__file__).parents[1] / "docs/BENCHMARKS.md"
HEAD = """# Benchmarks

Made by `make bench` ({command}) on {date}: {machine}. Each figure stands beside a yardstick of the same run, because
absolute times are this machine's. `--trace FILE.npz` measures the kernel on a recording (arrays as in
[replay.md](developers/replay.md)); without it, on synthesised head motion.

"""


def main() -> int:
    """Run the benchmarks; return exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--trace", type=Path, help="a recording, .npz")
    parser.add_argument(
        "--only",
        choices=("kernel", "chain", "link", "cli", "memory", "pixel", "years", "desks"),
        help="print one part, write nothing",
    )
    arguments = parser.parse_args()
    parts = {
        "kernel": lambda: kernel.rows(arguments.trace),
        "chain": chain.rows,
        "link": link.rows,
        "cli": cli.rows,
        "memory": memory.rows,
        "pixel": pixel.rows,
        "years": years.rows,
        "desks": desks.rows,
    }
    rows: list[Row] = []
    for name, part in parts.items():
        if arguments.only in (None, name):
            rows += part()
    table = markdown(rows)
    sys.stdout.write(table + "\n")
    if arguments.only is None:
        given = " with a recording" if arguments.trace else ""
        machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
        head = HEAD.format(
            command="`python -m bench`" + given, date=datetime.now(UTC).date(), machine=machine
        )
        TARGET.write_text(head + table + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
