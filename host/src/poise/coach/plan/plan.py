"""The therapist's plan: a TOML file, checked as a whole before anything uses it. Pure.

A plan has no key that turns a stop rule off.
Source of the ranges: home programmes of the trials run from 3 to 60 s a hold and from 1 to 30 repetitions;
two to four exercises are what people keep up (docs/therapists/plan.md).
"""

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ...errors import PoiseError, Reason
from ...language import N_, _
from ...text import printable
from ...wire import plan_mark
from . import rules
from .check import Checker, Fault, as_list, shown
from .exercise import Exercise, exercise, title
from .nudge import Nudge, nudge
from .times import MAX_TIMES_A_DAY, Anchor
from .toml_lines import Path, key_lines

__all__ = ["Anchor", "Exercise", "Nudge", "Plan", "parse_plan"]

MAX_EXERCISES = 6  # at a time
KEPT_UP = 4  # more than these at a time are noted: people keep up two to four at home
MAX_PRECAUTIONS = 6
MAX_LISTED = 12  # over all phases

_PLAN_KEYS = {
    "patient", "therapist", "version", "timezone", "quiet_hours", "nudge", "exercises", "phase", "phases",
    "progression", "graduation", "reminders", "precautions", "alerts",
}  # fmt: skip
_BRACKETS = re.compile(r"[\[{]")
_DIGITS = re.compile(r"[0-9_]{100,}")


@dataclass(frozen=True)
class Plan:
    """A checked plan. `quiet_from` to `quiet_to` may cross midnight; equal means no quiet hours.

    `exercises`: of all phases; `current`: of the current phase. `phase`: the current one's number in `phases`, from 1.
    """

    patient: str
    therapist: str
    version: int
    timezone: ZoneInfo
    quiet_from: dt.time
    quiet_to: dt.time
    nudge: Nudge
    exercises: tuple[Exercise, ...]
    phase: int
    phases: tuple[rules.Phase, ...]
    progression: rules.ProgressionRules
    graduation: rules.GraduationRules
    reminders: rules.ReminderRules
    precautions: tuple[str, ...]
    alerts: rules.AlertRules
    content_hash: str  # the plan's identity: wire/plan_mark.py

    @property
    def mark(self) -> str:
        """The short name of this plan, such as 3f9a1c2. `version` is only the therapist's own number."""
        return plan_mark.mark(self.content_hash)

    @property
    def current(self) -> tuple[Exercise, ...]:
        """The current phase's exercises, and those of no phase."""
        return self.of_phase(self.phase)

    def of_phase(self, number: int) -> tuple[Exercise, ...]:
        """Return the exercises of a phase (from 1), and those of no phase."""
        wanted = self.phases[number - 1].exercises if 0 < number <= len(self.phases) else ()
        others = {name for phase in self.phases for name in phase.exercises} - set(wanted)
        return tuple(each for each in self.exercises if each.id not in others)

    def exercise(self, exercise_id: str) -> Exercise | None:
        """Return the exercise with this id; None when the plan does not have it."""
        return next((e for e in self.exercises if e.id == exercise_id), None)

    def is_quiet(self, time: dt.time) -> bool:
        """True if this local time is in the quiet hours."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= time < self.quiet_to
        return time >= self.quiet_from or time < self.quiet_to


@lru_cache(maxsize=64)  # every count parses each plan that was ever in force
def parse_plan(text: str, name: str = "plan.toml") -> Plan:
    """Read the plan in this TOML text. Raises PoiseError BAD_PLAN with one line of text for each fault."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(name, text, error) from error
    except RecursionError as error:
        raise _beyond(name, text, _BRACKETS, N_("lists or tables nested too deeply")) from error
    except ValueError as error:
        raise _beyond(name, text, _DIGITS, N_("a number with too many digits")) from error
    check = Checker(name, key_lines(text), _called(data))
    plan = _plan(check, data, plan_mark.content_hash(text))
    if check.found:
        raise PoiseError(
            Reason.BAD_PLAN,
            "\n".join(check.faults),
            _(
                "Correct {file} and try again; the plan in force was not changed. "
                "docs/therapists/plan.md explains the fields."
            ).format(file=name),
        )
    return plan


def faults_of(data: dict[str, Any]) -> list[Fault]:
    """Return the faults of a plan's fields, as `parse_plan` finds them in its text."""
    check = Checker("", {}, _called(data))
    _plan(check, data, "")
    return check.found


def _syntax(name: str, text: str, error: tomllib.TOMLDecodeError) -> PoiseError:
    found = re.search(r"\(at line (\d+), column \d+\)", str(error))
    # Without a line in the message, the fault is at the text's end.
    line = found[1] if found else 1 + text.count("\n")
    what = re.sub(r" \(at .*\)$", "", str(error))
    return PoiseError(
        Reason.BAD_PLAN,
        _("{file} line {line}: not TOML: {fault}.").format(
            file=printable(name), line=line, fault=what
        ),
        _("Compare the line with what `poise plan example` prints."),
    )


def _beyond(name: str, text: str, fault: re.Pattern[str], what: str) -> PoiseError:
    """Return the error for text that the TOML reader refuses without a line. `what`: marked with N_.

    The error names the first line with the longest match of `fault`.
    """
    lines = text.split("\n")
    most = max(range(len(lines)), key=lambda place: len("".join(fault.findall(lines[place]))))
    return PoiseError(
        Reason.BAD_PLAN,
        _("{file} line {line}: {fault}.").format(
            file=printable(name), line=most + 1, fault=_(what)
        ),
        _("Compare the line with what `poise plan example` prints."),
    )


def _called(data: dict[str, Any]) -> dict[Path, str]:
    """Return the names of exercises and phases for messages. Without a name they count from 1."""
    found: dict[Path, str] = {}
    for key, kind in (
        ("exercises", N_("exercise {name}")),
        ("phases", N_("phase {name}")),
    ):
        listed = data.get(key)
        for place, item in enumerate(as_list(listed) or ()):
            name = title(item)
            found[key, place] = _(kind).format(name=shown(name) if name else place + 1)
    return found


def _plan(check: Checker, data: dict[str, Any], content_hash: str) -> Plan:
    check.known((), data, _PLAN_KEYS)
    quiet = check.times((), data, "quiet_hours", default=["21:30", "07:00"])
    if len(quiet) != 2:
        check.fault(("quiet_hours",), _('must be two times, such as ["21:30", "07:00"]'))
        quiet = [dt.time(0), dt.time(0)]
    listed = as_list(data.get("exercises", [])) or []
    if not listed:
        check.fault(("exercises",), _("missing; a plan needs 1 to 6 [[exercises]]"))
    if len(listed) > MAX_LISTED:
        what = _("{count} are more than {most}").format(count=len(listed), most=MAX_LISTED)
        check.fault(("exercises", MAX_LISTED), what)
    found = tuple(exercise(check, place, item) for place, item in enumerate(listed[:MAX_LISTED]))
    phases = rules.phases(check, data.get("phases", []), {each.id for each in found})
    plan = Plan(
        patient=check.text((), data, "patient", 100),
        therapist=check.text((), data, "therapist", 100),
        version=check.integer((), data, "version", 1, 65535),
        timezone=check.zone((), data, "timezone"),
        quiet_from=quiet[0],
        quiet_to=quiet[1],
        nudge=nudge(check, data.get("nudge", {})),
        exercises=found,
        phase=check.integer((), data, "phase", 1, max(1, len(phases)), default=1),
        phases=phases,
        progression=rules.progression(check, data.get("progression", {})),
        graduation=rules.graduation(check, data.get("graduation", {})),
        reminders=rules.reminders(check, data.get("reminders", {})),
        precautions=check.texts((), data, "precautions", MAX_PRECAUTIONS, 200),
        alerts=rules.alerts(check, data.get("alerts", {})),
        content_hash=content_hash,
    )
    _check_together(check, plan)
    return plan


def _check_together(check: Checker, plan: Plan) -> None:
    seen: set[str] = set()
    for place, each in enumerate(plan.exercises):
        at = ("exercises", place)
        if each.id and each.id in seen:
            check.fault((*at, "id"), _("{name} is used twice").format(name=shown(each.id)))
        seen.add(each.id)
        for anchor in () if each.due.between else each.anchors:
            if plan.is_quiet(anchor.time):
                what = _("{time} lies in the quiet hours")
                check.fault((*at, "times"), what.format(time=f"{anchor.time:%H:%M}"))
        if each.due.between and any(map(plan.is_quiet, each.due.between)):
            check.fault((*at, "between"), _("lies in the quiet hours"))
        if each.work_s > 30 * 60:
            check.fault(
                (*at, "reps"),
                _("sets × reps × hold_s is {count} min a session, more than 30 min").format(
                    count=each.work_s // 60
                ),
            )
    if plan.reminders.diary and plan.is_quiet(plan.reminders.diary):
        check.fault(("reminders", "diary"), _("lies in the quiet hours"))
    for number in range(1, max(1, len(plan.phases)) + 1):
        _check_phase(check, plan, number)


def _check_phase(check: Checker, plan: Plan, number: int) -> None:
    chosen = plan.of_phase(number)
    if len(chosen) > MAX_EXERCISES:
        what = _("{count} exercises are more than {most}")
        if plan.phases:
            what = _("{count} exercises in phase {number} are more than {most}")
        check.fault(
            ("exercises", plan.exercises.index(chosen[MAX_EXERCISES])),
            what.format(count=len(chosen), most=MAX_EXERCISES, number=number),
        )
    moments = {anchor.time for each in chosen for anchor in each.anchors}
    if len(moments) > MAX_TIMES_A_DAY:
        what = _(
            "{count} different times a day are more than {most}; let exercises share their times"
        )
        if plan.phases:
            what = _(
                "{count} different times a day in phase {number} are more than {most}; "
                "let exercises share their times"
            )
        check.fault(
            ("exercises",),
            what.format(count=len(moments), most=MAX_TIMES_A_DAY, number=number),
        )
