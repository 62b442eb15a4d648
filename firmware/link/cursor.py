"""A link's position in the log, and the sums of what it sent since its host's last acknowledgement."""

import asyncio
from binascii import crc32
from struct import pack_into, unpack_from

from wire import codec

_TO_THE_END = 0xFFFFFFFF
_MARK = "<IIII"  # after a message: the next record's number; records, bytes and CRC-32 since the transfer began
_MARK_BYTES = 16
_MARKS = 24  # messages that may be sent before the host confirms the first of them
_ZEROS = bytes(64)

# States
IDLE = 0  # nothing asked for
SENDING = 1  # a transfer is under way
FOLLOWING = 2  # the transfer has ended; later records are sent as they are stored


class Cursor:
    """Position of one link in the log. Records before sequence number `next_seq` have been handed to the link."""

    def __init__(self) -> None:
        # True if the host has the same wire definitions; None before `hello`.
        self.agreed: "bool | None" = None
        self.state = IDLE
        self.wake = asyncio.Event()
        self.request_id = 0
        self.turn = 0  # counts requests: records read for an older request are not sent
        self.next_seq = 0
        self.end_seq = _TO_THE_END
        self.count = 0  # records of this transfer, for log_end
        self.crc = 0  # CRC-32 over the records' bytes
        self._bytes = 0
        self._follow = False
        self._base = (0, 0, 0, 0)  # the mark of the last acknowledgement
        self._marks: "bytearray | None" = None  # marks of the last messages, in a ring
        self._mark = 0  # index of the mark that is overwritten next
        self.motion_hz = 0
        self.motion_id = 0
        self.motion_sequence = 0
        self._motion_from_ms = 0
        self._motion_frames = 0

    @property
    def active(self) -> bool:
        """True while records are wanted."""
        return self.state != IDLE

    @property
    def following(self) -> bool:
        """True if the transfer has ended and later records are wanted."""
        return self.state == FOLLOWING

    def begin(self, request_id: int, from_seq: int, max_count: int, follow: bool) -> None:
        """Begin a transfer from `from_seq`, of at most `max_count` records (0: all)."""
        self.turn += 1
        self.request_id = request_id
        self.next_seq = from_seq
        self._base = from_seq, 0, 0, 0
        self._marks = bytearray(_MARK_BYTES * _MARKS)
        self._mark = 0
        self.end_seq = min(from_seq + max_count, _TO_THE_END) if max_count else _TO_THE_END
        self.count = self.crc = self._bytes = 0
        self._follow = bool(follow)
        self.state = SENDING
        self.wake.set()

    def stop(self) -> None:
        """Send nothing more. Records that were sent can still be acknowledged."""
        self.turn += 1
        self.state = IDLE

    def sent(self, data: "Buffer", next_seq: int) -> None:
        """Count `data` (whole records) as handed to the link."""
        self.count += _count(data, next_seq)
        self.crc = crc32(data, self.crc)
        self._bytes += len(data)
        self.next_seq = next_seq
        at = self._mark * _MARK_BYTES
        pack_into(_MARK, self._marks, at, next_seq, self.count, self._bytes, self.crc)
        self._mark = (self._mark + 1) % _MARKS

    def end(self) -> int:
        """End the transfer. Return 1 if later records will follow, else 0."""
        self.end_seq = _TO_THE_END
        self.state = FOLLOWING if self._follow else IDLE
        if self._follow:
            self.wake.set()  # for records stored meanwhile
        return int(self._follow)

    def confirm(self, log: "FlashLog", next_seq: int, count: int, crc: int) -> bool:
        """Return True and settle if the host has every record from its last acknowledgement to before `next_seq`.

        `count` and `crc` are the host's sums over these records.
        """
        base = self._base
        if next_seq == base[0]:
            return True  # a repetition: the host asks again when a reply is late
        if not base[0] <= next_seq <= self.next_seq:
            return False
        mark = self._mark_at(next_seq)
        if mark:
            sums = mark[1] - base[1], mark[3] ^ _moved(base[3], mark[2] - base[2])
        else:
            n_records, n_bytes, its_crc = replay(log, base[0], next_seq)
            sums = n_records, its_crc
            crc_there = its_crc ^ _moved(base[3], n_bytes)
            mark = next_seq, base[1] + n_records, base[2] + n_bytes, crc_there
        if sums != (count, crc):
            return False
        self._base = mark
        return True

    def _mark_at(self, next_seq: int) -> "Mark | None":
        """Return the mark of the message that ended before this record; None if the message is too old."""
        for at in range(0, _MARK_BYTES * _MARKS, _MARK_BYTES):
            mark = unpack_from(_MARK, self._marks, at)
            if mark[0] == next_seq and mark[1]:
                return mark
        return None

    def stream_motion(self, request_id: int, rate_hz: int, now_ms: int) -> None:
        """Send motion frames at `rate_hz` from now on; 0: none."""
        self.motion_id = request_id
        self.motion_hz = rate_hz
        self._motion_from_ms = now_ms
        self._motion_frames = 0

    def motion_due(self, now_ms: int) -> bool:
        """Return True if a motion frame is due, and count it as sent."""
        if not self.motion_hz:
            return False
        due = (now_ms - self._motion_from_ms) * self.motion_hz // 1000
        if due < self._motion_frames:
            return False
        self._motion_frames = due + 1  # frames that were not made in time are skipped
        self.motion_sequence = (self.motion_sequence + 1) & 0xFFFF
        return True


def replay(log: "FlashLog", from_seq: int, to_seq: int) -> "tuple[int, int, int]":
    """Read the log between two sequence numbers again from flash; return (records, bytes, CRC-32 over them)."""
    buffer = bytearray(codec.MAX_PAYLOAD)
    view = memoryview(buffer)
    count = crc = total = 0
    while from_seq < to_seq:
        n_bytes, after = log.read_into(from_seq, buffer, to_seq)
        if not n_bytes:
            break
        count += _count(view, after)
        crc = crc32(view[:n_bytes], crc)
        total += n_bytes
        from_seq = after
    return count, total, crc


def _moved(crc: int, n_bytes: int) -> int:
    """Return the share of `crc`, of some bytes, in the CRC-32 of these and `n_bytes` more: CRC-32 is linear over xor.

    So the CRC of the later bytes alone follows without the earlier bytes (zlib's crc32_combine, by a table of zeros).
    """
    zero = 0
    while n_bytes:
        piece = _ZEROS if n_bytes >= len(_ZEROS) else _ZEROS[:n_bytes]
        crc, zero = crc32(piece, crc), crc32(piece, zero)
        n_bytes -= len(piece)
    return crc ^ zero


def _count(data: "Buffer", next_seq: int) -> int:
    """Number of records in `data`; `next_seq` follows the last of them. The numbers have no gap inside."""
    return next_seq - unpack_from("<I", data, 2)[0]
