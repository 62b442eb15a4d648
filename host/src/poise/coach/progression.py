"""What the plan's rules suggest to the therapist: more, less, a pause, a review, an end. Suggests, never acts. Pure.

One variable is changed at a time, in the order of the exercise's `steps`, never beyond the plan's ceilings. Sources of
the default rules: docs/therapists/plan.md. Only `poise plan set --by` changes a plan.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .pain_rise import WEEK, Level, Rise, episodes, higher_week, rises, staying
from .plan.plan import Exercise, Plan

PAUSE_WINDOW = dt.timedelta(days=14)
PAUSE_AFTER = 2  # regressions in that window
CHECK_IN_MONTHS = (1, 3, 6, 12)  # after the end of the programme
# Times a week while an ended programme tapers off: twice and once a day, then three, then one or two times a week.
TAPER_A_WEEK = (14, 7, 3, 2)


class Done(Protocol):
    """What is needed of `store.sessions.SessionRow`."""

    @property
    def exercise_id(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reps_prescribed(self) -> int: ...
    @property
    def reps_done(self) -> int: ...
    @property
    def hold_prescribed_s(self) -> int: ...
    @property
    def hold_done_s(self) -> int: ...
    @property
    def pain_before(self) -> int | None: ...
    @property
    def pain_after(self) -> int | None: ...


@dataclass(frozen=True)
class Day:
    """One day of one exercise: how often it was prescribed, its sessions, the neck pain that the diary has (or None).

    `excused`: a day of illness or a hold, which is no missed day. `told_done`: how often it was done, from every source
    (coach/adherence.py); None: as often as there are sessions.
    """

    day: dt.date
    prescribed: int
    sessions: tuple[Done, ...]
    neck_nrs: int | None = None
    excused: bool = False
    told_done: int | None = None

    @property
    def done(self) -> int:
        """At most what was prescribed."""
        done = len(self.sessions) if self.told_done is None else self.told_done
        return min(done, self.prescribed)

    @property
    def exercised(self) -> bool:
        """Whether it was done at all, prescribed or not."""
        return bool(self.sessions or self.told_done)


@dataclass(frozen=True)
class Suggestion:
    """For the therapist. `kind`: advance, regress, pause, review, graduate. `change`: of the plan, None for no change.

    `why`: the rule's figures, one sentence each.
    """

    kind: str
    exercise_id: str
    change: tuple[str, int] | None
    why: tuple[str, ...]


def suggest(
    plan: Plan, exercise: Exercise, days: Sequence[Day], since: dt.date | None = None
) -> Suggestion | None:
    """What the rules say of one exercise after these days (one a day, oldest first); None: carry on.

    `since`: from when on it is prescribed as it is now; what was before it is no reason for another change. Less is
    looked for before more.
    """
    now = [day for day in days if since is None or day.day >= since]
    if not now:
        return None
    least = plan.progression.least_rise
    rose = rises(days, least)
    lately = [rise for rise in rose if rise.day > now[-1].day - WEEK and rise.day >= now[0].day]
    week = higher_week(days, least, now[0].day)
    down = _reasons_for_less(plan, now, staying(lately, days, least), week)
    if down:
        if _regressions(plan, days, rose) >= PAUSE_AFTER:
            why = f"{PAUSE_AFTER} reasons for less within {PAUSE_WINDOW.days} days."
            return Suggestion("pause", exercise.id, None, (*down, why))
        return Suggestion("regress", exercise.id, _less(plan, exercise), down)
    up = _reasons_for_more(plan, now)
    if up is None or lately:
        return None
    return Suggestion("advance", exercise.id, _more(plan, exercise), up)


def is_met(done: Done) -> bool:
    """Whether the dose was met: all repetitions, and the hold for nine tenths of its seconds."""
    held = done.hold_done_s * 10 >= done.hold_prescribed_s * 9
    return done.outcome == "done" and done.reps_done >= done.reps_prescribed and held


def _reasons_for_more(plan: Plan, days: Sequence[Day]) -> tuple[str, ...] | None:
    rules = plan.progression
    week = [day for day in days if day.day > days[-1].day - WEEK]
    prescribed = sum(day.prescribed for day in week)
    done = sum(day.done for day in week)
    if len(week) < WEEK.days or any(day.excused for day in week):
        return None  # not a whole week of it, or not well in it
    if not prescribed or 100 * done < rules.adherence_pct * prescribed:
        return None
    last = [one for day in days for one in day.sessions][-rules.sessions :]
    if len(last) < rules.sessions or not all(is_met(one) for one in last):
        return None
    pains = [pain for one in last for pain in (one.pain_before, one.pain_after) if pain is not None]
    if pains and max(pains) > rules.pain_max:
        return None
    pain = f"Pain in them at most {max(pains)}." if pains else "No pain was told in them."
    return (
        f"Done {done} of {prescribed} prescribed times in 7 days.",
        f"The dose was met {rules.sessions} times in a row.",
        pain,
    )


def _reasons_for_less(
    plan: Plan, days: Sequence[Day], rose: Sequence[Rise], week: Level | None
) -> tuple[str, ...]:
    found = []
    if rose:
        most = max(rose, key=lambda rise: rise.nrs - rise.usual)
        found.append(
            f"Neck pain rose from {most.usual:g}, the usual, to {most.nrs} the day after a session ({most.day})."
        )
    elif week:
        found.append(
            f"Neck pain was {week.mean:.1f} on average in the last 7 days, and {week.usual:g} in the fortnight before."
        )
    missed = _missed_in_a_row(days)[-1]
    if missed >= plan.progression.missed_days:
        found.append(f"{missed} prescribed days in a row were missed.")
    return tuple(found)


def _missed_in_a_row(days: Sequence[Day]) -> list[int]:
    """Up to each day, prescribed days with nothing done from any source; excused ones neither count nor end the row."""
    counts, count = [], 0
    for day in days:
        if day.exercised:
            count = 0
        elif day.prescribed and not day.excused:
            count += 1
        counts.append(count)
    return counts


def _regressions(plan: Plan, days: Sequence[Day], rose: Sequence[Rise]) -> int:
    """How many reasons for less began in the window."""
    first = days[-1].day - PAUSE_WINDOW + dt.timedelta(1)
    rows = zip(days, _missed_in_a_row(days), strict=True)
    limit = plan.progression.missed_days
    missed = {day.day for day, row in rows if row == limit and day.prescribed and not day.excused}
    return sum(day >= first for day in (*episodes(rose), *missed))


def _more(plan: Plan, exercise: Exercise) -> tuple[str, int] | None:
    """The first of the exercise's steps that has room under the ceilings; None: only the load is left."""
    rules = plan.progression
    room = {
        "hold_s": (exercise.hold_s, rules.hold_step_s, rules.max_hold_s),
        "reps": (exercise.reps, rules.reps_step, rules.max_reps),
        "sets": (exercise.sets, 1, rules.max_sets),
    }
    for name in exercise.steps:
        if name not in room:
            return None
        value, step, most = room[name]
        if name == "hold_s" and not value:  # an exercise without a hold gets none
            continue
        if value < most:
            return name, min(value + step, most)
    return None


def _less(plan: Plan, exercise: Exercise) -> tuple[str, int] | None:
    """The last of the steps that can be taken back."""
    rules = plan.progression
    for name in reversed(exercise.steps):
        if name == "sets" and exercise.sets > 1:
            return name, exercise.sets - 1
        if name == "reps" and exercise.reps > rules.reps_step:
            return name, exercise.reps - rules.reps_step
        if name == "hold_s" and exercise.hold_s > rules.hold_step_s:
            return name, exercise.hold_s - rules.hold_step_s
    return None


def graduation(
    plan: Plan,
    began: dt.date,
    today: dt.date,
    adherence_pct: float | None,
    headache_days_28: tuple[int, int] | None,
    changes: Sequence[dt.date],
    *,
    goal_met: bool = False,
) -> Suggestion | None:
    """A review or the programme's end, as something for the therapist to consider; None: neither.

    `adherence_pct`: of the last `graduation.weeks`. `headache_days_28`: in the first and the last 28 days, None when
    the diary does not tell. `changes`: days on which the plan changed.
    """
    rules = plan.graduation
    steady = today - dt.timedelta(weeks=rules.weeks)
    why = []
    if began <= steady and not any(day > steady for day in changes):
        why.append(f"The plan has been the same for {rules.weeks} weeks.")
    if adherence_pct is not None and adherence_pct >= rules.adherence_pct:
        why.append(f"{adherence_pct:.0f} % of what was prescribed was done.")
    if goal_met:
        why.append("The patient's goal is met.")
    elif headache_days_28 and _is_down(*headache_days_28, rules.headache_down_pct):
        why.append(
            f"Headache days in 28: {headache_days_28[0]} at first, {headache_days_28[1]} now."
        )
    last_phase = plan.phase >= len(plan.phases)
    if len(why) == 3 and last_phase:
        return Suggestion("graduate", "", None, tuple(why))
    weeks = (today - began).days // 7
    if weeks and weeks % rules.review_weeks == 0 and (today - began).days % 7 == 0:
        return Suggestion("review", "", None, (f"{weeks} weeks since the plan began.",))
    return None


def _is_down(first: int, last: int, pct: int) -> bool:
    return first > 0 and 100 * (first - last) >= pct * first


def check_ins(ended: dt.date) -> tuple[dt.date, ...]:
    """Days on which to ask how it goes after the programme's end: 1, 3, 6 and 12 months later."""
    return tuple(_months_later(ended, months) for months in CHECK_IN_MONTHS)


def _months_later(day: dt.date, months: int) -> dt.date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    first_of_next = dt.date(year + month // 12, month % 12 + 1, 1)
    return min(dt.date(year, month, 1) + dt.timedelta(day.day - 1), first_of_next - dt.timedelta(1))
