"""Benchmark of `poise --help`, beside the bare interpreter."""

import subprocess
import sys
import time
from pathlib import Path

from .table import Row

RUNS = 7


def _best_s(command: list[str]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def rows() -> list[Row]:
    """Return the best of a few runs with a warm file cache."""
    poise = _best_s([str(Path(sys.executable).with_name("poise")), "--help"])
    bare = _best_s([sys.executable, "-c", "pass"])
    return [
        Row(
            "`poise --help`", f"{poise:.2f} s", f"bare Python {bare:.2f} s", poise / bare, "≤ 0.3 s"
        )
    ]
