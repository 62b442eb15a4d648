"""MicroPython's `esp32` on the twin: the file system's partition as a block device, wake-up pin, the system's heap."""

from micropython import const
import _twin
import os
from errno import EINVAL
from struct import pack, unpack

_OP_PROG = const(0x11)
_OP_ERASE = const(0x12)
_OP_INFO = const(0x13)
_OP_WAKE = const(0x27)
_OP_HEAP = const(
    0x35
)  # bytes of Python's heap in use u32 -> total, free, largest block, least free: u32 each

_PROGRAM_US_BYTE = const(3)  # 0.7 ms a page of 256 bytes and
_ERASE_US = const(45_000)  # a sector: typical of the NOR flash on these modules

# The flash is read here and not over the pipe: an update asks more than a hundred thousand times. Opened at once, since
# numbers of files belong to the machine's own file system, which is not at the root for long. A bench has no flash.
_image_fd = os.getenv("POISE_TWIN_FLASH_FD")
_image = open(int(_image_fd), "rb") if _image_fd else None  # noqa: SIM115 (open as long as the board lives)

WAKEUP_ALL_LOW = False
HEAP_DATA = 4


def wake_on_ext0(pin, level: int) -> None:
    """Let the level of this pin end a sleep. At the next sleep the pad goes to the RTC until the pin gets a mode."""
    _twin.call(_OP_WAKE, bytes((pin.number, int(level))))


def idf_heap_info(capabilities: int):
    """ESP-IDF's heap as one region: (bytes, free, largest free block, least free so far)."""
    return [unpack("<4I", _twin.call(_OP_HEAP, pack("<I", _twin.heap_used())))]


class Partition:
    """A block device with MicroPython's extended interface."""

    TYPE_DATA = 1

    def __init__(self) -> None:
        self._blocks, self._size = unpack("<II", _twin.call(_OP_INFO))

    @classmethod
    def find(cls, type: int, *, label: str):
        """Return the partitions with this label: only `vfs` exists."""
        return [cls()] if type == cls.TYPE_DATA and label == "vfs" else []

    def readblocks(self, block: int, buf: "Buffer", offset: int = 0) -> None:
        """Read into `buf` from byte `offset` of `block` on. Raises OSError(EINVAL) beyond the end."""
        _image.seek(block * self._size + offset)
        if _image.readinto(buf) != len(buf):
            raise OSError(EINVAL)
        _twin.flash_read(len(buf))

    def writeblocks(self, block: int, buf: "Buffer", offset: "int | None" = None) -> None:
        """Write `buf` from byte `offset` of `block` on. Without an offset the block is erased first."""
        if offset is None:
            self._erase(block)
            offset = 0
        _twin.call(_OP_PROG, pack("<II", block, offset) + buf)
        _twin.busy(len(buf) * _PROGRAM_US_BYTE)

    def ioctl(self, op: int, arg: int):
        """Answer operation 4 with the number of blocks, 5 with a block's bytes; 6 erases the block `arg`."""
        if op == 4:
            return self._blocks
        if op == 5:
            return self._size
        if op == 6:
            self._erase(arg)
        return 0

    def _erase(self, block: int) -> None:
        _twin.call(_OP_ERASE, pack("<I", block))
        _twin.busy(_ERASE_US)
