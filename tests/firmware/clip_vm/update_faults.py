# Runs in MicroPython: a signed update on the real littlefs, the flash failing once, in each of its operations in turn.
# The host goes on as if nothing were. What starts is whole, and the update can be made again. Arguments: bundle's file,
# trusted keys (hex). Prints counts as JSON.
import gc
import json
import os
import sys
from binascii import unhexlify

from update import installer
import vfs
from ramflash import RamFlash
from slots import Slots

ROOT = "/clip"
BLOCK, BLOCKS = 512, 160
PIECE = 238
EIO = -5

with open(sys.argv[1], "rb") as file:
    bundle = file.read()
keys = unhexlify(sys.argv[2])
rows = bundle[70 : 70 + bundle[4] + 256 * bundle[5]].decode().split("\n")[1:]


class Flash(RamFlash):
    fails_at = -1

    def _change(self, at, size, data):
        if self.operations + 1 == self.fails_at:
            self.operations += 1
            return EIO
        return RamFlash._change(self, at, size, data)


class Refusal(Exception):
    pass


class Board:
    NAME = "twin"

    def filesystem_root(self):
        return ROOT


class Clip:
    slot = 0
    board = Board()

    def feed(self):
        pass

    def note(self, kind, fields):
        told.append(fields["result"])


def mount(memory):
    flash = Flash(memory, BLOCK)
    vfs.mount(vfs.VfsLfs2(flash, readsize=64, progsize=64, lookahead=32), ROOT)
    return flash


def send():
    """Whether the clip says that it is installed."""
    installer._now.clear()
    installer._failure.clear()
    places = range(0, len(bundle), PIECE)
    pieces = [{"offset": at, "data": bundle[at : at + PIECE]} for at in places]
    last = None
    for fields in [{"size": len(bundle)}] + pieces + [{}]:
        try:
            last = installer.answer(Clip(), fields, keys, Refusal)
        except Refusal:
            last = None
    return last == 0


def check(where, installed):
    """What starts now is whole."""
    path = []
    slot, on_trial, reverted = Slots(ROOT, os).start(path)
    assert (slot, on_trial, reverted) == (int(installed), installed, False), (where, slot)
    assert path == [ROOT + "/" + "ab"[slot]], where
    assert "b.manifest" not in os.listdir(ROOT), where
    if not installed:
        return
    for row in rows:
        _, size, name = row.split(" ")
        assert os.stat(ROOT + "/b/" + name)[6] == int(size), (where, name)


gc.threshold(4096)  # as main.py has it: off while a signature is checked
told = []
installer._restart = lambda *_: None
memory = bytearray(b"\xff" * (BLOCK * BLOCKS))
vfs.VfsLfs2.mkfs(Flash(memory, BLOCK), readsize=64, progsize=64, lookahead=32)
mount(memory)
for folder in ("a", "b"):
    os.mkdir(ROOT + "/" + folder)
    with open(ROOT + "/" + folder + "/clip.py", "w") as file:
        file.write("VERSION = 0\n")
vfs.umount(ROOT)
before = bytes(memory)

flash = mount(memory)
assert send()
operations = flash.operations
check("whole", True)
vfs.umount(ROOT)

counts = {"operations": operations, "faults": 0, "refused": 0, "installed": 0}
for fails_at in range(1, operations + 1):
    memory = bytearray(before)
    flash = mount(memory)
    flash.fails_at = fails_at
    told.clear()
    installed = send()
    assert told[-1] == ("installed" if installed else "refused"), (fails_at, told)
    check(fails_at, installed)
    counts["faults"] += 1
    counts["installed" if installed else "refused"] += 1
    if not installed:
        assert send(), fails_at
        check(fails_at, True)
    vfs.umount(ROOT)
assert gc.threshold() == 4096
print(json.dumps(counts))
