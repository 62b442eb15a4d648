"""A twin whose crashes are counted."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from poise.build.bundle import stage
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.world.scenario import load
from poise.wire import codec
from tests.conftest import vm_or_skip

HOOK = "    def follow(self, dt_ms: int) -> None:\n"
CRASHES = HOOK + "        if self._clip.now_ms() > 5_000:\n            raise ValueError('boom')\n"


@asynccontextmanager
async def twin_with(tmp_path: Path, fault: str, speed: float):
    """A twin whose firmware has this fault five seconds after each start."""
    staged = stage("twin", tmp_path / "firmware")
    source = (staged / "app/calibrating.py").read_text(encoding="utf-8")
    assert source.count(HOOK) == 1
    (staged / "app/calibrating.py").write_text(source.replace(HOOK, fault), encoding="utf-8")
    twin = TwinDevice(TwinOptions(tmp_path, staged, vm_or_skip(64), load("still"), speed=speed))
    await twin.start()
    try:
        yield twin
    finally:
        await twin.stop()


async def until(condition, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


class Kept:
    """What a transfer brings, in memory."""

    def __init__(self) -> None:
        self.raw = b""

    async def __call__(self, raw: bytes) -> None:
        self.raw += raw

    def records(self) -> list[dict]:
        found, at = [], 0
        while at < len(self.raw):
            record, at = codec.parse_record(self.raw, at)
            found.append(record)
        return found
