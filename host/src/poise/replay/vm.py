"""Runner of the scripts of this folder in a MicroPython VM that has the firmware on its path."""

import os
import subprocess
from pathlib import Path

from ..build.bundle import firmware_folder
from ..errors import PoiseError, Reason
from ..twin.machine.vm import Vm

_SCRIPTS = Path(__file__).parent / "scripts"
_WIRE = Path(__file__).parents[1]  # the folder of the package `wire`


def run_script(vm: Vm, name: str, *arguments: object, heap: str = "2m") -> str:
    """Run a script; return its standard output. Raises PoiseError (TWIN_FAILED) with its last line of error."""
    command = [*vm.argv, "-X", f"heapsize={heap}", str(_SCRIPTS / name), *map(str, arguments)]
    done = subprocess.run(
        command,
        env={**os.environ, "MICROPYPATH": f"{firmware_folder()}:{_WIRE}:.frozen"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise PoiseError(
            Reason.TWIN_FAILED,
            f"the firmware failed in the {vm.bits}-bit VM: {said[0]}",
            "That is a fault of Poise: report it with this line and the trace.",
        )
    return done.stdout
