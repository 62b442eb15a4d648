"""The clip without a host: it sleeps between bursts, its radio is off but now and then, and it goes on measuring."""

import asyncio
import itertools
from pathlib import Path

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport, scan
from poise.clip.transport.bumble.host import close_hosts
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.errors import PoiseError
from poise.twin.process import TwinProcess
from poise.wire import codec
from tests.conftest import WITHIN_S, vm_or_skip

pytestmark = pytest.mark.system

STORY = """
[[segment]]
name = "sits"
duration_s = 20
[[segment]]
name = "nods"
duration_s = 0.8
flexion_deg = 22
move_s = 0.7
[[segment]]
name = "back"
duration_s = 1.2
move_s = 0.7
[[segment]]
name = "nods"
duration_s = 0.8
flexion_deg = 22
move_s = 0.7
[[segment]]
name = "back"
duration_s = 300
move_s = 0.7
[[segment]]
name = "bends"
duration_s = 900
flexion_deg = 34
move_s = 3
[[segment]]
name = "sits up"
duration_s = 3000
move_s = 3
[[press]]
at_s = 4
for_s = 3.3
"""


async def until(twin: TwinProcess, virtual_s: float) -> None:
    while twin.clock.now_us() < virtual_s * 1e6:
        await asyncio.sleep(0.02)


async def log_of(twin: TwinProcess) -> list[dict]:
    """The whole log, over USB."""
    client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock, reply_s=10)
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                identity = await client.open()
                break
            except PoiseError:
                await asyncio.sleep(0.2)
    raw = bytearray()
    await client.read_log(identity.oldest_seq, raw.extend)
    await client.close()
    found, at = [], 0
    while at < len(raw):
        record, at = codec.parse_record(bytes(raw), at)
        found.append(record)
    return found


@pytest.mark.parametrize(("bits", "imu"), [(64, "lsm6dsox"), (64, "mpu6050"), (32, "lsm6dsox")])
async def test_it_sleeps_and_measures(tmp_path: Path, bits: int, imu: str):
    vm_or_skip(bits)
    story = tmp_path / "story.toml"
    story.write_text(STORY)
    options = {"vm": 32, "heap": "136k", "compiled": True} if bits == 32 else {}
    async with TwinProcess(
        tmp_path / "t", scenario=str(story), speed=100, imu=imu, **options
    ) as twin:
        await until(twin, 240)
        before = (await twin.command("meter"))["total"]
        await until(twin, 1140)
        after = (await twin.command("meter"))["total"]
        truth = await twin.command("truth")
        records = await log_of(twin)
    spent_us = after["uptime_us"] - before["uptime_us"]
    asleep = (after["light_sleep_us"] - before["light_sleep_us"]) / spent_us
    assert asleep > 0.9, asleep
    assert (after["radio_us"] - before["radio_us"]) / spent_us < 0.03
    # The clock is slow with the radio on, and fast to be asleep sooner.
    waits_us = after["slow_clock_us"] - before["slow_clock_us"]
    assert waits_us == pytest.approx(after["radio_us"] - before["radio_us"], rel=0.3) and waits_us
    powers = [record["power"] for record in records if record["kind"] == "power"]
    assert powers[0] == "saver"
    assert truth["flexion_deg"] == pytest.approx(34, abs=1)
    minutes = [record for record in records if record["kind"] == "minute"]
    bent = [m for m in minutes if m["under_45_s"] >= 58]
    assert len(bent) >= 10
    assert all(abs(m["p50_deg"] - 34) <= 2 for m in bent), [m["p50_deg"] for m in bent]
    ends = [m["t_ms"] for m in minutes]
    assert all(abs(b - a - 60_000) < 3000 for a, b in itertools.pairwise(ends)), ends
    assert [record["kind"] for record in records].count("nudge") >= 1
    assert "fault" not in {record["kind"] for record in records}


async def test_a_host_finds_it_in_a_window(tmp_path: Path):
    vm_or_skip(64)
    async with TwinProcess(tmp_path, scenario="still", speed=8) as twin:
        await let_host_in(twin)
        await close_hosts()
        await until(twin, 295)
        assert (await twin.command("meter"))["total"]["light_sleep_us"] > 0
        await twin.command("speed", speed=1.0)  # the host's work takes real time
        client = ClipClient(
            BleTransport(hci=twin.info["hci"], find_s=30, keys=twin.bonds), twin.clock
        )
        await client.open()  # in the window at 300 s
        async with asyncio.timeout(WITHIN_S):
            while (await client.status())["power"] != "live":
                await asyncio.sleep(0.05)
        assert client.identity
        raw = bytearray()
        await client.read_log(client.identity.oldest_seq, raw.extend)
        await client.close()
        await close_hosts()
    seqs, at = [], 0
    while at < len(raw):
        record, at = codec.parse_record(bytes(raw), at)
        seqs.append(record["seq"])
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_press_wakes_it(tmp_path: Path):
    vm_or_skip(64)
    async with TwinProcess(tmp_path, scenario="still", speed=50) as twin:
        await until(twin, 220)
        assert await scan(0.5, twin.info["hci"]) == []
        await twin.command("speed", speed=1.0)  # the host's work takes real time
        await twin.command("button", press_ms=200)
        async with asyncio.timeout(WITHIN_S):
            while not (found := await scan(1.0, twin.info["hci"])):
                pass
        assert len(found) == 1
        await close_hosts()
