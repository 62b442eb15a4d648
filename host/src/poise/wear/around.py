"""What the reminders need to know of the day beside the plan, from the store; looked up anew now and then."""

import datetime as dt
from dataclasses import replace

from ..clock import Clock
from ..coach.adherence import Tally, tally
from ..coach.diary import PAUSES, is_answered
from ..coach.fading import FULL, Dosage, dosage
from ..coach.moments import DAY_MS, local
from ..coach.plan import Plan, parse_plan
from ..coach.reminder import Around
from ..coach.safety import on_hold
from ..store import Store

AGAIN_S = 900.0  # the dosage changes by the day


class AroundToday:
    """Reads what is around today. The dosage, which takes in all days since the first plan, is kept for a while."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._dosage = FULL
        self._key: tuple[int, dt.date] | None = None
        self._at_s = 0.0

    def look(self, plan: Plan, plan_id: int, now_utc_ms: int) -> Around:
        """Raises PoiseError STORE_*."""
        today = local(plan, now_utc_ms).date()
        paused = any(row.kind in PAUSES for row in self._store.treatments.between(today, today))
        sessions = self._store.sessions.history(now_utc_ms - DAY_MS)
        entries = self._store.diary.days(today, today)
        return Around(
            dosage=self._dosage_today(plan, plan_id, now_utc_ms, today),
            done=tuple((row.exercise_id, row.started_utc_ms) for row in sessions),
            diary_open=not any(is_answered(entry) for entry in entries),
            on_hold=paused or on_hold(self._store.holds.open()),
        )

    def _dosage_today(self, plan: Plan, plan_id: int, now_utc_ms: int, today: dt.date) -> Dosage:
        now_s = self._clock.monotonic_s()
        if self._key != (plan_id, today) or now_s - self._at_s > AGAIN_S:
            self._key, self._at_s = (plan_id, today), now_s
            history = self._store.reminders.history(now_utc_ms - 4 * DAY_MS)
            asked = [row for row in history if row.cause == "clock"]
            counted = tallies(self._store, plan, today)
            excused = excused_days(self._store, plan, today)
            self._dosage = dosage(plan.reminders, counted, asked, now_utc_ms, excused)
        return self._dosage


def tallies(store: Store, plan: Plan, today: dt.date) -> list[Tally]:
    """Each day's count since the first plan, but today's; a day is judged by the plan that was in force then."""
    versions = sorted(store.plans.history(), key=lambda version: version.plan_id)
    if not versions:
        return []
    parsed = [(local(plan, row.when_utc_ms).date(), parse_plan(row.text)) for row in versions]
    sessions, answers = store.sessions.history(), store.reminders.history()
    by_day: dict[dt.date, tuple[list, list]] = {}
    for row in sessions:
        by_day.setdefault(local(plan, row.started_utc_ms).date(), ([], []))[0].append(row)
    for row in answers:
        if row.answered_utc_ms is not None:
            by_day.setdefault(local(plan, row.answered_utc_ms).date(), ([], []))[1].append(row)
    found = []
    day = parsed[0][0]
    while day < today:
        # The plan keeps its zone here: days are counted by the present one.
        then = [version for began, version in parsed if began <= day][-1]
        own_sessions, own_answers = by_day.get(day, ([], []))
        found.append(tally(replace(then, timezone=plan.timezone), day, own_sessions, own_answers))
        day += dt.timedelta(1)
    return found


def excused_days(store: Store, plan: Plan, today: dt.date) -> frozenset[dt.date]:
    """Days ill or away, and those of a stop: nothing was missed on them."""
    first = dt.date(2024, 1, 1)
    days = {row.day for row in store.treatments.between(first, today) if row.kind in PAUSES}
    for hold in store.holds.history():
        if hold.taken_back:
            continue
        day = local(plan, hold.raised_utc_ms).date()
        end = today if hold.cleared_utc_ms is None else local(plan, hold.cleared_utc_ms).date()
        while day <= end:
            days.add(day)
            day += dt.timedelta(1)
    return frozenset(days)
