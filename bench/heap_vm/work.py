"""main.py of a twin that writes its use of heap, a line of heap.txt ten times a second, beside the firmware.

The heap in use once the twin's modules are loaded is subtracted; the board's own code counts.
"""

import gc

gc.threshold(4096)

import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

_FILE = "%s/heap.txt" % os.getcwd()


async def _tell(sleep_ms, base):
    while True:
        await sleep_ms(100)
        gc.collect()
        used = gc.mem_alloc() - base
        with open(_FILE, "a") as file:
            file.write("%d\n" % used)


def main():
    """Run the firmware of the active slot with the heap's writer beside it."""
    gc.collect()
    base = gc.mem_alloc()
    import board

    board.guard_flash()
    firmware = __import__("slots").Slots(board.filesystem_root(), os).start(sys.path)
    import asyncio

    from app.clip import Clip
    from app.equip import equip
    from app.tasks import go

    clip = Clip(board, time.ticks_ms, time.ticks_diff, firmware)
    equip(clip, time.sleep_ms)
    del equip
    asyncio.create_task(_tell(asyncio.sleep_ms, base))
    go(clip)
    board.reset()


main()
