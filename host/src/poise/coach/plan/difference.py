"""What is different between two plans, in words: for the therapist before signing, and for the patient after. Pure."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from ...language import N_, _, formats
from .days import told
from .exercise import Exercise
from .outlook import line
from .plan import Plan

_NUDGE = {
    "enabled": N_("Posture buzzes"),
    "threshold_deg": N_("Buzz from an angle, in degrees"),
    "refractory_min": N_("Least time between two buzzes, in minutes"),
    "per_hour": N_("Buzzes and reminders an hour, at most"),
    "per_day": N_("Buzzes and reminders a day, at most"),
    "snooze_min": N_("A snooze, in minutes"),
    "strength_pct": N_("Strength of the buzz, in percent"),
}
_ALERTS = {
    "neck_pain": N_("The clinic looks at: neck pain of a day, from"),
    "missed_days": N_("The clinic looks at: days missed in a row, from"),
    "headache_days": N_("The clinic looks at: headache days in 28, from"),
}
_GRADUATION = {"goal": N_("Goal"), "ended": N_("End of the programme")}
_REMINDERS = {"diary": N_("Time of the diary's question")}
# Table of the plan -> its name for the fields that have none of their own.
_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "nudge": (N_("Buzzes"), _NUDGE),
    "reminders": (N_("Reminders"), _REMINDERS),
    "progression": (N_("Rules of progression"), {}),
    "graduation": (N_("Rules of the programme's end"), _GRADUATION),
    "alerts": (N_("Alerts"), _ALERTS),
}


def differences(before: Plan | None, after: Plan) -> list[str]:
    """Return each difference as a sentence, the exercises first; none for two plans that say the same.

    `before`: None for a first plan. The version and the therapist's name are no difference.
    """
    if before is None:
        return [_("New: {line}").format(line=line(each)) for each in after.exercises]
    return [
        *_exercises(before, after),
        *_phases(before, after),
        *_precautions(before, after),
        *_head(before, after),
        *_rules(before, after),
    ]


def _exercises(before: Plan, after: Plan) -> Iterator[str]:
    for each in after.exercises:
        old = before.exercise(each.id)
        if old is None:
            yield _("New: {line}").format(line=line(each))
            continue
        for what, was, now in _changes(old, each):
            yield _("{name}: {what}: {before} → {after}").format(
                name=each.shown_name, what=what, before=was, after=now
            )
    for old in before.exercises:
        if after.exercise(old.id) is None:
            yield _("No longer in the plan: {name}").format(name=old.shown_name)


def _changes(old: Exercise, new: Exercise) -> Iterator[tuple[str, str, str]]:
    rows: tuple[tuple[str, Any, Any], ...] = (
        (_("name"), old.shown_name, new.shown_name),
        (_("dose"), old.dose, new.dose),
        (_("times"), old.due.told, new.due.told),
        (_("days"), told(old), told(new)),
        (_("angle to reach in degrees"), old.target_deg, new.target_deg),
        (_("level of the nod"), old.level, new.level),
        (_("what to take care of"), old.precaution, new.precaution),
        (_("instructions"), old.shown_instructions, new.shown_instructions),
        (_("movement that the clip watches"), _list(old.movements), _list(new.movements)),
        (_("steps of progression"), _list(old.steps), _list(new.steps)),
    )
    for what, was, now in rows:
        if was != now:
            yield what, _shown(was), _shown(now)


def _phases(before: Plan, after: Plan) -> Iterator[str]:
    if before.phases != after.phases:
        yield _("Phases: {before} → {after}").format(
            before=_list(_phase(each.name, each.weeks, each.exercises) for each in before.phases),
            after=_list(_phase(each.name, each.weeks, each.exercises) for each in after.phases),
        )
    if before.phase != after.phase:
        yield _("Phase: {before} → {after}").format(before=before.phase, after=after.phase)
    was, now = ({each.id: each for each in plan.current} for plan in (before, after))
    for each in after.current:
        if each.id not in was and before.exercise(each.id):
            yield _("From now on: {line}").format(line=line(each))
    for each in before.current:
        if each.id not in now and after.exercise(each.id):
            yield _("Not in this phase: {name}").format(name=each.shown_name)


def _phase(name: str, weeks: int, exercises: tuple[str, ...]) -> str:
    return f"{name} ({weeks}: {', '.join(exercises)})"


def _precautions(before: Plan, after: Plan) -> Iterator[str]:
    for each in after.precautions:
        if each not in before.precautions:
            yield _("New precaution: {text}").format(text=each)
    for each in before.precautions:
        if each not in after.precautions:
            yield _("Precaution no longer in the plan: {text}").format(text=each)
    if (
        set(before.precautions) == set(after.precautions)
        and before.precautions != after.precautions
    ):
        yield _("The precautions stand in another order.")


def _head(before: Plan, after: Plan) -> Iterator[str]:
    rows = (
        (_("Patient"), before.patient, after.patient),
        (_("Quiet hours"), _quiet(before), _quiet(after)),
        (_("Time zone"), str(before.timezone), str(after.timezone)),
    )
    yield from (_row(*row) for row in rows if row[1] != row[2])


def _quiet(plan: Plan) -> str:
    return f"{formats.time(plan.quiet_from)}–{formats.time(plan.quiet_to)}"


def _rules(before: Plan, after: Plan) -> Iterator[str]:
    for table, (title, names) in _TABLES.items():
        was, now = getattr(before, table), getattr(after, table)
        for field in fields(now):
            old, new = getattr(was, field.name), getattr(now, field.name)
            if old == new:
                continue
            known = names.get(field.name)
            what = _(known) if known else f"{_(title)} ({field.name})"
            yield _row(what, _shown(old), _shown(new))


def _row(what: str, before: str, after: str) -> str:
    return _("{what}: {before} → {after}").format(what=what, before=before, after=after)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if value is None or value == "":
        return _("none")
    return str(value)


def _list(items: Any) -> str:
    return "; ".join(items)
