"""Segments of the log: files of whole records back to back, each named after its first sequence number."""

from binascii import crc32
from struct import unpack_from

from wire import codec

SUFFIX = ".log"
MAX_RECORD = codec.RECORD_HEAD + codec.MAX_BODY + codec.RECORD_TAIL
MIN_RECORD = codec.RECORD_HEAD + codec.RECORD_TAIL
_CRC_RESIDUE = 0x2144DF1C  # CRC-32 of any bytes followed by their own CRC-32
MAX_SEQ = 0x7FFFFFFF  # at a record a second, 68 years; no number above this is ever given


def path_of(folder: str, first_seq: int) -> str:
    """Return the path of the segment that begins with this number."""
    return "%s/%08x%s" % (folder, first_seq, SUFFIX)


def whole_records(
    buffer: "Buffer", n_bytes: int, seq: int, end_seq: int, at: int = 0
) -> "tuple[int, int]":
    """Return (end, next sequence number) of the intact records in `buffer` from `at` on.

    Records count from `seq` on, below `end_seq`; the end is an index into the buffer.
    """
    view = memoryview(buffer)
    while seq < end_seq and at + codec.RECORD_HEAD <= n_bytes:
        end = at + MIN_RECORD + view[at + 1]
        if end > n_bytes or unpack_from("<I", view, at + 2)[0] != seq:
            break
        # Flash forgets bits: a damaged record that went out would stop every host at this place for ever.
        if crc32(view[at:end]) != _CRC_RESIDUE:
            break
        at = end
        seq += 1
    return at, seq
