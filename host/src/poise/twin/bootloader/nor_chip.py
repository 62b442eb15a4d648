"""The whole flash chip of a virtual board, kept in a file: boot loader, partition table, application and files."""

import mmap
from pathlib import Path

SECTOR_BYTES = 4096
_VENDOR = 0xC8  # GigaDevice
_KIND = 0x40


class NorChip:
    """A flash chip of `size` bytes in the file `path`; a file that is missing or of another size becomes an erased one.

    `jedec_id`: the chip's answer to the command 0x9F, the vendor in its lowest byte.
    """

    def __init__(self, path: Path, size: int) -> None:
        if not path.exists() or path.stat().st_size != size:
            path.write_bytes(b"\xff" * size)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        self.size = size
        self.jedec_id = (size.bit_length() - 1) << 16 | _KIND << 8 | _VENDOR

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes; the address wraps at the chip's end, as on a real chip."""
        offset %= self.size
        data = self._map[offset : offset + size]
        return data if len(data) == size else data + self.read(0, size - len(data))

    def erase(self, offset: int, size: int) -> None:
        """Erase every sector that the range touches."""
        first = offset - offset % SECTOR_BYTES
        end = min(-(-(offset + size) // SECTOR_BYTES) * SECTOR_BYTES, self.size)
        if first < end:
            self._map[first:end] = b"\xff" * (end - first)

    def program(self, offset: int, data: bytes) -> None:
        """Clear the bits that `data` has clear; beyond the end nothing happens."""
        data = data[: max(0, self.size - offset)]
        old = self._map[offset : offset + len(data)]
        mixed = int.from_bytes(old, "little") & int.from_bytes(data, "little")
        self._map[offset : offset + len(data)] = mixed.to_bytes(len(data), "little")

    def close(self) -> None:
        """Write the content to its file."""
        self._map.flush()
        self._map.close()
