"""The firmware's modules under CPython: their folder on the path, and the port's modules that they import.

To import this module is enough.
"""

import builtins
import sys
from pathlib import Path
from types import ModuleType

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from poise import wire
from poise.wire import codec, errors, framing, table, uuids

FIRMWARE = Path(__file__).parents[2] / "firmware"
WIRE = Path(codec.__file__).parent

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
        """Encrypt whole blocks of 16 bytes."""
        return self._cipher.encryptor().update(block)


def _put_module(name: str, **members: object) -> None:
    module = ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module


# Viper functions run as plain Python where no value has a sign in its array.
for pointer in ("ptr8", "ptr16", "ptr32"):
    setattr(builtins, pointer, object)
_put_module(
    "micropython",
    viper=lambda function: function,
    native=lambda function: function,
    const=lambda value: value,
)
_put_module("cryptolib", aes=Aes)
