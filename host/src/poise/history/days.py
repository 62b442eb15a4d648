"""Facts of the day that the reminders need beside the plan, read from the store."""

import datetime as dt

from ..coach.diary import PAUSES, is_answered
from ..coach.plan.moments import DAY_MS, local
from ..coach.plan.plan import Plan
from ..coach.reminders.facts import DayFacts
from ..coach.reminders.fading import FULL, Dosage, dosage
from ..coach.safety import on_hold
from ..store import Store
from ..timebase.clock import Clock
from .adherence import tallies
from .reminder_pause import reminder_pause

AGAIN_S = 900.0  # between two calculations of the dosage, which changes by the day


class DayFactsReader:
    """Reader of today's facts. It caches the dosage for AGAIN_S, because that reads all days since the first plan."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._dosage = FULL
        self._key: tuple[int, dt.date] | None = None
        self._at_s = 0.0

    def look(self, plan: Plan, plan_id: int, now_utc_ms: int) -> DayFacts:
        """Return today's facts at `now_utc_ms`. Raises PoiseError STORE_*."""
        today = local(plan, now_utc_ms).date()
        paused = any(row.kind in PAUSES for row in self._store.treatments.between(today, today))
        stopped = on_hold(self._store.holds.open())
        sessions = self._store.sessions.history(now_utc_ms - DAY_MS)
        entries = self._store.diary.days(today, today)
        pause = reminder_pause(self._store, now_utc_ms)
        return DayFacts(
            dosage=self._dosage_today(plan, plan_id, now_utc_ms, today),
            done=tuple((row.exercise_id, row.started_utc_ms) for row in sessions),
            diary_open=not any(is_answered(entry) for entry in entries),
            on_hold=paused or stopped,
            stopped=stopped,
            paused_until_utc_ms=pause.until_utc_ms if pause else None,
        )

    def _dosage_today(self, plan: Plan, plan_id: int, now_utc_ms: int, today: dt.date) -> Dosage:
        now_s = self._clock.monotonic_s()
        if self._key != (plan_id, today) or now_s - self._at_s > AGAIN_S:
            self._key, self._at_s = (plan_id, today), now_s
            history = self._store.reminders.history(now_utc_ms - 4 * DAY_MS)
            asked = [row for row in history if row.cause == "clock"]
            counted = tallies(self._store, plan, today)
            self._dosage = dosage(plan.reminders, counted, asked, now_utc_ms)
        return self._dosage
