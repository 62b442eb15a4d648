"""A picture of the heap that this VM writes: the blocks, the memory, and the addresses of modules and parts.

NAME.map is MicroPython's own map of the blocks, NAME.bin the memory, NAME.ids the addresses. Only on the 32-bit VM
with `ffi`: MicroPython prints its map on its terminal, which is the clip's USB, so the terminal is turned to the file
for that moment.
"""

import gc
import os
import sys

import ffi
import micropython
import uctypes

_libc = ffi.open("libc.so.6")
_dup = _libc.func("i", "dup", "i")
_dup2 = _libc.func("i", "dup2", "ii")
_creat = _libc.func("i", "creat", "si")
_close = _libc.func("i", "close", "i")
_REAL = os.getenv("POISE_BENCH_FOLDER")  # the folder as the C library names it


def _map(path):
    """Write the map of the blocks."""
    kept, file = _dup(1), _creat(path, 0o600)
    _dup2(file, 1)
    micropython.mem_info(1)
    _dup2(kept, 1)
    _close(file)
    _close(kept)


def draw(here, name, clip):
    """Write a picture of the heap into the folder `here`. `clip`: the object whose attributes are the parts."""
    parts = [("module", key, id(module)) for key, module in sys.modules.items()]
    parts.append(("clip", "clip", id(clip)))
    parts += [("part", key, id(value)) for key, value in clip.__dict__.items()]
    with open("%s/%s.ids" % (here, name), "w") as file:
        for part in parts:
            file.write("%s %s %d\n" % part)
    del parts
    gc.collect()
    _map("%s/%s.map" % (_REAL, name))
    start = size = 0
    with open("%s/%s.map" % (here, name)) as file:
        for line in file:
            if line.startswith("GC: total: "):
                size = int(line.split()[2].rstrip(","))
            elif "layout; from " in line:
                start = int(line.split("from ")[1].rstrip(":\n"), 16)
                break
    with open("%s/%s.bin" % (here, name), "wb") as file:
        file.write(uctypes.bytearray_at(start, size))
    with open("%s/%s.done" % (here, name), "w") as file:
        file.write("done")
