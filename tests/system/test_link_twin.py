"""A long log from the twin over its real radio and pty, with faults in the middle. The truth is on its flash."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from pathlib import Path

import pytest

from poise.clip import ClipClient
from poise.demo.hosts import let_host_in
from poise.errors import PoiseError, Reason
from poise.store import Store
from poise.transport.base import Transport
from poise.transport.ble import BleTransport
from poise.transport.bumble_host import close_hosts
from poise.transport.serial import SerialTransport
from poise.twin.flashdump import dump, records_in
from poise.twin.flashfill import fill
from poise.twin.process import TwinProcess
from tests.conftest import vm_or_skip

pytestmark = [pytest.mark.system, pytest.mark.vm]

LOG_BYTES = 150_000
BAUD = 921_600
PASSING = {Reason.LINK_LOST, Reason.TIMEOUT, Reason.BAD_LOG, Reason.REFUSED, Reason.NO_CLIP}


def twin_with_a_past(folder: Path, **options: object) -> TwinProcess:
    """A twin whose log holds weeks already."""
    fill(vm_or_skip(64), folder / "flash.bin", LOG_BYTES)
    return TwinProcess(folder, scenario="still", speed=1, **options)


async def session(twin: TwinProcess, transport: Transport, data: Path) -> int:
    """One download into the store; how many records came. Raises PoiseError."""
    client = ClipClient(transport, twin.clock, reply_s=2.0)
    with Store.open(data / "poise.db") as store:
        try:
            identity = await client.open()
            first = store.records.next_seq(identity.clip_id, identity.oldest_seq)

            def sink(raw: bytes) -> None:
                store.records.import_raw(identity.clip_id, raw, transport.source, 1)

            return (await client.read_log(first, sink)).records
        finally:
            await client.close()


async def until_done(twin: TwinProcess, transport, data: Path) -> list[str]:
    """Why its sessions ended but for the last, which came to the end."""
    ends: list[str] = []
    while len(ends) < 60:
        try:
            await session(twin, transport(), data)
            return ends
        except PoiseError as error:
            assert error.reason in PASSING, error
            ends.append(str(error))
    raise AssertionError(f"60 sessions were not enough: {ends[-3:]}")


async def check(twin: TwinProcess, data: Path, folder: Path) -> int:
    """Ends the twin; its flash and the store agree. How many records that is."""
    with contextlib.suppress(OSError):
        await twin.command("quit")
    await asyncio.sleep(0.3)
    dump(vm_or_skip(64), Path(twin.info["flash"]), folder)
    with Store.open(data / "poise.db") as store:
        (clip_id,) = store.clips.ids()
        have = sorted(store.records.raws(clip_id))
    flash = records_in(folder)
    last = have[-1][0]
    # What the clip wrote after the transfer began is not part of it.
    assert have == sorted((seq, raw) for seq, raw in flash.items() if seq <= last)
    assert last > max(flash) - 20
    return len(have)


async def test_noise_on_the_cable(tmp_path: Path) -> None:
    rng, noises = random.Random(1), 0
    async with twin_with_a_past(tmp_path / "clip", baud=BAUD) as twin:

        async def disturb() -> None:
            nonlocal noises
            while noises < 12:
                await asyncio.sleep(0.15)
                noise = rng.randbytes(rng.randrange(1, 300))
                await twin.command("usb", noise_hex=noise.hex())
                noises += 1

        disturbing = asyncio.ensure_future(disturb())
        sessions = await until_done(twin, lambda: SerialTransport(twin.info["usb"]), tmp_path)
        await disturbing
        await until_done(twin, lambda: SerialTransport(twin.info["usb"]), tmp_path)
        assert await check(twin, tmp_path, tmp_path / "dump") > 1000
    assert noises == 12 and sessions


@pytest.mark.parametrize("link", ["usb", "ble"])
async def test_a_killed_host_resumes_from_its_store(tmp_path: Path, link: str) -> None:
    async with twin_with_a_past(tmp_path / "clip", baud=BAUD) as twin:
        if link == "ble":
            await let_host_in(twin)
            await (
                close_hosts()
            )  # the pairing is in its file, and the host to be killed is another process
        await twin.command("radio", slot_ms=4)
        command = (sys.executable, "-m", "poise", "--data", str(tmp_path))
        command += ("--twin", str(twin.folder), "download", "--json")
        command += ("--ble",) if link == "ble" else ()

        async def start() -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )

        kept = [0]
        for _ in range(3):
            process = await start()
            await asyncio.to_thread(_wait_for_more, tmp_path / "poise.db", kept[-1] + 200)
            os.kill(process.pid, signal.SIGKILL)
            await process.communicate()
            kept.append(_count(tmp_path / "poise.db"))
        process = await start()
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, err
        total = await check(twin, tmp_path, tmp_path / "dump")
    assert 0 < kept[1] < kept[2] < kept[3] < total
    # Resumed where it stopped, but for what had come while the order to end was on its way.
    assert json.loads(out)["records"] == total - kept[3]


def _count(path: Path) -> int:
    with Store.open(path) as store:
        ids = store.clips.ids()
        return store.records.count(ids[0]) if ids else 0


def _wait_for_more(path: Path, count: int) -> None:
    import time

    for _ in range(400):
        if path.exists() and _count(path) >= count:
            return
        time.sleep(0.05)
    raise TimeoutError(f"{count} records did not come")


@pytest.mark.parametrize("every", [2, 5])
async def test_enomem_at_every_kth_notification(tmp_path: Path, every: int) -> None:
    async with twin_with_a_past(tmp_path / "clip") as twin:
        await let_host_in(twin)
        await twin.command("radio", enomem_every=every, slot_ms=0.2)
        transport = lambda: BleTransport(hci=twin.info["hci"], keys=twin.bonds)  # noqa: E731
        assert await until_done(twin, transport, tmp_path) == []
        await check(twin, tmp_path, tmp_path / "dump")


async def test_a_radio_that_drops_and_loses(tmp_path: Path) -> None:
    rng = random.Random(5)
    async with twin_with_a_past(tmp_path / "clip") as twin:
        await let_host_in(twin)
        await twin.command("radio", loss=0.02, delay_ms=5, slot_ms=1)

        async def disturb() -> None:
            for _ in range(6):
                await asyncio.sleep(rng.uniform(0.3, 0.8))
                await twin.command("radio", disconnect=True)

        disturbing = asyncio.ensure_future(disturb())
        link = lambda: BleTransport(hci=twin.info["hci"], keys=twin.bonds)  # noqa: E731
        sessions = await until_done(twin, link, tmp_path)
        await disturbing
        await check(twin, tmp_path, tmp_path / "dump")
    assert sessions
