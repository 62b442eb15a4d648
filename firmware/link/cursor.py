"""One link's place in the log, and what it has been sent since its host's last acknowledgement."""

import asyncio
from binascii import crc32
from struct import unpack_from

from wire import codec

_TO_THE_END = 0xFFFFFFFF

# States
IDLE = 0  # nothing asked for
SENDING = 1  # a transfer is under way
FOLLOWING = 2  # the transfer has ended; what is stored later is sent at once


class Cursor:
    """Sequence numbers: records before `next_seq` have been handed to the link."""

    def __init__(self):
        self.agreed = None  # the wire definitions: None before `hello`
        self.state = IDLE
        self.wake = asyncio.Event()
        self.request_id = 0
        self.turn = 0  # counts requests: what was read for an older one is not sent on
        self.next_seq = 0
        self.end_seq = _TO_THE_END
        self.count = 0  # records of this transfer, for log_end
        self.crc = 0  # over their bytes
        self._follow = False
        self._base_seq = 0  # first record that has not been acknowledged
        self._sum_from = (
            0  # what the two below count from: _base_seq, unless only a part was acknowledged
        )
        self._sum_count = 0
        self._sum_crc = 0
        self.motion_hz = 0
        self.motion_id = 0
        self.motion_sequence = 0
        self._motion_from_ms = 0
        self._motion_frames = 0

    @property
    def active(self):
        """Records are wanted now."""
        return self.state != IDLE

    @property
    def following(self):
        """The transfer has ended and later records are wanted."""
        return self.state == FOLLOWING

    def begin(self, request_id, from_seq, max_count, follow):
        """A transfer from `from_seq`, of at most `max_count` records (0: all)."""
        self.turn += 1
        self.request_id = request_id
        self.next_seq = self._base_seq = from_seq
        self._sum_again()
        self.end_seq = min(from_seq + max_count, _TO_THE_END) if max_count else _TO_THE_END
        self.count = self.crc = 0
        self._follow = bool(follow)
        self.state = SENDING
        self.wake.set()

    def stop(self):
        """Nothing more is sent. What was sent can still be acknowledged."""
        self.turn += 1
        self.state = IDLE

    def sent(self, data, next_seq):
        """`data` (whole records) was handed to the link."""
        count = _count(data, next_seq)
        self.count += count
        self.crc = crc32(data, self.crc)
        self._sum_count += count
        self._sum_crc = crc32(data, self._sum_crc)
        self.next_seq = next_seq

    def end(self):
        """The transfer has ended: 1 if later records will follow."""
        self.end_seq = _TO_THE_END
        self.state = FOLLOWING if self._follow else IDLE
        if self._follow:
            self.wake.set()  # for what was stored meanwhile
        return int(self._follow)

    def confirm(self, log, next_seq, count, crc):
        """Whether the host has what was sent since its last acknowledgement up to `next_seq`; if so, settled."""
        if next_seq == self._base_seq:
            return True  # once more: the host asks again when a reply is late
        if not self._base_seq <= next_seq <= self.next_seq:
            return False
        if next_seq == self.next_seq and self._sum_from == self._base_seq:
            sums = self._sum_count, self._sum_crc
        else:  # more was sent after what the host confirms
            sums = replay(log, self._base_seq, next_seq)
        if sums != (count, crc):
            return False
        self._base_seq = next_seq
        if next_seq == self.next_seq:
            self._sum_again()
        return True

    def _sum_again(self):
        self._sum_from = self._base_seq
        self._sum_count = self._sum_crc = 0

    def stream_motion(self, request_id, rate_hz, now_ms):
        """Motion frames at `rate_hz` from now on; 0: none."""
        self.motion_id = request_id
        self.motion_hz = rate_hz
        self._motion_from_ms = now_ms
        self._motion_frames = 0

    def motion_due(self, now_ms):
        """Whether a frame is due; if so it counts as sent."""
        if not self.motion_hz:
            return False
        due = (now_ms - self._motion_from_ms) * self.motion_hz // 1000
        if due < self._motion_frames:
            return False
        self._motion_frames = due + 1  # frames that could not be made in time are left out
        self.motion_sequence = (self.motion_sequence + 1) & 0xFFFF
        return True


def replay(log, from_seq, to_seq):
    """(records, CRC-32 over their bytes) of the log between two numbers, read again from flash."""
    buffer = bytearray(codec.MAX_PAYLOAD)
    view = memoryview(buffer)
    count = crc = 0
    while from_seq < to_seq:
        n_bytes, after = log.read_into(from_seq, buffer, to_seq)
        if not n_bytes:
            break
        count += _count(view, after)
        crc = crc32(view[:n_bytes], crc)
        from_seq = after
    return count, crc


def _count(data, next_seq):
    """Records in `data`, the last of which is the one before `next_seq`: their numbers have no gap inside."""
    return next_seq - unpack_from("<I", data, 2)[0]
