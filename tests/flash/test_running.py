"""The firmware runs on the twin, is asked over USB to leave, is replaced by its compiled self, and starts again."""

import asyncio
from pathlib import Path

import pytest

from poise.build.bundle import stage
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError
from poise.flash.firmware import Flashed, flash_firmware
from poise.flash.prompt import open_prompt
from poise.timebase.clock import SystemClock
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.world.scenario import load
from poise.wire import codec
from tests.conftest import vm_or_skip

pytestmark = [pytest.mark.vm, pytest.mark.system]


def replace_firmware(port: str) -> Flashed:
    with open_prompt(port, 115_200) as prompt:
        done = flash_firmware(prompt, "twin", lambda line: None)
        prompt.restart()
    return done


def refuse_firmware(port: str) -> None:
    with open_prompt(port, 115_200) as prompt, pytest.raises(PoiseError, match="no firmware for"):
        flash_firmware(prompt, None, lambda line: None)


async def hello(port: str) -> tuple[str, int]:
    """Id and boot number of the clip, once it answers."""
    client = ClipClient(SerialTransport(port), SystemClock())
    identity = await client.open()
    await client.close()
    return identity.clip_id, identity.boot


async def boot_causes(port: str) -> list[str]:
    """Why the clip started, of each start in its log."""
    client = ClipClient(SerialTransport(port), SystemClock())
    identity = await client.open()
    raw = bytearray()
    await client.read_log(identity.oldest_seq, raw.extend)
    await client.close()
    found, at = [], 0
    while at < len(raw):
        record, at = codec.parse_record(bytes(raw), at)
        if record["kind"] == "boot":
            found.append(record["cause"])
    return found


async def test_running_firmware_makes_room_for_its_successor(tmp_path: Path):
    vm = vm_or_skip(64)
    staged = stage("twin", tmp_path / "firmware")
    twin = TwinDevice(TwinOptions(tmp_path, staged, vm, load("demo"), speed=1.0))
    await twin.start()
    try:
        before = await hello(twin.usb.port)
        done = await asyncio.to_thread(replace_firmware, twin.usb.port)
        after = await hello(twin.usb.port)
        causes = await boot_causes(twin.usb.port)
    finally:
        await twin.stop()
    assert "a/app/clip.mpy" in done.written
    assert "app/clip.py" in done.removed
    assert not (staged / "app/clip.py").exists()
    assert causes == ["power_on", "reset"]
    assert (after[0], after[1]) == (before[0], before[1] + 1)


async def test_running_firmware_goes_on_after_a_refusal(tmp_path: Path):
    vm = vm_or_skip(64)
    staged = stage("twin", tmp_path / "firmware")
    before = {path: path.read_bytes() for path in staged.rglob("*.py")}
    twin = TwinDevice(TwinOptions(tmp_path, staged, vm, load("demo"), speed=1.0))
    await twin.start()
    try:
        first = await hello(twin.usb.port)
        await asyncio.to_thread(refuse_firmware, twin.usb.port)
        again = await hello(twin.usb.port)
        causes = await boot_causes(twin.usb.port)
    finally:
        await twin.stop()
    assert again == (first[0], first[1] + 1)
    assert causes == ["power_on", "reset"]
    assert {path: path.read_bytes() for path in staged.rglob("*.py")} == before
