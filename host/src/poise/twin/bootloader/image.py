"""An image that stands for MicroPython on a virtual board, laid out as the MicroPython project's own images are.

The twin's VM is the real MicroPython. What this image has in its place is whole for every check, and runs nowhere.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor

from .layout import TABLE_AT

APP_AT = 0x10000
_BOOT_AT = 0x1000  # of an ESP32
_FLASH_BYTES = 4 * 1024 * 1024
# As MicroPython's partitions-4MiBplus.csv: no row for the files, which get all that follows.
NVS = (1, 2, 0x9000, 0x6000, b"nvs")
PHY = (1, 1, 0xF000, 0x1000, b"phy_init")
# The application's end leaves the twin's 509 blocks of a flash of 4 MB.
FACTORY = (0, 0, APP_AT, 0x1F3000, b"factory")
_ABOUT = struct.Struct("<I12x32s32s176x")  # esp_app_desc.h
_ABOUT_MAGIC = 0xABCD5432

Row = tuple[int, int, int, int, bytes]


@dataclass(frozen=True)
class ReadyChip:
    """The flash chip of a twin that was never blank: `size` bytes that begin with `content`. Its files stand apart."""

    size: int
    content: bytes

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes; what nobody has written is erased."""
        return self.content[offset : offset + size].ljust(size, b"\xff")


def ready_chip(version: str) -> ReadyChip:
    """Return the chip of a twin that runs this version: boot loader, table and application of `image`."""
    return ReadyChip(_FLASH_BYTES, b"\xff" * _BOOT_AT + image(version))


def image(
    version: str,
    *,
    chip_id: int = 0,
    boot_at: int = _BOOT_AT,
    factory: Row = FACTORY,
    copies: int = 999,
) -> bytes:
    """Return a flash image from `boot_at` on. `version`: of the VM that runs in its place, such as "1.28.0".

    `copies`: of a line that fills the application.
    """
    data = program([b"stands for the second boot loader\n" * 40], chip_id)
    data = data.ljust(TABLE_AT - boot_at, b"\xff") + table(NVS, PHY, factory)
    stands_for = f"The twin's VM, MicroPython {version}, runs in place of this.\n".encode()
    app = program([about(f"v{version}"), b"gap_advertise\0", stands_for * copies], chip_id)
    return data.ljust(APP_AT - boot_at, b"\xff") + app


def program(segments: Sequence[bytes], chip_id: int = 0, *, digest: bool = True) -> bytes:
    """Return header, segments, checksum and SHA-256, as ESP-IDF lays a program out."""
    data = struct.pack("<BBBBI", 0xE9, len(segments), 2, 0x20, 0x400811C4)
    data += bytes(4) + struct.pack("<H", chip_id) + bytes(9) + bytes([digest])
    for segment in segments:
        data += struct.pack("<II", 0x3F400020, len(segment)) + segment
    data += bytes(15 - len(data) % 16) + bytes([reduce(xor, b"".join(segments), 0xEF)])
    return data + hashlib.sha256(data).digest() if digest else data


def about(version: str, project: str = "micropython", magic: int = _ABOUT_MAGIC) -> bytes:
    """Return an application's description, which is its first segment."""
    return _ABOUT.pack(magic, version.encode(), project.encode())


def table(*rows: Row, md5: bytes | None = None) -> bytes:
    """Return a partition table up to its MD5. `md5` replaces the right one."""
    data = b"".join(b"\xaa\x50" + struct.pack("<BBII16s4x", *row[:4], row[4]) for row in rows)
    digest = hashlib.md5(data, usedforsecurity=False).digest() if md5 is None else md5
    return data + b"\xeb\xeb" + b"\xff" * 14 + digest
