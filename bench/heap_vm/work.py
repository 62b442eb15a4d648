"""main.py of a twin that writes its use of heap, a line of heap.txt ten times a second, beside the firmware.

The heap in use once the twin's modules are loaded is subtracted; the board's own code counts.
"""

import gc

gc.threshold(4096)

import os  # noqa: E402

_FILE = "%s/heap.txt" % os.getcwd()


def main():
    """Run the firmware with the heap's writer beside it."""
    gc.collect()
    base = gc.mem_alloc()

    async def tell(sleep_ms, _clip):
        while True:
            await sleep_ms(100)
            gc.collect()
            used = gc.mem_alloc() - base
            with open(_FILE, "a") as file:
                file.write("%d\n" % used)

    from begin import run

    run(tell)


main()
