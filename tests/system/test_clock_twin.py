"""The clip's clock on the twin: ticks that wrap, a crystal that is off, times that are none, restarts, power cuts."""

import asyncio
import struct
from itertools import pairwise
from pathlib import Path

import pytest
from bleak.uuids import normalize_uuid_16

from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.errors import PoiseError, Reason
from poise.store import Store
from poise.timebase.clip_clock import ClockMap, ClockPair
from poise.timebase.clock import END_UTC_MS, FIRST_UTC_MS
from poise.twin.device import TwinDevice
from poise.twin.process import TwinProcess
from poise.wire import uuids
from tests.conftest import WITHIN_S
from tests.support.crash_twin import CRASHES, Kept, twin_with, until

pytestmark = [pytest.mark.vm, pytest.mark.system]

WRAP_MS = 2**30
PPM = 100


async def virtual(twin: TwinProcess, seconds: float) -> None:
    """Until so many seconds of the twin's first start have passed."""
    while twin.clock.now_us() < seconds * 1e6:
        await asyncio.sleep(0.05)


async def press(twin: TwinProcess) -> tuple[int, int]:
    """The wearer presses the button: between these two times, in milliseconds of the world."""
    before = twin.clock.utc_ms()
    await twin.command("button")
    return before, twin.clock.utc_ms()


@pytest.mark.parametrize("radio", [False, True], ids=["usb", "ble"])
async def test_ticks_wrap_while_a_host_is_connected(tmp_path: Path, radio: bool):
    twin = TwinProcess(
        tmp_path / "twin",
        scenario="still",
        speed=8,
        ticks_start_ms=WRAP_MS - 30_000,
        crystal_ppm=PPM,
    )
    async with twin:
        link = SerialTransport(twin.info["usb"])
        if radio:
            await let_host_in(twin)
            link = BleTransport(hci=twin.info["hci"], keys=twin.bonds)
        client = ClipClient(link, twin.clock)
        with Store.open(tmp_path / "poise.db") as store:
            identity = await client.open()
            await client.set_time()
            took: list[int] = []

            def sink(raw: bytes) -> None:
                took.append(len(raw))
                store.records.import_raw(identity.clip_id, raw, link.source, twin.clock.utc_ms())

            following = asyncio.ensure_future(client.follow_log(0, sink))
            presses = []
            for at_s in (10, 29, 31, 60, 150):
                await virtual(twin, at_s)
                presses.append(await press(twin))
            await virtual(twin, 195)
            await client.set_time()
            async with asyncio.timeout(WITHIN_S):  # live, before the wrap and after it
                while len(took) < 5 or not any(
                    event.kind == "clock" and event.t_ms > 190_000
                    for event in store.records.events(identity.clip_id)
                ):
                    assert not following.done()
                    await asyncio.sleep(0.05)
            following.cancel()
            await client.close()
            boots = (await twin.command("stats"))["boots"]
            assert len(boots) == 1
            columns = store.minutes.columns(identity.clip_id)
            events = store.records.events(identity.clip_id)
    t_ms = columns["t_ms"].tolist()
    assert len(t_ms) == 3 and t_ms[0] < 62_000
    assert all(abs(b - a - 60_000) <= 100 for a, b in pairwise(t_ms))
    times = [event.t_ms for event in sorted(events, key=lambda event: event.seq)]
    assert times == sorted(times) and times[0] < 2000 and times[-1] > 190_000
    started_ms = twin.clock.utc_ms() - (twin.clock.now_us() - boots[0]["at_us"]) // 1000
    for event in events:
        truth_ms = started_ms + event.t_ms / (1 + PPM * 1e-6)
        assert event.utc_ms is not None and event.uncertainty_ms is not None
        assert abs(event.utc_ms - truth_ms) <= min(1000, event.uncertainty_ms)
    # The scenario has a long press of its own.
    pressed = [event.utc_ms for event in events if event.fields.get("press") == "short"]
    assert len(pressed) == len(presses)
    for told, (before, after) in zip(pressed, presses, strict=True):
        assert told is not None and before - 1000 <= told <= after + 1000


async def refused(client: ClipClient, utc_ms: int) -> bool:
    try:
        await client.request("time_set", utc_ms=utc_ms, uncertainty_ms=50, at_ms=0)
    except PoiseError as error:
        assert error.reason is Reason.REFUSED and "bad field" in str(error)
        return True
    return False


async def clocks(client: ClipClient) -> list[dict]:
    kept = Kept()
    await client.read_log(0, kept)
    return [record for record in kept.records() if record["kind"] == "clock"]


async def test_a_time_that_cannot_be_is_refused_and_the_crystal_is_off(tmp_path: Path):
    async with TwinProcess(tmp_path, scenario="still", speed=20, crystal_ppm=10_000) as twin:
        client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
        await client.open()
        for utc_ms in (0, 1, 946_684_800_000, FIRST_UTC_MS - 1, END_UTC_MS, 2**64 - 1):
            assert await refused(client, utc_ms)
        assert (await client.status())["utc_known"] == 0 and await clocks(client) == []
        assert not await refused(client, FIRST_UTC_MS)
        assert not await refused(client, END_UTC_MS - 1)
        assert (await client.status())["utc_known"] == 1 and len(await clocks(client)) == 2
        readings = []
        for at_s in (20, 80):
            await virtual(twin, at_s)
            before = twin.clock.now_us() / 1000
            t_ms = (await client.status())["t_ms"]
            readings.append((before, t_ms, twin.clock.now_us() / 1000))
        await client.close()
    (a0, a, a1), (b0, b, b1) = readings
    assert (b0 - a1) * 1.0095 <= b - a <= (b1 - a0) * 1.0105


async def test_a_current_time_that_cannot_be_is_dropped(tmp_path: Path):
    async with TwinProcess(tmp_path, scenario="still", speed=2) as twin:
        await let_host_in(twin)
        link = BleTransport(hci=twin.info["hci"], keys=twin.bonds)
        client = ClipClient(link, twin.clock)
        await client.open()
        assert link._client is not None
        for year in (1970, 2000, 2023, 2100):
            time = struct.pack("<HBBBBBBBB", year, 2, 28, 12, 34, 56, 4, 128, 0)
            uuid = normalize_uuid_16(uuids.CURRENT_TIME_CHARACTERISTIC)
            await link._client.write_gatt_char(uuid, time, response=True)
        assert (await client.status())["utc_known"] == 0
        time = struct.pack("<HBBBBBBBB", 2026, 2, 28, 12, 34, 56, 4, 128, 0)
        await link._client.write_gatt_char(uuid, time, response=True)
        assert (await client.status())["utc_known"] == 1
        assert [record["utc_ms"] for record in await clocks(client)] == [1_772_282_096_500]
        await client.close()


async def first_call(twin: TwinDevice) -> ClipClient:
    """A client that the clip answers."""
    for _ in range(100):
        client = ClipClient(SerialTransport(twin.usb.port), twin.clock, reply_s=1.0)
        try:
            await client.open()
        except PoiseError:
            await asyncio.sleep(0.05)
        else:
            return client
    raise AssertionError("the clip does not answer")


async def log_of(twin: TwinDevice) -> list[dict]:
    client, kept = await first_call(twin), Kept()
    await client.read_log(0, kept)
    await client.close()
    return kept.records()


async def test_the_time_is_kept_over_crashes_and_lost_with_the_power(tmp_path: Path):
    async with twin_with(tmp_path, CRASHES, speed=5) as twin:
        client = await first_call(twin)
        assert await client.set_time()
        assert len(twin.boots) == 1  # the first crash comes at five seconds
        await client.close()
        await until(lambda: len(twin.boots) == 4, 60)
        records = await log_of(twin)
        twin.power_cut(2.0)
        await until(lambda: len(twin.boots) == 5, 30)
        later = [record for record in await log_of(twin) if record["boot"] == 5]
        epoch_ms = twin.clock.utc_ms() - twin.clock.now_us() // 1000
        starts = [epoch_ms + boot.at_us / 1000 for boot in twin.boots]
    assert later[0]["kind"] == "boot" and not [one for one in later if one["kind"] == "clock"]
    noted = [record for record in records if record["kind"] == "clock"]
    assert [record["boot"] for record in noted] == [1, 2, 3, 4]
    unsure = [record["uncertainty_ms"] for record in noted]
    assert all(150 <= b - a <= 160 for a, b in pairwise(unsure))  # what each restart adds
    for record in noted:
        truth_ms = starts[record["boot"] - 1] + record["t_ms"]
        assert abs(record["utc_ms"] - truth_ms) <= record["uncertainty_ms"]
    seqs = {record["seq"]: record for record in records}
    for record in noted[1:]:  # as the store tells them from a host's
        before = seqs[record["seq"] - 1]
        assert before["kind"] == "boot" and record["t_ms"] - before["t_ms"] <= 50
    pairs = [ClockPair(*(r[k] for k in ("boot", "t_ms", "utc_ms", "uncertainty_ms"))) for r in noted]  # fmt: skip
    clock = ClockMap(pairs)
    for record in records:
        found = clock.instant(record["boot"], record["t_ms"])
        truth_ms = starts[record["boot"] - 1] + record["t_ms"]
        assert found and abs(found.utc_ms - truth_ms) <= min(1000, found.uncertainty_ms)
