# Runs in MicroPython: power fails at every flash operation while a letter arrives in pieces. After the start the old
# one or the new one is there, whole; the new one, once the clip has said so. A lost link leaves the old one.
import gc
import os
from binascii import crc32

import vfs
from ramflash import SHAPES, RamFlash
from rng import Rng
from storage import letters

BLOCKS, BLOCK_BYTES, PIECE = 24, 4096, 180
ROOT = "/clip"


def letter_of(seed, size):
    data = bytearray(size)
    for at in range(size):
        data[at] = (seed * 31 + at * 7 + (at >> 8)) & 0xFF
    return bytes(data)


class Desk:
    letter = None


desk, cable, radio = Desk(), "cable", "radio"


def sent(which, data, until=None, link=cable):
    """Send the letter's pieces, each twice, as if a reply were lost; return the last reply."""
    about = (len(data), crc32(data))
    most = len(data) if until is None else until
    for at in range(0, most, PIECE):
        piece = data[at : min(at + PIECE, most)]
        for _ in (0, 1) if at else (0,):
            value = letters.take(ROOT, os, desk, link, which, about, at, piece)
            assert value == at + len(piece)
    return value


def held(which):
    size, crc = letters.info(ROOT, which)
    data = b""
    while len(data) < size:
        data += letters.read(ROOT, which, len(data), min(PIECE, size - len(data)))
    assert letters.read(ROOT, which, size, 0) == b""
    assert not size or crc32(data) == crc
    return data


def mounted(memory):
    flash = RamFlash(memory, BLOCK_BYTES)
    vfs.mount(vfs.VfsLfs2(flash), ROOT)
    return flash


old, new, other = letter_of(1, 5000), letter_of(2, 6100), letter_of(3, 700)
memory = bytearray(b"\xff" * (BLOCKS * BLOCK_BYTES))
vfs.VfsLfs2.mkfs(RamFlash(memory, BLOCK_BYTES))
mounted(memory)
assert held(0) == b""
assert sent(0, old) == len(old) and sent(1, other) == len(other)
about = (len(new), crc32(new))
sent(0, new, until=3000)
for link, letter, which, at in (
    (cable, about, 0, 2999),
    (radio, about, 0, 3000),
    (cable, about, 1, 3000),
):
    assert (
        letters.take(ROOT, os, desk, link, letter=which, about=letter, offset=at, data=b"xx")
        is None
    )
wrong = (len(other), 1)
for at in range(0, len(other), PIECE):
    value = letters.take(ROOT, os, desk, cable, 0, wrong, at, other[at : at + PIECE])
assert value is None and desk.letter is None  # another CRC
sent(0, new, until=3000)
letters.give_up(desk)  # the link is lost
assert letters.take(ROOT, os, desk, cable, 0, about, 3000, b"xx") is None
assert held(0) == old
vfs.umount(ROOT)
cuts, kept, rng = 0, [0, 0], Rng(1)
for shape in SHAPES:
    cut_at = 0
    done = False
    while not done:
        cut_at += 1
        life = bytearray(memory)
        flash = mounted(life)
        flash.cut_at, flash.shape, flash.rng = cut_at, shape, rng
        told = False
        try:
            told = sent(0, new) == len(new)
            done = not flash.dead
        except OSError:
            pass
        letters.give_up(desk)
        vfs.umount(ROOT)
        mounted(life)
        found = held(0)
        assert found in (old, new), (shape, cut_at)
        assert not told or found == new, (shape, cut_at)
        assert held(1) == other, (shape, cut_at)
        kept[found == new] += 1
        sent(0, new)  # the host sends it again
        assert held(0) == new
        vfs.umount(ROOT)
        cuts += 1
        gc.collect()
assert min(kept) >= len(SHAPES) - 1, kept

# The largest of both, and one written aside, take the blocks that the log leaves.
memory = bytearray(b"\xff" * (BLOCKS * BLOCK_BYTES))
vfs.VfsLfs2.mkfs(RamFlash(memory, BLOCK_BYTES))
mounted(memory)
free = os.statvfs(ROOT)[3]
for which in (0, 1):
    sent(which, bytes(letters.MOST_BYTES[which]))
taken = free - os.statvfs(ROOT)[3]
size = letters.MOST_BYTES[0]
sent(0, bytes(size), until=size - 1)
desk.letter._file.flush()
most = free - os.statvfs(ROOT)[3]
letters.give_up(desk)
for name in os.listdir(ROOT):
    os.remove(ROOT + "/" + name)
assert held(0) == held(1) == b"" and os.statvfs(ROOT)[3] == free
vfs.umount(ROOT)
print("letter cut ok, %d cuts, %d blocks, %d at most" % (cuts, taken, most))
