# Runs in MicroPython: writes records into the log of a littlefs image, by the firmware's own FlashLog.
# Arguments: image, bytes of log wanted, bytes of a segment. Prints the number after the last record.
# Or: image, "begin", boot, first number of an empty log, as of a clip whose older records are all with its host.
import os
import struct
import sys
import vfs

from storage.blob import write_blob
from storage.flashlog import FlashLog

BLOCK = 4096
ROOT = "/image"
TOGETHER = 40  # records to a write


class Image:
    """Block device over a file."""

    def __init__(self, path):
        self.file = open(path, "r+b")  # noqa: SIM115 (open as long as the mount)
        self.blocks = os.stat(path)[6] // BLOCK

    def readblocks(self, block, buf, offset=0):
        self.file.seek(block * BLOCK + offset)
        self.file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        self.file.seek(block * BLOCK + offset)
        self.file.write(buf)

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return BLOCK
        if op == 6:
            self.writeblocks(arg, b"\xff" * BLOCK)
        return 0


def record(number):
    """Return kind and fields of a record, mixed as in a day: minutes, changes of posture, rarely a crash's text."""
    if number % 4 == 0:
        body = {"state": number % 6, "previous": 4, "site": 1, "flexion_cdeg": number % 9000}
        return "posture", dict(body, lasted_ms=number * 977)
    if number % 50 == 1:
        return "crash", {"text": b"x" * (number % 140)}
    body = {}
    for name, low in MINUTE:
        body[name] = number % 60 + low
    return "minute", dict(body, state=number % 6, site=1)


MINUTE = [
    (name + "_s", 0) for name in ["extension", "under_10", "under_20", "under_30", "under_45"]
]
MINUTE += [(name + "_s", 0) for name in ["over_45", "neutral", "flexed", "moving", "not_worn"]]
MINUTE += [(name, 0) for name in ("uncalibrated_s", "off_s", "longest_bout_s", "movement_mg")]
MINUTE += [("p10_deg", -20), ("p50_deg", 0), ("p90_deg", 20), ("nudges", 0)]

image = Image(sys.argv[1])
first = bytearray(64)
image.readblocks(0, first)
if first == b"\xff" * len(first):
    vfs.VfsLfs2.mkfs(image)
vfs.mount(vfs.VfsLfs2(image), ROOT)


def fill(wanted, segment_bytes):
    """Write the records; return the number after the last one."""
    log = FlashLog(ROOT, segment_bytes, 4_000_000, os)
    size = number = 0
    while size < wanted:
        for _ in range(TOGETHER):
            kind, fields = record(number)
            log.append(kind, number * 60_000, fields)
            number += 1
        size += sum([len(data) for data in log._held])
        log.sync()
    log.close()
    return log.next_seq


def begin(boot, first):
    """Make the empty log; return its first number."""
    write_blob(ROOT + "/boot", struct.pack("<HI", boot, first), os)
    return first


if sys.argv[2] == "begin":
    told = begin(int(sys.argv[3]), int(sys.argv[4]))
else:
    told = fill(int(sys.argv[2]), int(sys.argv[3]))
sys.stdout.write(str(told) + "\n")
vfs.umount(ROOT)
