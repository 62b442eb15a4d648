"""Progression: what the plan's rules suggest to the therapist (more, less, a pause, a review, an end). Pure.

The rules only suggest: nothing but `poise plan set --by` changes a plan. A suggestion changes one variable, in the
order of the exercise's `steps`, never beyond the plan's ceilings. Sources of the default rules:
docs/therapists/plan.md.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..language import _, ngettext
from .adherence import Result
from .pain_rise import WEEK, Level, Rise, episodes, higher_week, rises, staying
from .plan.plan import Exercise, Plan

PAUSE_WINDOW = dt.timedelta(days=14)
PAUSE_AFTER = 2  # regressions in that window
CHECK_IN_MONTHS = (1, 3, 6, 12)  # after the end of the programme
# Times a week while an ended programme tapers off: twice and once a day, then three, then one or two times a week.
TAPER_A_WEEK = (14, 7, 3, 2)


class Done(Result, Protocol):
    """The fields that progression reads of a session."""

    @property
    def hold_prescribed_s(self) -> int:
        """Prescribed hold of each repetition, seconds."""
        ...

    @property
    def hold_done_s(self) -> int:
        """Mean hold of the repetitions that count, seconds."""
        ...

    @property
    def pain_before(self) -> int | None:
        """Pain before the session, 0 to 10; None: not answered."""
        ...

    @property
    def pain_after(self) -> int | None:
        """Pain after the session, 0 to 10; None: not answered."""
        ...


@dataclass(frozen=True)
class Day:
    """One day of one exercise: times prescribed, its sessions, and the diary's neck pain (0 to 10, or None).

    `excused`: a day ill, away or on hold, which is no missed day. `told_done`: times done, from all sources
    (coach/adherence.py); None: as many as sessions.
    """

    day: dt.date
    prescribed: int
    sessions: tuple[Done, ...]
    neck_nrs: int | None = None
    excused: bool = False
    told_done: int | None = None

    @property
    def done(self) -> int:
        """Times done, at most as many as prescribed."""
        done = len(self.sessions) if self.told_done is None else self.told_done
        return min(done, self.prescribed)

    @property
    def exercised(self) -> bool:
        """True if the exercise was done at all, prescribed or not."""
        return bool(self.sessions or self.told_done)


@dataclass(frozen=True)
class Suggestion:
    """A suggestion for the therapist. `kind`: advance, regress, pause, review, graduate.

    `change`: the plan's variable and its new value; None for no change. `why`: the rule's figures, one sentence each.
    """

    kind: str
    exercise_id: str
    change: tuple[str, int] | None
    why: tuple[str, ...]


def suggest(
    plan: Plan, exercise: Exercise, days: Sequence[Day], since: dt.date | None = None
) -> Suggestion | None:
    """Return the rules' suggestion for one exercise after these days (one a day, oldest first); None: carry on.

    `since`: the day from which the present dose holds; earlier days are no reason for another change.
    Reasons for less come before reasons for more.
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
            why = _("{count} reasons for less within {days} days.").format(
                count=PAUSE_AFTER, days=PAUSE_WINDOW.days
            )
            return Suggestion("pause", exercise.id, None, (*down, why))
        return Suggestion("regress", exercise.id, _less(plan, exercise), down)
    up = _reasons_for_more(plan, now)
    if up is None or lately:
        return None
    return Suggestion("advance", exercise.id, _more(plan, exercise), up)


def is_met(done: Done) -> bool:
    """True if the dose was met: all repetitions, and nine tenths of the prescribed hold."""
    held = done.hold_done_s * 10 >= done.hold_prescribed_s * 9
    return done.outcome == "done" and done.reps_done >= done.reps_prescribed and held


def _reasons_for_more(plan: Plan, days: Sequence[Day]) -> tuple[str, ...] | None:
    rules = plan.progression
    week = [day for day in days if day.day > days[-1].day - WEEK]
    prescribed = sum(day.prescribed for day in week)
    done = sum(day.done for day in week)
    if len(week) < WEEK.days or any(day.excused for day in week):
        return None  # not a whole week with this dose, or excused days in it
    if not prescribed or 100 * done < rules.adherence_pct * prescribed:
        return None
    last = [one for day in days for one in day.sessions][-rules.sessions :]
    if len(last) < rules.sessions or not all(is_met(one) for one in last):
        return None
    pains = [pain for one in last for pain in (one.pain_before, one.pain_after) if pain is not None]
    if pains and max(pains) > rules.pain_max:
        return None
    pain = _("No pain was told in them.")
    if pains:
        pain = _("Pain in them at most {pain}.").format(pain=max(pains))
    return (
        _("Done {done} of {prescribed} prescribed times in 7 days.").format(
            done=done, prescribed=prescribed
        ),
        _("The dose was met {times} times in a row.").format(times=rules.sessions),
        pain,
    )


def _reasons_for_less(
    plan: Plan, days: Sequence[Day], rose: Sequence[Rise], week: Level | None
) -> tuple[str, ...]:
    found: list[str] = []
    if rose:
        most = max(rose, key=lambda rise: rise.nrs - rise.usual)
        found.append(
            _(
                "Neck pain rose from {usual}, the usual, to {pain} the day after a session ({day})."
            ).format(usual=f"{most.usual:g}", pain=most.nrs, day=most.day)
        )
    elif week:
        found.append(
            _(
                "Neck pain was {mean} on average in the last 7 days, and {usual} in the fortnight before."
            ).format(mean=f"{week.mean:.1f}", usual=f"{week.usual:g}")
        )
    missed = _missed_in_a_row(days)[-1]
    if missed >= plan.progression.missed_days:
        found.append(
            ngettext(
                "{count} prescribed day was missed.",
                "{count} prescribed days in a row were missed.",
                missed,
            ).format(count=missed)
        )
    return tuple(found)


def _missed_in_a_row(days: Sequence[Day]) -> list[int]:
    """Return, for each day, the prescribed days in a row with nothing done up to it.

    Excused days neither count nor end the row.
    """
    counts: list[int] = []
    count = 0
    for day in days:
        if day.exercised:
            count = 0
        elif day.prescribed and not day.excused:
            count += 1
        counts.append(count)
    return counts


def _regressions(plan: Plan, days: Sequence[Day], rose: Sequence[Rise]) -> int:
    """Return the number of reasons for less that began in the window."""
    first = days[-1].day - PAUSE_WINDOW + dt.timedelta(1)
    rows = zip(days, _missed_in_a_row(days), strict=True)
    limit = plan.progression.missed_days
    missed = {day.day for day, row in rows if row == limit and day.prescribed and not day.excused}
    return sum(day >= first for day in (*episodes(rose), *missed))


def _more(plan: Plan, exercise: Exercise) -> tuple[str, int] | None:
    """Return the first of the exercise's steps with room under the ceilings; None: only the load is left."""
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
    """Return the last of the exercise's steps that can be taken back; None when there is none."""
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
    """Return a review or the end of the programme, for the therapist to consider; None: neither.

    `adherence_pct`: of the last `graduation.weeks`. `headache_days_28`: headache days in the first and in the last
    28 days, None without enough diary. `changes`: days on which the plan changed.
    """
    rules = plan.graduation
    steady = today - dt.timedelta(weeks=rules.weeks)
    why: list[str] = []
    if began <= steady and not any(day > steady for day in changes):
        why.append(_("The plan has been the same for {weeks} weeks.").format(weeks=rules.weeks))
    if adherence_pct is not None and adherence_pct >= rules.adherence_pct:
        why.append(
            _("{share} % of what was prescribed was done.").format(share=f"{adherence_pct:.0f}")
        )
    if goal_met:
        why.append(_("The patient's goal is met."))
    elif headache_days_28 and _is_down(*headache_days_28, rules.headache_down_pct):
        why.append(
            _("Headache days in 28: {first} at first, {now} now.").format(
                first=headache_days_28[0], now=headache_days_28[1]
            )
        )
    last_phase = plan.phase >= len(plan.phases)
    if len(why) == 3 and last_phase:
        return Suggestion("graduate", "", None, tuple(why))
    weeks = (today - began).days // 7
    if weeks and weeks % rules.review_weeks == 0 and (today - began).days % 7 == 0:
        since = _("{weeks} weeks since the plan began.").format(weeks=weeks)
        return Suggestion("review", "", None, (since,))
    return None


def _is_down(first: int, last: int, pct: int) -> bool:
    return first > 0 and 100 * (first - last) >= pct * first


def check_ins(ended: dt.date) -> tuple[dt.date, ...]:
    """Return the days for a follow-up question: 1, 3, 6 and 12 months after the programme's end."""
    return tuple(_months_later(ended, months) for months in CHECK_IN_MONTHS)


def _months_later(day: dt.date, months: int) -> dt.date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    first_of_next = dt.date(year + month // 12, month % 12 + 1, 1)
    return min(dt.date(year, month, 1) + dt.timedelta(day.day - 1), first_of_next - dt.timedelta(1))
