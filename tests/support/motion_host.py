"""Where the firmware's motion code is, for CPython and for the VMs."""

import os
import subprocess
import sys
from pathlib import Path

FIRMWARE = Path(__file__).parents[2] / "firmware"
SCRIPTS = Path(__file__).parents[1] / "firmware/motion_vm"
if str(FIRMWARE) not in sys.path:
    sys.path.append(str(FIRMWARE))


def run_script(vm, name: str, *args: object) -> str:
    """Run tests/firmware/motion_vm/`name` in the VM; its stdout. Fails with the VM's stderr."""
    done = subprocess.run(
        [*vm.argv, str(SCRIPTS / name), *map(str, args)],
        env={**os.environ, "MICROPYPATH": f"{FIRMWARE}:.frozen"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
