# Runs in MicroPython: power fails at every flash operation while a host's timetable arrives in parts. After the start
# the old one or the new one is in force, whole; the new one, once the clip has said so.
import struct
from binascii import crc32

import vfs
from app import timetable
from app.timetable_file import read
from ramflash import SHAPES, RamFlash
from rng import Rng
from wire import timetable as layout

BLOCKS, BLOCK_BYTES, PART = 16, 4096, 150


class Clip:
    """What taking a timetable needs of the clip."""

    look_ms = 1

    def __init__(self):
        self.board = self

    def filesystem_root(self):
        return "/clip"


def file_of(first):
    """A timetable of 20 entries, with its CRC-32."""
    head = [layout.FORMAT, 20] + 14 * [0] + [0, 86_400]
    data = struct.pack(layout.HEAD, *(head + [bytes(8)])) + struct.pack(layout.LAST, 0, 0, 0, 0, 0)
    for n in range(20):
        data += struct.pack(layout.ENTRY, first + n, 600 * n, 0, 0)
    return data + struct.pack("<I", crc32(data))


def taken(clip, data):
    for at in range(0, len(data), PART):
        value = timetable.take(clip, len(data), at, data[at : at + PART])
    return value


def mounted(memory):
    flash = RamFlash(memory, BLOCK_BYTES)
    vfs.mount(vfs.VfsLfs2(flash), "/clip")
    return flash


clip, old, new = Clip(), file_of(1), file_of(100)
memory = bytearray(b"\xff" * (BLOCKS * BLOCK_BYTES))
vfs.VfsLfs2.mkfs(RamFlash(memory, BLOCK_BYTES))
mounted(memory)
assert taken(clip, old) == timetable.identity(clip) != 0
vfs.umount("/clip")
cuts, kept, rng = 0, [0, 0], Rng(1)
for shape in SHAPES:
    cut_at = 0
    done = False
    while not done:
        cut_at += 1
        life = bytearray(memory)
        flash = mounted(life)
        flash.cut_at, flash.shape, flash.rng = cut_at, shape, rng
        clip.look_ms = 1
        try:
            taken(clip, new)
            done = not flash.dead
            told = clip.look_ms == 0
        except OSError:
            told = False
        vfs.umount("/clip")
        mounted(life)
        found = read(clip, "timetable")
        assert found in (old[:-4], new[:-4]), (shape, cut_at, found)
        assert not told or found == new[:-4], (shape, cut_at)
        kept[found == new[:-4]] += 1
        taken(clip, new)  # the host sends it again
        assert read(clip, "timetable") == new[:-4]
        vfs.umount("/clip")
        cuts += 1
assert min(kept) > len(SHAPES), kept
print("timetable cut ok, %d" % cuts)
