# Runs in MicroPython: a clip takes statements of other keys on the real littlefs, the power failing in each of its
# flash operations. After each cut the clip trusts the keys of one statement, whole, and takes the rest when they come
# again. Argument: a file of the trusted keys, then the statements. Prints counts as JSON. Signatures are not the
# subject: all are right.
import json
import os
import sys

import vfs
from ramflash import SHAPES, RamFlash
from rng import Rng
from update import trust
from update.trust import BODY_BYTES, changed, trusted

ROOT = "/clip"
trust.FILE = FILE = ROOT + "/key"
BLOCK, BLOCKS = 512, 32
STATEMENT = 70 + BODY_BYTES
with open(sys.argv[1], "rb") as file:
    FIRST, statements = file.read(BODY_BYTES), file.read()
STATEMENTS = [statements[at + 6 : at + STATEMENT] for at in range(0, len(statements), STATEMENT)]
ALL = [FIRST] + [statement[64:] for statement in STATEMENTS]


def mount(memory):
    flash = RamFlash(memory, BLOCK)
    flash.rng = Rng(1)
    vfs.mount(vfs.VfsLfs2(flash, readsize=64, progsize=64, lookahead=32), ROOT)
    return flash


def take():
    body = trusted()
    for statement in STATEMENTS:
        body = changed(body, statement, lambda key, message, signature: True, os)
    return body


memory = bytearray(b"\xff" * (BLOCK * BLOCKS))
vfs.VfsLfs2.mkfs(RamFlash(memory, BLOCK), readsize=64, progsize=64, lookahead=32)
mount(memory)
with open(FILE, "wb") as file:
    file.write(FIRST)
vfs.umount(ROOT)
before = bytes(memory)

flash = mount(memory)
assert take() == trusted() == ALL[-1]
operations = flash.operations
vfs.umount(ROOT)

counts = {"operations": operations, "cuts": 0, "old": 0, "new": 0}
for cut_at in range(1, operations + 1):
    for shape in SHAPES:
        where = (cut_at, shape)
        memory = bytearray(before)
        flash = mount(memory)
        flash.cut_at, flash.shape = cut_at, shape
        try:
            take()
        except OSError:
            pass
        assert flash.dead, where
        vfs.umount(ROOT)
        mount(memory)
        found = trusted()
        assert found in ALL, where
        counts["old" if found == FIRST else "new"] += 1
        counts["cuts"] += 1
        assert take() == trusted() == ALL[-1], where
        vfs.umount(ROOT)
print(json.dumps(counts))
