"""`python -m bench.rawtwin FOLDER SLOT_MS`: a twin with bench/radio_vm/main.py in place of the firmware.

Its radio carries a packet every SLOT_MS, or as many as it can (0). Prints the radio's HCI name; runs until stdin ends.
"""

import asyncio
import shutil
import sys
from pathlib import Path

from poise.build.bundle import stage
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.machine.vm import find_vm
from poise.twin.world.scenario import load

MAIN = Path(__file__).parent / "radio_vm" / "main.py"


async def _run(folder: Path, staged: Path, slot_ms: float) -> None:
    twin = TwinDevice(TwinOptions(folder, staged, find_vm(64), load("still")))
    await twin.start()
    twin.radio.set_pacing(slot_ms)
    sys.stdout.write(twin.radio.hci + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await twin.stop()


def main() -> None:
    """Stage the files, then run the twin."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    staged = stage("twin", folder / "firmware")
    shutil.copy(MAIN, staged / "main.py")
    asyncio.run(_run(folder, staged, float(sys.argv[2])))


if __name__ == "__main__":
    main()
