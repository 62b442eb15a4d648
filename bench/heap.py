"""`python -m bench.heap`: bytes of Python heap that the compiled firmware uses on the 32-bit VM.

Two tables: at work, and module by module as they are loaded. The twin's own modules, which stand for a board's pins
and its radio, are subtracted. Each figure is read after a collection.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise.build import signed, trust
from poise.build.bundle import slot_files, stage
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.clip.update import REPLY_S, send
from poise.twin.chips.imus import CHIPS
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.machine.vm import find_vm
from poise.twin.world.scenario import load

from .table import Row, markdown

MAINS = Path(__file__).parent / "heap_vm"
GOAL_BYTES = 100 * 1024
FIRST_IMU = next(iter(CHIPS))
_HEAP = "160k"
_SPEED = 8.0
_WAIT_S = 60.0
_SETTLE_S = 4.0  # virtual


def rows(imu: str = FIRST_IMU) -> list[Row]:
    """Measure the heap at work: at the start, live with a host, while motion streams, during an update."""
    with tempfile.TemporaryDirectory(prefix="poise-heap-") as name:
        return asyncio.run(_at_work(Path(name), imu))


def module_rows() -> list[Row]:
    """Measure the heap that each module takes when it is loaded."""
    with tempfile.TemporaryDirectory(prefix="poise-heap-") as name:
        own = asyncio.run(_loaded(Path(name)))
    return [Row(name, f"{size:,}") for name, size in own]


async def _loaded(folder: Path) -> list[tuple[str, int]]:
    device = await _started(folder, "modules.py")
    told = folder / "firmware/heap.txt"
    async with asyncio.timeout(_WAIT_S):
        while not told.exists() or not told.read_text().endswith(".\n"):
            await asyncio.sleep(0.05)
    await device.stop()
    lines = (line.split() for line in told.read_text().splitlines()[:-1])
    return [(name, int(size)) for name, size in lines]


async def _started(folder: Path, main: str, key: bytes = b"", imu: str = FIRST_IMU) -> TwinDevice:
    vm = find_vm(32)
    staged = stage("twin", folder / "firmware", vm.arch)
    shutil.copy(MAINS / main, staged / "main.py")
    shutil.copy(MAINS / "begin.py", staged / "begin.py")
    if key:
        (staged / "key").write_bytes(key)
    options = TwinOptions(folder, staged, vm, load("still"), speed=_SPEED, heap=_HEAP, imu=imu)
    device = TwinDevice(options)
    await device.start()
    return device


async def _at_work(folder: Path, imu: str) -> list[Row]:
    key = Ed25519PrivateKey.generate()
    device = await _started(folder, "work.py", trust.first(key).on_clip, imu)
    client = ClipClient(SerialTransport(device.usb.port), device.clock, reply_s=30)
    found = []
    try:
        identity = await client.open()
        found.append(("started, a host has said hello", await _most(device, folder)))
        await client.begin_log(identity.next_seq, 0, follow=True)
        found.append(("live, a host follows", await _most(device, folder)))
        await client.request("motion_stream", rate_hz=25)
        found.append(("an exercise session's motion stream", await _most(device, folder)))
        await client.request("motion_stream", rate_hz=0)
        bundle = signed.make(slot_files("twin", "x86"), "0.2.0", 2, "esp32", key)
        client.reply_s = REPLY_S
        _begun(folder)
        await send(client, bundle, lambda _there, _total: None)
        found.append(("an update", _highest(folder)))
    finally:
        await client.close()
        await device.stop()
    return [
        Row(what, f"{size:,} bytes", f"{GOAL_BYTES:,}", size / GOAL_BYTES, "≤ 1")
        for what, size in found
    ]


async def _most(device: TwinDevice, folder: Path) -> int:
    """Return the highest use of heap in the next seconds."""
    await device.clock.sleep(_SETTLE_S)
    _begun(folder)
    await device.clock.sleep(_SETTLE_S)
    return _highest(folder)


def _begun(folder: Path) -> None:
    (folder / "firmware/heap.txt").write_text("")


def _highest(folder: Path) -> int:
    text = (folder / "firmware/heap.txt").read_text()
    return max(int(line) for line in text.split("\n")[:-1] if line.strip("\0"))


def main() -> int:
    """Print the tables; return exit status 0."""
    parser = argparse.ArgumentParser(description="Bytes of heap of the firmware on the 32-bit VM.")
    parser.add_argument("--imu", choices=CHIPS, help="with this sensor, and at work alone")
    imu = parser.parse_args().imu
    if imu is None:
        sys.stdout.write(markdown(module_rows()) + "\n\n")
    sys.stdout.write(markdown(rows(imu or FIRST_IMU)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
