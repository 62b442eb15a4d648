"""What was prescribed on a day and what was done of it, by source: the one count behind every "done". Pure.

Prescribed is each moment of an exercise under the plan in force at that moment, once it has come: not what a plan asked
before it began, not what is still to come. Done are sessions, and reminders answered "done" that no session belongs to:
those are the patient's word. More than was prescribed counts as what was prescribed. Whether a reminder was shown, and
whether the clip was worn, have no part in it. Days ill, away or of a stop are `excused`: no sum takes them in.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .plan.moments import DAY_MS, HOUR_MS, local, prescribed, utc_ms
from .plan.plan import Plan

SEPARATOR = "+"  # between the exercises of one reminder
_NEAR_MS = HOUR_MS  # an answer belongs to a session so near to it
SOURCES = ("sensed", "partly", "self_reported")
PlansInForce = Sequence[tuple[int, Plan]]  # each with the moment from which it held, oldest first


class Session(Protocol):
    """What is needed of `store.sessions.SessionRow`."""

    @property
    def exercise_id(self) -> str: ...
    @property
    def started_utc_ms(self) -> int: ...
    @property
    def standing(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reps_prescribed(self) -> int: ...
    @property
    def reps_done(self) -> int: ...


class Answer(Protocol):
    """What is needed of `store.reminders.ReminderRow`."""

    @property
    def exercise_ids(self) -> str: ...
    @property
    def due_utc_ms(self) -> int: ...
    @property
    def answer(self) -> str | None: ...
    @property
    def answered_utc_ms(self) -> int | None: ...


@dataclass(frozen=True)
class Dose:
    """Of one exercise, or of all, on one day: how many times it was prescribed, and done by each of SOURCES.

    `prescribed`: what has come by now, and what was done before its time. `to_come`: the rest of the day's.
    """

    prescribed: int
    sensed: int
    partly: int
    self_reported: int
    to_come: int = 0

    @property
    def done(self) -> int:
        """From every source; never more than `prescribed`."""
        return self.sensed + self.partly + self.self_reported


@dataclass(frozen=True)
class Tally:
    """Of one day, all exercises together; `doses`: each one's. `excused`: a day that no sum takes in."""

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
        """One exercise's part."""
        return dict(self.doses).get(exercise_id, _NOTHING)


_NOTHING = Dose(0, 0, 0, 0)


def counts(session: Session) -> bool:
    """Whether it counts as done: the whole, or at least half of the repetitions."""
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
    """The count of a day (of the last plan's zone). Give it what lies around that day, or more.

    `plans`: one for all time, or each with its beginning. `now_utc_ms`: later moments are to come; None: none is.
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
    """How often this exercise was done on a day, prescribed or not: what `tally` counts, without its cap."""
    own = [s for s in sessions if counts(s) and _on(plan, s.started_utc_ms, day)]
    told = [a for a in answers if a.answer == "done" and _on(plan, a.answered_utc_ms, day)]
    return len(_sources(exercise_id, own, told))


def counted(tallies: Iterable[Tally]) -> list[Tally]:
    """The days that sums take in."""
    return [one for one in tallies if not one.excused]


def percent(tallies: Iterable[Tally]) -> float | None:
    """Done of prescribed over these days, 0 to 100; None when nothing was prescribed."""
    listed = counted(tallies)
    wanted = sum(one.prescribed for one in listed)
    return 100 * sum(one.done for one in listed) / wanted if wanted else None


def _due(plans: PlansInForce, day: dt.date) -> dict[str, list[int]]:
    """Each exercise's moments of this day, by the plan that was in force at each of them."""
    last = plans[-1][1]
    begin = utc_ms(last, day, dt.time())
    found: dict[str, list[int]] = {}
    for place, (since, plan) in enumerate(plans):
        until = plans[place + 1][0] if place + 1 < len(plans) else None
        # With a day to spare, since a day with a change of clocks has no 24 h.
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
    # The surest first, up to what was prescribed.
    count = Counter(_sources(exercise_id, sessions, answers)[: len(moments)])
    come = sum(now_utc_ms is None or at <= now_utc_ms for at in moments)
    wanted = max(come, count.total())
    return Dose(wanted, *(count[name] for name in SOURCES), to_come=len(moments) - wanted)


def _sources(exercise_id: str, sessions: list[Session], answers: list[Answer]) -> list[str]:
    """By what each time is known that it was done, the surest first."""
    own = [s for s in sessions if s.exercise_id == exercise_id]
    found = [s.standing for s in own]
    found += ["self_reported"] * _words_alone(exercise_id, own, answers)
    return sorted(found, key=SOURCES.index)


def _words_alone(exercise_id: str, own: list[Session], answers: list[Answer]) -> int:
    """Prescribed moments answered "done" for this exercise that no session is near to."""
    moments = set()
    for answer in answers:
        if exercise_id not in answer.exercise_ids.split(SEPARATOR):
            continue
        at = answer.answered_utc_ms or 0
        if not any(abs(session.started_utc_ms - at) <= _NEAR_MS for session in own):
            moments.add(answer.due_utc_ms)
    return len(moments)


def _on(plan: Plan, moment_utc_ms: int | None, day: dt.date) -> bool:
    return moment_utc_ms is not None and local(plan, moment_utc_ms).date() == day
