"""`python -m bench.heap_map`: who holds the clip's heap, at the start, live, in a session and during an update.

It runs the firmware's modules as they stand in the sources, each compiled by itself, so that each has its name. The
firmware that is flashed merges and shortens them first; `--shipped` draws that one, by the merged modules.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise.build import signed, trust
from poise.build.bundle import compiled, contents, slot_files, stage
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.clip.update import REPLY_S, send
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.machine.vm import find_vm
from poise.twin.world.scenario import load

from .heap_picture import NAMES, REST, owners, read

STAGES = ("started", "live", "session", "update")
MAINS = Path(__file__).parent / "heap_vm"
_TEXTS = ("main.py", "boot.py")  # MicroPython runs these as text
_SILICON = (
    "_",
    "machine",
    "bluetooth",
    "esp32",
    "select",
    "time",
    "gc",
    "begin",
    "picture",
    "main",
)
_TWIN = "the twin's own, in C on an ESP32"
_ROOM_BYTES = (
    1_000_000  # of the chip's memory: modules that nothing has merged take more than an ESP32 has
)
_LAST = (NAMES, REST, _TWIN)
_LEAST_BYTES = 256  # owners of less make one row
_HEAP, _SPEED, _SETTLE_S, _WAIT_S = "280k", 8.0, 4.0, 120.0


def measured(*, shipped: bool = False) -> dict[str, dict[str, int]]:
    """Return stage -> owner -> bytes."""
    with tempfile.TemporaryDirectory(prefix="poise-heap-") as name:
        return asyncio.run(_measured(Path(name), shipped=shipped))


async def _measured(folder: Path, *, shipped: bool) -> dict[str, dict[str, int]]:
    key = Ed25519PrivateKey.generate()
    vm = find_vm(32)
    staged = folder / "firmware"
    if shipped:
        stage("twin", staged, vm.arch)
    else:
        _as_sources(staged, vm.arch)
    shutil.copy(MAINS / "map.py", staged / "main.py")
    for name in ("begin.py", "picture.py"):
        shutil.copy(MAINS / name, staged / name)
    (staged / "key").write_bytes(trust.first(key).on_clip)
    os.environ["POISE_BENCH_FOLDER"] = str(staged)  # the VM's own name for it is /rom
    device = TwinDevice(TwinOptions(folder, staged, vm, load("still"), speed=_SPEED, heap=_HEAP))
    await device.start()
    device.heap.free = device.heap.block = _ROOM_BYTES
    client = ClipClient(SerialTransport(device.usb.port), device.clock, reply_s=30)
    found: dict[str, dict[str, int]] = {}

    async def look(name: str) -> None:
        await device.clock.sleep(_SETTLE_S)
        (staged / "want").write_text(name)
        found[name] = await _drawn(staged, name)

    try:
        identity = await client.open()
        await look("started")
        await client.begin_log(identity.next_seq, 0, follow=True)
        await look("live")
        await client.request("motion_stream", rate_hz=25)
        await look("session")
        await client.request("motion_stream", rate_hz=0)
        bundle = signed.make(slot_files("twin", "x86"), "0.2.0", 2, "esp32", key)
        client.reply_s = REPLY_S
        await send(client, bundle, lambda there, total: _half_way(staged, there / total))
        found["update"] = await _drawn(staged, "update")
    finally:
        await client.close()
        await device.stop()
    return found


def _as_sources(staged: Path, arch: str) -> None:
    """Stage each module compiled by itself."""
    for name, source in contents("twin").items():
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in _TEXTS:
            shutil.copyfile(source, target)
            continue
        module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        target.with_suffix(".mpy").write_bytes(
            compiled(source.read_text(encoding="utf-8"), module, arch)
        )


def _half_way(staged: Path, share: float) -> None:
    asked = staged / "asked"
    if share > 0.5 and not asked.exists():
        asked.touch()
        (staged / "want").write_text("update")


async def _drawn(staged: Path, name: str) -> dict[str, int]:
    async with asyncio.timeout(_WAIT_S):
        while not (staged / f"{name}.done").exists():
            await asyncio.sleep(0.05)
    return grouped(owners(read(staged, name)))


def grouped(found: Mapping[str, int]) -> dict[str, int]:
    """Return the owners with the twin's own modules as one."""
    out: dict[str, int] = {}
    for owner, size in found.items():
        key = _TWIN if owner.startswith(_SILICON) else owner
        out[key] = out.get(key, 0) + size
    return out


def table(found: Mapping[str, Mapping[str, int]]) -> str:
    """Return the map as a table in Markdown, the largest owners at the start first."""
    everyone = {owner for each in found.values() for owner in each}
    most = {owner: max(each.get(owner, 0) for each in found.values()) for owner in everyone}
    rows = sorted(everyone, key=lambda one: (-most[one], one))
    large = [owner for owner in rows if most[owner] >= _LEAST_BYTES and owner not in _LAST]
    small = [owner for owner in rows if owner not in (*large, *_LAST)]
    lines = ["| held by | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    lines += [_row(f"`{owner}`", [owner], found) for owner in large]
    lines.append(_row(f"{len(small)} smaller ones", small, found))
    lines += [_row(owner, [owner], found) for owner in _LAST]
    firmware = [owner for owner in rows if owner != _TWIN]
    lines.append(_row("**the firmware**", firmware, found))
    return "\n".join(lines)


def _row(name: str, owner: list[str], found: Mapping[str, Mapping[str, int]]) -> str:
    sums = (sum(each.get(one, 0) for one in owner) for each in found.values())
    return f"| {name} | " + " | ".join(f"{size:,}" if size else "" for size in sums) + " |"


def main() -> int:
    """Print the map; return exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.heap_map", description=__doc__)
    parser.add_argument("--shipped", action="store_true", help="the firmware as it is flashed")
    sys.stdout.write(table(measured(shipped=parser.parse_args().shipped)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
