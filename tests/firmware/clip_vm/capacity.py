# Runs in MicroPython: 31 days of a wearer on a flash of 2 MiB that also holds two firmware slots, the small files and
# both letters, the larger written anew each day. Prints what is there.
import os
from binascii import crc32

from ramflash import RamFlash
import vfs
from app.set_up import SEGMENT_BYTES, log_bytes
from storage import letters
from storage.blob import write_blob
from storage.flashlog import FlashLog
from wire import codec

BLOCKS = 509  # what MicroPython's partition table leaves of 4 MB
SLOT = (  # bytes of the files of a slot: rather more than there are
    [9500, 4500] + [3500] * 8 + [2300] * 10 + [1300] * 16 + [500] * 20
)
DAYS = 31
EVENTS_A_DAY = 300  # half as many again as those of the twin's day
QUIET_MINUTES = 480  # of a day, in tens

MINUTE = {name: 2 for name, _, _ in codec.record_layout("minute").fields}
POSTURE = {"state": 5, "previous": 4, "site": 2, "flexion_cdeg": 2500, "lasted_ms": 60000}

memory = bytearray(b"\xff" * (BLOCKS * 4096))
device = RamFlash(memory, 4096)
vfs.VfsLfs2.mkfs(device)
vfs.mount(vfs.VfsLfs2(device), "/clip")
for slot in ("a", "b"):
    os.mkdir("/clip/" + slot)
    for number, size in enumerate(SLOT):
        with open("/clip/%s/%d" % (slot, number), "wb") as file:
            file.write(bytes(size))
for name in (
    "settings",
    "neutral",
    "accelerometer",
    "bonds",
    "timetable",
    "reminded",
    "owner",
    "crashes",
):
    write_blob("/clip/" + name, bytes(700), os)


class Desk:
    letter = None


def put_letter(which):
    data = bytes(letters.MOST_BYTES[which])
    about = (len(data), crc32(data))
    for at in range(0, len(data), 240):
        value = letters.take("/clip", os, Desk, None, which, about, at, data[at : at + 240])
    assert value == len(data)


def block():
    return {"pair_boot": 1, "pair_t_ms": 0, "utc_ms": 0, "uncertainty_ms": 0, "plan_version": 3}


log = FlashLog("/clip", SEGMENT_BYTES, log_bytes("/clip"), os, block)
t_ms = 0
put_letter(1)
for _day in range(DAYS):
    put_letter(0)
    for minute in range(1440):
        t_ms += 60_000
        if minute >= QUIET_MINUTES:
            log.append("minute", t_ms, MINUTE)
        elif minute % 10 == 9:
            log.append("quiet", t_ms, {"state": "not_worn", "site": "head", "minutes": 10})
        if minute * EVENTS_A_DAY // 1440 != (minute + 1) * EVENTS_A_DAY // 1440:
            log.append("posture", t_ms, POSTURE)
        if minute % 8 == 0:
            log.sync()
log.sync()
buffer = bytearray(300)
n_bytes, _ = log.read_into(0, buffer)
oldest = codec.parse_record(buffer, 0)[0]
info = os.statvfs("/clip")
print(
    "log %d bytes, records %d to %d, days %.1f, gaps told %d, free blocks %d, write errors %d"
    % (
        sum(log._sizes),
        log.oldest_seq,
        log.next_seq - 1,
        (t_ms - oldest["t_ms"]) / 86_400_000,
        oldest["kind"] == "block",
        info[3],
        log.write_errors,
    )
)
