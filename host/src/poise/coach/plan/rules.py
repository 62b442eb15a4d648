"""The plan's rules: phases, progression, graduation, and the fading of reminders. Pure.

Sources of the defaults: docs/therapists/plan.md and docs/patients/reminders.md.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ...language import _
from .check import Checker, as_list, shown
from .pain import STOP_AT_PAIN
from .toml_lines import Path

MAX_PHASES = 6
NRS_ERROR = 2.5  # of 10: a smaller change of a pain rating is measurement error (NPRS; Young 2019)
# Key -> (default, least, most); the dataclasses below have the same names.
_PROGRESSION = {
    "adherence_pct": (80, 50, 100),
    "sessions": (3, 2, 10),
    "pain_max": (3, 0, STOP_AT_PAIN - 1),
    "rise_max": (3, 1, 5),
    "missed_days": (3, 1, 14),
    "hold_step_s": (2, 1, 10),
    "max_hold_s": (10, 0, 120),
    "reps_step": (2, 1, 10),
    "max_reps": (10, 1, 100),
    "max_sets": (3, 1, 10),
    "max_sessions_a_day": (4, 1, 12),
}
_GRADUATION = {
    "weeks": (4, 1, 26),
    "adherence_pct": (70, 50, 100),
    "headache_down_pct": (30, 10, 100),
    "review_weeks": (6, 2, 26),
}
_ALERTS = {
    "neck_pain": (0, 0, 10),
    "missed_days": (0, 0, 28),
    "headache_days": (0, 0, 28),
}
_REMINDERS = {
    "window_min": (60, 10, 180),
    "again_min": (30, 10, 120),
    "move_break_min": (30, 0, 120),
    "move_breaks_a_day": (4, 0, 20),
    "full_weeks": (2, 1, 26),
    "fade_step_pct": (25, 0, 100),
    "floor_pct": (25, 0, 100),
    "target_pct": (80, 50, 100),
    "relapse_pct": (50, 0, 100),
    "ignored_pct": (50, 10, 100),
    "probe_pct": (20, 0, 50),
}


@dataclass(frozen=True)
class Phase:
    """A stage of the programme. `exercises`: ids of its exercises. `weeks`: its planned length."""

    name: str
    weeks: int
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class ProgressionRules:
    """The rules by which Poise suggests more, or less, to the therapist. No suggestion exceeds the `max_` fields.

    More: `adherence_pct` of what was prescribed in 7 days, the dose met in `sessions` sessions in a row, pain in
    them at most `pain_max`, and no rise of neck pain. Less: a rise of neck pain (`least_rise`), or `missed_days`
    in a row.
    """

    adherence_pct: int
    sessions: int
    pain_max: int
    rise_max: int
    missed_days: int
    hold_step_s: int
    max_hold_s: int
    reps_step: int
    max_reps: int
    max_sets: int
    max_sessions_a_day: int

    @property
    def least_rise(self) -> float:
        """The least rise of neck pain that is a reason for less: `rise_max`, but never below the rating's own error."""
        return max(self.rise_max, NRS_ERROR)


@dataclass(frozen=True)
class GraduationRules:
    """The rules by which Poise suggests the end of the programme, or a review. `goal`: the patient's own, in words.

    `ended`: the day on which the therapist ended the programme; None while it runs.
    """

    weeks: int
    adherence_pct: int
    headache_down_pct: int
    review_weeks: int
    goal: str
    ended: dt.date | None = None


@dataclass(frozen=True)
class AlertRules:
    """From when on the clinic is to look at a patient between visits. 0: never.

    `neck_pain`: of 10, on one day. `missed_days`: prescribed days in a row. `headache_days`: in 28 days.
    """

    neck_pain: int
    missed_days: int
    headache_days: int


@dataclass(frozen=True)
class ReminderRules:
    """The rules by which reminders come and fade (docs/patients/reminders.md).

    `diary`: time of its question, None: never.
    """

    window_min: int  # the longest wait for a receptive moment
    again_min: int  # from an unanswered reminder to its only repetition
    move_break_min: int  # stillness before a move break; 0: never
    move_breaks_a_day: int
    full_weeks: int  # weeks at first in which every reminder is shown
    fade_step_pct: int  # reduction for each week that meets the target
    floor_pct: int  # the least share shown
    target_pct: int  # done of prescribed in 7 days, from which the habit holds
    relapse_pct: int  # done of prescribed in 7 days, below which all reminders come back
    ignored_pct: int  # ignored reminders in 3 days, above which half as many are shown
    probe_pct: int  # silent probes: reminders due, and on purpose not shown
    fade: bool
    diary: dt.time | None


def phases(check: Checker, data: Any, known: set[str]) -> tuple[Phase, ...]:
    """Read the `[[phases]]` of a plan whose exercise ids are `known`."""
    listed = as_list(data)
    if listed is None:
        check.fault(("phases",), _("must be [[phases]] tables"))
        return ()
    if len(listed) > MAX_PHASES:
        check.fault(("phases", MAX_PHASES), _("more than {count} phases").format(count=MAX_PHASES))
    return tuple(_phase(check, place, item, known) for place, item in enumerate(listed))


def _phase(check: Checker, place: int, data: Any, known: set[str]) -> Phase:
    at: Path = ("phases", place)
    data = check.table(at, data)
    check.known(at, data, {"name", "weeks", "exercises"})
    listed = as_list(data.get("exercises", []))
    if listed is None or not all(isinstance(item, str) for item in listed):
        check.fault((*at, "exercises"), _("must be a list of exercises' ids"))
        listed = []
    for item in listed:
        if item not in known:
            check.fault(
                (*at, "exercises"), _("no exercise {name} in this plan").format(name=shown(item))
            )
    name = check.text(at, data, "name", 60)
    return Phase(name, check.integer(at, data, "weeks", 1, 52, 6), tuple(listed))


def progression(check: Checker, data: Any) -> ProgressionRules:
    """Read the table `[progression]`."""
    return ProgressionRules(**_integers(check, "progression", data, _PROGRESSION, set()))


def graduation(check: Checker, data: Any) -> GraduationRules:
    """Read the table `[graduation]`."""
    numbers = _integers(check, "graduation", data, _GRADUATION, {"goal", "ended"})
    table = check.table(("graduation",), data)
    goal = check.text(("graduation",), table, "goal", 200, default="")
    return GraduationRules(**numbers, goal=goal, ended=check.date(("graduation",), table, "ended"))


def alerts(check: Checker, data: Any) -> AlertRules:
    """Read the table `[alerts]`."""
    return AlertRules(**_integers(check, "alerts", data, _ALERTS, set()))


def reminders(check: Checker, data: Any) -> ReminderRules:
    """Read the table `[reminders]`."""
    at = ("reminders",)
    numbers = _integers(check, "reminders", data, _REMINDERS, {"fade", "diary"})
    data = check.table(at, data)
    asked = data.get("diary", "")
    return ReminderRules(
        **numbers,
        fade=check.boolean(at, data, "fade", default=True),
        diary=check.time((*at, "diary"), asked) if asked else None,
    )


def _integers(
    check: Checker, name: str, data: Any, rows: dict[str, tuple[int, int, int]], others: set[str]
) -> dict[str, int]:
    data = check.table((name,), data)
    check.known((name,), data, {*rows, *others})
    return {
        key: check.integer((name,), data, key, least, most, default)
        for key, (default, least, most) in rows.items()
    }
