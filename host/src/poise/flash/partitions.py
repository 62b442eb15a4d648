"""The partition table of a flash: its rows, the application that a fresh board starts, and the place of the files.

From 1.26 on, MicroPython's tables for 4 MB and more have no row for the files. At its start MicroPython takes all that
follows the last partition, up to the flash's real end (`boardctrl_startup` in ports/esp32/main.c). The application's
partition has since grown: an image of another version can look for the files at another place.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

# ESP-IDF: esp_flash_partitions.h.
TABLE_AT = 0x8000  # in the flash
TABLE_BYTES = 0xC00
_ROW = struct.Struct("<HBBII16s4x")  # magic, type, subtype, offset, bytes, label
ROW_BYTES = _ROW.size
_ROW_MAGIC = 0x50AA  # the bytes AA 50
_DIGEST_ROW = b"\xeb\xeb" + b"\xff" * 14
_APP, _DATA = 0, 1
_STARTED = (0x00, 0x10)  # subtypes of an application that a fresh board starts: factory, ota_0
FILES_LABEL = "vfs"  # where MicroPython keeps its file system


class NoTableError(Exception):
    """There are no rows of a partition table."""


class EndlessTableError(Exception):
    """The rows have no MD5 after them."""


class DamagedTableError(Exception):
    """The MD5 is not that of the rows."""


@dataclass(frozen=True)
class Partition:
    """One row."""

    kind: int
    subtype: int
    offset: int
    size: int
    label: str

    @property
    def end(self) -> int:
        """Offset of the first byte after it."""
        return self.offset + self.size


def parse(table: bytes) -> list[Partition]:
    """Return the rows up to the one with their MD5. Raises NoTableError, EndlessTableError, DamagedTableError."""
    rows: list[Partition] = []
    for at in range(0, len(table) - _ROW.size + 1, _ROW.size):
        row = table[at : at + _ROW.size]
        if row.startswith(_DIGEST_ROW) and rows:
            if row[16:] != hashlib.md5(table[:at], usedforsecurity=False).digest():
                raise DamagedTableError
            return rows
        magic, kind, subtype, offset, size, label = _ROW.unpack(row)
        if magic != _ROW_MAGIC:
            break
        rows.append(Partition(kind, subtype, offset, size, label.split(b"\0")[0].decode("latin-1")))
    raise EndlessTableError if rows else NoTableError


def whole(table: bytes) -> tuple[Partition, ...] | None:
    """Return the rows of a table, None unless it is whole."""
    try:
        return tuple(parse(table))
    except (NoTableError, EndlessTableError, DamagedTableError):
        return None


def application(rows: Sequence[Partition]) -> Partition | None:
    """Return the application that a fresh board starts, None without one."""
    return next((row for row in rows if row.kind == _APP and row.subtype in _STARTED), None)


def files(rows: Sequence[Partition], flash_bytes: int) -> Partition | None:
    """Return the place of MicroPython's files in a flash of that size; None if nothing is left for them."""
    named = next((row for row in rows if row.kind == _DATA and row.label == FILES_LABEL), None)
    if named:
        return named
    end = max(row.end for row in rows)
    if end >= flash_bytes:
        return None
    return Partition(_DATA, 0x81, end, flash_bytes - end, FILES_LABEL)
