"""How many of the prescribed moments get a reminder: each rule of fading at its limit."""

import datetime as dt
from dataclasses import replace

import pytest

from poise.coach.adherence import Tally
from poise.coach.plan.plan import parse_plan
from poise.coach.plan.rules import ReminderRules
from poise.coach.reminders.choice import SELDOM_PCT, Choice, How
from poise.coach.reminders.fading import Dosage, dosage, is_in
from tests.support.plans import exercise, plan_text

# Two full weeks, then a quarter less for each good week, down to a quarter.
RULES: ReminderRules = replace(
    parse_plan(plan_text(exercise(id="nod", name="Nod", reps=8))).reminders,
    full_weeks=2,
    fade_step_pct=25,
    floor_pct=25,
    target_pct=80,
    relapse_pct=50,
    probe_pct=20,
    fade=True,
)
FIRST = dt.date(2026, 3, 2)


def days(*done: int, excused: tuple[int, ...] = ()) -> list[Tally]:
    """One tally a day: of ten that were prescribed, so many were done."""
    return [
        Tally(FIRST + dt.timedelta(number), 10, one, 0, 0, excused=number in excused)
        for number, one in enumerate(done)
    ]


def of(tallies: list[Tally], rules: ReminderRules = RULES, choice: Choice = Choice()) -> Dosage:  # noqa: B008 (frozen)
    return dosage(rules, tallies, (), 0, (), choice)


@pytest.mark.parametrize(
    ("weeks", "shown_pct", "probe_pct"),
    [
        ([], 100, 0),
        ([10], 100, 0),  # the first week of two
        ([10, 10], 75, 20),  # the second counts at its end, and probes begin
        ([0, 10], 75, 20),  # the first week does not count
        ([10, 8], 75, 20),  # the target itself is met
        ([10, 7], 100, 20),
        ([10, 10, 10], 50, 20),
        ([10, 10, 10, 10], 25, 20),
        ([10, 10, 10, 10, 10], 25, 20),  # never below the floor
        ([10, 10, 10, 7], 50, 20),  # between the limits nothing changes
        ([10, 10, 10, 5], 50, 20),  # the limit of a relapse is no relapse
        ([10, 10, 10, 4], 100, 20),
        ([10, 10, 10, 4, 10], 75, 20),  # from there it fades anew
    ],
)
def test_each_week_has_its_step(weeks: list[int], shown_pct: int, probe_pct: int) -> None:
    done = [day for week in weeks for day in [week] * 7]
    assert of(days(*done)) == Dosage(shown_pct, probe_pct)


def test_a_week_counts_at_its_seventh_day() -> None:
    assert of(days(*[10] * 13)) == Dosage(100, 0)
    assert of(days(*[10] * 14)) == Dosage(75, 20)
    assert of(days(*[10] * 20)) == Dosage(75, 20)


def test_a_relapse_is_seen_within_a_week() -> None:
    """The last seven days count, wherever a week begins."""
    faded = [10] * 21
    assert of(days(*faded, *[1] * 3)).shown_pct == 50  # 43 of 70
    assert of(days(*faded, *[1] * 4)).shown_pct == 100  # 34 of 70


def test_a_relapse_is_that_of_seven_days() -> None:
    """Neither of six, which would be none, nor of eight, which would be none either."""
    week = (0, 6, 6, 6, 6, 5, 5)  # 34 of 70
    assert of(days(*[10] * 20, *week)).shown_pct == 100
    assert of(days(*[10] * 20, *week[:-1], 6)).shown_pct == 50


def test_a_week_is_that_of_seven_days() -> None:
    """56 of 70: neither six of its days nor an eighth one meet the target."""
    week = (0, 6, 10, 10, 10, 10, 10)
    assert of(days(*[0] * 7, *week)) == Dosage(75, 20)
    assert of(days(*[0] * 7, *week, 0)) == Dosage(75, 20)
    assert of(days(*[0] * 8, *week)) == Dosage(100, 20)


def test_a_week_in_which_nothing_was_prescribed_changes_nothing() -> None:
    none = [Tally(FIRST + dt.timedelta(21 + n), 0, 0, 0, 0) for n in range(7)]
    assert of([*days(*[10] * 21), *none]) == Dosage(50, 20)


def test_few_days_change_nothing() -> None:
    assert of(days(*[0] * 6)) == Dosage(100, 0)


def test_excused_days_are_no_days() -> None:
    assert of(days(*[10] * 14, *[0] * 6, excused=tuple(range(14, 20)))) == Dosage(75, 20)


def test_who_chose_fewer_gets_no_more() -> None:
    seldom = Choice(How.SELDOM)
    assert SELDOM_PCT == 25
    assert of([], choice=seldom) == Dosage(SELDOM_PCT, 0)
    assert of(days(*[0] * 28), choice=seldom) == Dosage(SELDOM_PCT, 20)
    none_fade = replace(RULES, fade=False)
    assert of(days(*[10] * 28), none_fade) == Dosage(100, 0)
    assert of(days(*[10] * 28), none_fade, seldom) == Dosage(SELDOM_PCT, 0)


def test_the_share_is_that_of_the_moments() -> None:
    """Of a thousand hours, a moment that a smaller share has is in each greater one, too."""
    moments = [number * 3_600_000 for number in range(1_000)]
    drawn = {pct: {at for at in moments if is_in(at, Dosage(pct))} for pct in (0, 25, 50, 100)}
    assert (len(drawn[0]), len(drawn[100])) == (0, 1_000)
    assert drawn[25] < drawn[50]
    assert 200 < len(drawn[25]) < 300 and 440 < len(drawn[50]) < 560
