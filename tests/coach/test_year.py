"""A simulated year of reminders: what must hold on every day of it, whatever the patient does."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from poise.coach.adherence import percent
from poise.coach.plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, local, occurrences
from tests.support.reminder_year import FIRST, PLAN, Life, Year
from tools.pictures.reminder_year import OUT, picture


@pytest.fixture(scope="module")
def year() -> Year:
    return Life(PLAN, FIRST).live()


def when(utc_ms: int) -> dt.datetime:
    return local(PLAN, utc_ms)


def test_the_picture_on_the_page_of_reminders_is_of_this_year(year: Year):
    assert OUT.read_text(encoding="utf-8") == picture(year), "make pictures PICTURES=reminder-year"


def test_nothing_in_the_quiet_hours(year: Year):
    assert year.shown
    assert not any(PLAN.is_quiet(when(row.fired_utc_ms).time()) for row in year.shown)


def test_the_budget_holds_in_every_hour_and_day(year: Year):
    spoken = sorted([row.fired_utc_ms for row in year.shown if not row.silent])
    for row in spoken:
        last_hour = [t for t in (*spoken, *year.nudges) if row - HOUR_MS < t <= row]
        last_day = [t for t in (*spoken, *year.nudges) if row - DAY_MS < t <= row]
        # The clip keeps its own share, so nudges alone may fill it; a reminder never goes beyond.
        assert len(last_hour) <= PLAN.nudge.per_hour
        assert len(last_day) <= PLAN.nudge.per_day


def test_a_moment_comes_at_most_twice_and_never_after_it_was_done(year: Year):
    clock = [row for row in year.shown if row.cause == "clock"]
    unanswered = Counter(row.due_utc_ms for row in clock if row.answer is None)
    assert max(unanswered.values()) <= 2
    for earlier, later in pairwise(clock):
        if earlier.due_utc_ms == later.due_utc_ms:
            assert earlier.answer in (None, "snoozed")
    diary = Counter(row.due_utc_ms for row in year.shown if row.cause == "diary" and not row.answer)
    assert max(diary.values()) == 1


def test_none_for_what_was_done_unasked(year: Year):
    for row in year.shown:
        if row.cause != "clock":
            continue
        since = row.due_utc_ms - PLAN.reminders.window_min * MINUTE_MS
        done = {
            s.exercise_id for s in year.sessions if since <= s.started_utc_ms < row.fired_utc_ms
        }
        assert done.isdisjoint(row.exercise_ids.split("+"))


def test_none_on_a_stop_or_when_ill_or_away_or_while_the_computer_is_off(year: Year):
    for row in year.shown:
        kind = year.kind(when(row.fired_utc_ms).date())
        assert kind != "off"
        assert row.cause == "diary" or kind not in ("hold", "ill", "away")


def test_days_with_a_change_of_clocks_have_their_moments(year: Year):
    for day, hours in ((dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25)):
        begin = int(dt.datetime.combine(day, dt.time(), PLAN.timezone).timestamp() * 1000)
        found = occurrences(PLAN, begin - 1, begin + hours * HOUR_MS - 1)
        assert [f"{when(one.due_utc_ms):%H:%M}" for one in found] == ["08:00", "19:30"]


def test_reminders_fade_as_the_habit_holds_and_come_back_on_relapse(year: Year):
    shown = {day: held.shown_pct for day, held in year.dosages.items()}
    # At first all of them, halved only while they are ignored.
    assert {shown[day] for day in list(shown)[:14]} <= {100, 50}
    assert [shown[day] for day in list(shown)[:14]].count(100) >= 10
    before = [shown[FIRST + dt.timedelta(n)] for n in range(150, 186)]
    assert min(before) == PLAN.reminders.floor_pct
    # The lapse begins on 6 July; after a week of it at the latest all come back, however they are halved when ignored.
    lapse = [shown[dt.date(2026, 7, n)] for n in range(13, 27)]
    assert max(lapse) >= 50
    assert min(before) < max(lapse)
    assert shown[dt.date(2026, 11, 30)] <= 50


def test_a_few_moments_are_silent_once_it_has_settled(year: Year):
    clock = [row for row in year.shown if row.cause == "clock"]
    early = [row for row in clock if when(row.fired_utc_ms).date() < FIRST + dt.timedelta(14)]
    silent = [row for row in clock if row.silent]
    assert not any(row.silent for row in early)
    assert 0.08 < len(silent) / len(clock) < 0.3
    assert all(row.answer is None for row in silent)


def test_move_breaks_never_come_on_top_of_a_nudge(year: Year):
    breaks = [row for row in year.shown if row.cause == "dose"]
    assert breaks
    days = Counter(when(row.fired_utc_ms).date() for row in breaks)
    assert max(days.values()) <= PLAN.reminders.move_breaks_a_day
    span = PLAN.reminders.move_break_min * MINUTE_MS
    for row in breaks:
        assert not any(row.fired_utc_ms - span < nudge <= row.fired_utc_ms for nudge in year.nudges)


def test_the_patient_gets_better_at_it(year: Year):
    def of(first: int, last: int) -> float:
        common = [one for one in year.tallies[first:last] if year.kind(one.day) in ("", "lapse")]
        found = percent(common)
        assert found is not None
        return found

    assert of(0, 28) < of(120, 180)
    assert of(186, 207) < of(120, 180)  # the lapse


def test_the_same_patient_has_the_same_year_and_another_one_another(year: Year):
    again = Life(PLAN, FIRST, days=21).live()
    assert again.shown == year.shown[: len(again.shown)]
    assert Life(PLAN, FIRST, days=21, seed=2).live().shown != again.shown


def test_a_journey_to_another_zone_keeps_the_plan_s_time():
    tokyo = replace(PLAN, timezone=PLAN.timezone)
    found = Life(tokyo, dt.date(2026, 5, 14), days=3).live()
    assert all(7 <= when(row.fired_utc_ms).hour < 22 for row in found.shown)
