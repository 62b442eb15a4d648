"""The firmware's modules under CPython where they are pure, and its scripts in the MicroPython VMs."""

import builtins
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from poise import wire
from poise.wire import codec, errors, framing, table, uuids

FIRMWARE = Path(__file__).parents[2] / "firmware"
WIRE = Path(codec.__file__).parent
SCRIPTS = Path(__file__).parent / "clip_vm"
LOSS = Path(__file__).parents[1] / "powerloss/loss_vm"  # has the flash in RAM

if str(FIRMWARE) not in sys.path:
    sys.path.insert(0, str(FIRMWARE))
# On the clip the wire package is top-level.
for module in (wire, codec, errors, framing, table, uuids):
    sys.modules[module.__name__.removeprefix("poise.")] = module


class Aes:
    """MicroPython's `cryptolib.aes` in its mode 1, ECB."""

    def __init__(self, key: bytes, mode: int) -> None:
        assert mode == 1
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())

    def encrypt(self, block: bytes) -> bytes:
        return self._cipher.encryptor().update(block)


# Viper functions run as plain Python where no value has a sign in its array.
for pointer in ("ptr8", "ptr16", "ptr32"):
    setattr(builtins, pointer, object)
sys.modules["micropython"] = SimpleNamespace(  # type: ignore[assignment]
    viper=lambda function: function, native=lambda function: function, const=lambda value: value
)
sys.modules["cryptolib"] = SimpleNamespace(aes=Aes)  # type: ignore[assignment]


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
