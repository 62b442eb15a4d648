"""The therapist's plan: a TOML file, checked as a whole before anything uses it. Pure.

What the plan cannot say is as much a part of it: there is no key that turns a stop rule off.
Source of the ranges: home programmes of the trials run from 3 to 60 s a hold and from 1 to 30 repetitions;
two to four exercises are what people keep up (docs/plan.md).
"""

import datetime as dt
import hashlib
import re
import tomllib
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from poise.errors import PoiseError, Reason

from .plancheck import Checker, shown
from .tomllines import key_lines

MAX_EXERCISES = 4
MAX_TIMES_A_DAY = 6
MIN_APART_MIN = 30
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_PLAN_KEYS = {"patient", "therapist", "version", "timezone", "quiet_hours", "nudge", "exercises"}
_EXERCISE_KEYS = {
    "id", "name", "instructions", "reps", "sets", "hold_s", "times", "anchors", "days", "starts", "ends",
}  # fmt: skip
_BRACKETS = re.compile(r"[\[{]")
_DIGITS = re.compile(r"[0-9_]{100,}")
# Key of [nudge] -> (default, least, most, setting of the clip, factor into its unit).
_NUDGE = {
    "threshold_deg": (20, 10, 60, "flexed_threshold_cdeg", 100),
    "refractory_min": (20, 5, 240, "refractory_s", 60),
    "per_hour": (3, 0, 6, "nudges_per_hour", 1),
    "per_day": (10, 0, 30, "nudges_per_day", 1),
    "snooze_min": (60, 5, 480, "snooze_s", 60),
    "strength_pct": (60, 0, 100, "buzz_strength_pct", 1),
}


@dataclass(frozen=True)
class Anchor:
    """A time of day, and the habit that it hangs on ("after breakfast"; empty when there is none)."""

    time: dt.time
    habit: str


@dataclass(frozen=True)
class Exercise:
    """One exercise and its dose. `days`: 0 is Monday. `starts` and `ends` are included; None is open."""

    id: str
    name: str
    instructions: str
    reps: int
    sets: int
    hold_s: int
    anchors: tuple[Anchor, ...]
    days: frozenset[int]
    starts: dt.date | None
    ends: dt.date | None

    @property
    def dose(self) -> str:
        """The dose in words."""
        hold = f", hold {self.hold_s} s" if self.hold_s else ""
        sets = f"{self.sets} × " if self.sets > 1 else ""
        return f"{sets}{self.reps} repetition{'s' if self.reps > 1 else ''}{hold}"


@dataclass(frozen=True)
class Nudge:
    """When the clip may buzz for a posture; reminders share `per_hour` and `per_day` with it."""

    enabled: bool
    threshold_deg: int
    refractory_min: int
    per_hour: int
    per_day: int
    snooze_min: int
    strength_pct: int

    def settings(self) -> dict[str, int]:
        """Names and values of the clip's settings (wire enumeration `setting`)."""
        out = {"nudge_enabled": int(self.enabled)}
        for key, (_, _, _, setting, factor) in _NUDGE.items():
            out[setting] = getattr(self, key) * factor
        return out


@dataclass(frozen=True)
class Plan:
    """A checked plan. `quiet_from` to `quiet_to` may cross midnight; equal means no quiet hours."""

    patient: str
    therapist: str
    version: int
    timezone: ZoneInfo
    quiet_from: dt.time
    quiet_to: dt.time
    nudge: Nudge
    exercises: tuple[Exercise, ...]
    content_hash: str  # SHA-256 of the text, hex

    def exercise(self, exercise_id: str) -> Exercise | None:
        """The exercise with this id, None when the plan has it no more."""
        return next((e for e in self.exercises if e.id == exercise_id), None)

    def is_quiet(self, time: dt.time) -> bool:
        """Whether this local time is in the quiet hours."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= time < self.quiet_to
        return time >= self.quiet_from or time < self.quiet_to


def parse_plan(text: str, name: str = "plan.toml") -> Plan:
    """The plan in this TOML text. Raises PoiseError BAD_PLAN: every fault on a line of its own, with its line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(name, text, error) from error
    except RecursionError as error:
        raise _beyond(name, text, _BRACKETS, "lists or tables nested too deeply") from error
    except ValueError as error:
        raise _beyond(name, text, _DIGITS, "a number with too many digits") from error
    check = Checker(name, key_lines(text))
    plan = _plan(check, data, hashlib.sha256(text.encode()).hexdigest())
    if check.faults:
        raise PoiseError(
            Reason.BAD_PLAN,
            "\n".join(check.faults),
            f"Correct {name} and try again; the plan in force was not changed. docs/plan.md tells the fields.",
        )
    return plan


def _syntax(name: str, text: str, error: tomllib.TOMLDecodeError) -> PoiseError:
    found = re.search(r"\(at line (\d+), column \d+\)", str(error))
    line = found[1] if found else 1 + text.count("\n")  # else it is at the text's end
    what = re.sub(r" \(at .*\)$", "", str(error))
    return PoiseError(
        Reason.BAD_PLAN,
        f"{name} line {line}: not TOML: {what}.",
        "Compare the line with what `poise plan example` prints.",
    )


def _beyond(name: str, text: str, fault: re.Pattern[str], what: str) -> PoiseError:
    """For what the TOML reader gives up on without a line: named is the first line that has most of it."""
    lines = text.split("\n")
    most = max(range(len(lines)), key=lambda place: len("".join(fault.findall(lines[place]))))
    return PoiseError(
        Reason.BAD_PLAN,
        f"{name} line {most + 1}: {what}.",
        "Compare the line with what `poise plan example` prints.",
    )


def _plan(check: Checker, data: dict[str, Any], content_hash: str) -> Plan:
    check.known((), data, _PLAN_KEYS)
    quiet = check.times((), data, "quiet_hours", default=["21:30", "07:00"])
    if len(quiet) != 2:
        check.fault(("quiet_hours",), 'must be two times, such as ["21:30", "07:00"]')
        quiet = [dt.time(0), dt.time(0)]
    listed = data.get("exercises", [])
    if not isinstance(listed, list) or not listed:
        check.fault(("exercises",), "missing; a plan needs 1 to 4 [[exercises]]")
        listed = []
    if len(listed) > MAX_EXERCISES:
        check.fault(
            ("exercises", MAX_EXERCISES),
            f"{len(listed)} exercises are more than {MAX_EXERCISES}: people keep up two to four at home",
        )
    plan = Plan(
        patient=check.text((), data, "patient", 100),
        therapist=check.text((), data, "therapist", 100),
        version=check.integer((), data, "version", 1, 65535),
        timezone=check.zone((), data, "timezone"),
        quiet_from=quiet[0],
        quiet_to=quiet[1],
        nudge=_nudge(check, data.get("nudge", {})),
        exercises=tuple(_exercise(check, place, item) for place, item in enumerate(listed)),
        content_hash=content_hash,
    )
    _check_together(check, plan)
    return plan


def _nudge(check: Checker, data: Any) -> Nudge:
    data = check.table(("nudge",), data)
    check.known(("nudge",), data, {*_NUDGE, "enabled"})
    values = {
        key: check.integer(("nudge",), data, key, least, most, default)
        for key, (default, least, most, _, _) in _NUDGE.items()
    }
    return Nudge(enabled=check.boolean(("nudge",), data, "enabled", default=True), **values)


def _exercise(check: Checker, place: int, data: Any) -> Exercise:
    at = ("exercises", place)
    data = check.table(at, data)
    check.known(at, data, _EXERCISE_KEYS)
    days = check.choices(at, data, "days", DAYS)
    starts, ends = check.date(at, data, "starts"), check.date(at, data, "ends")
    if starts and ends and ends < starts:
        check.fault((*at, "ends"), f"{ends} is before starts {starts}")
    return Exercise(
        id=check.identifier(at, data, "id"),
        name=check.text(at, data, "name", 60),
        instructions=check.text(at, data, "instructions", 500, default=""),
        reps=check.integer(at, data, "reps", 1, 100),
        sets=check.integer(at, data, "sets", 1, 10, default=1),
        hold_s=check.integer(at, data, "hold_s", 0, 120, default=0),
        anchors=_anchors(check, at, data),
        days=frozenset(DAYS.index(day) for day in days),
        starts=starts,
        ends=ends,
    )


def _anchors(check: Checker, at: tuple[str | int, ...], data: dict[str, Any]) -> tuple[Anchor, ...]:
    found = [Anchor(time, "") for time in check.times(at, data, "times", default=[])]
    listed = data.get("anchors", [])
    for item in listed if isinstance(listed, list) else [listed]:
        anchor = check.table((*at, "anchors"), item)
        check.known((*at, "anchors"), anchor, {"habit", "time"})
        time = check.time((*at, "anchors"), anchor.get("time"))
        found.append(Anchor(time, check.text((*at, "anchors"), anchor, "habit", 60)))
    if not found and not check.has_fault((*at, "times")):
        check.fault(
            (*at, "times"), 'missing; give times of day, such as times = ["08:00"], or anchors'
        )
    if len(found) > MAX_TIMES_A_DAY:
        check.fault(
            (*at, "times"),
            f"{len(found)} times a day are more than {MAX_TIMES_A_DAY}; allowed are 1 to {MAX_TIMES_A_DAY}",
        )
    found.sort(key=lambda anchor: anchor.time)
    for a, b in pairwise(found):
        if _minutes(b.time) - _minutes(a.time) < MIN_APART_MIN:
            check.fault(
                (*at, "times"),
                f"{a.time:%H:%M} and {b.time:%H:%M} are less than {MIN_APART_MIN} min apart",
            )
    return tuple(found)


def _check_together(check: Checker, plan: Plan) -> None:
    seen: set[str] = set()
    moments: set[dt.time] = set()
    for place, exercise in enumerate(plan.exercises):
        at = ("exercises", place)
        if exercise.id and exercise.id in seen:
            check.fault((*at, "id"), f"{shown(exercise.id)} is used twice")
        seen.add(exercise.id)
        for anchor in exercise.anchors:
            moments.add(anchor.time)
            if plan.is_quiet(anchor.time):
                check.fault((*at, "times"), f"{anchor.time:%H:%M} lies in the quiet hours")
        seconds = exercise.sets * exercise.reps * max(exercise.hold_s, 1)
        if seconds > 30 * 60:
            check.fault(
                (*at, "reps"),
                f"sets × reps × hold_s is {seconds // 60} min a session, more than 30 min",
            )
    if len(moments) > MAX_TIMES_A_DAY:
        check.fault(
            ("exercises",),
            f"{len(moments)} different times a day are more than {MAX_TIMES_A_DAY}; let exercises share their times",
        )


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute
