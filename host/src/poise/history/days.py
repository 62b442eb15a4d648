"""Facts of the day that the reminders need beside the plan, read from the store."""

import datetime as dt

from ..coach.diary import PAUSES, is_answered
from ..coach.plan.moments import DAY_MS, local
from ..coach.plan.plan import Plan
from ..coach.reminders.choice import Choice
from ..coach.reminders.facts import CLOCK, DIARY, DayFacts
from ..coach.reminders.fading import FULL, dosage
from ..coach.reminders.unanswered import HISTORY_DAYS, asks_diary, asks_how
from ..coach.safety import on_hold
from ..store import Store
from ..timebase.clock import Clock
from .adherence import tallies
from .reminder_choice import reminder_choice
from .reminder_pause import reminder_pause

AGAIN_S = 900.0  # between two calculations of the dosage, which changes by the day


class DayFactsReader:
    """Reader of today's facts. It caches the dosage for AGAIN_S, because that reads all days since the first plan."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._dosage = FULL
        self._asks_how = False
        self._asks_diary = True
        self._key: tuple[int, dt.date, Choice] | None = None
        self._at_s = 0.0

    def look(self, plan: Plan, plan_id: int, now_utc_ms: int) -> DayFacts:
        """Return today's facts at `now_utc_ms`. Raises PoiseError STORE_*."""
        today = local(plan, now_utc_ms).date()
        paused = any(row.kind in PAUSES for row in self._store.treatments.between(today, today))
        stopped = on_hold(self._store.holds.open())
        sessions = self._store.sessions.history(now_utc_ms - DAY_MS)
        entries = self._store.diary.days(today, today)
        choice = reminder_choice(self._store)
        self._fade(plan, (plan_id, today, choice), now_utc_ms)
        pause = reminder_pause(self._store, now_utc_ms)
        return DayFacts(
            dosage=self._dosage,
            done=tuple((row.exercise_id, row.started_utc_ms) for row in sessions),
            diary_open=self._asks_diary and not any(is_answered(entry) for entry in entries),
            on_hold=paused or stopped,
            stopped=stopped,
            paused_until_utc_ms=pause.until_utc_ms if pause else None,
            choice=choice,
            asks_how=self._asks_how,
        )

    def _fade(self, plan: Plan, key: tuple[int, dt.date, Choice], now_utc_ms: int) -> None:
        """Calculate how reminders fade today, unless that was done a moment ago."""
        now_s = self._clock.monotonic_s()
        if self._key == key and now_s - self._at_s <= AGAIN_S:
            return
        self._key, self._at_s = key, now_s
        _, today, choice = key
        since = now_utc_ms - HISTORY_DAYS * DAY_MS
        history = self._store.reminders.history(since)
        sessions = self._store.sessions.history(since)
        done = [(row.exercise_id, row.started_utc_ms) for row in sessions]
        asked = [row for row in history if row.cause == CLOCK]
        rules, counted = plan.reminders, tallies(self._store, plan, today)
        self._dosage = dosage(rules, counted, asked, now_utc_ms, done, choice)
        self._asks_how = asks_how(rules, asked, now_utc_ms, done, choice)
        diary = [row for row in history if row.cause == DIARY]
        days = [(local(plan, row.fired_utc_ms).date(), bool(row.answer)) for row in diary]
        self._asks_diary = asks_diary(
            [one for one in days if one[0] < today], self._written(plan, since, today), today
        )

    def _written(self, plan: Plan, since_utc_ms: int, today: dt.date) -> list[dt.date]:
        """Return the days on which the patient wrote in the diary."""
        entries = self._store.diary.days(local(plan, since_utc_ms).date(), today)
        return [local(plan, entry.entered_utc_ms).date() for entry in entries if is_answered(entry)]
