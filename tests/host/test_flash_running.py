"""The firmware runs on the twin, is asked over USB to leave, is replaced by its compiled self, and starts again."""

import asyncio
from pathlib import Path

import pytest

from poise.clip import ClipClient
from poise.clock import SystemClock
from poise.flash.bundle import stage
from poise.flash.firmware import Flashed, flash_firmware
from poise.flash.prompt import open_prompt
from poise.transport.serial import SerialTransport
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.scenario import load
from tests.conftest import vm_or_skip

pytestmark = [pytest.mark.vm, pytest.mark.system]


def replace_firmware(port: str) -> Flashed:
    with open_prompt(port, 115_200) as prompt:
        done = flash_firmware(prompt, "twin", lambda line: None)
        prompt.restart()
    return done


async def hello(port: str) -> tuple[str, int]:
    """Id and boot number of the clip, once it answers."""
    client = ClipClient(SerialTransport(port), SystemClock())
    identity = await client.open()
    await client.close()
    return identity.clip_id, identity.boot


async def test_running_firmware_makes_room_for_its_successor(tmp_path: Path):
    vm = vm_or_skip(64)
    staged = stage("twin", tmp_path / "firmware")
    twin = TwinDevice(TwinOptions(tmp_path, staged, vm, load("demo"), speed=1.0))
    await twin.start()
    try:
        before = await hello(twin.usb.port)
        done = await asyncio.to_thread(replace_firmware, twin.usb.port)
        after = await hello(twin.usb.port)
    finally:
        await twin.stop()
    assert "a/clip.mpy" in done.written
    assert "clip.py" in done.removed
    assert not (staged / "clip.py").exists()
    assert (after[0], after[1]) == (before[0], before[1] + 1)
