"""Reminders that nobody answers: fewer and fewer, the question after two weeks, and the patient's own choice."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poise.coach.plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, local, utc_ms
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.choice import PLANNED, Choice, How, moments, parse_choice
from poise.coach.reminders.facts import DayFacts, Snapshot, Wearer
from poise.coach.reminders.fading import dosage
from poise.coach.reminders.policy import ASK_HOW, decide
from poise.coach.reminders.unanswered import (
    ASK_AFTER_DAYS,
    ASK_AGAIN_DAYS,
    HISTORY_DAYS,
    asks_diary,
    asks_how,
    halvings,
)
from tests.support.plans import exercise, plan_text, table
from tests.support.reminder_year import Shown

# Six moments a day, and the diary's question.
PLAN = parse_plan(
    plan_text(
        table("reminders", diary="20:30"),
        exercise(use="nod", times=["08:00", "10:00", "12:00"]),
        exercise(use="sit-tall", times=["14:00", "16:00", "18:00"]),
        zone="Europe/Berlin",
        quiet=("21:30", "07:00"),
    )
)
FIRST = dt.date(2026, 1, 1)


@dataclass
class Person:
    """Answers and does what the test says, day by day. `does`: day -> share of reminders answered with "done"."""

    does: dict[int, float] = field(default_factory=dict)
    writes: set[int] = field(default_factory=set)  # days on which the diary is written
    choices: dict[int, Choice] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    asked: list[int] = field(
        default_factory=list
    )  # days on which Poise asks how reminders should be
    choice: Choice = PLANNED

    def live(self, days: int) -> None:
        """Live so many days; each reminder comes at its moment, and each is looked at twice."""
        for number in range(days):
            self._live_day(number)

    def _live_day(self, number: int) -> None:
        day = FIRST + dt.timedelta(number)
        begin, end = (utc_ms(PLAN, each, dt.time(7)) for each in (day, day + dt.timedelta(1)))
        if number in self.choices:
            self.choice = replace(self.choices[number], since_utc_ms=begin)
        history = [
            one
            for one in self.shown
            if one.cause == "clock" and one.fired_utc_ms > begin - HISTORY_DAYS * DAY_MS
        ]
        asks = asks_how(PLAN.reminders, history, begin, (), self.choice)
        self.asked += [number] if asks else []
        questions = [
            (local(PLAN, one.fired_utc_ms).date(), one.answer is not None)
            for one in self.shown
            if one.cause == "diary"
        ]
        written = [FIRST + dt.timedelta(n) for n in self.writes if n < number]
        facts = DayFacts(
            dosage=dosage(PLAN.reminders, [], history, begin, (), self.choice),
            diary_open=asks_diary(questions, written, day) and number not in self.writes,
            choice=self.choice,
            asks_how=asks,
        )
        self._remind(begin, end, number, facts)

    def _remind(self, begin: int, end: int, number: int, facts: DayFacts) -> None:
        now: int | None = begin
        while now is not None and now < end:
            recent = [one for one in self.shown[-20:] if one.fired_utc_ms > now - DAY_MS]
            seen = Snapshot(PLAN, now, Wearer(), recent, facts=facts)
            decision = decide(seen)
            due = decision.due
            if due is not None:
                assert (ASK_HOW in due.text) is (facts.asks_how and due.cause == "clock")
                row = Shown(due.key, due.due_utc_ms, now, due.cause, due.silent)
                if not due.silent and len(self.shown) % 100 < 100 * self.does.get(number, 0):
                    row.answer, row.answered_utc_ms = "done", now + MINUTE_MS
                self.shown.append(row)
            following = decision.next_utc_ms
            now = None if following is None else max(following, now + 10 * MINUTE_MS)

    def by_day(self, cause: str) -> Counter[int]:
        """Reminders of each day."""
        return Counter(
            (local(PLAN, one.fired_utc_ms).date() - FIRST).days
            for one in self.shown
            if one.cause == cause and not one.silent
        )


def test_who_never_answers_is_asked_after_two_weeks_and_reminded_less_than_once_a_day():
    person = Person()
    person.live(365)
    clock, diary = person.by_day("clock"), person.by_day("diary")
    assert clock[0] >= 6  # each comes a second time
    weeks = [sum(clock[day] for day in range(n, n + 7)) for n in range(0, 364, 7)]
    assert weeks[0] > weeks[1] > weeks[2] > 0
    assert max(weeks[3:]) <= 12 and sum(weeks[4:]) / len(weeks[4:]) < 7
    assert person.asked[0] in range(ASK_AFTER_DAYS, ASK_AFTER_DAYS + 2)
    assert person.asked == list(range(person.asked[0], 365))  # it asks until there is a choice
    assert sum(diary[day] for day in range(30)) <= 12
    assert all(sum(diary[day] for day in range(n, n + 28)) == 4 for n in range(60, 337))


def test_an_answer_brings_them_back():
    silent = Person()
    silent.live(40)
    person = Person(does=dict.fromkeys(range(30, 40), 1.0), writes={34})
    person.live(40)
    assert 30 in person.asked and max(person.asked) < 40 - 5
    back = [sum(one.by_day("clock")[day] for day in range(34, 40)) for one in (silent, person)]
    assert back[1] > 2 * back[0]
    assert person.by_day("diary").keys() >= {35, 36, 37}


@settings(max_examples=6)
@given(
    how=st.sampled_from([How.PLANNED, How.SELDOM, How.TIMES, How.BUZZ, How.NONE]),
    day=st.integers(0, 200),
    share=st.sampled_from([0.0, 0.05, 0.3, 1.0]),
)
def test_a_choice_holds_for_the_rest_of_the_year_whatever_is_answered(
    how: How, day: int, share: float
):
    times = (dt.time(9, 15), dt.time(17)) if how is How.TIMES else ()
    person = Person(dict.fromkeys(range(120), share), choices={day: Choice(how, times)})
    person.live(120)
    after = [
        one
        for one in person.shown
        if local(PLAN, one.fired_utc_ms).date() >= FIRST + dt.timedelta(day)
    ]
    clock = [one for one in after if one.cause == "clock"]
    assert not any(day <= number < day + ASK_AGAIN_DAYS for number in person.asked)
    due = {local(PLAN, one.due_utc_ms).time() for one in clock}
    if how is How.NONE:
        assert after == []
    elif how is How.TIMES:
        assert due <= set(times)
    else:
        assert due <= {dt.time(hour) for hour in range(8, 19, 2)}
    if how is How.SELDOM:
        moments_a_day = len({one.due_utc_ms for one in clock}) / (365 - day)
        assert moments_a_day < 6 * 0.35


def test_it_asks_again_eight_weeks_after_a_choice_that_changed_nothing():
    person = Person(choices={20: Choice(How.PLANNED)})
    person.live(90)
    assert person.asked == [*range(person.asked[0], 20), *range(20 + 8 * 7, 90)]


def test_doing_the_exercise_within_the_window_is_an_answer():
    begin = utc_ms(PLAN, FIRST, dt.time(8))
    shown = [
        Shown("nod", at, at, "clock", False) for at in range(begin, begin + 20 * DAY_MS, DAY_MS)
    ]
    now = begin + 20 * DAY_MS
    assert halvings(PLAN.reminders, shown, now) == 3
    done = [("nod", one.fired_utc_ms + 20 * MINUTE_MS) for one in shown]
    assert halvings(PLAN.reminders, shown, now, done) == 0
    late = [("nod", one.fired_utc_ms + 2 * HOUR_MS) for one in shown]
    assert halvings(PLAN.reminders, shown, now, late) == 3


def test_chosen_times_gather_the_nearest_moments_of_the_day_on_both_changes_of_clocks():
    choice = Choice(How.TIMES, (dt.time(9, 15), dt.time(17)))
    for day in (dt.date(2026, 3, 29), dt.date(2026, 10, 25)):
        begin, end = (utc_ms(PLAN, each, dt.time()) for each in (day, day + dt.timedelta(1)))
        found = moments(PLAN, choice, begin - 1, end - 1)
        told = [(f"{local(PLAN, one.due_utc_ms):%H:%M}", one.exercise_ids) for one in found]
        assert told == [("09:15", ("nod",)), ("17:00", ("sit-tall",))]


def test_a_new_choice_brings_back_no_moment_that_is_over():
    now = utc_ms(PLAN, FIRST, dt.time(11))
    for how, times in ((How.PLANNED, ()), (How.TIMES, (dt.time(10, 30),))):
        chosen = Choice(how, times, now - MINUTE_MS)
        assert decide(Snapshot(PLAN, now, facts=DayFacts(choice=chosen))).due is None
        before = replace(chosen, since_utc_ms=now - 3 * HOUR_MS - 1)
        assert decide(Snapshot(PLAN, now, facts=DayFacts(choice=before))).due is not None


@pytest.mark.parametrize("value", ["planned", "seldom", "times 09:00 17:30", "buzz", "none"])
def test_a_choice_is_read_as_it_is_kept(value: str):
    assert parse_choice(value, 5).value == value


@pytest.mark.parametrize(
    "value",
    ["often", "times", "times 9", "none 09:00", "times 25:00", "times 07:00 08:00 09:00 10:00"],
)
def test_another_text_is_no_choice(value: str):
    with pytest.raises(ValueError):
        parse_choice(value, None)
