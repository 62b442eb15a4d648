"""A twin on which one part fails."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from poise.build.bundle import stage
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError
from poise.timebase.clock import SystemClock
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.world.scenario import load
from poise.wire import codec
from tests.conftest import vm_or_skip


@asynccontextmanager
async def twin_of(folder: Path, speed: float = 60, change=None, **options):
    """A twin in this process; `change(staged)` edits its firmware first."""
    staged = stage("twin", folder / "firmware")
    if change:
        change(staged)
    twin = TwinDevice(
        TwinOptions(folder, staged, vm_or_skip(64), load("still"), speed=speed, **options)
    )
    await twin.start()
    try:
        yield twin
    finally:
        await twin.stop()


async def passes(twin: TwinDevice, virtual_s: float) -> None:
    end_us = twin.clock.now_us() + virtual_s * 1e6
    while twin.clock.now_us() < end_us:
        await asyncio.sleep(0.02)


async def by_usb(twin: TwinDevice) -> tuple[dict, list[dict]]:
    """(status, the log's records), once the clip answers: it may be just restarting."""
    for _ in range(100):
        client = ClipClient(SerialTransport(twin.usb.port), SystemClock())
        raw = bytearray()
        try:
            identity = await client.open()
            await client.read_log(identity.oldest_seq, raw.extend)
            return await client.status(), records_of(bytes(raw))
        except PoiseError:
            await asyncio.sleep(0.2)
        finally:
            await client.close()
    raise AssertionError("the clip does not answer")


def records_of(raw: bytes) -> list[dict]:
    found, at = [], 0
    while at < len(raw):
        record, at = codec.parse_record(raw, at)
        found.append(record)
    return found
