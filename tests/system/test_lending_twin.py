"""A clip is lent, worn, brought in and wiped, and lent to another: on the twin, by the commands' own code."""

import asyncio
from pathlib import Path

import pytest

from poise.build.bundle import stage
from poise.clip import letters as transfer
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError, Reason
from poise.letters import keys
from poise.store import Store
from poise.store.clips import Owner
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.world.scenario import load
from poise.wear import lending
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.letter_desks import Desk
from tests.support.patient_rows import DAY, entry
from tests.support.twin_client import client_of

pytestmark = [pytest.mark.vm, pytest.mark.system]


async def test_a_clip_goes_from_one_patient_to_the_next(tmp_path: Path):
    staged = stage("twin", tmp_path / "firmware")
    device = TwinDevice(TwinOptions(tmp_path, staged, vm_or_skip(64), load("still"), speed=10))
    await device.start()

    def fresh() -> ClipClient:
        return ClipClient(SerialTransport(device.usb.port), device.clock, reply_s=20)

    try:
        async with asyncio.timeout(WITHIN_S):
            await (await client_of(device)).close()
            with Store.open(tmp_path / "poise.db") as store:
                store.patients.add("P-1", 1)
                store.patients.add("P-2", 1)
                first, second = store.of("P-1"), store.of("P-2")
                await _one_after_the_other(fresh, first, second, tmp_path)
    finally:
        await device.stop()


async def _one_after_the_other(fresh, first: Store, second: Store, folder: Path) -> None:
    lent = await lending.lend(fresh(), first)
    clip_id = lent.clip_id
    client = fresh()
    worn = await client.open()
    assert (worn.patient, worn.assignment > 0) == ("P-1", True)
    for key, value in (("snooze_s", 1234), ("plan_version", 9)):
        await client.request("setting_set", key=key, value=value)
    await client.close()
    with pytest.raises(PoiseError) as refused:
        await lending.lend(fresh(), second)
    assert refused.value.reason is Reason.OTHER_PATIENT
    with pytest.raises(PoiseError) as refused:
        await lending.wipe(fresh(), 0)
    assert refused.value.reason is Reason.REFUSED and (refused.value.detail or 0) > 2
    await _put_letter(fresh(), first, folder)
    for refused_one in (
        lending.take_back(fresh(), first, folder / "none"),  # without the clinic's keys
        lending.wipe(fresh(), 10_000),
    ):
        with pytest.raises(PoiseError) as refused:
            await refused_one
        assert refused.value.reason is Reason.REFUSED and "letter" in str(refused.value)
    receipt = await lending.take_back(fresh(), first, folder)
    assert receipt.answer.clean and receipt.lost == 0 and receipt.patient == "P-1"
    assert first.diary.changes(DAY)[0].note == "in the letter"
    assert receipt.stored > 2 and receipt.last_seq == first.records.next_seq(clip_id) - 1
    assert receipt.last_seq < receipt.answer.oldest_seq  # no number is given twice
    assert receipt.answer.boot > worn.boot and receipt.plain()["clean"]
    client = fresh()
    await client.open()
    assert (await client.request("setting_get", key="snooze_s"))["value"] != 1234
    await client.close()
    await lending.lend(fresh(), second)
    again = await lending.take_back(fresh(), second, folder)
    ours = {seq for seq, _ in second.records.raws(clip_id)}
    assert again.answer.clean and min(ours) > receipt.last_seq
    assert not ours & {seq for seq, _ in first.records.raws(clip_id)}
    assert [row.act for row in second.audit.history()] == [
        "clip_given", "clip_returned", "clip_wiped",
    ]  # fmt: skip


async def _put_letter(client: ClipClient, store: Store, folder: Path) -> None:
    """Put the patient's first letter to the clinic, with a day of the diary, onto the clip."""
    keys.needed(keys.path_of(folder, keys.CLINIC))
    identity = await client.open()
    with Store.open("sqlite://") as there:
        there.clips.meet(identity.clip_id, Owner(identity.assignment, "P-1"), 1)
        there.diary.put(entry(headache=True, note="in the letter"))
        now = client.clock.utc_ms()
        clinic = Desk(store, folder, at_clinic=True, now=now)
        home = Desk(there, folder, at_clinic=False, now=now)
        home.take(clinic.write(identity.clip_id), identity.clip_id)
        letter = home.write(identity.clip_id)
    assert letter
    await transfer.write(client, "to_clinic", letter)
    await client.close()
