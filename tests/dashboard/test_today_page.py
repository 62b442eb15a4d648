"""Today in a real browser: a reminder is answered, a stop is shown everywhere and raised from the page of help."""

import pytest

from poise.dashboard.desk import Desk
from poise.dashboard.layout import PAGES
from poise.dashboard.pages import today
from poise.store.diary import DiaryRow

from .test_exercise_page import PLAN


@pytest.fixture
def reminder(desk: Desk) -> int:
    """One that was shown a moment ago and waits."""
    now = desk.clock.utc_ms()
    desk.store.plans.put(PLAN, "T", now)
    return desk.store.reminders.fired("shrug", now - 60_000, now - 60_000)


@pytest.mark.parametrize(
    ("button", "answer"), [("#done", "done"), ("#later", "snoozed"), ("#skip-it", "skipped")]
)
def test_a_reminder_is_answered(visit, desk: Desk, reminder: int, button: str, answer: str):
    page = visit().open("/")
    assert "Shrug" in page.inner_text(".card.accent")
    page.click(button)
    page.wait_for_selector(".card.accent", state="detached")
    (row,) = desk.store.reminders.history()
    assert (row.reminder_id, row.answer, row.via) == (reminder, answer, "dashboard")


def test_without_a_runner_it_says_how_to_get_one(visit, desk: Desk):
    page = visit().open("/")
    assert "poise wear" in page.inner_text(".tilt")


def test_what_is_looked_at_again_keeps_the_focus(
    visit, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(today, "_REST_S", 0.1)
    page = visit().open("/")
    page.focus("a[href='/diary']:has-text('Write it')")
    page.wait_for_timeout(600)
    assert page.evaluate("document.activeElement.textContent") == "Write it"
    day = desk.today()
    desk.store.diary.put(
        DiaryRow(day, False, None, 1, (), "", desk.clock.utc_ms(), False, "terminal")
    )
    page.wait_for_selector("text=Write it", state="detached")


@pytest.mark.parametrize("address", [address for address, _, _ in PAGES])
def test_a_stop_is_on_every_page(visit, desk: Desk, address: str):
    desk.store.holds.raise_("pain", "7 of 10", "terminal", desk.clock.utc_ms())
    page = visit().open(address)
    assert "pain of 6 or more" in page.inner_text(".hold")


def test_a_stopped_programme_reminds_of_nothing(visit, desk: Desk, reminder: int):
    desk.store.holds.raise_("unwell", "", "terminal", desk.clock.utc_ms())
    page = visit().open("/")
    assert not page.query_selector("#done")


def test_i_feel_unwell(visit, desk: Desk):
    visitor = visit()
    page = visitor.open("/help")
    page.fill("#unwell", "dizzy")
    page.click("#stop")
    page.wait_for_selector(".hold")
    (hold,) = desk.store.holds.open()
    assert (hold.reason, hold.detail, hold.via) == ("unwell", "dizzy", "dashboard")
    assert not page.query_selector("#stop")
    desk.store.holds.clear(hold.hold_id, "T", "seen", desk.clock.utc_ms())
    assert not visitor.open("/").query_selector(".hold")
