"""Random stories of a clip's storage with power cuts at random flash operations, and cuts in the start after."""

import time
from collections import Counter

from poise.twin.machine.vm import find_vm
from tests.powerloss.vm_script import counts_of


def cuts_64(seed: int, deadline: float) -> dict[str, int]:
    """On the 64-bit VM. Raises ScriptFailed that names the story's seed and the cut."""
    return _cuts(64, seed, deadline)


def cuts_32(seed: int, deadline: float) -> dict[str, int]:
    """On the 32-bit VM."""
    return _cuts(32, seed + 500_000_000, deadline)


def _cuts(bits: int, seed: int, deadline: float) -> dict[str, int]:
    vm = find_vm(bits)
    total: Counter[str] = Counter(stories=0)
    while time.monotonic() < deadline:
        counts = counts_of(
            vm, "explore.py", story="random", shapes="one", second=2,
            seed=seed * 1000 + total["stories"], seconds=max(deadline - time.monotonic(), 0.5),
        )  # fmt: skip
        total["stories"] += 1
        total["wrapped_logs"] += counts.pop("oldest_seq") > 1
        total.update(counts)
    return dict(total)
