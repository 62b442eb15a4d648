"""The clinic's pages in a real browser: every look, the list, a visit from the plugged clip to the noted visit."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from poise.clinic.tray import Docked, State, Tray
from poise.coach.diary import VISIT
from poise.dashboard.clinic import site
from poise.dashboard.clinic.context import ClinicDesk
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.words import clinic as words
from tests.support.accessibility import SCROLLS, SMALL, violations

from .browser import PHONE, WIDE, Visitor

PORT = "/dev/ttyUSB9"


@pytest.fixture
def desk(history_file: Path, tmp_path: Path) -> Iterator[ClinicDesk]:
    """Two patients, the first with twelve weeks of days; no clip is in."""
    clock = SystemClock()
    with Store.open(shutil.copy(history_file, tmp_path / "clinic.db")) as store:
        store.patients.name(store.patient_id, "P-017")
        store.patients.add("P-018", clock.utc_ms())
        made = ClinicDesk(
            store, clock, Tray(store, list, lambda _port: pytest.fail("no clip"), clock)
        )
        site.application(made)
        yield made


def looks(visitor: Visitor, width: int, name: str) -> None:
    """The page fits, everybody can read and use it."""
    page = visitor.page
    for summary in page.query_selector_all("details:not([open]) > summary"):
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert not page.evaluate(SMALL), name
    assert width == WIDE or not page.evaluate(SCROLLS), name
    assert not violations(page), name


def test_every_page_on_a_dark_phone(visit, desk: ClinicDesk):
    assert desk.tray
    desk.tray.docked[PORT] = Docked(PORT, State.WHOSE, "0123456789abcdef", battery_pct=80, held=9)
    coming = Docked("b", State.BRINGING, "fedcba9876543210", 1, came=500, expected=900)
    desk.tray.docked["b"] = coming
    visitor = visit(PHONE, "dark")
    for address in ("/clinic", "/clinic/patient/1"):
        visitor.open(address).wait_for_selector("#visit-done, .list")  # the days are read by then
        looks(visitor, PHONE, address)


def test_a_visit_from_the_plugged_clip_to_the_noted_visit(visit, desk: ClinicDesk):
    store, clock, tray = desk.store, desk.clock, desk.tray
    assert tray
    visitor = visit()
    page = visitor.open("/clinic")
    page.fill("#search", "018")
    page.wait_for_function("document.querySelectorAll('tbody tr:not([hidden])').length === 1")
    page.fill("#search", "nobody")
    page.wait_for_selector("[data-clinic=none]:not([hidden])")
    page.fill("#search", "")
    page.click("tr:has-text('P-018') [data-archive]")
    page.wait_for_selector("#undo")
    assert page.query_selector("tbody tr:has-text('P-018')") is None
    page.click("#undo")
    page.wait_for_selector("tbody tr:has-text('P-018')")
    assert all(one.archived_utc_ms is None for one in store.patients.all())

    # The clip of the first patient is plugged in: its visit opens by itself.
    coming = Docked(PORT, State.BRINGING, store.clips.ids()[0], 1, came=10, expected=90)
    coming.bytes_s, coming.left_s = 4_000.0, 20.0
    tray.docked[PORT] = coming
    page.wait_for_url("**/clinic/patient/1")
    page.wait_for_selector("#visit-done")
    told = page.inner_text("main")
    assert "P-017" in told and "10 of 90 records, 4.0 kB/s, 20 s left" in page.inner_text("#tray")
    assert words.SINCE in told and "Headache on" in told and "prescribed times" in told
    before = page.inner_text("#line p")
    page.click("#line-in")
    page.wait_for_function(
        "before => document.querySelector('#line p').innerText !== before", arg=before
    )
    page.click("#line-whole")
    page.wait_for_selector("#line svg text:has-text('injection')")
    today = desk.patient(1).today()
    page.fill("#before-from", str(today))
    page.wait_for_selector(f"#compare :text('{words.BAD_DAYS}')")

    looks(visitor, WIDE, "visit")
    page.click("#visit-done")
    page.wait_for_selector(f":text('{words.DONE_WHO_MISSING}')")
    page.fill("#who", "A. Therapist")
    page.click("#visit-done")
    page.wait_for_selector("#visit-undo")
    noted = [row for row in store.treatments.between(today, today) if row.kind == VISIT]
    assert [row.text for row in noted] == ["A. Therapist"]
    page.click("#visit-undo")
    page.wait_for_selector("#visit-done")
    assert page.input_value("#who") == "A. Therapist"  # it is remembered
    assert not store.treatments.between(today, today + dt.timedelta(1))

    tray.docked.clear()
    page = visitor.open("/clinic")
    page.fill("#pseudonym", "p-018")
    page.click("#add")
    page.wait_for_selector("text=already")
    page.fill("#pseudonym", "P-019")
    page.click("#add")
    page.wait_for_url("**/clinic/patient/3")
    page.wait_for_selector(f"text={words.NOTHING_YET}")
    assert clock.utc_ms() >= store.patients.numbered(3).added_utc_ms
