"""Gives a twin a past: a flash image with a log of many records, written by the firmware's own code."""

import os
import subprocess
from pathlib import Path

from ..errors import PoiseError, Reason
from ..flash.bundle import firmware_folder
from .flashchip import BLOCK_BYTES, BLOCKS
from .vm import Vm

SCRIPT = Path(__file__).parent / "scripts" / "fill_flash.py"
SEGMENT_BYTES = 16_384  # as the clip has it


def fill(vm: Vm, image: Path, n_bytes: int) -> int:
    """Appends at least `n_bytes` of records to the log in `image`, which is made when it is not there.

    Before the twin starts on it. Returns the number after the last record. Raises PoiseError (TWIN_FAILED).
    """
    if not image.exists():
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(b"\xff" * (BLOCK_BYTES * BLOCKS))
    host = Path(__file__).resolve().parents[1]
    env = {**os.environ, "MICROPYPATH": f"{firmware_folder()}:{host}:.frozen"}
    command = [*vm.argv, str(SCRIPT), str(image), str(n_bytes), str(SEGMENT_BYTES)]
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise PoiseError(
            Reason.TWIN_FAILED, f"the flash image can't be filled: {last[0]}", "Take another image."
        )
    return int(done.stdout.split()[-1])
