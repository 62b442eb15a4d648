"""A past for a twin: a flash image with a log of many records, written by the firmware's own code."""

import os
import subprocess
from pathlib import Path

from ...build.bundle import firmware_folder
from ...errors import PoiseError, Reason
from ..machine.vm import Vm
from .flash import BLOCK_BYTES, BLOCKS

SCRIPT = Path(__file__).parent / "scripts" / "fill_flash.py"
SEGMENT_BYTES = 16_384  # the same as on the clip


def fill(vm: Vm, image: Path, n_bytes: int) -> int:
    """Append at least `n_bytes` of records to the log in `image`, which is made if missing. Call it before the twin
    starts.

    Returns the number after the last record. Raises PoiseError (TWIN_FAILED).
    """
    return _write(vm, image, str(n_bytes), str(SEGMENT_BYTES))


def begin(vm: Vm, image: Path, boot: int, first_seq: int) -> None:
    """Make an empty log whose first record will have this number, in the boot after `boot`.

    It is like that of a clip whose host has all its older records. Raises PoiseError (TWIN_FAILED).
    """
    _write(vm, image, "begin", str(boot), str(first_seq))


def _write(vm: Vm, image: Path, *arguments: str) -> int:
    if not image.exists():
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(b"\xff" * (BLOCK_BYTES * BLOCKS))
    host = Path(__file__).resolve().parents[2]
    env = {**os.environ, "MICROPYPATH": f"{firmware_folder()}:{host}:.frozen"}
    command = [*vm.argv, str(SCRIPT), str(image), *arguments]
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise PoiseError(
            Reason.TWIN_FAILED, f"the flash image can't be filled: {last[0]}", "Take another image."
        )
    return int(done.stdout.split()[-1])
