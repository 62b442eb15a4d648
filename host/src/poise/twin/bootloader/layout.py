"""What the ROM and the second boot loader look for in a flash before the firmware starts, and where the files then are.

Only enough is checked to tell a whole flash from a half-written one; `poise.flash.image` checks an image to the byte.
"""

import hashlib
import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor

from .nor_chip import SECTOR_BYTES, NorChip

TABLE_AT = 0x8000
TABLE_BYTES = 0xC00
_ROW = struct.Struct("<HBBII16s4x")
_ROW_MAGIC = 0x50AA
_MAGIC = 0xE9
_SEGMENT = struct.Struct("<II")
_HEADER_BYTES = 24
_CHECKSUM_START = 0xEF
_APP = 0
_MD5_ROW = b"\xeb\xeb"


@dataclass(frozen=True)
class Started:
    """The place of the file system of a flash that starts: first byte and number of blocks."""

    files_at: int
    blocks: int


class NotBootableError(Exception):
    """The text is what a real chip prints."""


def started(flash: NorChip, boot_at: int) -> Started:
    """Return where a flash that starts has its files. Raises NotBootableError."""
    if not _whole(flash, boot_at, TABLE_AT):
        raise NotBootableError(f"invalid header: 0x{_word(flash, boot_at):08x}")
    rows = _rows(flash.read(TABLE_AT, TABLE_BYTES))
    app = next((row for row in rows if row[0] == _APP), None)
    if app is None or not _whole(flash, app[1], app[1] + app[2]):
        raise NotBootableError("E (35) boot: No bootable app partitions in the partition table")
    named = next((row for row in rows if row[3] == "vfs"), None)
    # MicroPython's own rule for a table without that row (ports/esp32/main.c): all that follows the last partition.
    end = max(at + size for _kind, at, size, _label in rows)
    at, size = (named[1], named[2]) if named else (end, flash.size - end)
    return Started(at, size // SECTOR_BYTES)


def _word(flash: NorChip, at: int) -> int:
    return int.from_bytes(flash.read(at, 4), "little")


def _rows(table: bytes) -> list[tuple[int, int, int, str]]:
    rows = []
    for at in range(0, len(table), _ROW.size):
        row = table[at : at + _ROW.size]
        if row.startswith(_MD5_ROW):
            if row[16:] != hashlib.md5(table[:at], usedforsecurity=False).digest():
                break
            return rows
        magic, kind, _subtype, offset, size, label = _ROW.unpack(row)
        if magic != _ROW_MAGIC:
            break
        rows.append((kind, offset, size, label.split(b"\0")[0].decode("latin-1")))
    raise NotBootableError("E (30) flash_parts: partition table has no valid MD5")


def _whole(flash: NorChip, start: int, end: int) -> bool:
    """Return True if a program with a right checksum starts at `start` and ends before `end`."""
    if flash.read(start, 1)[0] != _MAGIC:
        return False
    at, total = start + _HEADER_BYTES, _CHECKSUM_START
    for _segment in range(flash.read(start + 1, 1)[0]):
        size = _SEGMENT.unpack(flash.read(at, _SEGMENT.size))[1]
        if at + _SEGMENT.size + size > end:
            return False
        total = reduce(xor, flash.read(at + _SEGMENT.size, size), total)
        at += _SEGMENT.size + size
    return flash.read(start + (at - start | 15), 1)[0] == total
