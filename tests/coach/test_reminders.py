"""Reminders over a simulated year, and the rules one by one."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from poise.coach.plan.moments import MINUTE_MS, occurrences
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.facts import DayFacts, Snapshot, Wearer, Why
from poise.coach.reminders.policy import CATCH_UP_MS, decide
from tests.support.decided import due, next_due
from tests.support.plans import exercise, plan_text

BERLIN = ZoneInfo("Europe/Berlin")
TEXT = plan_text(
    exercise(id="nod", name="Nod", reps=10, times=["02:30", "08:00", "12:00"]),
    exercise(id="row", name="Row", reps=5, times=["08:00", "20:00"]),
    zone="Europe/Berlin",
    quiet=("21:30", "01:00"),
)
PLAN = parse_plan(TEXT)
AWAKE = Wearer(worn=True, still=True)
DAY_MS = 86_400_000


@dataclass
class Shown:
    exercise_ids: str
    due_utc_ms: int
    fired_utc_ms: int
    answer: str | None = None
    answered_utc_ms: int | None = None
    snooze_min: int | None = None
    cause: str = "clock"
    silent: bool = False


def at(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=BERLIN).timestamp() * 1000)


def local(utc_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(utc_ms / 1000, BERLIN)


def test_a_year_with_both_changes_of_clocks():
    found = occurrences(PLAN, at(2026, 1, 1) - 1, at(2027, 1, 1) - 1)
    assert len(found) == 365 * 4
    times = [local(one.due_utc_ms) for one in found]
    spring = [f"{t:%H:%M}" for t in times if t.date() == dt.date(2026, 3, 29)]
    autumn = [f"{t:%H:%M}" for t in times if t.date() == dt.date(2026, 10, 25)]
    assert spring == ["03:30", "08:00", "12:00", "20:00"]
    assert autumn == ["02:30", "08:00", "12:00", "20:00"]
    assert found[1].exercise_ids == ("nod", "row")


def test_a_lived_year_reminds_of_each_moment_once_when_answered():
    now, end, shown = at(2026, 1, 1), at(2027, 1, 1), []
    while now < end:
        found = due(PLAN, shown[-12:], now, AWAKE)
        if found:
            shown.append(Shown(found.key, found.due_utc_ms, now, "done", now + 1000))
        following = next_due(PLAN, shown[-12:], now)
        assert following is not None
        now = max(following, now + MINUTE_MS)
    assert len(shown) == len({one.due_utc_ms for one in shown}) == 365 * 4
    assert all(one.fired_utc_ms - one.due_utc_ms <= MINUTE_MS for one in shown)


def test_it_waits_for_a_receptive_moment_but_not_for_ever():
    moment, moving = at(2026, 6, 1, 8, 0), Wearer(worn=True, still=False)
    assert due(PLAN, [], moment, moving) is None
    assert due(PLAN, [], moment + 59 * MINUTE_MS, moving) is None
    assert due(PLAN, [], moment + 60 * MINUTE_MS, moving) is not None
    assert due(PLAN, [], moment + 5 * MINUTE_MS, AWAKE) is not None
    assert due(PLAN, [], moment, Wearer()) is not None


def test_without_an_answer_it_comes_again_once():
    moment = at(2026, 6, 1, 8, 0)
    history = [Shown("nod+row", moment, moment)]
    assert due(PLAN, history, moment + 29 * MINUTE_MS, AWAKE) is None
    again = due(PLAN, history, moment + 30 * MINUTE_MS, AWAKE)
    assert again and again.again and again.exercise_ids == ("nod", "row")
    history.append(Shown("nod+row", moment, moment + 30 * MINUTE_MS))
    assert due(PLAN, history, moment + 120 * MINUTE_MS, AWAKE) is None


def test_snoozed_comes_back_and_done_or_skipped_does_not():
    moment = at(2026, 6, 1, 8, 0)
    for answer, back in (("snoozed", True), ("done", False), ("skipped", False)):
        history = [Shown("nod", moment, moment, answer, moment + MINUTE_MS, 10)]
        assert due(PLAN, history, moment + 10 * MINUTE_MS, AWAKE) is None
        assert (due(PLAN, history, moment + 11 * MINUTE_MS, AWAKE) is not None) is back


def test_after_sleep_there_is_one_reminder_for_all_that_was_missed():
    found = due(PLAN, [], at(2026, 6, 1, 12, 0), AWAKE)
    assert found and found.due_utc_ms == at(2026, 6, 1, 12, 0)
    late = due(PLAN, [], at(2026, 6, 1, 11, 0), AWAKE)
    assert late and late.exercise_ids == ("nod", "row")
    assert "miss" not in late.text.lower()


def test_quiet_hours_and_the_shared_budget_hold_it_back():
    assert due(PLAN, [], at(2026, 6, 1, 21, 45), AWAKE) is None
    moment = at(2026, 6, 1, 8, 0)
    nudges = [moment - n * MINUTE_MS for n in (5, 25, 45)]
    assert due(PLAN, [], moment, AWAKE, nudges) is None
    assert due(PLAN, [], moment + 20 * MINUTE_MS, AWAKE, nudges) is not None


@given(
    st.integers(at(2026, 1, 1), at(2027, 1, 1)),
    st.lists(
        st.tuples(st.integers(0, DAY_MS), st.sampled_from([None, "done", "snoozed", "skipped"])),
        max_size=8,
    ),
)
def test_whatever_happened_before(now: int, past: list[tuple[int, str | None]]):
    history = [
        Shown("nod", now - ago, now - ago, answer, now - ago + 1 if answer else None, 10)
        for ago, answer in past
    ]
    found = due(PLAN, history, now, AWAKE)
    if found is None:
        return
    assert found.due_utc_ms <= now
    assert not PLAN.is_quiet(local(now).time())
    assert local(found.due_utc_ms).date() == local(now).date()
    assert found.again or now - found.due_utc_ms < CATCH_UP_MS
    assert next_due(PLAN, history, now) == now


def test_a_decision_tells_why_nothing_is_due_and_when_the_next_is():
    moment = at(2026, 6, 1, 8, 0)
    walking = Wearer(worn=True, still=True, activity="walking")
    nudges = [moment - n * MINUTE_MS for n in (5, 25, 45)]
    asked = {
        Why.NOT_YET: Snapshot(PLAN, moment - 1, AWAKE),
        Why.QUIET: Snapshot(PLAN, at(2026, 6, 1, 21, 45), AWAKE),
        Why.ON_THE_ROAD: Snapshot(PLAN, moment + 90 * MINUTE_MS, walking),
        Why.SPENT: Snapshot(PLAN, moment, AWAKE, nudges_utc_ms=nudges),
        Why.POOR_MOMENT: Snapshot(PLAN, moment, Wearer(worn=True, still=False)),
    }
    for why, seen in asked.items():
        found = decide(seen)
        assert (found.due, found.why_not) == (None, why)
        assert found.next_utc_ms == (moment if why is Why.NOT_YET else seen.now_utc_ms)
    shown = decide(Snapshot(PLAN, moment, AWAKE))
    assert shown.due and (shown.why_not, shown.next_utc_ms) == (None, moment)
    stopped = decide(Snapshot(PLAN, moment, AWAKE, facts=DayFacts(on_hold=True)))
    assert (stopped.due, stopped.why_not, stopped.next_utc_ms) == (None, Why.NOT_YET, None)
