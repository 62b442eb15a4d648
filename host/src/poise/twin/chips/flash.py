"""The clip's NOR flash: programmed by clearing bits, erased by 4 KiB sectors, kept in a file.

An operation can be cut by a power failure: `on_operation` is asked before each program and erase and says how many
of its bytes still get through.
"""

import errno
import mmap
import os
import struct
from collections.abc import Callable
from pathlib import Path

BLOCK_BYTES = 4096
BLOCKS = 509  # of a 4 MB ESP32: MicroPython's partition table leaves this much for the file system


class FlashChip:
    """A flash in the image file `path`, of `blocks` sectors. Counts the erases of each sector, for wear figures.

    A file that is missing, or of another size, becomes an erased flash.
    """

    def __init__(self, path: Path, blocks: int = BLOCKS) -> None:
        size = blocks * BLOCK_BYTES
        if not path.exists() or path.stat().st_size != size:
            path.write_bytes(b"\xff" * size)
        self._path = path
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        self.blocks = blocks
        self.erases = [0] * blocks
        self.programs = 0
        self.failing = False  # nothing can be programmed or erased, but the content can be read
        # (operation, block, bytes wanted) -> bytes carried out; all when it is None
        self.on_operation: Callable[[str, int, int], int] | None = None

    def info(self, payload: bytes) -> bytes:
        """Answer a request: number of blocks and block size."""
        del payload
        return struct.pack("<II", self.blocks, BLOCK_BYTES)

    def open_image(self) -> int:
        """Return a file descriptor through which a VM reads the chip. The caller closes it."""
        return os.open(self._path, os.O_RDONLY)

    def program(self, payload: bytes) -> bytes:
        """Answer a request with block, offset and data: program the data. Bits can only be cleared."""
        block, offset = struct.unpack_from("<II", payload)
        data = payload[8:]
        start = self._start(block, offset, len(data))
        size = self._allowed("program", block, len(data))
        old = self._map[start : start + size]
        mixed = int.from_bytes(old, "little") & int.from_bytes(data[:size], "little")
        self._map[start : start + size] = mixed.to_bytes(size, "little")
        self.programs += 1
        return b""

    def erase(self, payload: bytes) -> bytes:
        """Answer a request with a block: set all its bits."""
        (block,) = struct.unpack("<I", payload)
        start = self._start(block, 0, BLOCK_BYTES)
        size = self._allowed("erase", block, BLOCK_BYTES)
        self._map[start : start + size] = b"\xff" * size
        self.erases[block] += 1
        return b""

    def close(self) -> None:
        """Write the image to its file."""
        self._map.flush()
        self._map.close()

    def _start(self, block: int, offset: int, size: int) -> int:
        if block >= self.blocks or offset + size > BLOCK_BYTES * (self.blocks - block):
            raise OSError(errno.EINVAL, "outside the flash")
        return block * BLOCK_BYTES + offset

    def _allowed(self, operation: str, block: int, size: int) -> int:
        if self.failing:
            raise OSError(errno.EIO, f"{operation} fails")
        return size if self.on_operation is None else self.on_operation(operation, block, size)
