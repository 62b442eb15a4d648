"""Differences between two plans in words, for whoever gets the new one. Pure."""

from collections.abc import Iterator

from ...language import _
from . import outlook
from .exercise import Exercise
from .plan import Plan


def changes(before: Plan | None, after: Plan) -> list[str]:
    """Return a line for each exercise of the current phase that comes, goes or changes, and one for the rest.

    Empty for plans that say the same to the patient.
    """
    if before is None:
        return [_("New: {exercise}").format(exercise=outlook.line(each)) for each in after.current]
    return list(_changes(before, after))


def _changes(before: Plan, after: Plan) -> Iterator[str]:
    old = {each.id: each for each in before.current}
    new = {each.id: each for each in after.current}
    for name, each in new.items():
        if name not in old:
            yield _("New: {exercise}").format(exercise=outlook.line(each))
        elif outlook.line(old[name]) != outlook.line(each):
            yield _("Changed: {now} (before: {before})").format(
                now=outlook.line(each), before=outlook.line(old[name])
            )
        elif _rest(old[name]) != _rest(each):
            yield _("Changed in detail: {name}").format(name=each.shown_name)
    for name, each in old.items():
        if name not in new:
            yield _("No more: {name}").format(name=each.shown_name)
    if _frame(before) != _frame(after):
        yield _("Reminders, quiet hours or the clip's buzzes are set anew.")


def _rest(exercise: Exercise) -> tuple[object, ...]:
    return (
        exercise.shown_instructions,
        exercise.target_deg,
        exercise.level,
        exercise.starts,
        exercise.ends,
    )


def _frame(plan: Plan) -> tuple[object, ...]:
    return (plan.quiet_from, plan.quiet_to, plan.nudge, plan.reminders, plan.timezone)
