"""A visit on the twin, by page: a clip's first letter, home's letter, a stop ended, a plan signed; home hears of it."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from poise.aio import end
from poise.clinic.tray import State, Tray
from poise.clip import letters as transfer
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.bumble.host import close_hosts
from poise.clip.transport.serial import SerialTransport
from poise.coach.plan.plan import parse_plan
from poise.dashboard.clinic import site
from poise.dashboard.clinic.context import ClinicDesk
from poise.dashboard.context import PageContext
from poise.demo.hosts import let_host_in
from poise.history.plan_in_force import put_in_force
from poise.letters.news import news
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.twin.process import TwinProcess
from poise.wear import Runner
from poise.words import clinic as clinic_words
from poise.words import letters as words
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.patient_rows import entry
from tests.support.plans import exercise, plan_text

from .clicks import until

pytestmark = [pytest.mark.system, pytest.mark.vm]
PLAN = plan_text(exercise(use="nod"), patient="P-017")


class Home:
    """The patient's computer: `poise wear` over Bluetooth until something is true."""

    def __init__(self, twin: TwinProcess, folder: Path) -> None:
        folder.mkdir()
        self.twin, self.folder = twin, folder
        self.store = Store.open(folder / "poise.db")

    def _clip(self) -> ClipClient:
        keys = self.twin.folder / "bonds.json"
        link = BleTransport(hci=self.twin.info["hci"], find_s=5.0, keys=keys, clock=self.twin.clock)
        return ClipClient(link, self.twin.clock, reply_s=20)

    async def wears(self, until: Callable[[Runner], bool]) -> None:
        runner = Runner(
            self._clip, self.store, self.twin.clock, keep_going=True, folder=self.folder
        )
        task = asyncio.ensure_future(runner.run())
        release = runner.hold()
        try:
            async with asyncio.timeout(WITHIN_S):
                while not until(runner):
                    assert not task.done(), task
                    await asyncio.sleep(0.05)
        finally:
            release()
            await end(task)
            await close_hosts()


def test_a_visit_by_page(visit, server, tmp_path: Path):
    vm_or_skip(64)
    twin = TwinProcess(tmp_path / "clip", scenario="still", speed=20)
    server.call(twin.__aenter__())
    try:
        home = Home(twin, tmp_path / "home")
        (tmp_path / "clinic").mkdir()
        with Store.open(tmp_path / "clinic" / "poise.db") as store, home.store:
            _visits(visit, server, store, twin, home)
    finally:
        server.call(twin.__aexit__(None, None, None))


def _taken_back(visitor, tray: Tray, ports: list[str], twin: TwinProcess, folder: Path) -> None:
    """The last visit: the clip comes back, is wiped, and asks whose it is."""
    page = visitor.open("/clinic")
    ports.append(twin.info["usb"])
    page.wait_for_selector("#tray a.button, #visit-done")  # the visit opens by itself
    page.wait_for_url("**/clinic/patient/*")
    page.wait_for_selector("#visit-done")
    page.click("details:has(#return) > summary")
    page.click("#return-ask")
    page.click("#return-no")
    page.click("#return-ask")
    page.click("#return-yes")
    page.wait_for_selector(f"#return :text('{clinic_words.RETURN_DONE}')")
    shown = page.inner_text("#return")
    assert "With P-017 from" in shown and "Lost: 0 records." in shown and "with nobody" in shown, (
        shown
    )
    (receipt,) = folder.glob("receipt-*.json")
    assert json.loads(receipt.read_text())["clean"]
    page.wait_for_selector("#tray [data-state=whose]")
    # It is no longer there to be taken back.
    visitor.open(page.url.removeprefix(visitor.root)).click("details:has(#return) > summary")
    page.click("#return-ask")
    page.click("#return-yes")
    page.wait_for_selector("#return .message.warm:has-text('not plugged in')")
    until(page, lambda: [one.state for one in tray.all()] == [State.WHOSE])


async def _pulled_in_a_letter(client: ClipClient) -> None:
    """A cable that is pulled in the middle of a letter leaves the one of before."""
    await client.open()
    before = await transfer.read(client, "to_patient")
    fields = {"letter": 1, "size": 500, "crc32": 1, "offset": 0, "data": bytes(150)}
    assert (await client.request("letter_set", **fields))["value"] == 150
    await client.close()
    await client.open()
    assert before and await transfer.read(client, "to_patient") == before
    await client.close()


def _visits(visit, server, store: Store, twin: TwinProcess, home: Home) -> None:
    now = twin.clock.utc_ms
    patient = store.patients.add("P-017", now())
    theirs, here = store.of_patient(patient), home.store
    put_in_force(theirs, PLAN, parse_plan(PLAN), "T. Adler", now())
    ports = list[str]()
    folder = twin.folder.parent / "clinic"

    def usb(port: str) -> ClipClient:
        return ClipClient(SerialTransport(port), twin.clock, reply_s=20)

    tray = Tray(store, lambda: list(ports), usb, SystemClock(), folder=folder, poll_s=0.05)
    site.application(ClinicDesk(store, twin.clock, tray, folder))

    async def follow() -> asyncio.Future[None]:
        return asyncio.ensure_future(tray.follow())

    following = server.call(follow())
    try:
        visitor = visit()
        page = visitor.open("/clinic")
        ports.append(twin.info["usb"])
        # Nobody has the clip yet: it is asked about, then gets its first letter.
        page.wait_for_selector("[id^=give-]")
        page.select_option(".tray select", str(patient.patient_id))
        page.click("[id^=give-]")
        page.wait_for_url(f"**/clinic/patient/{patient.patient_id}")
        page.wait_for_selector("#first-letter")
        page.click("#first-letter")
        page.wait_for_selector("text=The clip has its first letter.")
        ports.clear()
        until(page, lambda: not tray.docked)

        # At home: the plan comes, a day is logged, and the patient stops.
        server.call(let_host_in(twin))
        server.call(close_hosts())
        server.call(home.wears(lambda one: one.plan is not None))
        today = dt.datetime.fromtimestamp(now() / 1000, dt.UTC).date()
        here.diary.put(entry(today - dt.timedelta(1), headache=True, note="after work"))
        here.holds.raise_("unwell", "dizzy", "dashboard", now())

        def told(_runner: Runner) -> bool:
            sent = here.letters.last("sent", "to_clinic")
            return sent is not None and sent.utc_ms > here.holds.history()[0].raised_utc_ms

        server.call(home.wears(told))

        # The next visit: the letter is read before anything is decided.
        page = visitor.open("/clinic")
        ports.append(twin.info["usb"])
        page.wait_for_url(f"**/clinic/patient/{patient.patient_id}")
        page.wait_for_selector("#tray :text('diary days: 1')")
        visitor.settled()
        page.wait_for_selector("#visit-done")
        shown = page.inner_text("main")
        assert "Headache on 1 of the 1 days logged" in shown and "dizzy" in shown, shown
        page.fill("#stop-who", "T. Adler")
        page.click("[id^=stop-][id$=-end]")
        page.wait_for_selector(f"text={words.POSTED['on_clip']}")
        server.call(_pulled_in_a_letter(usb(twin.info["usb"])))
        page.goto(f"{page.url}/plan")
        visitor.settled()
        page.fill("#exercises-0-reps", "7")
        until(page, lambda: page.is_enabled("#sign"))
        page.click("#sign")
        page.wait_for_selector(f"#signed :text('{words.POSTED['on_clip']}')")
        ports.clear()

        def heard(runner: Runner) -> bool:
            return (
                not here.holds.open()
                and runner.plan is not None
                and " 7 " in f" {runner.plan.exercises[0].dose} "
            )

        server.call(home.wears(heard))
        lines = " ".join(news(here, now()))
        assert "T. Adler" in lines and "7" in lines, lines
        server.show(PageContext(here, twin.clock))
        assert "There is a new plan" in visit().open("/").inner_text("main")
        acts = [row.act for row in theirs.audit.history()]
        assert acts.count("opened") >= 3
        assert {"clip_given", "first_letter", "stop_ended", "plan_set"} <= set(acts)
        _taken_back(visitor, tray, ports, twin, folder)
    finally:
        server.call(end(following))
