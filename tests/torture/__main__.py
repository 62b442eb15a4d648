"""`python -m tests.torture`: long seeded searches for faults, boxed in time. One line of counts for each part.

A part is `run(seed, deadline)`: it tries as much as it can until `deadline` (of `time.monotonic`), with numbers that
depend on `seed` alone, and returns its counts. An exception is a finding: its message says how to see it again.
"""

import argparse
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from . import fuzz, link, soak, storage, twin, wear


@dataclass(frozen=True)
class Part:
    """`share`: of the time, in proportion to the other parts'. A part that takes what it takes stands first."""

    name: str
    share: float
    run: Callable[[int, float], dict[str, int]]


PARTS = (
    Part("soak, 90 days", 30, soak.ninety_days),
    Part("power cuts, 64 bits", 30, storage.cuts_64),
    Part("power cuts, 32 bits", 15, storage.cuts_32),
    Part("power cuts, twin", 25, twin.cuts),
    Part("link faults", 30, link.part),
    Part("soak-wear, up to 24 h", 40, wear.day),
    *(Part(name, share, run) for name, share, run in fuzz.PARTS),
)


def main() -> int:
    """Exit status 1 when a part has found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0, help="for all parts together")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--only", default="", help="parts whose name contains this")
    arguments = parser.parse_args()
    parts = [part for part in PARTS if arguments.only in part.name]
    end = time.monotonic() + arguments.seconds
    print(f"seed {arguments.seed}, {arguments.seconds:.0f} s", flush=True)
    failed = 0
    for index, part in enumerate(parts):
        now = time.monotonic()
        left = sum(other.share for other in parts[index:])
        failed += not _told(part, arguments.seed, now + max(end - now, 0.0) * part.share / left)
    return 1 if failed else 0


def _told(part: Part, seed: int, deadline: float) -> bool:
    start = time.monotonic()
    try:
        counts = part.run(seed, deadline)
    except Exception:  # noqa: BLE001 (whatever it is: told, and the other parts go on)
        print(f"{part.name}: FAILED with --seed {seed}\n{traceback.format_exc()}", flush=True)
        return False
    seconds = time.monotonic() - start
    told = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in counts.items())
    print(f"{part.name}: {told} in {seconds:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
