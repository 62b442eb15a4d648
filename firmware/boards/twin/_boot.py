"""The twin's `_boot.py`: mounts the flash at the root before main.py runs, as the ESP32's does.

The folder of the host machine with the modules moves to `/rom`. Without a `main.py` in it, the firmware is that of the
flash.
"""

import gc

gc.collect()
_before = gc.mem_alloc()

import os  # noqa: E402
import sys  # noqa: E402

import _tasks  # noqa: E402, F401 (these modules stand for the port's C; `Own.bytes` takes their size)
import _twin  # noqa: E402
import bluetooth  # noqa: E402, F401
import esp  # noqa: E402, F401
import machine  # noqa: E402, F401
import select  # noqa: E402, F401
import time  # noqa: E402, F401
import vfs  # noqa: E402
from esp32 import Partition  # noqa: E402

_BLANK = b"\xff" * 64


def _mount() -> None:
    partition = Partition.find(Partition.TYPE_DATA, label="vfs")[0]
    first = bytearray(len(_BLANK))
    partition.readblocks(0, first)
    if first == _BLANK:  # never used: it is formatted. Anything else is mounted, or is an error.
        vfs.VfsLfs2.mkfs(partition)
    rom = vfs.VfsPosix(os.getcwd())
    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(partition), "/")
    vfs.mount(rom, "/rom")
    # A twin that was flashed has its firmware on the flash, as a board has.
    os.chdir("/rom" if "main.py" in os.listdir("/rom") else "/")


class _Collector:
    """The built-in `gc` whose requested collections take time: 11 ms with 100 KB live. Automatic ones take none."""

    enable = gc.enable
    disable = gc.disable
    isenabled = gc.isenabled
    mem_free = gc.mem_free
    mem_alloc = gc.mem_alloc
    threshold = gc.threshold

    @staticmethod
    def collect() -> None:
        gc.collect()
        _twin.compute(_twin.heap_used() * 11 // 100)


_mount()
sys.modules["gc"] = _Collector
gc.collect()
_twin.Own.bytes = gc.mem_alloc() - _before
