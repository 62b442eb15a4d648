# Runs in MicroPython: a signed update on the real littlefs, the power failing in each of its flash operations. After
# each cut one firmware starts, whole, and the update can be made again. Arguments: bundle's file, trusted keys (hex),
# shapes (joined by commas), step. Prints counts as JSON.
import hashlib
import json
import os
import sys
from binascii import hexlify, unhexlify

import vfs
from ramflash import RamFlash
from slots import TRIALS, Slots
from update.installer import Update

ROOT = "/clip"
BLOCK, BLOCKS = 512, 160
OLD = {"clip.py": b"VERSION = 1\n" * 40, "link/ble.py": b"# old\n" * 100}
BOARD = "twin"
PIECE = 238  # bytes of an update_data over Bluetooth

with open(sys.argv[1], "rb") as file:
    bundle = file.read()
keys = unhexlify(sys.argv[2])
shapes = sys.argv[3].split(",")
step = int(sys.argv[4])


def mount(memory):
    flash = RamFlash(memory, BLOCK)
    vfs.mount(vfs.VfsLfs2(flash, readsize=64, progsize=64, lookahead=32), ROOT)
    return flash


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def digests(folder, paths):
    found = {}
    for path in paths:
        with open(folder + "/" + path, "rb") as file:
            found[path] = hexlify(hashlib.sha256(file.read()).digest()).decode()
    return found


def take(slots):
    update = Update(slots, BOARD, keys, os, len(bundle), lambda: None)
    try:
        for at in range(0, len(bundle), PIECE):
            update.take(at, bundle[at : at + PIECE])
        update.finish()
    finally:
        update.abandon()


def wanted():
    rows = bundle[70 : 70 + bundle[4] + 256 * bundle[5]].decode().split("\n")[1:]
    return {row.split(" ", 2)[2]: row.split(" ", 2)[0] for row in rows}


def started(where):
    """(slot, folder) that starts now; its files are whole."""
    path = []
    slot, on_trial, reverted = Slots(ROOT, os).start(path)
    assert path == [ROOT + "/" + "ab"[slot]], (where, path)
    whole = digests(path[0], NEW if slot else OLD)
    assert whole == (NEW if slot else BEFORE), where
    assert on_trial == bool(slot) and not reverted, where
    # The other slot, which starts when this one does not load, is whole or not there.
    if "b" in os.listdir(ROOT) and os.listdir(ROOT + "/b") != ["stale.py"]:
        assert digests(ROOT + "/b", NEW) == NEW, where
    assert "b.manifest" not in os.listdir(ROOT), where
    return slot


memory = bytearray(b"\xff" * (BLOCK * BLOCKS))
vfs.VfsLfs2.mkfs(RamFlash(memory, BLOCK), readsize=64, progsize=64, lookahead=32)
mount(memory)
os.mkdir(ROOT + "/a")
os.mkdir(ROOT + "/a/link")
for path, data in OLD.items():
    write(ROOT + "/a/" + path, data)
os.mkdir(ROOT + "/b")
write(ROOT + "/b/stale.py", b"left by an earlier one")
NEW = wanted()
BEFORE = digests(ROOT + "/a", OLD)
vfs.umount(ROOT)
before = bytes(memory)

flash = mount(memory)
take(Slots(ROOT, os))
operations = flash.operations
assert started("whole") == 1
assert "stale.py" not in os.listdir(ROOT + "/b")
# On trial: it does not check in, and the one before comes back after its starts.
for _ in range(TRIALS - 1):
    assert started("trial") == 1
path = []
assert Slots(ROOT, os).start(path) == (0, False, True), path
assert path == [ROOT + "/a"]
vfs.umount(ROOT)

counts = {"operations": operations, "cuts": 0, "old": 0, "new": 0}
for cut_at in range(1, operations + 1, step):
    for shape in shapes:
        where = (cut_at, shape)
        memory = bytearray(before)
        flash = mount(memory)
        flash.cut_at, flash.shape = cut_at, shape
        try:
            take(Slots(ROOT, os))
        except OSError:
            pass
        assert flash.dead, where
        vfs.umount(ROOT)
        mount(memory)
        slot = started(where)
        counts["new" if slot else "old"] += 1
        counts["cuts"] += 1
        slots = Slots(ROOT, os)
        if slot:
            slots.keep()
        else:
            take(slots)
            assert started(where) == 1, where
        vfs.umount(ROOT)
print(json.dumps(counts))
