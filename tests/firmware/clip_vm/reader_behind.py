# A slow reader of the newest segment, while records are appended and the log rolls to the next, on the real littlefs.
import os
import vfs

from ramflash import RamFlash
from storage.flashlog import FlashLog
from wire import codec

flash = RamFlash(bytearray(b"\xff" * 512 * 256), 512)
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/clip")
log = FlashLog("/clip", 1024, 60_000, os)


def write(count):
    for _ in range(count):
        log.append("button", 0, {"press": "short"})
        log.sync()


buffer = bytearray(512)
for before in range(1, 48, 3):
    first = log.next_seq
    write(before)
    seq = log.read_into(first, buffer)[1]  # stands in the newest segment
    write(60)  # more than a segment
    seen = []
    while True:
        n_bytes, seq = log.read_into(seq, buffer)
        if not n_bytes:
            break
        at = 0
        while at < n_bytes:
            record, at = codec.parse_record(buffer, at)
            seen.append(record["seq"])
            assert record["kind"] == "button", record
    assert seen == list(range(seen[0], log.next_seq)), (before, seen)
    assert seen[0] <= first + before and log.held == 0, (before, seen[0], first, log.held)

# A reader that begins before the first write of a start sees each later one.
log.close()
log = FlashLog("/clip", 1024, 60_000, os)
seq = log.next_seq - 1
for _ in range(5):
    n_bytes, seq = log.read_into(seq, buffer)
    assert n_bytes and seq == log.next_seq, (n_bytes, seq, log.next_seq)
    write(1)
assert log.held == 0
print("ok")
