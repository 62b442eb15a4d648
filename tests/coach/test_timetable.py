"""The timetable says of the coming days what the policy decides when they come."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from poise.coach.plan.moments import MINUTE_MS
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.choice import Choice, How
from poise.coach.reminders.facts import DayFacts, Snapshot
from poise.coach.reminders.fading import Dosage
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
