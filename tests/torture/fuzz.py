"""`python -m tests.torture.fuzz SECONDS [SEED] [TARGET]`: every fuzz target in turn, each in a process of its own.

With atheris installed (`pip install -e '.[fuzz]'`) the fuzzing is guided by coverage, and what it has learned is kept
in build/fuzz/corpus; without it, it is a seeded mutation of real data. A finding's input is kept in build/fuzz/crashes.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .targets import TARGETS

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build/fuzz"
_START_S = 1.5  # of a child, before its first execution
_GRACE_S = 120.0  # a child that has not ended so long after its time hangs


class Finding(Exception):
    """A target raised; the text says what and how to see it again."""


def fuzz(name: str, seed: int, deadline: float) -> dict[str, int]:
    """Fuzzes one target until `deadline` (of time.monotonic). Counts: `runs` with the engine's name, `edges`.

    Raises Finding.
    """
    corpus, crashes = KEPT / "corpus" / name, KEPT / "crashes" / name
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    seconds = max(deadline - time.monotonic() - _START_S, 1.0)
    child = [sys.executable, "-m", "tests.torture.fuzz_child", name, f"{seconds:.1f}"]
    try:
        done = subprocess.run(
            [*child, str(seed), str(corpus), str(crashes)], cwd=ROOT, env=_environment(), capture_output=True,
            text=True, errors="replace", timeout=seconds + _GRACE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Finding(f"{name}: does not end (seed {seed})") from None
    if done.returncode:
        raise Finding(_told(name, seed, done.stdout + done.stderr))
    return _counts(done.stdout, done.stderr)


def _environment() -> dict[str, str]:
    paths = [str(ROOT), str(ROOT / "host/src"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _counts(out: str, err: str) -> dict[str, int]:
    told = [json.loads(line) for line in out.splitlines() if line.startswith('{"engine"')]
    engine = told[-1]["engine"].replace(" ", "_")
    if engine != "atheris":
        return {f"runs_by_{engine}": told[-1]["runs"]}
    executed = re.findall(r"stat::number_of_executed_units:\s*(\d+)", err)
    edges = re.findall(r"\bcov: (\d+)", err)
    return {
        "runs_by_atheris": int(executed[-1]) if executed else 0,
        "edges": int(edges[-1]) if edges else 0,
    }


def _told(name: str, seed: int, text: str) -> str:
    trace = text.find("Traceback")
    # What atheris says of itself begins with "INFO" and does not help.
    excerpt = text[trace:].partition("INFO")[0] if trace >= 0 else text[-4000:]
    kept = re.findall(r"Test unit written to (\S+)", text)
    again = f"python -m tests.torture.fuzz_child {name} --replay {_short(kept[-1])}" if kept else ""
    return f"{name} (seed {seed}):\n{excerpt}\nagain: {again or 'no input was kept'}"


def _short(path: str) -> str:
    return str(Path(path).relative_to(ROOT)) if path.startswith(str(ROOT)) else path


# (name, share of the time, run(seed, deadline) -> counts)
PARTS: tuple[tuple[str, float, Callable[[int, float], dict[str, int]]], ...] = tuple(
    (f"fuzz {target.name}", target.share, partial(fuzz, target.name)) for target in TARGETS.values()
)


def main(arguments: list[str]) -> int:
    """Exit status 1 when a target has found something."""
    seconds = float(arguments[0]) if arguments else 60.0
    seed = int(arguments[1]) if len(arguments) > 1 else secrets.randbelow(1_000_000)
    only = arguments[2] if len(arguments) > 2 else ""
    parts = [part for part in PARTS if only in part[0]]
    end = time.monotonic() + seconds
    print(f"seed {seed}, {seconds:.0f} s", flush=True)
    found = 0
    for index, (name, share, run) in enumerate(parts):
        now = time.monotonic()
        left = sum(part[1] for part in parts[index:])
        try:
            counts = run(seed, now + max(end - now, 0.0) * share / left)
        except Finding as finding:
            found += 1
            print(f"{name}: FAILED {finding}", flush=True)
            continue
        told = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in counts.items())
        print(f"{name}: {told} in {time.monotonic() - now:.0f} s", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
