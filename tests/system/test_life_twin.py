"""A firmware that crashes or hangs restarts, and after three times speaks on in safe mode; it tries again by itself."""

import asyncio

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError
from poise.timebase.clock import SystemClock
from poise.twin.device import TwinDevice
from tests.support.crash_twin import CRASHES, HOOK, Kept, twin_with, until

pytestmark = [pytest.mark.vm, pytest.mark.system]

HANGS = (
    HOOK
    + "        import time\n        if self._clip.now_ms() > 5_000:\n            time.sleep(3_600)\n"
)
STARVES = (
    HOOK
    + """        if self._clip.now_ms() > 5_000:
            self._clip.eaten = eaten = []
            size = 65536
            while size > LEFT:
                try:
                    eaten.append(bytearray(size))
                except MemoryError:
                    size //= 2
            bytearray(65536)
"""
)


async def asked(twin: TwinDevice, ask):
    """What `ask(client)` gives, once the clip answers: it may be just restarting."""
    for _ in range(60):
        client = ClipClient(SerialTransport(twin.usb.port), SystemClock())
        try:
            await client.open()
            return await ask(client)
        except PoiseError:
            await asyncio.sleep(0.2)
        finally:
            await client.close()
    raise AssertionError("the clip does not answer")


async def test_three_crashes_then_safe_mode_then_another_try(tmp_path):
    async with twin_with(tmp_path, CRASHES, speed=20) as twin:
        await until(lambda: len(twin.boots) == 4, 60)
        status = await asked(twin, lambda client: client.status())
        assert (status["safe_mode"], status["state"], status["imu"]) == (1, "off", "none")
        assert len(twin.boots) == 4  # it stays
        kept = Kept()
        await asked(twin, lambda client: client.read_log(0, kept))
        crashes = [bytes(r["text"]) for r in kept.records() if r["kind"] == "crash"]
        assert len(crashes) == 3
        assert all(b"ValueError: boom" in text and b"calibrating" in text for text in crashes)
        assert [r["fault"] for r in kept.records() if r["kind"] == "fault"] == ["safe_mode"]
        await until(
            lambda: len(twin.boots) >= 6, 90
        )  # ten minutes later it tried, and crashed again
        status = await asked(twin, lambda client: client.status())
        assert status["safe_mode"] == 1


async def test_a_full_heap_ends_in_safe_mode(tmp_path):
    async with twin_with(tmp_path, STARVES.replace("LEFT", "256"), speed=20) as twin:
        await until(lambda: len(twin.boots) == 4, 60)
        status = await asked(twin, lambda client: client.status())
        assert status["safe_mode"] == 1


async def test_without_room_even_for_a_crash_record_it_starts_anew_all_the_same(tmp_path):
    async with twin_with(tmp_path, STARVES.replace("LEFT", "64"), speed=20) as twin:
        await until(lambda: len(twin.boots) >= 3, 60)


async def test_what_hangs_is_restarted_by_the_watchdog(tmp_path):
    async with twin_with(tmp_path, HANGS, speed=20) as twin:
        await until(lambda: len(twin.boots) == 4, 90)
        status = await asked(twin, lambda client: client.status())
        assert status["safe_mode"] == 1
        assert [boot.cause for boot in twin.boots] == [1, 3, 3, 3]  # power on, then the watchdog
