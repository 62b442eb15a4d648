# Runs in MicroPython: a host has read to the end and leaves; the log goes on into its next segment; the host returns
# and reads on. littlefs gives an open file no view of what is appended later: a reader that was kept must not be used.
import os

import vfs
from ramflash import RamFlash
from storage.flashlog import FlashLog

flash = RamFlash(bytearray(b"\xff" * (64 * 4096)), 4096)
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/clip")
log = FlashLog("/clip", 2048, 65536, os)
buffer = bytearray(512)


def read_on(seq):
    """The number after the last that can be read, none left out."""
    while True:
        n_bytes, after = log.read_into(seq, buffer)
        if not n_bytes:
            return seq
        first = buffer[2] | buffer[3] << 8
        assert first == seq, "%d came instead of %d" % (first, seq)
        seq = after


seq = log.next_seq
for visit in range(20):
    for n in range(70):  # more than half a segment
        log.append("button", n, {"press": "short"})
        if n % 5 == 0:
            log.sync()
    log.sync()
    seq = read_on(seq)
    assert seq == log.next_seq, (visit, seq, log.next_seq)
print("host returns ok")
