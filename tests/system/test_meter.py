"""The twin's meter against other witnesses: the chips' own counters, the sensor's rate, a script's known sleeps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from poise.build.bundle import stage
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.demo.hosts import let_host_in
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.machine.meter import Meter
from poise.twin.machine.vm import Vm
from poise.twin.process import TwinProcess
from poise.twin.world.scenario import Press, Scenario, load
from poise.twin.world.script import Segment
from tests.conftest import WITHIN_S, vm_or_skip

pytestmark = pytest.mark.system

SLEEPS = """
import time
import esp32
import machine
from machine import Pin

button = Pin(32, Pin.IN, Pin.PULL_UP)
esp32.wake_on_ext0(button, esp32.WAKEUP_ALL_LOW)
machine.lightsleep(2000)
machine.lightsleep(10_000)
time.sleep_ms(1000)
machine.lightsleep(4000)
time.sleep(100)
"""


@asynccontextmanager
async def twin(
    folder: Path, vm: Vm, scenario: Scenario, speed: float, main: str = ""
) -> AsyncIterator[TwinDevice]:
    """A twin in this process; `main`: instead of the firmware's."""
    staged = stage("twin", folder / "firmware")
    if main:
        (staged / "main.py").write_text(main, encoding="utf-8")
    device = TwinDevice(TwinOptions(folder, staged, vm, scenario, speed=speed))
    await device.start()
    try:
        yield device
    finally:
        await device.stop()


async def until(device: TwinDevice, virtual_s: float) -> None:
    async with asyncio.timeout(WITHIN_S):
        while device.clock.now_us() < virtual_s * 1e6:
            await asyncio.sleep(0.01)


def pressed_at(second: float) -> Scenario:
    return Scenario("sleeps", (Segment("sits", 60),), (Press(second),))


async def test_counts_are_those_of_the_chips(tmp_path):
    async with twin(tmp_path, vm_or_skip(64), load("demo"), speed=50) as device:
        await until(device, 60)
        counts = device.hub.meter.read()["boot"]
        assert counts["flash_programs"] == device.flash.programs > 0
        assert counts["flash_erases"] == sum(device.flash.erases) > 0
        pulses = sum(pulse.lasted_us * pulse.duty_u16 / 0xFFFF for pulse in device.pins.pulses)
        assert counts["motor_us"] == pytest.approx(pulses) and pulses > 0
        seconds = counts["uptime_us"] / 1e6
        assert seconds == pytest.approx(60, abs=2)
        # 208 Hz and 0.12 % more, in words of 7 bytes, two a sample; a burst each 76 ms; the start takes two seconds.
        assert counts["burst_bytes"] % 14 == 0
        assert counts["burst_bytes"] / 14 == pytest.approx(208.25 * (seconds - 1.0), rel=0.02)
        assert counts["bursts"] == pytest.approx((seconds - 1.0) / 0.076, rel=0.03)
        status_reads = counts["i2c_transfers"] - counts["bursts"]
        assert status_reads >= counts["bursts"]
        lone = counts["i2c_bytes"] - counts["burst_bytes"]
        assert 1 <= lone / status_reads <= 6
        least_us = (9 * counts["i2c_bytes"] + 20 * counts["i2c_transfers"]) * 2.5
        assert least_us < counts["i2c_us"] < least_us + 25 * counts["i2c_transfers"]
        # Beside bursts: looks at the button while it is held for the pairing, and once a second at the cell.
        assert counts["bursts"] < counts["wakes"] < 4 * counts["bursts"]
        # For its memory, and again once there is a handler that gives the stack its keys.
        assert (counts["radio_starts"], counts["light_sleeps"]) == (2, 0)
        # It is on from the first line of main.py on, and advertises once the sensor has been tested.
        assert 50e6 < counts["advertising_us"] < counts["radio_us"] < counts["advertising_us"] + 2e6
        # It waits for hosts at the slow clock, from the first look at the battery on.
        assert counts["radio_us"] - 2e6 < counts["slow_clock_us"] < counts["radio_us"]


async def test_light_sleep_ends_in_time_or_at_the_buttons_level(tmp_path, vm):
    async with twin(tmp_path, vm, pressed_at(5.0), float("inf"), SLEEPS) as device:
        await until(device, 20)
        counts = device.hub.meter.read()["boot"]
    # 2 s, then until the press at 5 s; a second awake; 4 s.
    assert counts["light_sleeps"] == 3
    assert counts["light_sleep_us"] == pytest.approx(9e6, abs=5e3)


async def test_a_power_cut_ends_what_was_on_and_begins_a_boot(tmp_path):
    async with twin(tmp_path, vm_or_skip(64), pressed_at(50), 10, SLEEPS) as device:
        device.hub.at(4_000_000, lambda: device.power_cut(3.0))  # in the second sleep
        await until(device, 8.5)
        told = device.hub.meter.read()
    assert told["boots"] == 2
    # Until 4 s it slept, from 7 s on again; the three seconds without power are no uptime.
    assert told["total"]["uptime_us"] - told["boot"]["uptime_us"] == pytest.approx(4e6, abs=5e3)
    asleep_us = told["total"]["light_sleep_us"] - told["boot"]["light_sleep_us"]
    assert asleep_us == pytest.approx(4e6, abs=5e3)
    assert told["boot"]["light_sleep_us"] == pytest.approx(told["boot"]["uptime_us"], abs=5e3)


async def test_radio_time_over_the_control_socket(tmp_path):
    vm_or_skip(64)
    async with TwinProcess(tmp_path, scenario="still", speed=5) as process:
        await let_host_in(process)
        connections = (await process.command("meter"))["boot"]["connections"]
        link = BleTransport(hci=process.info["hci"], find_s=10.0, keys=process.bonds)
        client = ClipClient(link, process.clock)
        await client.open()
        before = await process.command("meter")
        for _ in range(5):
            await client.status()
        after = await process.command("meter")
        await client.close()
    assert (after["imu"], after["imu_rate_hz"]) == ("lsm6dsox", 208)
    before, after = before["boot"], after["boot"]
    assert after["connections"] == connections + 1
    assert (
        after["ble_sent"] - before["ble_sent"]
        == after["ble_received"] - before["ble_received"]
        == 5
    )
    assert after["ble_sent_bytes"] - before["ble_sent_bytes"] > 5 * 20
    assert after["ble_received_bytes"] > before["ble_received_bytes"]
    assert after["advertising_us"] == before["advertising_us"]
    assert after["connected_us"] > before["connected_us"]
    spent = {name: after[name] - before[name] for name in after}
    assert spent["radio_us"] == pytest.approx(spent["advertising_us"] + spent["connected_us"])


def test_bus_time_by_hand():
    meter = Meter(lambda: 0)
    meter.request(
        0x02, b"\x6a\x78\x0e\x00", bytes(14)
    )  # a sample: 3 bytes of address and register, 14 of data
    meter.request(0x02, b"\x6a\x3a\x02\x00", bytes(2))
    meter.request(0x03, b"\x6a\x10\x5c", b"")
    counts = meter.read()["total"]
    assert counts["i2c_us"] == pytest.approx((30 + 14 * 9 + 30 + 2 * 9 + 20 + 9) * 2.5)
    assert (counts["i2c_transfers"], counts["i2c_bytes"]) == (3, 17)
    assert (counts["bursts"], counts["burst_bytes"]) == (1, 14)


def test_clock_and_adverts_by_hand():
    now_us = [0]
    meter = Meter(lambda: now_us[0])
    meter.started()
    meter.request(0x36, b"\x50\x00", b"")  # 80 MHz
    meter.request(0x40, b"\x01", b"\x01")
    meter.request(0x43, b"\xa0\x86\x01\x00" + b"\x01\xff\xff", b"")  # every 100 ms
    now_us[0] = 1_050_000
    meter.request(0x36, b"\xa0\x00", b"")  # 160 MHz
    meter.request(0x40, b"\x00", b"\x00")
    now_us[0] = 5_000_000
    counts = meter.read()["total"]
    assert counts["slow_clock_us"] == counts["advertising_us"] == counts["radio_us"] == 1_050_000
    assert counts["adverts"] == pytest.approx(10)
