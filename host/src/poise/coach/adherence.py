"""What was prescribed on a day and what was done of it, by source: the count that fading and insight build on. Pure.

Done are sessions, and reminders answered "done" that no session belongs to: those are the patient's word. More than was
prescribed counts as what was prescribed.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .moments import HOUR_MS, local, prescribed
from .plan import Plan

SEPARATOR = "+"  # between the exercises of one reminder
_NEAR_MS = HOUR_MS  # an answer belongs to a session so near to it
SOURCES = ("sensed", "partly", "self_reported")


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
    def answer(self) -> str | None: ...
    @property
    def answered_utc_ms(self) -> int | None: ...


@dataclass(frozen=True)
class Tally:
    """Of one day: how many times exercises were prescribed, and done by each of SOURCES."""

    day: dt.date
    prescribed: int
    sensed: int
    partly: int
    self_reported: int

    @property
    def done(self) -> int:
        """From every source."""
        return self.sensed + self.partly + self.self_reported


def counts(session: Session) -> bool:
    """Whether it counts as done: the whole, or at least half of the repetitions."""
    half = session.outcome == "partly" and 2 * session.reps_done >= session.reps_prescribed
    return session.outcome == "done" or half


def tally(
    plan: Plan, day: dt.date, sessions: Iterable[Session], answers: Iterable[Answer]
) -> Tally:
    """The count of a day (of the plan's zone), judged by this plan. Give it what lies around that day, or more."""
    day_sessions = [s for s in sessions if counts(s) and _on(plan, s.started_utc_ms, day)]
    day_answers = [a for a in answers if a.answer == "done" and _on(plan, a.answered_utc_ms, day)]
    wanted = 0
    found: dict[str, int] = dict.fromkeys(SOURCES, 0)
    for exercise in prescribed(plan, day):
        wanted += len(exercise.anchors)
        own = [s for s in day_sessions if s.exercise_id == exercise.id]
        sources = [s.standing for s in own]
        sources += ["self_reported"] * _words_alone(exercise.id, own, day_answers)
        sources.sort(key=SOURCES.index)  # the surest first, up to what was prescribed
        for source in sources[: len(exercise.anchors)]:
            found[source] += 1
    return Tally(day, wanted, **found)


def _words_alone(exercise_id: str, own: list[Session], answers: list[Answer]) -> int:
    """Answers "done" for this exercise that no session is near to."""
    count = 0
    for answer in answers:
        if exercise_id not in answer.exercise_ids.split(SEPARATOR):
            continue
        at = answer.answered_utc_ms or 0
        if not any(abs(session.started_utc_ms - at) <= _NEAR_MS for session in own):
            count += 1
    return count


def _on(plan: Plan, utc_ms: int | None, day: dt.date) -> bool:
    return utc_ms is not None and local(plan, utc_ms).date() == day


def percent(tallies: Iterable[Tally]) -> float | None:
    """Done of prescribed over these days, 0 to 100; None when nothing was prescribed."""
    listed = list(tallies)
    wanted = sum(one.prescribed for one in listed)
    return 100 * sum(one.done for one in listed) / wanted if wanted else None
