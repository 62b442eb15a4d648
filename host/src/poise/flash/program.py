"""A program as ESP-IDF lays it out in a flash: header, segments, checksum, SHA-256; what an application says it is."""

import hashlib
import struct
from functools import reduce
from operator import xor

from ..language import _
from .chips import Chip

# ESP-IDF: esp_image_format.h. Magic, segments, flash mode, size and speed, entry; then the extended header.
HEADER = struct.Struct("<BBBBI4xH9xB")  # ..., chip id, whether a SHA-256 follows
_SEGMENT = struct.Struct("<II")  # address, bytes
MAGIC = 0xE9
_MOST_SEGMENTS = 16
_CHECKSUM_START = 0xEF
_DIGEST_BYTES = 32

# ESP-IDF: esp_app_desc.h. Magic, version, project.
ABOUT = struct.Struct("<I12x32s32s")
ABOUT_AT = HEADER.size + _SEGMENT.size
ABOUT_MAGIC = 0xABCD5432
MICROPYTHON = "micropython"
PROJECT = "MicroPython"  # as people write it


class DamagedError(Exception):
    """The program is not whole. The text is for a person."""


def check(data: bytes, start: int, limit: int, chip: Chip, what: str) -> None:
    """Check header, segments, checksum and digest of the program from `start`, which must end by `limit`.

    Raises DamagedError, whose text begins with `what`.
    """
    limit = min(limit, len(data))
    magic, segments, *_settings, chip_id, has_digest = HEADER.unpack_from(data, start)
    if magic != MAGIC or chip_id != chip.image_id or not 1 <= segments <= _MOST_SEGMENTS:
        raise DamagedError(
            _("{what} has no header for {title}").format(what=what, title=chip.title)
        )
    at, checksum = start + HEADER.size, _CHECKSUM_START
    for _segment in range(segments):
        if at + _SEGMENT.size > limit:
            raise DamagedError(_("{what} is cut off").format(what=what))
        size = _SEGMENT.unpack_from(data, at)[1]
        at += _SEGMENT.size
        if size > limit - at:
            raise DamagedError(_("{what} is cut off").format(what=what))
        checksum = reduce(xor, data[at : at + size], checksum)
        at += size
    end = start + (at - start | 15) + 1  # the checksum is the last of 16 bytes
    if end + (_DIGEST_BYTES if has_digest else 0) > limit:
        raise DamagedError(_("{what} is cut off").format(what=what))
    if data[end - 1] != checksum:
        raise DamagedError(_("{what} has a wrong checksum").format(what=what))
    digest = hashlib.sha256(data[start:end]).digest()
    if has_digest and data[end : end + _DIGEST_BYTES] != digest:
        raise DamagedError(_("{what} has a wrong SHA-256").format(what=what))


def described(data: bytes, start: int) -> tuple[int, str, str]:
    """Return magic, version and project of the description of the application from `start` on."""
    magic, *texts = ABOUT.unpack_from(data, start + ABOUT_AT)
    version, project = (text.split(b"\0")[0].decode("latin-1") for text in texts)
    return magic, version, project


def about(data: bytes) -> str:
    """Return project and version of an application by its first bytes; "" if it does not say them."""
    magic, version, project = described(data, 0)
    if data[0] != MAGIC or magic != ABOUT_MAGIC:
        return ""
    return f"{PROJECT if project == MICROPYTHON else project} {version}"
