"""The patient's pause of reminders: nothing comes in it or counts as ignored, and what is still open comes after."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poise.coach.plan.moments import HOUR_MS, MINUTE_MS
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.facts import DayFacts, Snapshot, Wearer, Why
from poise.coach.reminders.pause import for_an_hour, parse_pause
from poise.coach.reminders.policy import decide
from poise.errors import PoiseError
from poise.history.reminder_pause import (
    MOST_DAYS,
    begin_pause,
    end_pause,
    reminder_pause,
    until_day,
)
from poise.store import Store
from tests.support.plans import exercise, plan_text, table

BERLIN = ZoneInfo("Europe/Berlin")
PLAN = parse_plan(
    plan_text(
        table("reminders", diary="20:30"),
        exercise(id="nod", name="Nod", reps=10, times=["08:00", "12:00", "18:00"]),
        zone="Europe/Berlin",
        quiet=("21:30", "07:00"),
    )
)
STILL_LONG = Wearer(worn=True, still=True, still_since_utc_ms=0)


def at(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=BERLIN).timestamp() * 1000)


BEGIN = at(2026, 3, 27, 6)  # over the change of clocks


def seen(now: int, until: int | None, wearer: Wearer = STILL_LONG) -> Snapshot:
    facts = DayFacts(paused_until_utc_ms=until, diary_open=True)
    return Snapshot(PLAN, now, wearer, facts=facts)


@given(st.integers(0, 4 * 24 * 60), st.integers(1, 4 * 24 * 60), st.floats(0, 0.999))
def test_nothing_comes_in_a_pause_and_the_next_is_told(start: int, minutes: int, part: float):
    """Not a reminder, nor a move break after long stillness, nor the diary's question."""
    pause_from = BEGIN + start * MINUTE_MS
    until = pause_from + minutes * MINUTE_MS
    now = pause_from + int(part * minutes) * MINUTE_MS
    decision = decide(seen(now, until))
    assert decision.due is None and decision.why_not is Why.PAUSED
    assert decision.next_utc_ms is not None and decision.next_utc_ms >= until
    # What is told is what comes, for a wearer who moves: move breaks have no moment.
    moving = replace(seen(until, None), wearer=Wearer())
    assert decide(moving).next_utc_ms == decision.next_utc_ms


def test_what_was_due_in_an_hours_pause_comes_after_it():
    pause = for_an_hour(at(2026, 6, 1, 7, 30))
    assert decide(seen(at(2026, 6, 1, 8, 0), pause.until_utc_ms)).due is None
    after = decide(seen(pause.until_utc_ms, pause.until_utc_ms)).due
    assert after and after.exercise_ids == ("nod",) and not after.again


def test_a_paused_day_is_over_in_the_morning():
    pause = until_day(at(2026, 6, 1, 9), dt.date(2026, 6, 2), BERLIN)
    assert pause.until_utc_ms == at(2026, 6, 2)
    assert decide(seen(at(2026, 6, 1, 12), pause.until_utc_ms)).next_utc_ms == at(2026, 6, 2, 8)
    assert not pause.holds_at(at(2026, 6, 2)) and not pause.holds_at(at(2026, 5, 31))


def test_a_pause_ends_within_reach():
    now = at(2026, 6, 1, 9)
    last = dt.date(2026, 6, 1) + dt.timedelta(MOST_DAYS)
    assert until_day(now, last, BERLIN).until_utc_ms > now
    for day in (dt.date(2026, 6, 1), dt.date(2026, 5, 1), last + dt.timedelta(1)):
        with pytest.raises(PoiseError, match="no end of a pause"):
            until_day(now, day, BERLIN)


def test_the_store_keeps_the_newest_and_its_end(tmp_path: Path):
    now = at(2026, 6, 1, 9)
    with Store.open(tmp_path / "poise.db") as store:
        assert reminder_pause(store, now) is None
        begin_pause(store, for_an_hour(now), "dashboard")
        longer = until_day(now + 1, dt.date(2026, 6, 5), BERLIN)
        begin_pause(store, longer, "dashboard")
        assert reminder_pause(store, now + 2 * HOUR_MS) == longer
        end_pause(store, "dashboard", now + 3 * HOUR_MS)
        assert reminder_pause(store, now + 3 * HOUR_MS) is None
        store.preferences.choose("reminder_pause", "of a newer Poise", "dashboard", now)
        assert reminder_pause(store, now + 1) is None
    assert parse_pause(longer.value, longer.from_utc_ms) == longer
