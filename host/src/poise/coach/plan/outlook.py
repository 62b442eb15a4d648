"""A plan in words, for a therapist who proof-reads it: doses, times, days, dates, and exercises that have ended.

Pure.
"""

import datetime as dt
from collections.abc import Iterator

from ...language import _, ngettext
from .days import date, is_daily, last_on, next_on, told
from .exercise import Exercise
from .plan import KEPT_UP, Plan


def lines(plan: Plan, today: dt.date) -> list[str]:
    """Return a line for every exercise, by phase; with the next day for exercises of the current phase.

    `today`: in the plan's time zone.
    """
    if not plan.phases:
        return [line(each) + _next(each, today) for each in plan.current]
    found: list[str] = []
    for number, phase in enumerate(plan.phases, start=1):
        present = number == plan.phase
        head = (
            _("Phase {number} of {of} (now): {name}")
            if present
            else _("Phase {number} of {of}: {name}")
        )
        found.append(head.format(number=number, of=len(plan.phases), name=phase.name))
        found += [
            f"  {line(each)}{_next(each, today) if present else ''}"
            for each in plan.of_phase(number)
        ]
    return found


def line(exercise: Exercise) -> str:
    """Return one exercise in words: dose, times, days."""
    if exercise.due.as_needed and is_daily(exercise) and not exercise.ends:
        return f"{exercise.shown_name}: {exercise.dose}, {exercise.due.told}"
    return f"{exercise.shown_name}: {exercise.dose}, {exercise.due.told}, {told(exercise)}"


def _next(exercise: Exercise, today: dt.date) -> str:
    """Return the exercise's next day in words; "" for a daily exercise due today, or without a next day."""
    following = next_on(exercise, today)
    if following is None or (is_daily(exercise) and following == today):
        return ""
    return "; " + _("next on {day}").format(day=date(following))


def warnings(plan: Plan, today: dt.date) -> list[str]:
    """Return warnings for the therapist: exercises of the current phase whose days are over or never come."""
    over = [each for each in plan.current if next_on(each, today) is None]
    found = [*_of(over, today)]
    if len(plan.current) > KEPT_UP:
        found.append(
            _("{count} exercises at a time: people keep up two to four at home.").format(
                count=len(plan.current)
            )
        )
    if len(over) == len(plan.current):
        last = max((day for each in over if (day := last_on(each))), default=None)
        over_words = _("Nothing of this plan is still to come: none of its exercises has a day.")
        if last:
            over_words = _("Nothing of this plan is still to come: its last day was {day}.").format(
                day=date(last)
            )
        found.append(over_words)
    return found


def ended(plan: Plan, today: dt.date) -> bool:
    """True if no exercise of the current phase has a day to come."""
    return all(next_on(each, today) is None for each in plan.current)


def _of(over: list[Exercise], today: dt.date) -> Iterator[str]:
    for each in over:
        last = last_on(each)
        if last is None:
            yield _("{name} never comes: {days} leaves no day.").format(
                name=each.shown_name, days=told(each)
            )
        else:
            ago = (today - last).days
            yield ngettext(
                "{name} has ended: its last day was {day}, {count} day ago.",
                "{name} has ended: its last day was {day}, {count} days ago.",
                ago,
            ).format(name=each.shown_name, day=date(last), count=ago)
