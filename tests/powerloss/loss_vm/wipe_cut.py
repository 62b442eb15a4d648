# Runs in MicroPython: power fails at every flash operation of a wipe, from its promise to its end, and in the start
# after that once more. Then the clip has all that it had, or nothing of its wearer; all, only if nothing was promised.
# The numbers of the log go on. What is the clip's own stays.
import os

import vfs
from ramflash import RamFlash
from rng import Rng
from storage.blob import write_blob
from storage.flashlog import FlashLog
from storage.wipe import finish, promise

BLOCKS, BLOCK_BYTES, BASE = 24, 4096, "/clip"
OWN = ("accelerometer", "crashes", "key", "slots")
THEIRS = ("acked", "bonds", "neutral", "nudges", "owner", "settings", "timetable", "to_clinic")


def mounted(memory):
    flash = RamFlash(memory, BLOCK_BYTES)
    vfs.mount(vfs.VfsLfs2(flash), BASE)
    return flash


def log():
    return FlashLog(BASE, 2048, 30_000, os)


def start():
    """A start of the clip: what `app.set_up` does first."""
    if "wipe" in os.listdir(BASE):
        finish(BASE, os)


memory = bytearray(b"\xff" * (BLOCKS * BLOCK_BYTES))
vfs.VfsLfs2.mkfs(RamFlash(memory, BLOCK_BYTES))
mounted(memory)
used = log()
for n in range(80):
    used.append("button", n, {"press": "short"})
    if n % 9 == 0:
        used.sync()
used.close()
boot, next_seq = used.boot, used.next_seq
for name in OWN + THEIRS:
    write_blob(BASE + "/" + name, b"data of " + name.encode(), os)
os.mkdir(BASE + "/a")
for name in ("main.py", "a/app.mpy", "b.manifest"):
    write_blob(BASE + "/" + name, b"code", os)
vfs.umount(BASE)
before = next_seq - 1


def lived(life, cut_at, shape, rng):
    """A life that promises a wipe and starts again, or only starts: (it was promised, the power has not failed)."""
    flash = mounted(life)
    flash.cut_at, flash.shape, flash.rng = cut_at, shape, rng
    told = False
    try:
        promise(BASE, boot, next_seq, os)
        told = True
        start()
    except OSError:
        pass
    done = not flash.dead
    vfs.umount(BASE)
    return told, done


def started(life, cut_at, shape, rng):
    flash = mounted(life)
    flash.cut_at, flash.shape, flash.rng = cut_at, shape, rng
    try:
        start()
    except OSError:
        pass
    vfs.umount(BASE)


def looked_at(life, promised, where):
    """What a whole start finds: True if the clip is wiped."""
    mounted(life)
    start()
    names = os.listdir(BASE)
    left = [name for name in THEIRS if name in names]
    segments = [name for name in os.listdir(BASE + "/log") if name.endswith(".log")]
    wiped = not left and not segments
    assert wiped or (len(left) == len(THEIRS) and not promised), (where, left, segments)
    assert [name for name in OWN if name in names] == list(OWN), (where, names)
    assert "main.py" in names and "b.manifest" in names and os.listdir(BASE + "/a") == ["app.mpy"]
    assert not wiped or "wipe" not in names, where
    again = log()
    assert again.next_seq == next_seq if wiped else again.next_seq >= next_seq, (
        where,
        again.next_seq,
    )
    assert wiped == (again.oldest_seq == next_seq) and again.boot > boot, (where, again.oldest_seq)
    assert again.append("button", 1, {"press": "short"}) == again.next_seq
    again.close()
    vfs.umount(BASE)
    return wiped


class Unlisted:
    """`os` on a flash whose folder can't be read."""

    def __getattr__(self, name):
        return getattr(os, name)

    def listdir(self, folder):
        raise OSError(5)


life = bytearray(memory)
mounted(life)
promise(BASE, boot, next_seq, os)
finish(BASE, Unlisted())
assert "wipe" in os.listdir(BASE)  # the promise stands: what was not listed is not wiped
vfs.umount(BASE)
assert looked_at(life, True, "unlisted")

cuts, kept, rng = 0, [0, 0], Rng(1)
for shape in ("nothing", "half", "noise"):
    cut_at = 0
    done = False
    while not done:
        cut_at += 1
        life = bytearray(memory)
        told, done = lived(life, cut_at, shape, rng)
        if cut_at % 3 == 0:  # the power fails in the start that goes on with it, too
            started(life, 1 + rng.below(12), shape, rng)
        kept[looked_at(life, told, (shape, cut_at))] += 1
        cuts += 1
assert min(kept) > 3, kept
print("wipe cut ok, %d" % cuts)
