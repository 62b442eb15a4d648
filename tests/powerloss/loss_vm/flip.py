# Runs in MicroPython: in each record of the short story one bit turns over on flash. No such record is taken for what
# it was, and the log goes on. Prints where it was met: at the start (the newest segment) or by who reads it.
import json
import struct
import sys
from binascii import crc32

import vfs
from clipstate import ROOT, ClipState
from explore import Explorer
from ledger import Ledger, unused
from ramflash import carry_out
from rng import Rng
from story import short_story

explorer = Explorer(sys.argv[1], (1024, 4096), Rng(3))
before, journal, ledger = explorer.run(short_story())
image = bytearray(before)
for operation in journal:
    carry_out(image, operation)
known = ledger.known_at(len(journal) + 1, unused())


def read(state):
    """(records that are intact, whether one was not)"""
    buffer = bytearray(512)
    seq, whole, damaged = 0, {}, 0
    while True:
        n_bytes, seq = state.log.read_into(seq, buffer)
        if not n_bytes:
            return whole, damaged
        at = 0
        while at < n_bytes:
            end = at + 20 + buffer[at + 1]
            raw = bytes(buffer[at:end])
            if crc32(raw[:-4]) == struct.unpack("<I", raw[-4:])[0]:
                whole[struct.unpack_from("<I", raw, 2)[0]] = raw
            else:
                damaged += 1
            at = end


counts = {"flips": 0, "at_start": 0, "by_reader": 0}
for seq in sorted(known.stored):
    raw = known.stored[seq]
    at = image.find(raw)
    if at < 0:
        continue  # dropped, and its block used again
    bit = explorer.rng.below(len(raw) * 8)
    torn = bytearray(image)
    while at >= 0:  # every copy: littlefs leaves old ones behind
        torn[at + bit // 8] ^= 1 << bit % 8
        at = torn.find(raw, at)
    state = ClipState(1024, 4096, Ledger(explorer.mount(torn)))
    whole, damaged = read(state)
    for number, kept in known.stored.items():
        assert whole.get(number, kept) == kept, (number, whole[number])
    counts["flips"] += 1
    counts["by_reader" if damaged else "at_start"] += 1
    number = state.append("button", 5, {"press": "short"})
    assert state.log.sync() > number
    state.close()
    vfs.umount(ROOT)
print(json.dumps(counts))
