"""When a prescribed moment's reminder comes, comes again and is left alone: each rule at its limit, and its words."""

import datetime as dt
from dataclasses import replace

import pytest

from poise.coach.plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, lot, utc_ms
from poise.coach.plan.plan import Plan, parse_plan
from poise.coach.reminders.choice import PLANNED, Choice, How, moments, parse_choice
from poise.coach.reminders.facts import DayFacts, Snapshot, Wearer, Why, day_budget, hour_budget
from poise.coach.reminders.fading import FULL, Dosage, is_in
from poise.coach.reminders.move_break import MOVE_BREAK, break_due
from poise.coach.reminders.pause import Pause
from poise.coach.reminders.policy import AHEAD_DAYS, decide, is_probe, showings
from tests.support.decided import due, next_due
from tests.support.plans import exercise, plan_text, table
from tests.support.reminder_year import Shown

DAY = dt.date(2026, 3, 20)  # a Friday


def plan(*tables: str) -> Plan:
    """A plan without quiet hours."""
    return parse_plan(plan_text(*tables, quiet=("03:00", "03:00")))


ONE = plan(exercise(use="nod", times=["08:00"]))
TWO = plan(exercise(use="nod", times=["08:00", "10:00"]), exercise(use="sit-tall", times=["10:00"]))


def at(hour: int, minute: int = 0, days: int = 0) -> int:
    return utc_ms(ONE, DAY + dt.timedelta(days), dt.time(hour, minute))


MOMENT = at(8)


def shown(answer: str | None = None, answered: int | None = None, snooze: int | None = None):
    return Shown("nod", MOMENT, MOMENT, "clock", False, answer, answered, snooze)


# --- what is still open


def test_a_missed_moment_is_told_for_four_hours():
    assert due(ONE, (), at(12) - 1) is not None
    assert due(ONE, (), at(12)) is None
    assert due(ONE, (), MOMENT - 1) is None and due(ONE, (), MOMENT) is not None


def test_missed_moments_are_one_reminder_of_the_latest():
    found = due(TWO, (), at(10, 30))
    assert found is not None and not found.again
    assert (found.due_utc_ms, found.exercise_ids) == (at(10), ("nod", "sit-tall"))


def test_what_was_done_within_a_window_before_the_moment_is_left_out():
    window = ONE.reminders.window_min * MINUTE_MS
    assert due(ONE, (), MOMENT, facts=DayFacts(done=(("nod", MOMENT - window - 1),)))
    for done in (MOMENT - window, MOMENT):
        assert due(ONE, (), MOMENT, facts=DayFacts(done=(("nod", done),))) is None
    assert due(ONE, (), MOMENT, facts=DayFacts(done=(("sit-tall", MOMENT),)))
    half = due(TWO, (), at(10), facts=DayFacts(done=(("nod", at(10)),)))
    assert half is not None and half.exercise_ids == ("sit-tall",)


def test_of_a_day_of_which_nothing_is_known_nothing_is_assumed():
    assert DayFacts() == DayFacts(FULL, (), False, False, False, None, PLANNED, False)
    assert Dosage(100, 0) == FULL
    found = due(ONE, (), MOMENT)
    assert found is not None and not found.silent


# --- once more


def test_a_snoozed_reminder_is_ready_for_four_hours():
    snoozed = shown("snoozed", MOMENT + 1, 10)
    ready = MOMENT + 1 + 10 * MINUTE_MS
    assert due(ONE, [snoozed], ready - 1) is None
    for now in (ready, ready + 4 * HOUR_MS):
        found = due(ONE, [snoozed], now)
        assert found is not None and found.again and found.due_utc_ms == MOMENT
    assert due(ONE, [snoozed], ready + 4 * HOUR_MS + 1) is None


def test_a_snooze_without_minutes_is_over_at_once():
    snoozed = shown("snoozed", MOMENT + MINUTE_MS)
    assert due(ONE, [snoozed], MOMENT + MINUTE_MS - 1) is None
    assert due(ONE, [snoozed], MOMENT + MINUTE_MS) is not None


def test_what_is_done_meanwhile_does_not_come_again():
    snoozed = shown("snoozed", MOMENT + 1, 10)
    done = DayFacts(done=(("nod", MOMENT + 5 * MINUTE_MS),))
    assert due(ONE, [snoozed], at(9), facts=done) is None
    assert due(ONE, [replace(snoozed, exercise_ids="gone")], at(9)) is None


def test_nothing_comes_again_on_the_next_day():
    late = plan(exercise(use="nod", times=["23:00"]))
    snoozed = Shown("nod", at(23), at(23), "clock", False, "snoozed", at(23, 40), 15)
    assert due(late, [snoozed], at(23, 55)) is not None
    assert due(late, [snoozed], at(0, 5, days=1)) is None


def test_who_answers_none_sees_each_moment_once():
    asks = DayFacts(asks_how=True)
    assert due(ONE, [shown()], MOMENT + 30 * MINUTE_MS) is not None
    assert due(ONE, [shown()], MOMENT + 30 * MINUTE_MS, facts=asks) is None
    assert due(ONE, [], MOMENT, facts=asks) is not None


def test_a_snoozed_showing_does_not_count_and_another_moments_neither():
    others = [
        replace(shown(), cause="dose"),
        replace(shown(), due_utc_ms=MOMENT - DAY_MS),
        shown("snoozed", MOMENT + 1, 10),
    ]
    assert showings([*others, shown()], shown()) == 1
    assert showings([*others, shown(), shown("none")], shown()) == 2


# --- the next moment


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ('days = ["mon"]', 3),
        ('days = ["fri"]', 7),
        ("starts = 2026-05-01", 42),
        ("every_days = 30\nstarts = 2026-03-20", 30),
    ],
)
@pytest.mark.parametrize("hour", [0, 8, 23])
def test_the_next_moment_is_told_however_far_it_is(fields: str, days: int, hour: int):
    far = plan(exercise(use="nod", times=[f"{hour:02}:00"]), f"{fields}\n")
    now = at(hour) + 5 * HOUR_MS  # what is missed for so long is left alone
    assert next_due(far, (), now) == at(hour, days=days)
    assert next_due(far, (), at(hour, days=days) - 1) == at(hour, days=days)


def test_no_moment_is_told_of_a_plan_that_is_over():
    over = plan(exercise(use="nod", times=["08:00"]), "ends = 2026-03-19\n")
    assert next_due(over, (), at(9)) is None


def test_of_faded_reminders_the_first_that_comes_is_told():
    """Of the next eight days: a share may leave out each of them."""
    few = DayFacts(dosage=Dosage(10))
    for days in range(200):
        now = at(12, days=days)
        ahead = [at(8, days=days + n + 1) for n in range(AHEAD_DAYS)]
        first = next((one for one in ahead if is_in(one, few.dosage)), None)
        told = decide(Snapshot(ONE, now, facts=few)).next_utc_ms
        assert told == first or (first is None and (told is None or told > ahead[-1]))


# --- the right moment


@pytest.mark.parametrize("activity", ["walking", "vehicle", "exercising", "lying"])
def test_who_is_busy_is_not_receptive(activity: str):
    assert not Wearer(worn=True, still=True, activity=activity).receptive
    assert not Wearer(activity=activity).receptive


def test_who_is_known_to_be_away_or_to_move_is_not_receptive():
    assert Wearer().receptive and Wearer(worn=True, still=True, activity="still").receptive
    assert not Wearer(worn=False).receptive and not Wearer(still=False).receptive
    assert not Wearer(worn=False, still=True).receptive
    assert not Wearer(worn=True, still=False).receptive


def test_a_move_break_comes_at_its_moment_and_is_told_as_one():
    stillness = ONE.reminders.move_break_min * MINUTE_MS
    wearer = Wearer(worn=True, still=True, still_since_utc_ms=at(15))
    before = decide(Snapshot(ONE, at(15) + stillness - 1, wearer))
    assert (before.due, before.why_not) == (None, Why.NOT_YET)
    found = decide(Snapshot(ONE, at(15) + stillness, wearer)).due
    assert found is not None and (found.exercise_ids, found.again) == ((MOVE_BREAK,), False)
    assert found.due_utc_ms == at(15) + stillness and "Or:" not in found.text


def test_no_move_break_is_due_without_a_rule_or_a_beginning():
    still = Wearer(worn=True, still=True, still_since_utc_ms=at(15))
    assert break_due(ONE, still) is not None
    assert break_due(ONE, replace(still, still_since_utc_ms=None)) is None
    assert break_due(ONE, replace(still, still=False)) is None
    never = plan(table("reminders", move_break_min=0), exercise(use="nod", times=["08:00"]))
    assert break_due(never, still) is None


def test_a_move_break_names_the_exercise_that_sits_upright():
    reset = next(each for each in TWO.current if each.id == "sit-tall")
    assert reset.movement == "posture_reset"
    wearer = Wearer(worn=True, still=True, still_since_utc_ms=at(14))
    done = [Shown("nod", at(10), at(10), "clock", False, "done", at(10))]
    found = decide(Snapshot(TWO, at(15), wearer, done)).due
    assert found is not None and found.text.endswith(f"Or: {reset.shown_name}, {reset.dose}.")


def test_a_move_break_is_drawn_once_an_hour():
    half = DayFacts(dosage=Dosage(50))
    weekly = plan(exercise(use="nod", times=["08:00"], days=["mon"]))
    drawn = set()
    for hour in range(24):
        for minute in (0, 19, 59):
            now = at(hour, minute, days=1)
            wearer = Wearer(worn=True, still=True, still_since_utc_ms=now - HOUR_MS)
            found = decide(Snapshot(weekly, now, wearer, facts=half)).due
            assert (found is not None) is is_in(at(hour, days=1), half.dosage)
            drawn.add(found is not None)
    assert drawn == {True, False}


# --- the budget


@pytest.mark.parametrize(
    ("ago_ms", "counts"), [(HOUR_MS, False), (HOUR_MS - 1, True), (0, True), (-1, False)]
)
def test_an_hours_budget_is_that_of_the_last_hour(ago_ms: int, counts: bool):
    """A moment ahead is of a clock that was set back."""
    budget = hour_budget(ONE)
    nudges = [MOMENT - MINUTE_MS] * (budget - 1)
    assert due(ONE, (), MOMENT, nudges_utc_ms=nudges) is not None
    found = due(ONE, (), MOMENT, nudges_utc_ms=[*nudges, MOMENT - ago_ms])
    assert (found is None) is counts
    history = [Shown("nod", 0, MOMENT - ago_ms, "dose", False)]
    assert (due(ONE, history, MOMENT, nudges_utc_ms=nudges) is None) is counts
    assert due(ONE, [replace(history[0], silent=True)], MOMENT, nudges_utc_ms=nudges) is not None


@pytest.mark.parametrize(
    ("ago_ms", "counts"), [(DAY_MS, False), (DAY_MS - 1, True), (0, True), (-1, False)]
)
def test_a_days_budget_is_that_of_the_last_day(ago_ms: int, counts: bool):
    nudges = [MOMENT - 2 * HOUR_MS] * (day_budget(ONE) - 1)
    assert due(ONE, (), MOMENT, nudges_utc_ms=nudges) is not None
    found = due(ONE, (), MOMENT, nudges_utc_ms=[*nudges, MOMENT - ago_ms])
    assert (found is None) is counts


def test_without_buzzes_there_is_a_budget_for_exercises():
    none = table("nudge", per_hour=0, per_day=0)
    silent = plan(none, exercise(use="nod", times=["08:00"]))
    assert (hour_budget(silent), day_budget(silent)) == (1, 6)
    assert due(silent, (), MOMENT, nudges_utc_ms=[MOMENT - 1]) is None
    assert due(silent, (), MOMENT) is not None


# --- the diary


def test_the_diarys_question_is_open_for_four_hours_and_never_silent():
    diary = table("reminders", diary="10:00")
    morning = plan(diary, exercise(use="nod", times=["08:00"], days=["mon"]))
    is_open = DayFacts(dosage=Dosage(100, 100), diary_open=True)
    assert due(morning, (), at(10)) is None
    for now in (at(10), at(14)):
        found = due(morning, (), now, facts=is_open)
        assert found is not None and not found.silent
    assert due(morning, (), at(14) + 1, facts=is_open) is None
    asked = Shown("diary", at(10), at(10), "diary", False, "snoozed", at(10, 1))
    assert due(morning, [asked], at(10, 1) - 1, facts=is_open) is None
    assert due(morning, [asked], at(10, 1), facts=is_open) is not None


# --- draws


def test_a_share_is_of_a_hundred_lots():
    """The lot that has the share's number is not drawn: the lots begin at 0."""
    hours = range(at(0), at(0) + 40 * DAY_MS, HOUR_MS)
    limit = next(each for each in hours if lot(each, "shown") == 25)
    assert is_in(limit, Dosage(26)) and not is_in(limit, Dosage(25))
    limit = next(each for each in hours if lot(each, "probe") == 20)
    probes = [
        is_probe(Snapshot(ONE, limit, facts=DayFacts(dosage=Dosage(100, pct))), limit)
        for pct in (20, 21)
    ]
    assert probes == [False, True]


# --- the patient's choice and pause


def test_two_or_three_times_can_be_chosen():
    three = parse_choice("times 07:00 08:00 09:00", None)
    assert three.times == (dt.time(7), dt.time(8), dt.time(9))


def test_a_moment_moves_into_a_span_and_out_of_it():
    """Both ways, and the span holds its end and not its beginning."""
    plan_of_two = plan(exercise(use="nod", times=["08:00", "20:00"]))
    noon = Choice(How.TIMES, (dt.time(12),))
    for after, until, count in (
        (at(11), at(13), 1),
        (at(11), at(12), 1),
        (at(12), at(13), 0),
        (at(7), at(9), 0),
        (at(19), at(21), 0),
        (at(12) - 1, at(12) - 1, 0),
    ):
        assert len(moments(plan_of_two, noon, after, until)) == count
    assert moments(plan_of_two, noon, at(11), at(12))[0].exercise_ids == ("nod",)


def test_only_by_choice_or_on_hold_nothing_comes():
    assert not DayFacts().is_off
    assert DayFacts(on_hold=True).is_off and DayFacts(choice=Choice(How.NONE)).is_off


def test_a_pause_holds_from_its_choice_to_before_its_end():
    held = [Pause(5, 9).holds_at(each) for each in (4, 5, 8, 9)]
    assert held == [False, True, True, False]


# --- words

HABITS = plan(
    exercise(use="nod", times=["12:00"]),
    'anchors = [{ habit = "after breakfast", time = "08:00" }, { habit = "before the news", time = "19:30" }]\n',
    exercise(use="sit-tall", times=["08:00"]),
)
NOD, SIT = (f"{each.shown_name}: {each.dose}." for each in HABITS.current)


@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [
        (8, 0, f"After breakfast. {NOD} {SIT}"),
        (19, 30, f"Before the news. {NOD}"),
        (12, 0, NOD),
    ],
)
def test_a_reminder_names_the_habit_of_its_time(hour: int, minute: int, text: str):
    done = DayFacts(done=(("nod", at(8)), ("sit-tall", at(8)))) if hour > 8 else DayFacts()
    found = due(HABITS, (), at(hour, minute), facts=done)
    assert found is not None and found.text == text


@pytest.mark.parametrize("about", [ONE, HABITS])
def test_what_comes_again_says_so_in_place_of_the_habit(about: Plan):
    found = due(about, [shown()], MOMENT + 30 * MINUTE_MS)
    assert found is not None and found.again
    assert found.text == f"If it suits you now. {NOD}"
