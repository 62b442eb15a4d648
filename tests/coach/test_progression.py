"""What progression suggests: each rule, one variable at a time, never beyond a ceiling, less before more."""

import datetime as dt
from dataclasses import replace

import pytest

from poise.coach.plan.plan import parse_plan
from poise.coach.progression import Day, check_ins, graduation, is_met, suggest
from tests.support.patients import START, Session
from tests.support.plans import exercise, plan_text

PLAN = parse_plan(plan_text(exercise(use="nod", reps=8, hold_s=5, times=["08:00", "19:00"])))
NOD = PLAN.exercises[0]


def days(
    count: int = 7, each: tuple[Session, ...] = (Session(), Session()), neck: int | None = 2
) -> list[Day]:
    return [Day(START + dt.timedelta(n), 2, each, neck) for n in range(count)]


def test_a_good_week_suggests_a_longer_hold_first():
    found = suggest(PLAN, NOD, days())
    assert found is not None
    assert (found.kind, found.change) == ("advance", ("hold_s", 7))
    assert found.why[0] == "Done 14 of 14 prescribed times in 7 days."


@pytest.mark.parametrize(
    ("exercise", "change"),
    [
        (replace(NOD, hold_s=9), ("hold_s", 10)),
        (replace(NOD, hold_s=10), ("reps", 10)),
        (replace(NOD, hold_s=0), ("reps", 10)),
        (replace(NOD, hold_s=10, reps=10), ("sets", 2)),
        (replace(NOD, hold_s=10, reps=10, sets=3), None),
        (replace(NOD, steps=("reps",), reps=9), ("reps", 10)),
        (replace(NOD, steps=("load", "reps")), None),
    ],
)
def test_one_variable_at_a_time_and_never_beyond_a_ceiling(exercise, change):
    found = suggest(PLAN, exercise, days())
    assert found is not None
    assert (found.kind, found.change) == ("advance", change)


def test_six_days_are_no_week():
    assert suggest(PLAN, NOD, days(6)) is None


def test_too_few_sessions():
    week = days()
    for n in (0, 1, 2):
        week[n] = replace(week[n], sessions=(Session(),))
    assert suggest(PLAN, NOD, week) is None  # 11 of 14 is 79 %
    week[0] = replace(week[0], sessions=(Session(), Session()))
    assert suggest(PLAN, NOD, week) is not None


def test_more_than_was_prescribed_does_not_make_up_for_another_day():
    week = days()
    for n in (0, 1, 2):
        week[n] = replace(week[n], sessions=())
    week[3] = replace(week[3], sessions=(Session(),) * 8)
    assert suggest(PLAN, NOD, week) is None


@pytest.mark.parametrize(
    "spoiled",
    [
        Session(reps_done=7),
        Session(hold_done_s=4),
        Session(outcome="partly"),
        Session(pain_after=4),
        Session(pain_before=4),
    ],
)
def test_the_last_three_sessions_must_meet_the_dose_with_little_pain(spoiled):
    week = days()
    week[-2] = replace(week[-2], sessions=(Session(), spoiled))
    assert suggest(PLAN, NOD, week) is None


def test_a_hold_of_nine_tenths_meets_the_dose():
    assert is_met(Session(hold_prescribed_s=10, hold_done_s=9))
    assert not is_met(Session(hold_prescribed_s=10, hold_done_s=8))


def test_a_rise_of_the_next_day_s_pain_suggests_less():
    week = days()
    week[-1] = replace(week[-1], neck_nrs=5)
    found = suggest(PLAN, replace(NOD, sets=2), week)
    assert found is not None
    assert (found.kind, found.change) == ("regress", ("sets", 1))
    assert "from 2, the usual, to 5" in found.why[0]
    week[-1] = replace(week[-1], neck_nrs=4)  # below the error of a rating
    found = suggest(PLAN, NOD, week)
    assert found and found.kind == "advance"


def test_a_rise_earlier_in_the_week_that_has_settled_holds_more_back():
    week = days()
    week[2] = replace(week[2], neck_nrs=5)
    assert suggest(PLAN, NOD, week) is None


def test_a_rise_earlier_in_the_week_that_stays_suggests_less():
    week = days()
    week[3:] = [replace(day, neck_nrs=5) for day in week[3:]]
    found = suggest(PLAN, NOD, week)
    assert found is not None and found.kind == "regress"
    assert f"from 2, the usual, to 5 the day after a session ({week[3].day})" in found.why[0]


def test_three_missed_days_suggest_less_and_excused_ones_do_not():
    missed = [*days(), *(Day(START + dt.timedelta(7 + n), 2, ()) for n in range(3))]
    found = suggest(PLAN, NOD, missed)
    assert found is not None
    assert (found.kind, found.change) == ("regress", ("reps", 6))
    assert suggest(PLAN, NOD, missed[:-1]) is None
    ill = [*missed[:7], *(replace(day, excused=True) for day in missed[7:])]
    assert suggest(PLAN, NOD, ill) is None


def test_the_second_reason_for_less_within_a_fortnight_pauses():
    row = days(12)
    row[3] = replace(row[3], neck_nrs=5)
    row[-1] = replace(row[-1], neck_nrs=5)
    found = suggest(PLAN, NOD, row)
    assert found is not None
    assert (found.kind, found.change) == ("pause", None)
    far = days(30)
    far[3] = replace(far[3], neck_nrs=5)
    far[-1] = replace(far[-1], neck_nrs=5)
    found = suggest(PLAN, NOD, far)
    assert found and found.kind == "regress"


def test_nothing_to_take_back():
    least = replace(NOD, sets=1, reps=2, hold_s=2)
    week = days()
    week[-1] = replace(week[-1], neck_nrs=9)
    found = suggest(PLAN, least, week)
    assert found and found.change is None


def test_the_end_is_suggested_only_when_everything_is_there():
    began, today = START, START + dt.timedelta(weeks=12)

    def kind(**changes):
        given = {"adherence_pct": 75.0, "headache_days_28": (10, 6), "changes": ()} | changes
        found = graduation(PLAN, began, today + dt.timedelta(1), **given)
        return found and found.kind

    assert kind() == "graduate"
    assert kind(adherence_pct=69.0) is None
    assert kind(adherence_pct=None) is None
    assert kind(headache_days_28=(10, 8)) is None
    assert kind(headache_days_28=(10, 8), goal_met=True) == "graduate"
    assert kind(headache_days_28=None) is None
    assert kind(changes=(today - dt.timedelta(weeks=2),)) is None


def test_a_review_every_six_weeks():
    def kind(weeks, day=0):
        today = START + dt.timedelta(weeks=weeks, days=day)
        found = graduation(PLAN, START, today, None, None, ())
        return found and found.kind

    assert [weeks for weeks in range(20) if kind(weeks)] == [6, 12, 18]
    assert kind(6, 1) is None


def test_check_ins_keep_to_the_month_s_end():
    assert check_ins(dt.date(2026, 8, 31)) == (
        dt.date(2026, 9, 30), dt.date(2026, 11, 30), dt.date(2027, 2, 28), dt.date(2027, 8, 31),
    )  # fmt: skip
