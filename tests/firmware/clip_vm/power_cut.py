# Runs in MicroPython: a scripted hour on the real littlefs, power cut at every flash operation, and the promise kept:
# what `sync` returned for is there, whole and once; no number comes back; the log goes on.
import os
import sys

import vfs
from ramflash import BLOCK, RamFlash
from storage.flashlog import FlashLog
from storage.neutral import Neutral
from storage.settings import Settings
from wire import codec

ROOT = "/clip"
BLOCKS = 96
step = int(sys.argv[1]) if len(sys.argv) > 1 else 1


def mount(memory, cut_at=-1):
    flash = RamFlash(memory, cut_at)
    vfs.mount(vfs.VfsLfs2(flash, readsize=32, progsize=32, lookahead=32), ROOT)
    return flash


def open_log():
    return FlashLog(ROOT, 1024, 6 * 1024, os)


def records(log):
    found = []
    buffer = bytearray(300)
    seq = 0
    while True:
        n_bytes, seq = log.read_into(seq, buffer)
        if not n_bytes:
            return found
        at = 0
        while at < n_bytes:
            record, at = codec.parse_record(buffer[:n_bytes], at)
            found.append((record["seq"], record["boot"], record["t_ms"], record["kind"]))


def hour(announced):
    """Two boots; `announced` collects what sync returned for and what was acknowledged or set."""
    for boot in range(2):
        log = announced["log"] = open_log()
        settings = Settings(ROOT + "/settings", os)
        neutral = Neutral(ROOT + "/neutral", os)
        sent = []
        for n in range(90):
            t_ms = boot * 1000 + n
            seq = log.append("button", t_ms, {"press": "short"})
            sent.append((seq, log.boot, t_ms, "button"))
            if n % 3 == 2:
                stored = log.sync()
                while sent and sent[0][0] < stored:
                    announced["records"].append(sent.pop(0))
            if n % 30 == 7:
                log.set_acked(log.next_seq - 1)
            if n % 30 == 11:
                try:
                    settings.set("snooze_s", n)
                    announced["snooze"] = n
                    neutral.store(1, 90, (n, 0, 0), (0, n, 0), 0)
                    announced["up"] = n
                except OSError:
                    pass
        log.close()


def check(announced, cut_at):
    log = open_log()
    assert log.boot > max([record[1] for record in announced["records"]] or [0]), cut_at
    found = records(log)
    numbers = [record[0] for record in found]
    assert numbers == sorted(set(numbers)), cut_at
    by_seq = {record[0]: record for record in found}
    for record in announced["records"]:
        if record[0] >= log.oldest_seq:
            assert by_seq.get(record[0]) == record, (cut_at, record, by_seq.get(record[0]))
    if announced["records"]:
        assert log.next_seq > announced["records"][-1][0], cut_at
    settings = Settings(ROOT + "/settings", os)
    assert not settings.corrupt
    assert settings.get("snooze_s") in (announced["snooze"], 3600, 11, 41, 71), cut_at
    assert announced["snooze"] == 3600 or settings.get("snooze_s") != 3600
    neutral = Neutral(ROOT + "/neutral", os)
    assert announced["up"] is None or neutral.up_q14 is not None, cut_at
    before = log.next_seq
    log.append("button", 5, {"press": "long"})
    assert log.sync() > before, cut_at
    assert not log.held
    log.close()


def blank():
    memory = bytearray(b"\xff" * (BLOCKS * BLOCK))
    vfs.VfsLfs2.mkfs(RamFlash(memory), readsize=32, progsize=32, lookahead=32)
    return memory


def nothing():
    return {"records": [], "snooze": 3600, "up": None, "log": None}


memory = blank()
flash = mount(memory)
announced = nothing()
hour(announced)
total = flash.operations
check(announced, -1)
vfs.umount(ROOT)
assert total > 300, total
cut_at = 1
cuts = 0
while cut_at < total:
    memory = blank()
    flash = mount(memory, cut_at)
    announced = nothing()
    try:
        hour(announced)
    except OSError:  # opening the log met the cut: a clip without power opens nothing
        pass
    assert flash.dead
    if announced["log"]:
        announced["log"].close()  # littlefs' handles would outlive the mount
    vfs.umount(ROOT)
    mount(memory)
    check(announced, cut_at)
    vfs.umount(ROOT)
    cut_at += step
    cuts += 1
print("power cut ok: %d cuts of %d operations" % (cuts, total))
