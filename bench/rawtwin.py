"""`python -m bench.rawtwin FOLDER SLOT_MS`: a twin with bench/radio_vm/main.py in place of the firmware.

Its radio carries a packet every SLOT_MS, or all it can (0). Prints the radio's HCI name; lives until stdin ends.
"""

import asyncio
import shutil
import sys
from pathlib import Path

from poise.flash.bundle import stage
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.scenario import load
from poise.twin.vm import find_vm

MAIN = Path(__file__).parent / "radio_vm" / "main.py"


async def _run(folder: Path, slot_ms: float) -> None:
    staged = stage("twin", folder / "firmware")
    shutil.copy(MAIN, staged / "main.py")
    twin = TwinDevice(TwinOptions(folder, staged, find_vm(64), load("still")))
    await twin.start()
    twin.radio.set_pacing(slot_ms)
    sys.stdout.write(twin.radio.hci + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await twin.stop()


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1]), float(sys.argv[2])))
