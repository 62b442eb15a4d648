"""A clip at the clinic's computer: asked whose it is, brought in, its cable pulled in the middle and put in again."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from poise.clinic.tray import Docked, State, Tray
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.twin.chips.flash_fill import fill
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.silicon_twin import twin_of

pytestmark = [pytest.mark.system, pytest.mark.vm]

LOG_BYTES = 50_000


async def until(tray: Tray, is_so: Callable[[Docked], bool]) -> Docked:
    """The only clip of the tray, once this is so."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = tray.all()
            if len(found) == 1 and is_so(found[0]):
                return found[0]
            await asyncio.sleep(0.01)


async def test_a_clip_is_asked_about_and_a_pulled_cable_loses_nothing(tmp_path: Path) -> None:
    fill(vm_or_skip(64), tmp_path / "flash.bin", LOG_BYTES)
    clock, here = SystemClock(), list[str]()
    with Store.open(tmp_path / "poise.db") as store:
        store.patients.add("P-016", clock.utc_ms())
        patient = store.patients.add("P-017", clock.utc_ms())
        theirs = store.of_patient(patient)
        async with twin_of(tmp_path, 1, baud=115_200) as twin:
            tray = Tray(
                store,
                lambda: list(here),
                lambda port: ClipClient(SerialTransport(port), clock),
                clock,
                poll_s=0.02,
            )
            following = asyncio.create_task(tray.follow())
            here.append(twin.usb.port)
            asked = await until(tray, lambda one: one.state is State.WHOSE)
            assert tray.to_open() is None and not theirs.clips.ids()

            await tray.give(asked.port, patient.patient_id, clock.utc_ms())
            await until(tray, lambda one: one.came > 0)
            assert (tray.to_open(), tray.to_open()) == (patient.patient_id, None)
            here.clear()
            pulled = await until(tray, lambda one: one.state is State.PULLED)
            safe = theirs.records.count(pulled.clip_id)
            assert 0 < pulled.came <= safe < pulled.expected

            here.append(twin.usb.port)
            done = await until(tray, lambda one: one.state is State.DONE)
            assert tray.to_open() == patient.patient_id  # it is plugged in anew
            assert theirs.records.count(done.clip_id) == safe + done.new >= pulled.expected
            assert done.battery_pct is not None and not theirs.faults()
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
