"""The timetable says of the coming days what the policy decides when they come."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from poise.coach.plan.moments import DAY_MS, HOUR_MS, MINUTE_MS
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.choice import Choice, How
from poise.coach.reminders.facts import DayFacts, Snapshot
from poise.coach.reminders.fading import Dosage, is_in
from poise.coach.reminders.policy import CATCH_UP_MS, decide
from poise.coach.reminders.timetable import AHEAD_MS, timetable
from tests.support.plans import exercise, plan_text, table
from tests.support.reminder_year import Shown

BERLIN = ZoneInfo("Europe/Berlin")
PLAN = parse_plan(
    plan_text(
        table("reminders", move_break_min=0),
        exercise(use="nod", times=["01:30", "08:00", "12:30"]),
        exercise(use="sit-tall", times=["08:00", "19:00"], days=["sat", "sun", "mon"]),
        zone="Europe/Berlin",
        quiet=("21:30", "01:00"),
    )
)
# Before both changes of clocks, and a common day.
STARTS = ((2026, 3, 28, 5), (2026, 10, 24, 5), (2026, 6, 5, 13))


def at(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=BERLIN).timestamp() * 1000)


def lived(now: int, facts: DayFacts) -> list[tuple[int, str, bool]]:
    """(moment, exercises, probe) of the next two days, each reminder answered at once."""
    shown: list[Shown] = []
    for moment in range(now, now + AHEAD_MS, 5 * MINUTE_MS):
        found = decide(Snapshot(PLAN, moment, history=shown, facts=facts)).due
        if found is not None:
            done = (None, None) if found.silent else ("done", moment)
            shown.append(
                Shown(found.key, found.due_utc_ms, moment, found.cause, found.silent, *done)
            )
    return [(one.due_utc_ms, one.exercise_ids, one.silent) for one in shown]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(
    "facts",
    [
        DayFacts(),
        DayFacts(dosage=Dosage(50, 50)),
        DayFacts(choice=Choice(How.TIMES, (dt.time(7, 30), dt.time(18)))),
        DayFacts(choice=Choice(How.NONE)),
        DayFacts(on_hold=True),
    ],
    ids=["all", "faded", "chosen", "none", "hold"],
)
def test_it_says_what_the_policy_decides(start, facts):
    now = at(*start)
    made = timetable(Snapshot(PLAN, now, facts=facts))
    coming = [
        (one.due_utc_ms, one.key, one.probe)
        for one in made.moments
        if now - CATCH_UP_MS < one.due_utc_ms < now + AHEAD_MS
    ]
    assert coming == lived(now, facts)
    assert made.until_utc_ms >= now + AHEAD_MS


def test_quiet_hours_and_a_pause_are_times_without_any():
    now = at(2026, 3, 28, 12)
    until = now + 90 * MINUTE_MS
    made = timetable(Snapshot(PLAN, now, facts=DayFacts(paused_until_utc_ms=until)))
    for minute in range(now, made.until_utc_ms, 10 * MINUTE_MS):
        local = dt.datetime.fromtimestamp(minute / 1000, BERLIN).time()
        quiet = any(begin <= minute < end for begin, end in made.quiet)
        paused = made.pause is not None and made.pause[0] <= minute < made.pause[1]
        assert quiet == PLAN.is_quiet(local) and paused == (minute < until), local


UTC = parse_plan(
    plan_text(exercise(use="nod", times=["12:00", "22:00"]), quiet=("02:00", "12:00"), zone="UTC")
)


def utc(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp() * 1000)


FROM, UNTIL = utc(2026, 6, 5, 12), utc(2026, 6, 7, 22)


@pytest.mark.parametrize("now", [utc(2026, 6, 5, 16), utc(2026, 6, 5, 22) - 1])
def test_it_reaches_from_six_oclock_steps_to_two_days_ahead(now):
    """Four hours back, two days and a step of six hours ahead; its beginning is in it and its end is not."""
    made = timetable(Snapshot(UTC, now))
    assert (made.from_utc_ms, made.until_utc_ms) == (FROM, UNTIL)
    due = [FROM, *(FROM + hours * HOUR_MS for hours in (10, 24, 34, 48))]
    assert [one.due_utc_ms for one in made.moments] == due
    quiet = [(FROM + hours * HOUR_MS, FROM + (hours + 10) * HOUR_MS) for hours in (14, 38)]
    assert list(made.quiet) == quiet


def test_quiet_hours_are_those_that_touch_it():
    for quiet, first in (
        (("11:00", "13:00"), FROM - HOUR_MS),
        (("22:00", "04:00"), FROM + 10 * HOUR_MS),
    ):
        plan = parse_plan(plan_text(exercise(use="nod", times=["14:00"]), quiet=quiet))
        found = timetable(Snapshot(plan, FROM + 5 * HOUR_MS)).quiet
        assert found[0][0] == first and found[-1][0] < UNTIL
    night = parse_plan(plan_text(exercise(use="nod", times=["14:00"]), quiet=("22:00", "14:00")))
    assert timetable(Snapshot(night, FROM + 5 * HOUR_MS)).quiet[0][0] == FROM - 14 * HOUR_MS
    never = parse_plan(plan_text(exercise(use="nod", times=["14:00"]), quiet=("07:00", "07:00")))
    assert timetable(Snapshot(never, FROM + 5 * HOUR_MS)).quiet == ()


def test_it_tells_what_was_shown_since_a_day_before_it():
    now = FROM + 5 * HOUR_MS
    day = FROM - DAY_MS
    shown = [
        Shown("nod", day - 1, day - 1, "clock", False, "done"),
        Shown("move-break", day - 1, day - 1, "dose", False),
        Shown("nod", day, day, "clock", False, "done"),
        Shown("move-break", day + 1, day + 1, "dose", False),
        Shown("nod", day + 2, day + 2, "clock", True),
        Shown("diary", day + 3, day + 3, "diary", False),
    ]
    made = timetable(Snapshot(UTC, now, history=shown))
    assert (made.shown, made.breaks) == ((day, day + 3), (day + 1,))


def test_a_pause_lasts_for_a_week_past_its_end_at_most():
    now = FROM + 5 * HOUR_MS

    def pause(until_utc_ms: int):
        return timetable(Snapshot(UTC, now, facts=DayFacts(paused_until_utc_ms=until_utc_ms))).pause

    assert pause(now) is None
    assert pause(now + 1) == (FROM, now + 1)
    most = UNTIL + 7 * DAY_MS
    assert (pause(most), pause(most + 1)) == ((FROM, most), (FROM, most))


def test_breaks_come_in_the_hours_that_are_drawn_unless_there_are_none():
    now = FROM + 5 * HOUR_MS
    half = DayFacts(dosage=Dosage(50))
    hours = [hour for hour in range(FROM, UNTIL, HOUR_MS) if is_in(hour, half.dosage)]
    assert list(timetable(Snapshot(UTC, now, facts=half)).break_hours) == hours
    for plan, facts in ((UTC, DayFacts(on_hold=True)), (PLAN, half)):
        assert timetable(Snapshot(plan, now, facts=facts)).break_hours == ()


def test_the_last_moment_has_the_news_of_its_answer():
    moment = utc(2026, 6, 5, 12)
    seen = Snapshot(UTC, moment + HOUR_MS)
    snoozed = Shown("nod", moment, moment, "clock", False, "snoozed", moment + MINUTE_MS, 70)
    last = timetable(replace(seen, history=[snoozed])).last
    assert last and (last.news_utc_ms, last.showings) == (moment + MINUTE_MS, 0)
    assert last.again_utc_ms == moment + 71 * MINUTE_MS
    open_one = Shown("nod", moment, moment, "clock", False)
    last = timetable(replace(seen, history=[open_one])).last
    assert last and (last.news_utc_ms, last.showings) == (moment, 1)
    for facts, most in ((DayFacts(), 2), (DayFacts(asks_how=True), 1)):
        assert timetable(replace(seen, facts=facts)).most_showings == most


def test_what_the_stop_closed_does_not_come_again():
    """Later news than the clip's own: it would repeat the reminder that nobody answered."""
    moment = at(2026, 6, 5, 12, 30)
    shown = [Shown("nod", moment, moment, "clock", False)]
    seen = Snapshot(PLAN, moment + 10 * MINUTE_MS, history=shown)
    going_on = timetable(seen).last
    assert going_on and going_on.again_utc_ms == moment + 30 * MINUTE_MS
    stopped = Snapshot(PLAN, seen.now_utc_ms, history=shown, facts=DayFacts(on_hold=True))
    held = timetable(stopped).last
    assert held and held.again_utc_ms is None and held.news_utc_ms > going_on.news_utc_ms
