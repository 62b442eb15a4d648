"""The patient's copy of a plan in plain words: doses, times, precautions, the standing safety text. Pure.

Its code holds the plan's mark and nothing else: whoever finds the page learns no more than it prints.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import segno

from ... import language
from ...coach import safety
from ...coach.plan import library
from ...coach.plan.days import is_daily
from ...coach.plan.exercise import SIDES, Exercise
from ...coach.plan.plan import Plan
from ...language import _, formats, ngettext
from ...text import capitalized
from ...words import editor as words

PAPERS = ("a4", "letter")


def view(plan: Plan, since: dt.date, paper: str = "a4") -> dict[str, Any]:
    """Return the contents of the copy as JSON values. `since`: the day from which the plan is in force."""
    made = words.COPY_PLAN.format(
        mark=plan.mark, therapist=plan.therapist, day=formats.long_date(since)
    )
    goal = plan.graduation.goal
    return {
        "lang": language.current(),
        "paper": paper if paper in PAPERS else PAPERS[0],
        "title": words.COPY_TITLE,
        "patient": plan.patient,
        "made": made,
        "goal": words.COPY_GOAL.format(goal=goal) if goal else "",
        "care_title": words.COPY_CARE,
        "care": list(plan.precautions),
        "exercises": [_exercise(each) for each in plan.current],
        "heads": [words.COPY_DOSE, words.COPY_WHEN, words.COPY_CARE],
        "stop_title": words.COPY_STOP,
        "emergency_title": words.COPY_STOP_NOW,
        "emergency": list(safety.EMERGENCY),
        "clinic_title": words.COPY_STOP_CLINIC,
        "clinic": list(safety.STOP),
        "not_complete": safety.NOT_COMPLETE,
        "disclaimer": safety.DISCLAIMER,
        "code": code_svg(plan.mark),
        "code_name": words.COPY_QR.format(mark=plan.mark),
        "code_note": words.COPY_QR_NOTE,
    }


def code_svg(mark: str) -> str:
    """Return the mark as a QR code, an SVG with the quiet edge that readers need."""
    return segno.make(mark, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff"
    )


def dose(exercise: Exercise) -> list[str]:
    """Return an exercise's dose as short sentences."""
    found = [_count(exercise)]
    if exercise.side and not exercise.is_each_side:
        found.append(capitalized(_(SIDES[exercise.side])) + ".")
    if exercise.hold_s:
        found.append(
            ngettext(
                "Hold each for {seconds} second.",
                "Hold each for {seconds} seconds.",
                exercise.hold_s,
            ).format(seconds=exercise.hold_s)
        )
    if exercise.sets > 1:
        sets = _("Do this {sets} times over.").format(sets=exercise.sets)
        if exercise.rest_s:
            sets = _("Do this {sets} times over, with {rest} seconds of rest between.").format(
                sets=exercise.sets, rest=exercise.rest_s
            )
        found.append(sets)
    if exercise.load:
        found.append(_("With: {load}.").format(load=exercise.load))
    return found


def _count(exercise: Exercise) -> str:
    if exercise.is_each_side:
        text = ngettext(
            "{count} repetition on each side.", "{count} repetitions on each side.", exercise.reps
        )
    else:
        text = ngettext("{count} repetition.", "{count} repetitions.", exercise.reps)
    return text.format(count=exercise.reps)


def _exercise(exercise: Exercise) -> dict[str, Any]:
    drawing = library.drawing_svg(exercise.library) if exercise.library else ""
    return {
        "name": exercise.shown_name,
        "drawing": drawing,
        "dose": dose(exercise),
        "when": ". ".join(when(exercise)) + ".",
        "care": exercise.precaution,
        "how": exercise.shown_instructions,
    }


def when(exercise: Exercise) -> Iterator[str]:
    """Yield when to do the exercise: the times, the days, and the dates between which it holds."""
    yield capitalized(exercise.due.told)
    if not (exercise.due.as_needed and is_daily(exercise)):
        yield capitalized(_days(exercise))
    if exercise.starts:
        yield _("From {day}").format(day=formats.long_date(exercise.starts))
    if exercise.ends:
        yield _("Until {day}").format(day=formats.long_date(exercise.ends))


def _days(exercise: Exercise) -> str:
    if is_daily(exercise):
        return _("every day")
    if exercise.every_days:
        return _("every {days} days").format(days=exercise.every_days)
    return ", ".join(formats.weekday(n, "wide") for n in sorted(exercise.days))
