"""A long log from the twin over its real radio and pty, with faults in the middle. The truth is on its flash."""

import asyncio
import contextlib
import json
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from poise.clip import log_reader
from poise.clip.client import ClipClient
from poise.clip.transport.base import Transport
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.bumble.host import close_hosts
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.errors import PoiseError, Reason
from poise.store import Store
from poise.twin.chips.flash_dump import dump, records_in
from poise.twin.chips.flash_fill import fill
from poise.twin.process import TwinProcess
from tests.conftest import WITHIN_S, vm_or_skip

pytestmark = [pytest.mark.system, pytest.mark.vm]

LOG_BYTES = 150_000
BAUD = 921_600
PASSING = {Reason.LINK_LOST, Reason.TIMEOUT, Reason.BAD_LOG, Reason.REFUSED, Reason.NO_CLIP}


@pytest.fixture(autouse=True)
def one_message_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """The faults come after so many of the host's writes, however busy the machine is."""
    monkeypatch.setattr(log_reader, "BATCH_BYTES", 1)


def twin_with_a_past(folder: Path, **options: object) -> TwinProcess:
    """A twin whose log holds weeks already."""
    fill(vm_or_skip(64), folder / "flash.bin", LOG_BYTES)
    return TwinProcess(folder, scenario="still", speed=1, **options)


class Disturbances:
    """Commands to the twin in the middle of a transfer: one after each `every` of the host's writes, `count` in all."""

    def __init__(self, every: int, count: int, command: Callable[[], Awaitable[object]]) -> None:
        self._every, self.left, self._command = every, count, command
        self._writes = 0
        self._under_way: list[asyncio.Future[object]] = []

    def written(self) -> None:
        """The host has written something."""
        self._writes += 1
        if self._writes % self._every == 0 and self.left:
            self.left -= 1
            self._under_way.append(asyncio.ensure_future(self._command()))

    async def done(self) -> None:
        """Until the twin has had them all. Raises AssertionError."""
        await asyncio.gather(*self._under_way)
        assert not self.left


async def session(
    twin: TwinProcess,
    transport: Transport,
    data: Path,
    disturb: Disturbances | None = None,
    reply_s: float = WITHIN_S,
) -> int:
    """One download into the store; how many records came. Raises PoiseError."""
    client = ClipClient(transport, twin.clock, reply_s)
    with Store.open(data / "poise.db") as store:
        try:
            identity = await client.open()
            first = store.records.next_seq(identity.clip_id, identity.oldest_seq)

            def sink(raw: bytes) -> None:
                store.records.import_raw(identity.clip_id, raw, transport.source, 1)
                if disturb:
                    disturb.written()

            return (await client.read_log(first, sink)).records
        finally:
            await client.close()


async def until_done(
    twin: TwinProcess, transport, data: Path, disturb: Disturbances | None = None, **options
) -> list[str]:
    """Why its sessions ended but for the last, which came to the end."""
    ends: list[str] = []
    while len(ends) < 60:
        try:
            await session(twin, transport(), data, disturb, **options)
            return ends
        except PoiseError as error:
            assert error.reason in PASSING, error
            ends.append(str(error))
    raise AssertionError(f"60 sessions were not enough: {ends[-3:]}")


async def check(twin: TwinProcess, data: Path, folder: Path) -> int:
    """Ends the twin; its flash and the store agree. How many records that is."""
    with contextlib.suppress(OSError):
        await twin.command("quit")
    await twin.ended()
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
    rng = random.Random(1)
    async with twin_with_a_past(tmp_path / "clip", baud=BAUD) as twin:
        cable = lambda: SerialTransport(twin.info["usb"])  # noqa: E731
        for number in range(12):
            noise = rng.randbytes(rng.randrange(1, 300)).hex()
            await twin.command("usb", noise_hex=noise, after_bytes=(number + 1) * LOG_BYTES // 13)
        sessions = await until_done(twin, cable, tmp_path, reply_s=2.0)
        assert await check(twin, tmp_path, tmp_path / "dump") > 1000
    assert sessions


# The host's command, which is killed in the middle of its so-manieth write to the store.
_MORTAL = """
import os, signal, sys
from poise.clip import log_reader
from poise.store import imports

log_reader.BATCH_BYTES = 1  # one message a write, however busy the machine is
store_rows, left = imports.store_rows, int(sys.argv.pop(1))

def mortal(*given):
    global left
    left -= 1
    done = store_rows(*given)
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

imports.store_rows = mortal
from poise.cli import main
main()
"""


@pytest.mark.parametrize("link", ["usb", "ble"])
async def test_a_killed_host_resumes_from_its_store(tmp_path: Path, link: str) -> None:
    async with twin_with_a_past(tmp_path / "clip", baud=BAUD) as twin:
        if link == "ble":
            await let_host_in(twin)
            await (
                close_hosts()
            )  # the pairing is in its file, and the host to be killed is another process
        await twin.command("radio", slot_ms=4)
        command = ["--data", str(tmp_path), "--twin", str(twin.folder), "download", "--json"]
        command += ["--ble"] if link == "ble" else []

        async def run(dies_at_write: int) -> tuple[int, bytes, bytes]:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", _MORTAL, str(dies_at_write), *command),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await asyncio.wait_for(process.communicate(), WITHIN_S)
            assert process.returncode is not None
            return process.returncode, out, err

        kept = [0]
        for _ in range(3):
            status, _, err = await run(40)
            assert status == -signal.SIGKILL, err
            kept.append(_count(tmp_path / "poise.db"))
        status, out, err = await run(0)
        assert status == 0, err
        total = await check(twin, tmp_path, tmp_path / "dump")
    assert 0 < kept[1] < kept[2] < kept[3] < total
    assert json.loads(out)["records"] == total - kept[3]


def _count(path: Path) -> int:
    with Store.open(path) as store:
        ids = store.clips.ids()
        return store.records.count(ids[0]) if ids else 0


@pytest.mark.parametrize("every", [2, 5])
async def test_enomem_at_every_kth_notification(tmp_path: Path, every: int) -> None:
    async with twin_with_a_past(tmp_path / "clip") as twin:
        await let_host_in(twin)
        await twin.command("radio", enomem_every=every, slot_ms=0.2)
        transport = lambda: BleTransport(hci=twin.info["hci"], keys=twin.bonds)  # noqa: E731
        assert await until_done(twin, transport, tmp_path) == []
        await check(twin, tmp_path, tmp_path / "dump")


async def test_a_radio_that_drops_and_loses(tmp_path: Path) -> None:
    async with twin_with_a_past(tmp_path / "clip") as twin:
        await let_host_in(twin)
        await twin.command("radio", loss=0.02, delay_ms=5, slot_ms=1)
        disturb = Disturbances(40, 6, lambda: twin.command("radio", disconnect=True))
        link = lambda: BleTransport(hci=twin.info["hci"], keys=twin.bonds)  # noqa: E731
        sessions = await until_done(twin, link, tmp_path, disturb)
        await disturb.done()
        await check(twin, tmp_path, tmp_path / "dump")
    assert sessions
