"""Exercise sessions in a real browser, from the question about pain to the stored row."""

import pytest

from poise.coach import safety
from poise.dashboard import guided
from poise.dashboard.context import PageContext
from poise.dashboard.guided import Guided
from poise.words import strings
from tests.support.exercise_gym import look_down
from tests.support.exercise_page import PLAN, begin

from .clicks import choose, until


@pytest.fixture(autouse=True)
def _plan(context: PageContext) -> None:
    context.store.plans.put(PLAN, "T", context.clock.utc_ms())
    context.has_read = True


def _rows(context: PageContext) -> list:
    return context.store.sessions.history()


# What is played is noted, and played all the same.
NOTED = """window.heard = [];
  const made = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    const source = made.call(this), start = source.start.bind(source);
    source.start = (at) => { window.heard.push(source.frequency.value); start(at); };
    return source;
  };"""
VOICES = """[
  {lang: 'en-GB', localService: false}, {lang: 'de-DE', localService: true}, {lang: 'EN-us', localService: true}
]"""


def test_a_whole_session_by_ear(visit, context: PageContext):
    visitor = visit()
    visitor.page.add_init_script(NOTED)
    page = visitor.open("/exercise")
    begin(page)
    assert page.is_checked("input[name=pace][value=off]")
    page.wait_for_timeout(200)
    assert page.evaluate("window.heard") == [], "silent until it is chosen"
    choose(page, "pace", "voice")
    if not page.evaluate("speechSynthesis.getVoices().length"):
        page.wait_for_selector(f"text={strings.EX_PACE_NO_VOICE}")
    assert page.evaluate(f"poisePace.localVoice({VOICES}, 'en')")["lang"] == "EN-us"
    assert page.evaluate(f"poisePace.localVoice({VOICES}, 'fr')") is None
    choose(page, "pace", "tones")
    page.evaluate("window.heard.length = 0")
    choose(page, "pain", "2")
    page.wait_for_function("document.getElementById('step')?.textContent.startsWith('Get ready')")
    page.wait_for_function("document.getElementById('step')?.textContent.startsWith('Slowly:')")
    page.wait_for_function("document.getElementById('step')?.textContent.startsWith('Slowly back')")
    page.wait_for_selector("#count")
    assert page.input_value("#count") == "1"
    page.wait_for_function("window.heard.length >= 8")
    heard = page.evaluate("window.heard")
    assert heard[-7:] == [440, 660, 660, 440, 440, 550, 660], "out, back, and a question"
    page.click("#keep")
    page.wait_for_selector("#leave-out")
    choose(page, "pain", "1")
    page.wait_for_selector("#back")
    assert "logged by you" in page.inner_text(".rows")
    (row,) = _rows(context)
    assert (row.exercise_id, row.reps_done, row.outcome, row.via) == (
        "shrug",
        1,
        "done",
        "dashboard",
    )
    assert (row.pain_before, row.pain_after, row.source) == (2, 1, "self_reported")
    plan = context.store.plans.current()
    assert plan and row.plan_id == plan.plan_id
    page.click("#back")
    page.wait_for_selector("text=1 of 1 today")


def test_the_warning_signs_come_before_the_first_session(visit, context: PageContext):
    context.has_read = False
    page = visit().open("/exercise")
    assert safety.EMERGENCY[0] in page.inner_text("main")
    assert not page.query_selector(".start")
    page.click("#read")
    page.wait_for_selector(".start")


@pytest.mark.parametrize(("pain", "held"), [("5", False), ("6", True)])
def test_pain_of_6_stops_the_programme(visit, context: PageContext, pain: str, held: bool):
    page = visit().open("/exercise")
    begin(page)
    choose(page, "pain", pain)
    page.wait_for_selector("#read" if held else "#pause")
    assert [hold.reason for hold in context.store.holds.open()] == (["pain"] if held else [])
    if not held:
        page.click("#end")
        return
    assert safety.STOP[0] in page.inner_text("main")
    page.wait_for_selector(".hold")
    page.click("#read")
    page.click("#back")
    page.wait_for_selector("text=No session starts now")
    assert not page.query_selector(".start")
    assert _rows(context)[0].outcome == "stopped_pain"


def test_unwell_stops_it_at_any_moment(visit, context: PageContext):
    page = visit().open("/exercise")
    begin(page)
    choose(page, "pain", "0")
    page.wait_for_selector("#pause")
    page.click("#unwell")
    page.wait_for_selector("#read")
    (hold,) = context.store.holds.open()
    assert (hold.reason, hold.via) == ("unwell", "dashboard")


def test_a_pause_stops_every_clock(visit, context: PageContext):
    page = visit().open("/exercise")
    begin(page)
    choose(page, "pain", "0")
    page.wait_for_selector("#pause")
    page.click("#pause")
    page.wait_for_function("document.getElementById('step').textContent === 'Paused'")
    left = page.inner_text("#left")
    page.wait_for_timeout(1_500)
    assert page.inner_text("#left") == left
    assert page.inner_text("#pause") == "Go on"
    page.click("#pause")
    page.wait_for_function("document.getElementById('step').textContent.startsWith('Get ready')")


def test_a_reload_and_a_second_window_join_it(visit, context: PageContext):
    first, second = visit(), visit()
    page = first.open("/exercise")
    begin(page)
    choose(page, "pain", "1")
    page.wait_for_selector("#pause")
    assert first.open("/exercise").wait_for_selector("#pause")
    other = second.open("/exercise")
    other.wait_for_selector("#pause")
    other.click("#end")
    page.wait_for_selector("#count")
    page.fill("#count", "0")
    page.click("#keep")
    other.wait_for_selector("#leave-out")


def test_left_alone_it_ends_and_keeps_what_was_done(visit, context: PageContext, monkeypatch):
    monkeypatch.setattr(guided, "LEFT_ALONE_S", 0.1)
    visitor = visit()
    page = visitor.open("/exercise")
    begin(page)
    choose(page, "pain", "1")
    page.wait_for_selector("#pause")
    session = context.guided
    assert session is not None
    # NiceGUI forgets a page some seconds after its socket is gone.
    visitor.page.goto("about:blank")
    until(page, lambda: session.over)
    assert not context.store.holds.open()


def test_done_without_the_page(visit, context: PageContext):
    page = visit().open("/exercise")
    page.click('[aria-label="Mark as done: Shrug"]')
    page.wait_for_selector("text=Noted, as you told us")
    (row,) = _rows(context)
    assert (row.source, row.outcome, row.reps_done) == ("self_reported", "done", 1)


def test_the_plans_most_a_day(visit, context: PageContext):
    visitor = visit()
    for _ in range(2):
        # Anew, and until it is drawn again: a click on what is about to go is lost.
        page = visitor.open("/exercise")
        page.click('[aria-label="Mark as done: Shrug"]')
        page.wait_for_selector("text=Noted, as you told us")
    assert len(_rows(context)) == 2
    page = visitor.open("/exercise")
    page.click(".start >> nth=0")
    page.wait_for_selector(".message.warm")
    assert "the most that the plan allows" in page.inner_text(".message.warm")


class OutOfReach:
    """A clip of which nothing is heard."""

    def subscribe_motion(self, callback, rate_hz: int):
        return lambda: None

    @property
    def client(self):
        return None


def test_without_the_clip_it_goes_on_with_the_timer(visit, server, context: PageContext):
    async def begin_with_clip() -> None:
        asked = look_down(reps=1)
        context.guided = Guided(OutOfReach(), asked, context.clock, context.store, context.zone())

    server.call(begin_with_clip())
    page = visit().open("/exercise")
    choose(page, "pain", "1")
    page.click("#go-timed")
    page.wait_for_selector("#go-timed", state="hidden")
    page.wait_for_selector("#count")
    assert page.inner_text("label[for=count]") == strings.EX_REPS_DONE
    page.click("#keep")
    page.click("#leave-out")
    page.wait_for_selector("#back")
    (row,) = _rows(context)
    assert (row.reps_done, row.source, row.detail["lost"]) == (1, "self_reported", 1)
