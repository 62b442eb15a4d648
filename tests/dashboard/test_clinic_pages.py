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
from poise.letters import drafts
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.words import clinic as words
from tests.support.accessibility import SCROLLS, SMALL, violations

from .browser import PHONE, WIDE, Visitor
from .clicks import until

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


def _comes_in(desk: ClinicDesk, *, done: bool) -> None:
    """The log of the first patient's clip is coming in, or is in."""
    assert desk.tray
    state = State.DONE if done else State.BRINGING
    clip = desk.tray.docked.setdefault(
        PORT, Docked(PORT, clip_id=desk.store.clips.ids()[0], patient_id=1)
    )
    clip.bytes_s, clip.left_s = 4_000.0, 20.0
    clip.state, clip.came, clip.expected, clip.new = (
        state,
        90 if done else 10,
        90,
        90 if done else 0,
    )


def _opened(visitor: Visitor):
    """The first patient's page while the log comes in, with a mark that a page drawn again has not."""
    page = visitor.open("/clinic/patient/1")
    page.wait_for_selector("#visit-done")
    page.wait_for_selector("#tray [data-state=bringing]")
    page.evaluate("window.isTheSame = true")
    return page


def test_new_records_draw_a_page_again_on_which_nobody_works(visit, desk: ClinicDesk):
    _comes_in(desk, done=False)
    page = _opened(visit())
    _comes_in(desk, done=True)
    page.wait_for_function("!window.isTheSame")
    page.wait_for_selector("#tray [data-state=done]")
    assert page.query_selector("#show-new") is None


@pytest.mark.parametrize("work", ["types", "presses"])
def test_a_page_on_which_somebody_works_stays_and_tells(visit, desk: ClinicDesk, work: str):
    _comes_in(desk, done=False)
    visitor = visit()
    page = _opened(visitor)
    if work == "types":
        page.locator("#who").press_sequentially("A.")
    else:
        page.click("#visit-done")
        page.wait_for_selector(f":text('{words.DONE_WHO_MISSING}')")
    _comes_in(desk, done=True)
    page.wait_for_selector(f"text={words.TRAY_NEW}")
    page.wait_for_selector("#tray [data-state=done]")
    assert page.evaluate("window.isTheSame")
    # Another patient's clip that is plugged in instead does not take the page away either.
    assert desk.tray
    desk.tray.docked[PORT] = Docked(PORT, State.DONE, "fedcba9876543210", 2)
    page.wait_for_selector("#tray a:has-text('To the visit')")
    assert page.evaluate("window.isTheSame")
    page.click("#show-new")
    page.wait_for_function("!window.isTheSame")


def test_work_that_begins_as_the_page_is_about_to_leave_keeps_it(visit, desk: ClinicDesk):
    _comes_in(desk, done=False)
    page = _opened(visit())
    # The press comes after the server has decided, and before the browser hears of it.
    page.evaluate(
        """() => {
            const leave = window.poiseClinic.leave;
            window.poiseClinic.leave = (to) => { window.left = [to, leave]; };
        }"""
    )
    _comes_in(desk, done=True)
    page.wait_for_function("window.left")
    page.click("#visit-done")
    page.evaluate("window.left[1](window.left[0])")
    page.wait_for_selector(f":text('{words.DONE_WHO_MISSING}')")
    page.wait_for_selector(f"text={words.TRAY_NEW}")
    page.wait_for_selector("#tray [data-state=done]")
    assert page.evaluate("window.isTheSame")


def test_a_choice_in_the_tray_stays_while_another_clip_comes_in(visit, desk: ClinicDesk):
    assert desk.tray
    desk.tray.docked["a"] = Docked("a", State.WHOSE, "0123456789abcdef")
    _comes_in(desk, done=False)
    page = visit().open("/clinic")
    page.evaluate("window.chooser = document.querySelector('.tray select')")
    for came in (20, 30):
        desk.tray.docked[PORT].came = came
        page.wait_for_selector(f"#tray :text('{came} of 90 records')")
    assert page.evaluate("window.chooser.isConnected")
    del desk.tray.docked["a"]
    page.wait_for_selector("#tray select", state="detached")
    desk.tray.docked.clear()
    page.wait_for_selector("#tray li", state="detached")


def test_what_is_typed_and_not_kept_outlives_the_page_and_stays_its_patients(
    visit, desk: ClinicDesk, tmp_path: Path
):
    desk.folder = tmp_path
    for patient_id in (1, 2):
        desk.patient(patient_id).store.holds.raise_(
            "unwell", "dizzy", "dashboard", desk.clock.utc_ms()
        )
    visitor = visit()
    page = visitor.open("/clinic/patient/1")
    page.fill("#patient-note", "Use a lower pillow.")
    page.fill("#next-visit", "2030-01-02")
    stop = page.query_selector("textarea[id^=stop-]")
    assert stop
    why = f"#{stop.get_attribute('id')}"
    page.fill(why, "seen and examined")
    page.reload()
    visitor.settled()
    assert page.input_value("#patient-note") == "Use a lower pillow."
    assert page.input_value("#next-visit") == "2030-01-02"
    assert page.input_value(why) == "seen and examined"
    page = visitor.open("/clinic/patient/2")
    page.wait_for_selector("#patient-note")
    assert page.input_value("#patient-note") == page.input_value("#next-visit") == ""
    page = visitor.open("/clinic/patient/1")
    page.click("#keep-letter")
    page.wait_for_selector("#letters .message")
    assert drafts.last(desk.patient(1).store).note == "Use a lower pillow."
    page.fill("#patient-note", "")
    page.click("#keep-letter")
    until(page, lambda: drafts.last(desk.patient(1).store).note == "")
    page.reload()
    visitor.settled()
    assert page.input_value("#patient-note") == ""
