# Runs in MicroPython: whatever a host confirms, in whatever order and how late, is compared with the very bytes.
import random
import struct
from binascii import crc32

from link.cursor import Cursor


class Log:
    """Records of 23 to 200 bytes, numbered without a gap."""

    def __init__(self, count):
        self.records = []
        for seq in range(count):
            body = bytes([random.getrandbits(8) for _ in range(random.randint(17, 194))])
            self.records.append(struct.pack("<BBI", 1, len(body) + 6, seq) + body)
        self.replayed = 0

    def read_into(self, from_seq, buffer, end_seq=1 << 31):
        at = 0
        while from_seq < min(end_seq, len(self.records)):
            record = self.records[from_seq]
            if at + len(record) > len(buffer):
                break
            buffer[at : at + len(record)] = record
            at += len(record)
            from_seq += 1
        self.replayed += 1
        return at, from_seq


def sums(log, first, last):
    crc = 0
    for record in log.records[first:last]:
        crc = crc32(record, crc)
    return last - first, crc


def play(seed):
    random.seed(seed)
    log = Log(400)
    cursor = Cursor()
    first = random.randint(0, 50)
    cursor.begin(1, first, 0, seed % 2)
    ends = []
    buffer = bytearray(244)
    base = at = first
    acks = behind = 0
    while base < 400:
        for _ in range(random.randint(0, 60 if seed % 3 else 12)):
            n_bytes, after = log.read_into(at, buffer)
            if n_bytes:
                cursor.sent(memoryview(buffer)[:n_bytes], after)
                at = after
                ends.append(at)
        if at == base:
            continue
        # Mostly the end of a message, sometimes a record within; sometimes long ago.
        to = random.choice(ends) if random.random() < 0.8 else random.randint(base + 1, at)
        if to <= base:
            continue
        count, crc = sums(log, base, to)
        assert not cursor.confirm(log, to, count, crc ^ 1 << random.randint(0, 31))
        assert not cursor.confirm(log, to, count + 1, crc)
        assert not cursor.confirm(log, at + 1, count, crc)
        before = log.replayed
        assert cursor.confirm(log, to, count, crc), (seed, base, to, at)
        behind += log.replayed > before
        assert cursor.confirm(log, to, count, crc)  # its reply was late
        base = to
        acks += 1
    assert (cursor.count, cursor.crc) == sums(log, first, 400)
    return acks, behind


acks = behind = 0
for seed in range(60):
    more = play(seed)
    acks += more[0]
    behind += more[1]
print("acks ok", acks > 500, 0 < behind < acks)
