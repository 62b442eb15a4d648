"""A stop in a real browser: by a mis-tap it can be taken back at once and never later; nobody exercises beside Help."""

import pytest

from poise.coach import safety
from poise.coach.session.cues import Phase, View
from poise.dashboard import guided
from poise.dashboard.context import PageContext
from poise.timebase.clock import SystemClock
from tests.support.exercise_page import PLAN, begin

from .clicks import choose, until

LONG_S = 600.0  # a busy machine does not take a test beyond it
LATE_MS = 1 + round(1_000 * LONG_S)


class LaterClock(SystemClock):
    """The computer's, `later_ms` ahead."""

    later_ms = 0

    def utc_ms(self) -> int:
        return super().utc_ms() + self.later_ms


@pytest.fixture
def context(server, store, monkeypatch: pytest.MonkeyPatch) -> PageContext:
    monkeypatch.setattr(safety, "TAKE_BACK_S", LONG_S)
    monkeypatch.setattr(safety, "TAKE_BACK_MS", round(1_000 * LONG_S))
    made = PageContext(store, LaterClock())
    server.show(made)
    made.store.plans.put(PLAN, "T", made.clock.utc_ms())
    made.has_read = True
    return made


def _working(visitor, pain: str = "0"):
    page = visitor.open("/exercise")
    begin(page)
    choose(page, "pain", pain)
    page.wait_for_selector("#pause")
    return page


def _view(context: PageContext) -> View:
    assert context.guided
    return context.guided.view


def _paused(page) -> None:
    page.wait_for_function("document.getElementById('step')?.textContent === 'Paused'")


# --- a session that nobody looks at


@pytest.mark.parametrize("way", ["h", "?", ".to-help", ".to-diary", ".to-today"])
def test_another_page_pauses_a_session(visit, context: PageContext, way: str):
    visitor = visit()
    page = _working(visitor)
    page.click(way) if way.startswith(".") else page.keyboard.press(way)
    page.wait_for_selector("#waits")
    assert _view(context).phase is Phase.PAUSED
    page.click("#waits a")
    page.wait_for_selector("#pause")
    _paused(page)
    page.click("#pause")
    page.wait_for_function("document.getElementById('step').textContent.startsWith('Get ready')")
    page.click("#end")


def test_a_window_that_was_closed_pauses_it(
    visit, context: PageContext, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(guided, "AWAY_S", 0.1)
    visitor = visit()
    page = _working(visitor)
    visitor.page.goto("about:blank")
    until(page, lambda: _view(context).phase is Phase.PAUSED)
    visitor.open("/exercise")
    _paused(page)
    page.click("#end")


def test_help_stops_a_session_that_waits(visit, context: PageContext):
    visitor = visit()
    page = _working(visitor)
    page.keyboard.press("h")
    page.wait_for_selector("#stop")
    page.click("#stop")
    page.wait_for_selector(".hold")
    assert _view(context).phase is Phase.SAFETY
    assert len(context.store.holds.open()) == 1
    visitor.open("/exercise")
    page.wait_for_selector("#read")
    page.click("#read")
    page.wait_for_selector("#back")
    assert context.store.sessions.history()[0].outcome == "stopped_flag"


def test_a_stop_of_another_program_ends_it(visit, context: PageContext):
    page = _working(visit())
    context.store.holds.raise_("unwell", "", "terminal", context.clock.utc_ms())
    page.wait_for_selector("#read")
    assert not page.query_selector("#take-back")
    page.click("#read")
    page.wait_for_selector("#back")


# --- a mis-tap


def test_unwell_by_a_mistap_is_taken_back(visit, context: PageContext):
    page = _working(visit())
    page.click("#unwell")
    page.wait_for_selector(".hold")
    page.click("#take-back")
    _paused(page)
    assert not context.store.holds.open()
    (hold,) = context.store.holds.history()
    assert hold.taken_back and hold.reason == "unwell"
    page.wait_for_selector(".hold", state="detached")
    page.click("#pause")
    page.wait_for_function("document.getElementById('step').textContent.startsWith('Get ready')")
    page.click("#end")
    page.wait_for_selector("#count")
    page.fill("#count", "1")
    page.reload()
    page.wait_for_selector("#count")
    assert page.input_value("#count") == "1"
    page.click("#keep")
    page.wait_for_selector("#leave-out")
    choose(page, "pain", "7")
    page.click("#take-back")
    page.wait_for_selector("#leave-out")
    choose(page, "pain", "3")
    page.wait_for_selector("#back")
    assert "The pain is up by 3" in page.inner_text(".message.warm")
    (row,) = context.store.sessions.history()
    assert (row.outcome, row.reps_done, row.pain_after) == ("done", 1, 3)
    assert row.detail["taken_back"] == [{"reason": "unwell"}, {"reason": "pain", "pain": 7}]
    assert [one.detail for one in context.store.holds.history()] == [
        "exercise session: Shrug", "exercise session: Shrug, pain 7 of 10",
    ]  # fmt: skip


def test_pain_before_by_a_mistap_is_asked_again(visit, context: PageContext):
    page = visit().open("/exercise")
    begin(page)
    choose(page, "pain", "10")
    page.click("#take-back")
    page.wait_for_selector("input[name=pain]", state="attached")
    choose(page, "pain", "1")
    page.wait_for_selector("#pause")
    page.click("#end")


@pytest.mark.parametrize("where", ["/exercise", "/help"])
def test_later_it_is_the_therapists(visit, context: PageContext, where: str):
    visitor = visit()
    page = _working(visitor) if where == "/exercise" else visitor.open(where)
    page.click("#unwell" if where == "/exercise" else "#stop")
    page.wait_for_selector("#take-back")
    assert isinstance(context.clock, LaterClock)
    context.clock.later_ms = LATE_MS
    page.click("#take-back")
    page.wait_for_selector("text=It is too late to take it back")
    assert [hold.reason for hold in context.store.holds.open()] == ["unwell"]
    assert not visitor.open(where).query_selector("#take-back")
    if where == "/exercise":
        page.click("#read")
        page.wait_for_selector("#back")


def test_help_by_a_mistap_keeps_the_words(visit, context: PageContext):
    page = visit().open("/help")
    page.fill("#unwell", "dizzy")
    page.click("#stop")
    page.click("#take-back")
    page.wait_for_selector("#stop")
    assert page.input_value("#unwell") == "dizzy"
    (hold,) = context.store.holds.history()
    assert (hold.taken_back, hold.detail) == (True, "dizzy")


def test_arrow_keys_pass_by_the_numbers_and_enter_answers(visit, context: PageContext):
    page = visit().open("/exercise")
    begin(page)
    page.focus("input[name=pain] >> nth=0")
    for key in (
        "ArrowLeft",
        "ArrowLeft",
        "ArrowRight",
        "ArrowRight",
        "ArrowRight",
        "ArrowRight",
        "7",
    ):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert _view(context).phase is Phase.PAIN_BEFORE
    assert not context.store.holds.open()
    page.keyboard.press("Enter")
    page.wait_for_selector("#pause")
    assert _view(context).pain_before == 2
    page.click("#end")


# --- after it


def test_after_a_stop_today_offers_no_exercise(visit, context: PageContext, server):
    from poise.dashboard.layout import stops_changed

    now = context.clock.utc_ms()
    context.store.reminders.fired("shrug", now - 60_000, now - 60_000)
    page = visit().open("/")
    page.wait_for_selector("#done")
    context.store.holds.raise_("pain", "7 of 10", "terminal", now)

    async def changed() -> None:
        stops_changed()

    server.call(changed())
    page.wait_for_selector(".hold")
    page.wait_for_selector("#done", state="detached")
    assert not page.query_selector("text=Start now")


# --- noted without the page


def test_a_report_can_be_undone(visit, context: PageContext):
    page = visit().open("/exercise")
    page.click('[aria-label="Mark as done: Shrug"]')
    page.click("#undo")
    page.wait_for_selector("text=Taken back: Shrug")
    assert not context.store.sessions.history()
    assert "0 of 1 today" in page.inner_text("main")


@pytest.mark.parametrize(("answer", "kept"), [("#no-more", 2), ("#once-more", 3)])
def test_beyond_the_plans_most_it_asks(visit, context: PageContext, answer: str, kept: int):
    page = visit().open("/exercise")
    for number in (1, 2):
        page.click('[aria-label="Mark as done: Shrug"]')
        page.wait_for_selector(f"text={number} of 1 today")
    page.click('[aria-label="Mark as done: Shrug"]')
    page.wait_for_selector("text=done 2 times today, the most that the plan allows")
    assert len(context.store.sessions.history()) == 2
    page.click(answer)
    page.wait_for_selector("#once-more", state="detached")
    assert len(context.store.sessions.history()) == kept
