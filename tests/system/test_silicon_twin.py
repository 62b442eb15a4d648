"""The faults that a real ESP32 has and a kind twin would not: each part failing, panics, sleep, the shared heap."""

from pathlib import Path

import pytest

from poise.twin.device import HARD_RESET, PARTS, POWER_ON
from tests.support.silicon_twin import by_usb, passes, twin_of

pytestmark = [pytest.mark.vm, pytest.mark.system]

FAULTS = {
    "i2c": "bus_failed",
    "adc": "battery_unread",
    "pwm": "motor_failed",
    "flash": None,  # there is nowhere to keep a record
    "radio": "radio_failed",
    "memory": "radio_failed",
}
MAIN = "radio_failure = start_radio()\n"  # of main.py


def test_every_part_is_tried():
    assert set(FAULTS) == set(PARTS)


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_fails_is_a_fault_record_and_no_restart(tmp_path: Path, part: str):
    async with twin_of(tmp_path) as twin:
        await passes(twin, 3)  # the flash has been formatted
        twin.fail(part, True)
        twin.power_cut(0.5)
        await passes(twin, 120)
        starts = [boot.cause for boot in twin.boots]
        # A radio without memory is a panic, which no program can catch: once, and not again.
        assert starts == [POWER_ON, POWER_ON] + [HARD_RESET] * (part == "memory")
        status, records = await by_usb(twin)
        assert (status["safe_mode"], status["imu"]) == (0, "none" if part == "i2c" else "lsm6dsox")
        assert status["faults"] > 0
        told = {record["fault"] for record in records if record["kind"] == "fault"}
        assert FAULTS[part] in told or part == "flash"


@pytest.mark.parametrize("part", PARTS)
async def test_safe_mode_always_speaks_usb(tmp_path: Path, part: str):
    async with twin_of(tmp_path) as twin:
        await passes(twin, 3)
        for _ in range(3):
            twin.panic()
            await passes(twin, 3)
        twin.fail(part, True)
        twin.power_cut(0.5)
        await passes(twin, 120)
        count = len(twin.boots)
        status, _ = await by_usb(twin)
        assert status["safe_mode"] == 1
        await passes(twin, 120)
        assert len(twin.boots) == count


async def test_panics_count_and_restarts_that_were_asked_for_do_not(tmp_path: Path):
    async with twin_of(tmp_path) as twin:
        await passes(twin, 3)
        for _ in range(3):
            twin.panic()
            await passes(twin, 3)
        status, records = await by_usb(twin)
        assert status["safe_mode"] == 1
        causes = [record["cause"] for record in records if record["kind"] == "boot"]
        assert causes == ["power_on", "panic", "panic", "panic"]
        await passes(twin, 610)  # the clip restarts by itself, for another try
        status, records = await by_usb(twin)
        assert status["safe_mode"] == 0
        assert [r["cause"] for r in records if r["kind"] == "boot"][4] == "reset"


@pytest.mark.parametrize("first", [True, False])
async def test_a_radio_that_comes_after_the_code_finds_no_memory(tmp_path: Path, first: bool):
    """With as much on the heap as the firmware once had; the radio comes first, or as it was: once all is loaded."""

    def change(staged: Path) -> None:
        text = (staged / "main.py").read_text(encoding="utf-8")
        assert text.count(MAIN) == 1
        start = MAIN if first else "radio_failure = None\n"
        path = staged / "main.py"
        path.write_text(
            text.replace(MAIN, f"{start}ballast = bytearray(80_000)\n"), encoding="utf-8"
        )
        # The link takes the radio as it finds it.
        gatt = (staged / "link/gatt.py").read_text(encoding="utf-8")
        assert gatt.count("        ble.active(False)\n") == 1
        (staged / "link/gatt.py").write_text(
            gatt.replace("        ble.active(False)\n", "        pass\n"), encoding="utf-8"
        )

    async with twin_of(tmp_path, change=change) as twin:
        await passes(twin, 20)
        panicked = HARD_RESET in [boot.cause for boot in twin.boots]
        assert panicked != first


async def test_a_radio_that_comes_first_keeps_its_room_over_its_windows(tmp_path: Path):
    async with twin_of(tmp_path, speed=100) as twin:
        await passes(twin, 2000)  # six windows
        counts = twin.hub.meter.read()["total"]
        assert counts["radio_starts"] >= 5
        assert [boot.cause for boot in twin.boots] == [POWER_ON]


async def test_the_button_is_itself_after_each_sleep(tmp_path: Path):
    async with twin_of(tmp_path, speed=50) as twin:
        await passes(twin, 200)
        await passes(twin, 100)
        assert twin.hub.meter.read()["total"]["light_sleeps"] > 20
        twin.pins.press(150_000)
        await passes(twin, 400)
        twin.pins.press(150_000)
        await passes(twin, 5)
        sleeps = twin.hub.meter.read()["total"]["light_sleeps"]
        status, records = await by_usb(twin)
        assert sleeps > 40  # it went on sleeping
        presses = [record["press"] for record in records if record["kind"] == "button"]
        assert presses == ["long", "short", "short"]  # the first is the scenario's, for the upright
        assert not status["safe_mode"]


async def test_the_motor_is_still_at_the_start(tmp_path: Path):
    async with twin_of(tmp_path) as twin:
        await passes(twin, 3)
        twin.power_cut(0.5)
        await passes(twin, 3)
        assert twin.pins.pulses == []


async def test_a_processor_that_takes_its_time_loses_no_sample(tmp_path: Path):
    """Computing, the bus, the flash and collections take what they take on an ESP32."""
    async with twin_of(tmp_path, slow=True) as twin:
        await passes(twin, 120)
        status, records = await by_usb(twin)
        assert len(twin.boots) == 1
        assert (status["fifo_overruns"], status["faults"], status["bad_frames"]) == (0, 0, 0)
        minutes = [record for record in records if record["kind"] == "minute"]
        assert minutes and all(record["off_s"] <= 3 for record in minutes)
