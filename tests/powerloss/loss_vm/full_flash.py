# Runs in MicroPython: a flash that something else has filled; the log drops its oldest and goes on, and says so.
import os

import vfs
from ramflash import RamFlash
from storage.flashlog import FlashLog
from wire import codec

memory = bytearray(b"\xff" * (64 * 512))
flash = RamFlash(memory, 512)
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/clip")
log = FlashLog("/clip", 1024, 1000000, os)  # allowed far more than there is
for n in range(3000):
    log.append("button", n, {"press": "short"})
    if n % 3 == 0:
        log.sync()
        assert log.held < 60, n
log.sync()
assert not log.held and log.write_errors > 0
buffer = bytearray(300)
seq = 0
numbers = []
gaps = []
while True:
    n_bytes, seq = log.read_into(seq, buffer)
    if not n_bytes:
        break
    at = 0
    while at < n_bytes:
        record, at = codec.parse_record(buffer[:n_bytes], at)
        numbers.append(record["seq"])
        if record["kind"] == "gap":
            gaps.append(record)
missing = set(range(log.oldest_seq, log.next_seq)) - set(numbers)
for gap in gaps:
    missing -= set(range(gap["first_seq"], gap["last_seq"] + 1))
assert not missing, missing
assert gaps[-1]["last_seq"] == log.oldest_seq - 1, (gaps[-1], log.oldest_seq)
assert len(numbers) > 300 and numbers == sorted(set(numbers))
print("full flash ok")
