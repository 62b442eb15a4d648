"""What the fuzz targets share: bytes cut into pieces, checksums put right, a folder that needs no disk."""

import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from poise.wire import codec

_RAM = Path("/dev/shm")  # Linux: syncing a file there costs nothing


def pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, bytes) after bytes: a kind, a length (255: all that is left), so many bytes."""
    at = 0
    while at + 1 < len(data):
        kind, length = data[at], data[at + 1]
        end = len(data) if length == 0xFF else at + 2 + length
        yield kind, data[at + 2 : end]
        at = end


def joined(items: list[tuple[int, bytes]]) -> bytes:
    """What `pieces` takes apart again; only the last may be longer than 254 bytes."""
    out = bytearray()
    for kind, piece in items:
        out += bytes((kind, min(len(piece), 0xFF))) + piece
    return bytes(out)


def repaired(raw: bytes) -> bytes:
    """Every record in `raw` with the checksum that fits its bytes: a fuzzer does not find those by itself."""
    out = bytearray(raw)
    at = 0
    while length := codec.record_length(out, at):
        end = at + length - codec.RECORD_TAIL
        if at + length > len(out):
            break
        out[end : end + codec.RECORD_TAIL] = struct.pack("<I", crc32(out[at:end]))
        at += length
    return bytes(out)


def in_records(raw: bytes) -> list[bytes]:
    """The records in `raw`. Raises WireError where one is damaged."""
    out = []
    at = 0
    while at < len(raw):
        length = codec.check_record(raw, at)
        out.append(bytes(raw[at : at + length]))
        at += length
    return out


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder of its own, in memory where the system has that, gone afterwards."""
    place = _RAM if _RAM.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="poise-fuzz-", dir=place) as name:
        yield Path(name)
