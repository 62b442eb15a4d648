"""Adherence of one day: how many exercise times the plan prescribed and how many were done, by source. Pure.

Every "done" in Poise comes from this count.
Prescribed: each moment of an exercise that has come, under the plan in force at that moment. Moments before the plan
began and moments still to come are not prescribed.
Done: sessions, and reminders that the patient answered "done" without a session near by (self-reported).
Doing more than prescribed counts as doing what was prescribed.
Reminders shown and hours worn play no part. Sums leave out `excused` days: ill, away, or on hold after a stop.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .plan.moments import DAY_MS, HOUR_MS, local, prescribed, utc_ms
from .plan.plan import Plan

SEPARATOR = "+"  # between the exercises of one reminder
_NEAR_MS = HOUR_MS  # an answer within this time of a session belongs to that session
SOURCES = ("sensed", "partly", "self_reported")
PlansInForce = Sequence[tuple[int, Plan]]  # (UTC ms from which the plan held, plan), oldest first


class Result(Protocol):
    """What every judge of a session reads of it: `store.sessions.SessionRow` has these fields."""

    @property
    def exercise_id(self) -> str:
        """Id of the exercise in its plan."""
        ...

    @property
    def outcome(self) -> str:
        """One of "done", "partly", "stopped_pain", "stopped_flag"."""
        ...

    @property
    def reps_prescribed(self) -> int:
        """Repetitions prescribed for the whole session."""
        ...

    @property
    def reps_done(self) -> int:
        """Repetitions done in the whole session."""
        ...


class Session(Result, Protocol):
    """The fields that a tally reads of a session."""

    @property
    def started_utc_ms(self) -> int:
        """Start of the session, UTC milliseconds."""
        ...

    @property
    def source(self) -> str:
        """Source of the result, one of SOURCES."""
        ...


class Answer(Protocol):
    """The fields that a tally reads of a reminder: `store.reminders.ReminderRow` has them."""

    @property
    def exercise_ids(self) -> str:
        """Ids of the reminder's exercises, joined by SEPARATOR."""
        ...

    @property
    def due_utc_ms(self) -> int:
        """Prescribed moment of the reminder, UTC milliseconds."""
        ...

    @property
    def answer(self) -> str | None:
        """The patient's answer, such as "done"; None without one."""
        ...

    @property
    def answered_utc_ms(self) -> int | None:
        """Moment of the answer, UTC milliseconds; None without one."""
        ...


@dataclass(frozen=True)
class Dose:
    """Times that one exercise was prescribed and done on one day; done by each of SOURCES.

    `prescribed`: moments that have come, and those done before their time. `to_come`: the rest of the day's moments.
    """

    prescribed: int
    sensed: int
    partly: int
    self_reported: int
    to_come: int = 0

    @property
    def done(self) -> int:
        """Times done, from all sources; at most `prescribed`."""
        return self.sensed + self.partly + self.self_reported


@dataclass(frozen=True)
class Tally:
    """Counts of one day, all exercises together.

    `doses`: the count of each exercise. `excused`: sums leave this day out.
    """

    day: dt.date
    prescribed: int
    sensed: int
    partly: int
    self_reported: int
    to_come: int = 0
    excused: bool = False
    doses: tuple[tuple[str, Dose], ...] = ()

    @property
    def done(self) -> int:
        """Repetition sets completed, from all sources."""
        return self.sensed + self.partly + self.self_reported

    def of(self, exercise_id: str) -> Dose:
        """Return the count of one exercise; zeros for an exercise that was not prescribed on this day."""
        return dict(self.doses).get(exercise_id, _NOTHING)


_NOTHING = Dose(0, 0, 0, 0)


def counts(session: Session) -> bool:
    """True if the session counts as done: all of it, or at least half of its repetitions."""
    half = session.outcome == "partly" and 2 * session.reps_done >= session.reps_prescribed
    return session.outcome == "done" or half


def tally(
    plans: Plan | PlansInForce,
    day: dt.date,
    sessions: Iterable[Session],
    answers: Iterable[Answer],
    now_utc_ms: int | None = None,
    *,
    excused: bool = False,
) -> Tally:
    """Return the counts of a day in the time zone of the last plan. Sessions and answers of other days are ignored.

    `plans`: one plan for all time, or each plan with the moment from which it holds.
    `now_utc_ms`: moments after it count as to come. None: no moment is to come.
    """
    held = [(0, plans)] if isinstance(plans, Plan) else plans
    zone = held[-1][1]
    day_sessions = [s for s in sessions if counts(s) and _on(zone, s.started_utc_ms, day)]
    day_answers = [a for a in answers if a.answer == "done" and _on(zone, a.answered_utc_ms, day)]
    due = _due(held, day)
    doses = tuple(
        (exercise_id, _dose(exercise_id, moments, day_sessions, day_answers, now_utc_ms))
        for exercise_id, moments in due.items()
    )
    every = [dose for _, dose in doses]
    return Tally(
        day,
        prescribed=sum(dose.prescribed for dose in every),
        sensed=sum(dose.sensed for dose in every),
        partly=sum(dose.partly for dose in every),
        self_reported=sum(dose.self_reported for dose in every),
        to_come=sum(dose.to_come for dose in every),
        excused=excused,
        doses=doses,
    )


def times_done(
    plan: Plan,
    exercise_id: str,
    day: dt.date,
    sessions: Iterable[Session],
    answers: Iterable[Answer],
) -> int:
    """Return how often this exercise was done on a day, prescribed or not: as in `tally`, but without its limit."""
    own = [s for s in sessions if counts(s) and _on(plan, s.started_utc_ms, day)]
    told = [a for a in answers if a.answer == "done" and _on(plan, a.answered_utc_ms, day)]
    return len(_sources(exercise_id, own, told))


def counted(tallies: Iterable[Tally]) -> list[Tally]:
    """Return the days that sums include: those that are not excused."""
    return [one for one in tallies if not one.excused]


def percent(tallies: Iterable[Tally]) -> float | None:
    """Return done of prescribed over these days, 0 to 100; None when nothing was prescribed."""
    listed = counted(tallies)
    wanted = sum(one.prescribed for one in listed)
    return 100 * sum(one.done for one in listed) / wanted if wanted else None


def _due(plans: PlansInForce, day: dt.date) -> dict[str, list[int]]:
    """Return the moments of each exercise on this day, by the plan in force at each moment."""
    last = plans[-1][1]
    begin = utc_ms(last, day, dt.time())
    found: dict[str, list[int]] = {}
    for place, (since, plan) in enumerate(plans):
        until = plans[place + 1][0] if place + 1 < len(plans) else None
        # One day of margin: a day on which the clocks change does not have 24 h.
        if since >= begin + 2 * DAY_MS or (until is not None and until <= begin - DAY_MS):
            continue
        for exercise in prescribed(plan, day):
            for anchor in exercise.anchors:
                at = utc_ms(last, day, anchor.time)
                if since <= at and (until is None or at < until):
                    found.setdefault(exercise.id, []).append(at)
    return found


def _dose(
    exercise_id: str,
    moments: list[int],
    sessions: list[Session],
    answers: list[Answer],
    now_utc_ms: int | None,
) -> Dose:
    # The most reliable sources first, up to the number prescribed.
    count = Counter(_sources(exercise_id, sessions, answers)[: len(moments)])
    come = sum(now_utc_ms is None or at <= now_utc_ms for at in moments)
    wanted = max(come, count.total())
    return Dose(wanted, *(count[name] for name in SOURCES), to_come=len(moments) - wanted)


def _sources(exercise_id: str, sessions: list[Session], answers: list[Answer]) -> list[str]:
    """Return the source of each time that the exercise was done, the most reliable first."""
    own = [s for s in sessions if s.exercise_id == exercise_id]
    found = [s.source for s in own]
    found += ["self_reported"] * _words_alone(exercise_id, own, answers)
    return sorted(found, key=SOURCES.index)


def _words_alone(exercise_id: str, own: list[Session], answers: list[Answer]) -> int:
    """Return the number of prescribed moments answered "done" for this exercise with no session near by."""
    moments: set[int] = set()
    for answer in answers:
        if exercise_id not in answer.exercise_ids.split(SEPARATOR):
            continue
        at = answer.answered_utc_ms or 0
        if not any(abs(session.started_utc_ms - at) <= _NEAR_MS for session in own):
            moments.add(answer.due_utc_ms)
    return len(moments)


def _on(plan: Plan, moment_utc_ms: int | None, day: dt.date) -> bool:
    return moment_utc_ms is not None and local(plan, moment_utc_ms).date() == day
