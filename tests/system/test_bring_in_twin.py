"""A long log over USB: at a faster rate, with the cable pulled in the middle, from the right one of several ports."""

import asyncio
import io
import os
import pty
import tty
from pathlib import Path

import pytest

from poise.clip import line_rate
from poise.clip.client import ClipClient
from poise.clip.line_rate import BAUDS, fast_line
from poise.clip.transport.serial import BAUD, SerialTransport
from poise.clip.usb_clips import ask_ports
from poise.errors import PoiseError, Reason
from poise.store import Store, log_file
from poise.timebase.clock import SystemClock
from poise.twin.chips.flash_dump import dump, records_in
from poise.twin.chips.flash_fill import fill
from poise.twin.process import TwinProcess
from poise.wear.bring_in import BringIn, Progress
from tests.conftest import vm_or_skip

pytestmark = [pytest.mark.system, pytest.mark.vm]

LOG_BYTES = 120_000
PATIENT_S = 30.0


class Line(SerialTransport):
    """The cable, of whose driver `lacks` lists the rates that it has not. `rates`: what the host set."""

    def __init__(self, port: str, lacks: tuple[int, ...] = ()) -> None:
        super().__init__(port)
        self.rates: list[int] = []
        self._lacks = lacks

    async def set_baud(self, baud: int) -> bool:
        self.rates.append(baud)
        return baud not in self._lacks and await super().set_baud(baud)


async def test_a_cable_pulled_in_the_middle_and_put_in_again(tmp_path: Path) -> None:
    """What came is kept, the rest comes by itself, over another port, and each record is stored once."""
    folder = tmp_path / "clip"
    last = fill(vm_or_skip(64), folder / "flash.bin", LOG_BYTES)
    told: list[tuple[Reason, Progress]] = []
    seen: list[Progress] = []
    lines: list[Line] = []
    copy = io.BytesIO()

    def new_client() -> ClipClient:
        try:
            there = TwinProcess.running(folder)
        except OSError:
            raise PoiseError(Reason.NO_CLIP, "unplugged", "Plug it in.") from None
        lines.append(Line(there.info["usb"]))
        return ClipClient(lines[-1], there.clock)

    with Store.open(tmp_path / "poise.db") as store:
        transfer = BringIn(
            store,
            new_client,
            SystemClock(),
            copy=copy,
            watch=seen.append,
            interrupted=lambda error, progress: told.append((error.reason, progress)),
        )
        async with TwinProcess(folder, scenario="still", speed=1):
            bringing = asyncio.create_task(transfer.run())
            while not bringing.done() and (not seen or seen[-1].records < 1000):
                await asyncio.sleep(0.001)
        while not bringing.done() and not told:
            await asyncio.sleep(0.01)
        ((reason, progress),) = told
        assert reason in (Reason.LINK_LOST, Reason.TIMEOUT)
        assert 1000 <= progress.records < progress.total
        async with TwinProcess(folder, scenario="still", speed=1):
            result = await bringing
        (clip_id,) = store.clips.ids()
        have = sorted(store.records.raws(clip_id))
    assert lines[0].rates[:1] == [BAUDS[0]]
    assert result["new"] == result["records"] == len(have) >= last
    assert seen[-1].records == result["records"] and seen[-1].bytes_s > 0
    (tmp_path / "log.raw").write_bytes(copy.getvalue())
    head = log_file.read(tmp_path / "log.raw").head
    assert head and head.clip_id == clip_id
    dump(vm_or_skip(64), folder / "flash.bin", tmp_path / "dump")
    flash = records_in(tmp_path / "dump")
    assert have == sorted((seq, raw) for seq, raw in flash.items() if seq <= have[-1][0])


async def test_the_rate_of_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_rate, "_ANSWER_S", 0.5)
    async with TwinProcess(tmp_path, scenario="still", speed=1) as twin:
        port = twin.info["usb"]
        # A driver without the fastest rate: the next one is used, then the usual one.
        line = Line(port, lacks=(BAUDS[0],))
        client = ClipClient(line, twin.clock, reply_s=1.0)
        await client.open()
        async with fast_line(client) as baud:
            assert baud == BAUDS[1]
            assert await client.status()
        assert line.rates == [BAUDS[0], BAUD, BAUDS[1], BAUD]
        # A host that is gone without a word leaves a clip that the next one can talk to.
        async with fast_line(client) as baud:
            assert baud == BAUDS[1]
            await client.close()
        assert line.rates[-1] == BAUDS[1]
        client = ClipClient(SerialTransport(port), twin.clock, reply_s=1.0)
        await client.open()
        with pytest.raises(PoiseError, match="bad field"):
            await client.request("baud_set", baud=3_000_000)
        await client.close()
        # Silence is enough as well.
        line = Line(port)
        client = ClipClient(line, twin.clock)
        await client.open()
        await client.request("baud_set", baud=BAUDS[0])
        await twin.command("speed", speed=30)
        await twin.clock.sleep(11)
        assert await client.answers(PATIENT_S)
        await client.close()


async def test_ports_are_asked_who_they_are(tmp_path: Path) -> None:
    master, silent = pty.openpty()
    tty.setraw(silent)
    try:
        async with TwinProcess(tmp_path, scenario="still", speed=1) as twin:
            ports = [os.ttyname(silent), twin.info["usb"], "/dev/none"]
            found = await ask_ports(ports, twin.clock)
    finally:
        os.close(master)
        os.close(silent)
    assert [each.port for each in found] == ports
    assert [each.is_clip for each in found] == [False, True, False]
    assert found[1].identity and found[1].identity.patient == ""
