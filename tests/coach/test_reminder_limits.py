"""The limits of the reminders' rules, each to its last millisecond: what nobody answers, and move breaks."""

import datetime as dt
from dataclasses import replace

import pytest

from poise.coach.plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, utc_ms
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.choice import Choice, How
from poise.coach.reminders.facts import DayFacts, Snapshot, Wearer, day_budget
from poise.coach.reminders.fading import Dosage
from poise.coach.reminders.move_break import move_break
from poise.coach.reminders.policy import BREAK_MS, PREFER_MS
from poise.coach.reminders.unanswered import ASK_AGAIN_DAYS, asks_diary, asks_how, halvings
from tests.support.decided import due
from tests.support.plans import exercise, plan_text, table
from tests.support.reminder_year import Shown

PLAN = parse_plan(
    plan_text(exercise(use="nod", times=["08:00"]), zone="UTC", quiet=("22:00", "06:00"))
)
RULES = replace(PLAN.reminders, ignored_pct=50, window_min=60, fade=True)
NOW = utc_ms(PLAN, dt.date(2026, 3, 20), dt.time(15, 0))


def shown(ago_ms: int, answer: str | None = None, *, cause="clock", silent=False) -> Shown:
    at = NOW - ago_ms
    return Shown("nod", at, at, cause, silent, answer)


def hours(*ago_h: float, answer: str | None = None) -> list[Shown]:
    return [shown(int(each * HOUR_MS), answer) for each in ago_h]


# --- what nobody answers

FOUR = (70, 50, 30, 10)  # hours ago: within three days


@pytest.mark.parametrize(
    ("history", "count"),
    [
        (hours(*FOUR), 1),
        (hours(*FOUR[1:]), 0),  # three tell nothing
        ([*hours(70, 50, answer="done"), *hours(30, 10)], 0),  # half is not more than half
        ([*hours(70, answer="done"), *hours(50, 30, 10)], 1),
        (hours(*FOUR, answer="none"), 1),  # shut without an answer
        (hours(*FOUR, answer="skipped"), 0),  # "no" is an answer
        ([*hours(70, 50, 30), shown(HOUR_MS)], 0),  # it may be answered yet
        ([*hours(70, 50, 30), shown(HOUR_MS + 1)], 1),
        ([*hours(70, 50, 30), shown(10 * HOUR_MS, silent=True)], 0),  # nobody saw it
        ([*hours(95, 90, 85, 80, answer="done"), *hours(*FOUR)], 1),  # over three days ago
        ([*hours(66, 64, 62, 60, answer="done"), *hours(40, 30, 20, 10)], 0),
    ],
)
def test_what_counts_as_without_an_answer(history: list[Shown], count: int) -> None:
    assert halvings(RULES, history, NOW) == count


def daily(days: int) -> list[Shown]:
    """Two a day for so many days, the first of them so many days ago."""
    ago = [day * DAY_MS - part for day in range(days, 0, -1) for part in (0, 6 * HOUR_MS)]
    return [shown(each) for each in ago]


@pytest.mark.parametrize(("days", "count"), [(2, 1), (5, 1), (6, 2), (12, 2), (13, 3), (40, 3)])
def test_the_longer_the_fewer(days: int, count: int) -> None:
    assert halvings(RULES, daily(days), NOW) == count


def test_the_first_reminder_is_where_the_days_begin() -> None:
    history = daily(6)
    assert halvings(RULES, history, NOW) == 2
    assert halvings(RULES, history[1:], NOW) == 1  # six hours later


@pytest.mark.parametrize(("answered", "count"), [(1, 2), (2, 1)])
def test_hardly_is_one_of_ten(answered: int, count: int) -> None:
    history = [shown(7 * DAY_MS), *[shown(k * 12 * HOUR_MS) for k in range(10, 0, -1)]]
    for number in range(answered):
        history[number + 1].answer = "done"
    assert halvings(RULES, history, NOW) == count


@pytest.mark.parametrize(("answered", "of", "count"), [(2, 20, 2), (2, 19, 1)])
def test_hardly_is_a_tenth_and_no_more(answered: int, of: int, count: int) -> None:
    history = [shown((k * 8 + 2) * HOUR_MS) for k in range(of - 1, -1, -1)]
    for each in history[:answered]:
        each.answer = "done"
    assert halvings(RULES, history, NOW) == count


def test_an_answer_of_this_week_counts_though_there_were_few_before() -> None:
    """One of five this week, of nineteen in two weeks: the second week is not looked at."""
    before = [shown(7 * DAY_MS + k * 12 * HOUR_MS) for k in range(14, 0, -1)]
    week = [shown(6 * DAY_MS, "done"), *hours(*FOUR)]
    assert halvings(RULES, [*before, *week], NOW) == 1


def test_the_share_ignored_is_taken_exactly() -> None:
    """Of thirteen 31 %, of five 60 % and of the last four of these 75 %."""
    rules = replace(RULES, ignored_pct=30)
    history = [*hours(*range(40, 31, -1), answer="done"), *hours(9, 7, 5, 3)]
    assert halvings(rules, history, NOW) == 1
    assert halvings(replace(rules, ignored_pct=31), history, NOW) == 0
    five = [*hours(72, 60, answer="done"), *hours(50, 40, 30)]
    assert halvings(replace(rules, ignored_pct=60), five, NOW) == 0
    five[0] = shown(72 * HOUR_MS + 1, "done")
    assert halvings(replace(rules, ignored_pct=60), five, NOW) == 1


def test_an_exercise_in_the_window_is_an_answer() -> None:
    history = hours(*FOUR)
    at = [each.fired_utc_ms for each in history]
    window = RULES.window_min * MINUTE_MS
    assert halvings(RULES, history, NOW, [("nod", each) for each in at[:2]]) == 0
    assert halvings(RULES, history, NOW, [("nod", each + window) for each in at[:2]]) == 0
    assert halvings(RULES, history, NOW, [("nod", each + window + 1) for each in at[:2]]) == 1
    assert halvings(RULES, history, NOW, [("nod", each - 1) for each in at[:2]]) == 1
    assert halvings(RULES, history, NOW, [("turn", each) for each in at[:2]]) == 1


def test_a_choice_begins_anew() -> None:
    history = hours(*FOUR)
    since = [Choice(How.PLANNED, (), each.fired_utc_ms) for each in history[:2]]
    assert halvings(RULES, history, NOW, (), since[0]) == 1
    assert halvings(RULES, history, NOW, (), since[1]) == 0
    long = daily(13)
    assert asks_how(RULES, long, NOW)
    assert not asks_how(RULES, daily(12), NOW)
    assert not asks_how(replace(RULES, fade=False), long, NOW)
    old = NOW - ASK_AGAIN_DAYS * DAY_MS
    assert asks_how(RULES, long, NOW, (), Choice(How.PLANNED, (), old))
    assert not asks_how(RULES, long, NOW, (), Choice(How.PLANNED, (), old + 1))


# --- move breaks

BREAK = PLAN.reminders.move_break_min * MINUTE_MS


def still(ago_ms: int = BREAK) -> Wearer:
    return Wearer(worn=True, still=True, activity="still", still_since_utc_ms=NOW - ago_ms)


def breaks(**more) -> bool:
    seen = Snapshot(PLAN, NOW, still())
    return move_break(replace(seen, **more)) is not None


def test_a_break_comes_after_half_an_hour_of_stillness() -> None:
    assert breaks()
    assert not breaks(wearer=still(BREAK - 1))
    assert not breaks(wearer=replace(still(), worn=None))
    assert not breaks(wearer=replace(still(), activity="walking"))
    assert not breaks(facts=DayFacts(on_hold=True))
    assert not breaks(facts=DayFacts(dosage=Dosage(0)))


@pytest.mark.parametrize(("ago_ms", "comes"), [(BREAK - 1, False), (BREAK, True)])
def test_no_break_after_what_has_the_same_effect(ago_ms: int, comes: bool) -> None:
    assert breaks(nudges_utc_ms=[NOW - ago_ms]) is comes
    assert breaks(history=[shown(ago_ms)]) is comes


def test_breaks_are_few_a_day() -> None:
    most = PLAN.reminders.move_breaks_a_day
    earlier = [shown((2 + k) * HOUR_MS, cause="dose") for k in range(most)]
    assert not breaks(history=earlier)
    assert breaks(history=earlier[1:])
    assert breaks(history=[shown(DAY_MS, cause="dose"), *earlier[1:]])  # a day ago is another day
    assert not breaks(history=[shown(DAY_MS - 1, cause="dose"), *earlier[1:]])
    # Reminders of exercises are none of them.
    assert breaks(history=[*earlier[1:], *hours(3, 4, 5)])


def test_a_break_leaves_room_for_the_exercises() -> None:
    """Buzzes and reminders of a day share its budget; what is still to come today is kept free."""
    budget = day_budget(PLAN)
    spent = [NOW - (2 + k) * HOUR_MS for k in range(budget - 1)]
    assert breaks(nudges_utc_ms=spent)
    assert not breaks(nudges_utc_ms=[*spent, NOW - DAY_MS + 1])
    assert breaks(nudges_utc_ms=[*spent, NOW - DAY_MS])
    assert breaks(nudges_utc_ms=spent, history=[shown(5 * HOUR_MS, silent=True)])
    assert not breaks(nudges_utc_ms=spent, history=[shown(5 * HOUR_MS)])
    assert breaks(nudges_utc_ms=spent[1:], history=[shown(5 * HOUR_MS)])
    assert breaks(nudges_utc_ms=spent, history=[shown(DAY_MS)])
    assert not breaks(nudges_utc_ms=spent, history=[shown(DAY_MS - 1)])
    early = utc_ms(PLAN, dt.date(2026, 3, 20), dt.time(7, 0))
    seen = Snapshot(PLAN, early, replace(still(), still_since_utc_ms=early - BREAK))
    before = [early - (2 + k) * HOUR_MS for k in range(budget - 1)]
    assert move_break(replace(seen, nudges_utc_ms=before[1:])) is not None
    assert move_break(replace(seen, nudges_utc_ms=before)) is None  # 08:00 is still to come


def test_a_break_leaves_room_for_what_comes_today_and_no_more() -> None:
    """Not for tomorrow's first moment; for the diary's question if it is still to come."""
    night = parse_plan(plan_text(exercise(use="nod", times=["00:30"]), quiet=("22:00", "00:00")))
    budget = day_budget(night)
    spent = [NOW - (2 + k) * HOUR_MS for k in range(budget - 1)]
    assert breaks(plan=night, nudges_utc_ms=spent)
    is_open = DayFacts(diary_open=True)
    assert breaks(plan=night, nudges_utc_ms=spent, facts=is_open)  # a plan without the question
    assert breaks(plan=DIARY_PLAN, nudges_utc_ms=spent)
    assert not breaks(plan=DIARY_PLAN, nudges_utc_ms=spent, facts=is_open)
    assert breaks(plan=DIARY_PLAN, nudges_utc_ms=spent[1:], facts=is_open)


# --- the moment and the snooze

DIARY_PLAN = parse_plan(
    plan_text(
        table("reminders", diary="20:30"), exercise(use="nod", times=["08:00"]), zone="UTC",
        quiet=("23:00", "06:00"),
    )
)  # fmt: skip
ASKED = utc_ms(DIARY_PLAN, dt.date(2026, 3, 20), dt.time(20, 30))
DONE = (("nod", ASKED - 12 * HOUR_MS),)


def diary(at_ms: int, *history: Shown) -> bool:
    found = due(DIARY_PLAN, history, at_ms, facts=DayFacts(diary_open=True, done=DONE))
    return found is not None and found.cause == "diary"


def asked(answer: str | None, at_ms: int = ASKED, snooze_min: int | None = None) -> Shown:
    return Shown("diary", ASKED, at_ms, "diary", False, answer, at_ms + 1, snooze_min)


def test_the_diary_asks_once_and_after_a_snooze() -> None:
    assert diary(ASKED) and not diary(ASKED - 1)
    later = ASKED + 3 * MINUTE_MS
    assert not diary(later, asked(None)) and not diary(later, asked("done"))
    snoozed = asked("snoozed", snooze_min=2)
    until = ASKED + 1 + 2 * MINUTE_MS
    assert not diary(until - 1, snoozed) and diary(until, snoozed)
    # The answer to the last question counts.
    assert not diary(later + HOUR_MS, snoozed, asked("done", later))


@pytest.mark.parametrize(
    ("unused", "days"),
    [(1, 1), (2, 1), (3, 2), (5, 2), (6, 4), (8, 4), (9, 7), (30, 7)],
)
@pytest.mark.parametrize("used", [True, False])
def test_a_question_that_nobody_uses_comes_less_often(unused: int, days: int, used: bool) -> None:
    """So many questions without use since the last one that was answered, two days apart."""
    last = dt.date(2026, 3, 20)
    before = [(last - dt.timedelta(2 * k), False) for k in range(unused - 1, -1, -1)]
    if used:
        day = last - dt.timedelta(2 * unused)
        before = [(day - dt.timedelta(2), False), (day, True), *before]
    assert not asks_diary(before, (), last + dt.timedelta(days - 1))
    assert asks_diary(before, (), last + dt.timedelta(days))
    assert asks_diary(before, [last], last + dt.timedelta(1))


@pytest.mark.parametrize(
    ("moved_ago_ms", "waited_ms", "comes"),
    [
        (BREAK_MS, 0, True),  # between two things
        (BREAK_MS + 1, 0, False),  # at work: a better moment is awaited
        (BREAK_MS + 1, PREFER_MS - 1, False),
        (BREAK_MS + 1, PREFER_MS, True),
    ],
)
def test_a_reminder_waits_for_a_break(moved_ago_ms: int, waited_ms: int, comes: bool) -> None:
    now = utc_ms(PLAN, dt.date(2026, 3, 20), dt.time(8, 0)) + waited_ms
    wearer = Wearer(worn=True, still=True, activity="still", still_since_utc_ms=now - moved_ago_ms)
    assert (due(PLAN, (), now, wearer) is not None) is comes
    assert (BREAK_MS, PREFER_MS) == (
        3 * MINUTE_MS,
        15 * MINUTE_MS,
    ) and RULES.window_min * MINUTE_MS > PREFER_MS


def test_a_poor_moment_is_better_than_none() -> None:
    """A wearer who moves all the time is reminded at the window's end."""
    moves = Wearer(worn=True, still=False, activity="still")
    end = utc_ms(PLAN, dt.date(2026, 3, 20), dt.time(8, 0)) + RULES.window_min * MINUTE_MS
    assert due(PLAN, (), end - 1, moves) is None
    assert due(PLAN, (), end, moves) is not None
