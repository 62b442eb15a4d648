"""A visit by the clip: the clinic's plan goes home, the diary and a stop come back, and the clinic ends the stop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from poise.aio import end
from poise.clip import letters as transfer
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.bumble.host import close_hosts
from poise.clip.transport.serial import SerialTransport
from poise.coach.plan.plan import parse_plan
from poise.demo.hosts import let_host_in
from poise.errors import PoiseError, Reason
from poise.history.plan_in_force import put_in_force
from poise.letters.stops import end_stop
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.twin.process import TwinProcess
from poise.wear import Runner
from poise.wear.bring_in import BringIn
from poise.wear.letters import Exchanged, Mail, hand_out
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.patient_rows import DAY, entry
from tests.support.plans import exercise, plan_text

pytestmark = [pytest.mark.system, pytest.mark.vm]
PLAN = plan_text(exercise(use="nod"), patient="P-017")


class Desk:
    """A computer with a store and a data folder, and the clip of a twin."""

    def __init__(self, twin: TwinProcess, folder: Path) -> None:
        folder.mkdir()
        self.twin, self.folder = twin, folder
        self.store = Store.open(folder / "poise.db")

    def usb(self) -> ClipClient:
        return ClipClient(SerialTransport(self.twin.info["usb"]), self.twin.clock, reply_s=20)

    def ble(self) -> ClipClient:
        hci, keys = self.twin.info["hci"], self.twin.folder / "bonds.json"
        link = BleTransport(hci=hci, find_s=5.0, keys=keys, clock=self.twin.clock)
        return ClipClient(link, self.twin.clock, reply_s=20)

    async def download(self) -> Exchanged:
        """`poise download`."""
        mail = Mail(self.store, self.folder)
        clock = SystemClock()
        await BringIn(self.store, self.usb, clock, afterwards=mail.exchange).run()
        return mail.last

    @contextlib.asynccontextmanager
    async def wears(self, until: Callable[[Runner], bool]) -> AsyncIterator[Runner]:
        """`poise wear` over Bluetooth, until something is true; then the day goes on."""
        runner = Runner(self.ble, self.store, self.twin.clock, keep_going=True, folder=self.folder)
        task = asyncio.ensure_future(runner.run())
        release = runner.hold()
        try:
            async with asyncio.timeout(WITHIN_S):
                while not until(runner):
                    assert not task.done(), task
                    await asyncio.sleep(0.05)
            yield runner
        finally:
            release()
            await end(task)
            await close_hosts()


async def test_a_visit_by_the_clip(tmp_path: Path) -> None:
    vm_or_skip(64)
    async with TwinProcess(tmp_path / "clip", scenario="still", speed=20) as twin:
        clinic, home = Desk(twin, tmp_path / "clinic"), Desk(twin, tmp_path / "home")
        with clinic.store as there, home.store as here:
            there.patients.add("P-017", 0)
            put_in_force(there, PLAN, parse_plan(PLAN), "T. Therapist", twin.clock.utc_ms())
            _clip, given = await hand_out(clinic.usb(), there, clinic.folder)
            assert given.sent and not given.refused
            await let_host_in(twin)
            await close_hosts()
            async with home.wears(lambda one: one.plan is not None) as runner:
                assert runner.plan and runner.plan.patient == here.patient.pseudonym == "P-017"
            here.diary.put(entry(DAY, headache=True, note="after work"))
            hold = here.holds.raise_("unwell", "dizzy", "dashboard", twin.clock.utc_ms())
            with pytest.raises(PoiseError) as refused:
                end_stop(here, hold, "T. Therapist", "", 0)
            assert refused.value.reason is Reason.ON_HOLD

            def told(_runner: Runner) -> bool:
                sent = here.letters.last("sent", "to_clinic")
                return sent is not None and sent.utc_ms > here.holds.history()[0].raised_utc_ms

            async with home.wears(told):
                pass
            came = await clinic.download()
            assert came.taken and came.taken.rows["stops"] == came.taken.rows["diary"] == 1
            assert there.diary.changes(DAY)[0].note == "after work"
            (stop,) = there.holds.open()
            assert end_stop(there, stop.hold_id, "T. Therapist", "seen", twin.clock.utc_ms())
            client = (
                clinic.usb()
            )  # a cable that is pulled in the middle leaves the letter of before
            await client.open()
            before = await transfer.read(client, "to_patient")
            fields = {"letter": 1, "size": 500, "crc32": 1, "offset": 0, "data": bytes(150)}
            assert (await client.request("letter_set", **fields))["value"] == 150
            await client.close()
            client = clinic.usb()
            await client.open()
            assert await transfer.read(client, "to_patient") == before
            await client.close()
            assert (await clinic.download()).sent
            async with home.wears(lambda one: one.live.letters == 1) as runner:
                assert not here.holds.open() and not runner.live.on_hold
            (ended,) = here.holds.history()
            assert (ended.cleared_by, ended.clear_note) == ("T. Therapist", "seen")
            assert (await clinic.download()).refused is None
