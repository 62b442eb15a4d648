"""The firmware's modules under CPython where they are pure, and its scripts in the MicroPython VMs."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.firmware_path import FIRMWARE, WIRE

SCRIPTS = Path(__file__).parent / "clip_vm"
LOSS = Path(__file__).parents[1] / "powerloss/loss_vm"  # has the flash in RAM


@pytest.fixture
def run_script(vm, tmp_path):
    """Runs a script of clip_vm/ in the VM with the firmware on its path; gives its output."""
    (tmp_path / "wire").symlink_to(WIRE, target_is_directory=True)

    def run(name: str, *arguments: str, heap: str = "4M") -> str:
        path = f"{SCRIPTS}:{LOSS}:{FIRMWARE}:{tmp_path}:.frozen"
        done = subprocess.run(
            [*vm.argv, "-X", f"heapsize={heap}", str(SCRIPTS / name), *arguments],
            env={**os.environ, "MICROPYPATH": path}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
