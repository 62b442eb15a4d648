"""MicroPython's `esp` on the twin: the size of the whole flash chip, and reading of it."""

from micropython import const
import _twin
from struct import pack, unpack

_OP_CHIP_SIZE = const(0x14)  # -> bytes u32
_OP_CHIP_READ = const(0x15)  # offset u32, bytes u32 -> that many bytes


def flash_size() -> int:
    """Return the bytes of the chip."""
    return unpack("<I", _twin.call(_OP_CHIP_SIZE))[0]


def flash_read(offset: int, buf: "Buffer") -> None:
    """Fill `buf` from this offset of the chip on."""
    buf[:] = _twin.call(_OP_CHIP_READ, pack("<II", offset, len(buf)))
