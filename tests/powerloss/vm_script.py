"""Runs a script of loss_vm/ in a MicroPython VM with the firmware on its path."""

import json
import os
import subprocess
from pathlib import Path

from poise.twin.machine.vm import Vm

SCRIPTS = Path(__file__).parent / "loss_vm"
ROOT = SCRIPTS.parents[2]
_PATH = (SCRIPTS, ROOT / "firmware", ROOT / "host/src/poise", ".frozen")


class ScriptFailed(AssertionError):
    """The script ended with an error; the message is what it said."""


def run_script(
    vm: Vm, name: str, *plain: str, heap: str = "16M", timeout_s: float = 250.0, **arguments: object
) -> str:
    """The script's output. `arguments` become name=value. Raises ScriptFailed."""
    given = [*plain, *(f"{key}={value}" for key, value in arguments.items())]
    done = subprocess.run(
        [*vm.argv, "-X", f"heapsize={heap}", str(SCRIPTS / name), *given],
        env={**os.environ, "MICROPYPATH": ":".join(map(str, _PATH))},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if done.returncode:
        raise ScriptFailed(f"{name} {' '.join(given)}\n{done.stdout}{done.stderr}")
    return done.stdout


def counts_of(
    vm: Vm, name: str, *plain: str, heap: str = "16M", timeout_s: float = 250.0, **arguments: object
) -> dict[str, int]:
    """The counts that the script prints on its last line. Raises ScriptFailed."""
    output = run_script(vm, name, *plain, heap=heap, timeout_s=timeout_s, **arguments)
    counts: dict[str, int] = json.loads(output.splitlines()[-1])
    return counts


_HEAP_BOUND = 16_384  # bytes that the heap may lose between day 5 and the end
_SPARE_BLOCKS = 24  # of the flash, that must be free at the end of every day


def soaked(vm: Vm, days: int, seed: int) -> dict[str, int]:
    """Counts of soak.py, once the heap was flat, the host complete and blocks were left. Raises AssertionError too."""
    counts = counts_of(vm, "soak.py", days=days, seed=seed, timeout_s=900.0)
    lost = counts["heap_early"] - counts["heap_end"]
    assert lost < _HEAP_BOUND, f"seed {seed}: the heap lost {lost} bytes"
    assert (
        counts["host_records"] + counts["gap_told"] >= counts["records"] - counts["lost_unsynced"]
    )
    assert counts["used_blocks_most"] <= counts["blocks"] - _SPARE_BLOCKS
    assert counts["power_cuts"] >= days - 1
    return counts
