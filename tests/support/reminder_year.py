"""A patient's simulated year for the reminder policy: no clock waits, no store; the same seed gives the same year.

The patient is a model with a habit that grows by doing and fades by leaving out, reminders that help less and less, a
clip that is worn on most days, illness, a journey, holidays, a computer that is off for days, a stop and a lapse.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from poise.coach.adherence import Tally, tally
from poise.coach.plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, local, utc_ms
from poise.coach.plan.plan import Plan, parse_plan
from poise.coach.reminders.facts import DayFacts, Reminder, Wearer
from poise.coach.reminders.fading import Dosage, dosage
from poise.coach.reminders.unanswered import HISTORY_DAYS, asks_diary
from tests.support.decided import due
from tests.support.plans import exercise, plan_text, table

STEP_MS = 10 * MINUTE_MS
PLAN = parse_plan(
    plan_text(
        table("reminders", diary="20:30"),
        table("[exercises]", use="nod"),
        'anchors = [{ habit = "after breakfast", time = "08:00" }, { habit = "before the news", time = "19:30" }]\n',
        exercise(
            use="sit-tall", times=["08:00", "12:30"], days=["mon", "tue", "wed", "thu", "fri"]
        ),
        zone="Europe/Berlin",
        quiet=("21:30", "07:00"),
    )
)
FIRST = dt.date(2026, 1, 1)


@dataclass
class Shown:
    """As the store keeps a reminder."""

    exercise_ids: str
    due_utc_ms: int
    fired_utc_ms: int
    cause: str
    silent: bool
    answer: str | None = None
    answered_utc_ms: int | None = None
    snooze_min: int | None = None


@dataclass(frozen=True)
class Session:
    """As the store keeps a session."""

    exercise_id: str
    started_utc_ms: int
    source: str = "self_reported"
    outcome: str = "done"
    reps_prescribed: int = 10
    reps_done: int = 10


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included. `kind`: ill, away, off (the computer), lapse, hold."""

    kind: str
    first: dt.date
    last: dt.date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last


SPANS = (
    Span("ill", dt.date(2026, 2, 9), dt.date(2026, 2, 15)),
    Span("off", dt.date(2026, 3, 20), dt.date(2026, 3, 22)),
    Span("away", dt.date(2026, 5, 14), dt.date(2026, 5, 24)),
    Span("lapse", dt.date(2026, 7, 6), dt.date(2026, 7, 26)),
    Span("hold", dt.date(2026, 9, 1), dt.date(2026, 9, 4)),
    Span("away", dt.date(2026, 12, 24), dt.date(2026, 12, 31)),
)


EXCUSED = ("ill", "away", "hold")


@dataclass
class Year:
    """What happened. `dosages`: by day; `nudges`: the clip's, UTC ms."""

    plan: Plan
    first: dt.date
    days: int
    spans: tuple[Span, ...] = SPANS
    shown: list[Shown] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    nudges: list[int] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    dosages: dict[dt.date, Dosage] = field(default_factory=dict)

    def kind(self, day: dt.date) -> str:
        """Of the span that this day is in, "" for a common day."""
        return next((span.kind for span in self.spans if day in span), "")

    def dates(self) -> Iterator[dt.date]:
        """Every day."""
        return (self.first + dt.timedelta(n) for n in range(self.days))


class Life:
    """Lives a year by the plan. `seed`: of the patient."""

    def __init__(self, plan: Plan, first: dt.date, days: int = 365, seed: int = 1) -> None:
        self._rng = random.Random(seed)
        self._habit = 0.25
        self._still_since = 0
        self._asks_diary = True
        self.year = Year(plan, first, days)

    def live(self) -> Year:
        """The whole year."""
        for day in self.year.dates():
            self._live_day(day)
        return self.year

    def _live_day(self, day: dt.date) -> None:
        year, plan = self.year, self.year.plan
        kind = year.kind(day)
        begin = utc_ms(plan, day, dt.time(0))
        end = utc_ms(plan, day + dt.timedelta(1), dt.time(0))
        recent = [
            s
            for s in year.shown
            if s.fired_utc_ms > begin - HISTORY_DAYS * DAY_MS and s.cause == "clock"
        ]
        done = [(each.exercise_id, each.started_utc_ms) for each in year.sessions[-200:]]
        today = dosage(plan.reminders, year.tallies, recent, begin, done)
        self._asks_diary = asks_diary(
            [
                (local(plan, s.fired_utc_ms).date(), s.answer is not None)
                for s in year.shown
                if s.cause == "diary"
            ],
            (),
            day,
        )
        year.dosages[day] = today
        worn = self._worn_hours(kind)
        now = begin
        while now < end:
            if kind != "off":
                self._moment(now, today, kind, worn)
            now += STEP_MS
        done = [s for s in year.sessions if s.started_utc_ms >= begin]
        answers = [s for s in year.shown if s.fired_utc_ms >= begin]
        year.tallies.append(tally(plan, day, done, answers, excused=kind in EXCUSED))
        self._learn(year.tallies[-1], kind)

    def _worn_hours(self, kind: str) -> tuple[int, int]:
        """From and until which hour the clip is worn; the same when it is not."""
        if kind in ("ill", "away") or self._rng.random() < 0.15:
            return 0, 0
        return 8, self._rng.randrange(14, 20)

    def _moment(self, now: int, today: Dosage, kind: str, worn: tuple[int, int]) -> None:
        plan = self.year.plan
        hour = local(plan, now).hour
        on = worn[0] <= hour < worn[1]
        wearer = Wearer()
        if on:
            wearer = self._wearer(now)
            if self._rng.random() < 0.016:
                self.year.nudges.append(now)
        if self._does_unasked(hour, kind):
            for exercise in plan.current:
                self.year.sessions.append(Session(exercise.id, now))
        history = [s for s in self.year.shown[-40:] if s.fired_utc_ms > now - DAY_MS]
        nudges = [n for n in self.year.nudges[-40:] if n > now - DAY_MS]
        found = due(plan, history, now, wearer, nudges, self._facts(now, today, kind))
        if found is not None:
            self._show(found, now, kind)

    def _wearer(self, now: int) -> Wearer:
        """Sits for a while, moves for a while; now and then walks or rides."""
        if self._rng.random() < 0.23:
            self._still_since = now
            activity = self._rng.choices(("walking", "vehicle", "moving"), (6, 2, 4), k=1)[0]
            return Wearer(True, False, activity, None)
        if now - self._still_since > 3 * HOUR_MS:
            self._still_since = now  # the night between
        return Wearer(True, True, "still", self._still_since)

    def _facts(self, now: int, today: Dosage, kind: str) -> DayFacts:
        done = tuple(
            (s.exercise_id, s.started_utc_ms)
            for s in self.year.sessions[-20:]
            if s.started_utc_ms > now - DAY_MS
        )
        evening = [s for s in self.year.shown[-10:] if s.cause == "diary" and s.answer == "done"]
        day = local(self.year.plan, now).date()
        written = any(local(self.year.plan, s.fired_utc_ms).date() == day for s in evening)
        return DayFacts(
            today, done, self._asks_diary and not written, kind in ("hold", "ill", "away")
        )

    def _show(self, found: Reminder, now: int, kind: str) -> None:
        row = Shown(found.key, found.due_utc_ms, now, found.cause, found.silent)
        self.year.shown.append(row)
        if found.silent:
            return
        heeds = 0.05 if kind == "lapse" else min(0.95, 0.35 + 0.6 * self._habit)
        drawn = self._rng.random()
        if drawn < heeds:
            row.answer = "done"
        elif drawn < heeds + 0.08:
            row.answer, row.snooze_min = "snoozed", 10
        elif drawn < heeds + 0.12:
            row.answer = "skipped"
        if row.answer:
            row.answered_utc_ms = now + self._rng.randrange(1, 4) * MINUTE_MS

    def _does_unasked(self, hour: int, kind: str) -> bool:
        if kind in ("ill", "away", "lapse", "hold") or hour not in (8, 19):
            return False
        return self._rng.random() < self._habit * 0.32  # six looks an hour

    def _learn(self, told: Tally, kind: str) -> None:
        if kind in ("ill", "away", "off", "hold") or not told.prescribed:
            self._habit *= 0.99
            return
        aim = told.done / told.prescribed
        self._habit += 0.04 * (aim - self._habit)
