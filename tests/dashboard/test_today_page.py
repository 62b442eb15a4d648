"""Today in a real browser: a reminder is answered, a stop is shown everywhere and raised from the page of help."""

import datetime as dt

import pytest
from nicegui import Client, ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.page import page

from poise.cli.wear import ScreenNotifier
from poise.dashboard.context import PageContext
from poise.dashboard.layout import PAGES
from poise.dashboard.pages import clip, today
from poise.history.reminder_choice import has_sound
from poise.language import formats
from poise.notify import Notice
from poise.notify.reasons import CALL
from poise.store.diary import DiaryRow
from poise.store.letters import LetterRow
from poise.timebase.clock import SystemClock
from poise.wear import Runner
from poise.wire import codec
from poise.words import strings
from tests.support.exercise_page import PLAN

from .clicks import until

CLIP = "0102030405060708"


@pytest.fixture
def reminder(context: PageContext) -> int:
    """One that was shown a moment ago and waits."""
    now = context.clock.utc_ms()
    context.store.plans.put(PLAN, "T", now)
    return context.store.reminders.fired("shrug", now - 60_000, now - 60_000)


@pytest.mark.parametrize(
    ("button", "answer"), [("#done", "done"), ("#later", "snoozed"), ("#skip-it", "skipped")]
)
def test_a_reminder_is_answered(
    visit, context: PageContext, reminder: int, button: str, answer: str
):
    page = visit().open("/")
    assert "Shrug" in page.inner_text(".card.accent")
    page.click(button)
    page.wait_for_selector(".card.accent", state="detached")
    (row,) = context.store.reminders.history()
    assert (row.reminder_id, row.answer, row.via) == (reminder, answer, "dashboard")


@pytest.mark.parametrize(
    ("button", "words"), [("#done", "Noted as done."), ("#later", "It comes back in ten minutes.")]
)
def test_an_answer_is_confirmed_while_the_runner_keeps_it(
    visit, server, store, reminder: int, button: str, words: str, monkeypatch: pytest.MonkeyPatch
):
    """The runner writes it a moment later, and tells the page of each change; the page looks again as well."""
    monkeypatch.setattr(today, "_REST_S", 0.1)
    runner = Runner(lambda: pytest.fail("not connected here"), store, SystemClock())
    server.show(PageContext(store, SystemClock(), runner))
    notice = Notice(reminder, "Time for your exercises", "Shrug: three times.")
    runner.use([ScreenNotifier(runner.fanout.answered)])
    server.call(runner.fanout.notify(notice))
    runner.live.reminder = notice
    page = visit().open("/")
    page.click(button)
    page.wait_for_selector(f"text={words}")
    until(page, lambda: store.reminders.history()[0].answer is not None)
    page.wait_for_timeout(500)
    assert words in page.inner_text("main")


def test_reminders_are_paused_and_come_again(visit, context: PageContext, reminder: int):
    visitor = visit()
    page = visitor.open("/")
    page.click("summary")
    page.click("#pause-until")
    page.wait_for_selector("text=Choose the day first.")
    page.click("#pause-hour")
    page.wait_for_selector("text=Reminders are paused")
    pause = context.pause()
    assert pause and pause.until_utc_ms - pause.from_utc_ms == 3_600_000
    assert formats.moment(context.local(pause.until_utc_ms)) in page.inner_text(".of-next")
    (row,) = context.store.reminders.history()
    assert (row.reminder_id, row.answer) == (reminder, "snoozed"), "it is not left unanswered"
    page.click("#pause-end")
    page.wait_for_selector("text=Next reminder")
    assert context.pause() is None
    day = context.today() + dt.timedelta(3)
    page.click("summary")
    page.fill("#pause-day", str(day))
    page.click("#pause-until")
    page.wait_for_selector("text=Reminders are paused")
    pause = context.pause()
    assert pause and pause.until_utc_ms == context.starts(day)
    assert f"{formats.date(day)}, 00:00" in visitor.open("/").inner_text(".of-next")


def test_a_buzz_is_marked_wrong_and_the_mark_taken_back(visit, context: PageContext):
    """The clip's records, as they come from it."""
    now = context.clock.utc_ms()
    held = {
        "site": "collar",
        "flexion_cdeg": 3100,
        "held_ms": 240_000,
        "left_hour": 2,
        "left_day": 6,
    }
    log = [
        codec.pack_record("clock", 1, 1, 0, {"utc_ms": now - 5_000, "uncertainty_ms": 20}),
        codec.pack_record("nudge", 2, 1, 1_000, held),
    ]
    for raw in log:
        context.store.records.import_raw(CLIP, raw, "ble", now)
    page = visit().open("/")
    assert "31° for 4 min" in page.inner_text("#nudge-2")
    page.click("#nudge-2 button")
    page.wait_for_selector("text=Marked as wrong")
    assert context.store.nudge_marks.all(CLIP) == {2: "wrong"}
    page.click("#nudge-2 button")
    page.wait_for_selector("text=nothing followed")
    assert context.store.nudge_marks.all(CLIP) == {}


def test_without_a_runner_it_says_how_to_get_one(visit, context: PageContext):
    page = visit().open("/")
    assert "poise wear" in page.inner_text(".tilt")


def test_what_is_looked_at_again_keeps_the_focus(
    visit, context: PageContext, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(today, "_REST_S", 0.1)
    page = visit().open("/")
    page.focus("a[href='/diary']:has-text('Write it')")
    page.wait_for_timeout(600)
    assert page.evaluate("document.activeElement.textContent") == "Write it"
    day = context.today()
    context.store.diary.put(
        DiaryRow(day, False, None, 1, (), "", context.clock.utc_ms(), False, "terminal")
    )
    page.wait_for_selector("text=Write it", state="detached")


@pytest.mark.parametrize("address", [address for address, _, _ in PAGES])
def test_a_stop_is_on_every_page(visit, context: PageContext, address: str):
    context.store.holds.raise_("pain", "7 of 10", "terminal", context.clock.utc_ms())
    page = visit().open(address)
    assert "pain of 6 or more" in page.inner_text(".hold")


def test_a_stopped_programme_reminds_of_nothing(visit, context: PageContext, reminder: int):
    context.store.holds.raise_("unwell", "", "terminal", context.clock.utc_ms())
    page = visit().open("/")
    assert not page.query_selector("#done")


def test_i_feel_unwell(visit, context: PageContext):
    visitor = visit()
    page = visitor.open("/help")
    page.fill("#unwell", "dizzy")
    page.click("#stop")
    page.wait_for_selector(".hold")
    (hold,) = context.store.holds.open()
    assert (hold.reason, hold.detail, hold.via) == ("unwell", "dizzy", "dashboard")
    assert not page.query_selector("#stop")
    context.store.holds.clear(hold.hold_id, "T", "seen", context.clock.utc_ms())
    assert not visitor.open("/").query_selector(".hold")


@pytest.mark.parametrize("width", [390, 1280])
def test_who_answers_none_is_asked_how_reminders_should_be(visit, context: PageContext, width: int):
    now = context.clock.utc_ms()
    context.store.plans.put(PLAN, "T", now)
    for days in range(1, 17):
        for hours in range(3):
            shown = now - days * 86_400_000 - hours * 3_600_000
            context.store.reminders.fired("shrug", shown, shown)
    visitor = visit(width)
    page = visitor.open("/")
    form = page.locator("section", has=page.locator("h2", has_text="How should reminders be?"))
    assert "hardly any reminder had an answer" in form.inner_text()
    assert not page.is_visible("#how-times")
    form.get_by_label("At other times of day").check()
    page.fill("#how-time-1", "17:30")
    page.dispatch_event("#how-time-1", "change")
    form.get_by_label("With a sound").check()
    page.click("#how-save")
    page.wait_for_selector("text=Saved. Reminders: at 17:30.")
    assert page.query_selector(".accent") is None
    assert [row.value for row in context.store.preferences.history("reminders")] == ["times 17:30"]
    assert has_sound(context.store)
    page.click("summary:has-text('How should reminders be?')")
    page.get_by_label("None, and no question").check()
    page.click("#how-save")
    page.wait_for_selector("text=Saved. Reminders: none.")
    page = visitor.open("/")
    assert "You chose no reminders." in page.inner_text("main")


def test_what_waits_is_told(visit, server, store, context: PageContext):
    store.plans.put(PLAN, "T", context.clock.utc_ms())
    runner = Runner(lambda: pytest.fail("not connected here"), store, SystemClock())
    runner.live.waits_because = CALL
    server.show(PageContext(store, SystemClock(), runner))
    page = visit().open("/")
    assert f"A reminder waits: {CALL}." in page.inner_text("main")


def test_what_the_clinics_letter_brought_is_shown_for_a_week(visit, context: PageContext):
    now = context.clock.utc_ms()
    ended = [{"who": "T. Therapist", "cleared_utc_ms": now, "note": ""}]
    detail = {
        "plan_now": None,
        "plan_before": None,
        "ended": ended,
        "visit": "2026-12-20",
        "note": "",
    }
    for age_days, shown in ((8, 0), (1, 2)):
        noted = now - age_days * 86_400_000
        row = LetterRow("taken", "to_patient", 1, "0" * 20, "d", noted, noted, detail)
        context.store.letters.add(row)
        page = visit().open("/")
        assert page.locator("#clinic-news li").count() == shown
    assert "T. Therapist has ended the stop" in page.inner_text("#clinic-news")


def test_the_answer_to_a_start_position_comes_where_the_page_has_drawn_its_place_again(
    server, store
):
    """Set-up draws the step again when the link changes, while the clip still works on it."""
    runner = Runner(lambda: pytest.fail("not connected here"), store, SystemClock())
    server.show(PageContext(store, SystemClock(), runner))

    async def press() -> str:
        with Client(page("/test")) as client:
            before, after = clip.Calibrating(), clip.Calibrating()
            with ui.column():
                before.body()
            with ui.column() as redrawn:
                after.body()
            await before._begin()  # what its button calls
            told = [one.text for one in redrawn.descendants() if isinstance(one, TextElement)]
            client.delete()
            return " ".join(told)

    assert strings.CLIP_NEEDS in server.call(press())
