"""Each IMU that the clip can have, whole and broken: the clip says what is wrong and stays within reach."""

import asyncio

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.twin.process import TwinProcess
from poise.wire import codec
from poise.wire.rows import ENUMS
from tests.conftest import WITHIN_S, vm_or_skip

IMUS = ENUMS["imu"][1:]
FIRST = IMUS[0]
pytestmark = pytest.mark.system

WALK = """
[[segment]]
name = "walks"
activity = "walk"
duration_s = 200
"""


async def faults_and_state(client: ClipClient) -> tuple[list[str], str]:
    """Faults in the log, in order, and the state now."""
    identity = await client.open()
    raw = bytearray()
    await client.read_log(identity.oldest_seq, raw.extend)
    found, at = [], 0
    while at < len(raw):
        record, at = codec.parse_record(bytes(raw), at)
        if record["kind"] == "fault":
            found.append(record["fault"])
    return found, (await client.status())["state"]


async def over(transport, twin: TwinProcess) -> tuple[list[str], str]:
    client = ClipClient(transport, twin.clock)
    try:
        return await asyncio.wait_for(faults_and_state(client), WITHIN_S)
    finally:
        await client.close()


async def told(twin: TwinProcess) -> tuple[list[str], str]:
    """The same by USB and by Bluetooth."""
    by_usb = await over(SerialTransport(twin.info["usb"]), twin)
    await let_host_in(twin)
    by_ble = await over(BleTransport(hci=twin.info["hci"], keys=twin.bonds), twin)
    assert by_ble[0][: len(by_usb[0])] == by_usb[0] and by_ble[1] == by_usb[1]
    return by_usb


async def until(twin: TwinProcess, virtual_s: float) -> None:
    while twin.clock.now_us() < virtual_s * 1e6:
        await asyncio.sleep(0.05)


# What one sensor shows of all is not played with each: the search for a dead one, and `drivers.health`, which watches
# samples and knows no chip. The self-test and the way back from a bus without an answer are each driver's own.
@pytest.mark.parametrize(
    ("imu", "imu_fault", "fault"),
    [(FIRST, "dead", "imu_missing"), *((imu, "stuck", "imu_self_test") for imu in IMUS)],
)
async def test_broken_from_the_start(tmp_path, imu, imu_fault, fault):
    vm_or_skip(64)
    async with TwinProcess(
        tmp_path, scenario="still", speed=5, imu=imu, imu_fault=imu_fault
    ) as twin:
        await until(twin, 10)
        faults, state = await told(twin)
        assert (faults[0], state) == (fault, "off")


@pytest.mark.parametrize("imu", IMUS)
async def test_a_clip_that_starts_on_a_wearer_who_walks_has_no_fault(tmp_path, imu):
    """The self-test compares two moments, and says nothing of the sensor if the wearer moves between them."""
    vm_or_skip(64)
    walk = tmp_path / "walk.toml"
    walk.write_text(WALK)
    async with TwinProcess(tmp_path / "clip", scenario=str(walk), speed=8, imu=imu) as twin:
        for n in range(1, 5):  # each start meets another part of a stride
            await until(twin, 6.1 * n)
            await twin.command("power_cut", off_s=0.1)
        await until(twin, 40)
        faults, state = await told(twin)
        assert (faults, state) == ([], "uncalibrated")


@pytest.mark.parametrize(
    ("imu", "field", "fault"),
    [
        (FIRST, "stuck", "imu_stuck"),
        (FIRST, "noisy", "imu_noisy"),
        *((imu, "disconnect_after_s", "imu_missing") for imu in IMUS),
    ],
)
async def test_breaks_while_worn_and_heals(tmp_path, imu, field, fault):
    vm_or_skip(64)
    async with TwinProcess(tmp_path, scenario="still", speed=5, imu=imu) as twin:
        await until(twin, 20)
        await twin.command("imu", **{field: 0.001 if field == "disconnect_after_s" else True})
        await until(twin, 24)
        faults, state = await told(twin)
        assert (faults[0], state) == (fault, "off")
        await twin.command("imu", **{field: None if field == "disconnect_after_s" else False})
        healed_s = twin.clock.now_us() / 1e6 + 15
        await until(twin, healed_s)
        assert (await told(twin))[1] != "off"
