"""Headache days, pain and medicine days of a period, and scores: by hand, and whatever the diary."""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poise.coach.measures import MEASURES
from poise.insight.diary_period import (
    CONVENTIONS,
    PER_DAYS,
    Days,
    compared,
    days_change,
    days_of,
    diary_period,
    rating_change,
    rating_of,
)
from poise.insight.scores import scores

FIRST = dt.date(2026, 11, 2)


@dataclass(frozen=True)
class Entry:
    """A day of a diary."""

    day: dt.date
    headache: bool | None = None
    headache_nrs: int | None = None
    neck_nrs: int | None = None
    medication: tuple[str, ...] = ()


@dataclass(frozen=True)
class Score:
    """A stored score."""

    day: dt.date
    measure: str
    score: float


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(number)


def last(days: int) -> dt.date:
    return day(days - 1)


ANSWERS = st.tuples(
    st.none() | st.booleans(),
    st.none() | st.integers(0, 10),
    st.lists(st.sampled_from(("simple", "triptan", "opioid")), unique=True).map(tuple),
)


@given(st.integers(1, 60), st.dictionaries(st.integers(-5, 70), ANSWERS))
def test_a_day_that_was_not_logged_is_in_no_count(days: int, told: dict):
    entries = [
        Entry(day(number), aches, nrs if aches else None, nrs, taken)
        for number, (aches, nrs, taken) in sorted(told.items())
    ]
    found = diary_period(entries, FIRST, last(days))
    inside = [one for number, one in told.items() if 0 <= number < days]
    assert found.headache.logged == sum(aches is not None for aches, _, _ in inside)
    assert found.headache.days == sum(aches is True for aches, _, _ in inside)
    assert found.medicine.days == sum(bool(taken) for _, _, taken in inside)
    assert found.neck_nrs.days == sum(nrs is not None for _, nrs, _ in inside)
    for one in (found.headache, found.medicine, *found.by_class.values()):
        assert one.days <= one.logged <= one.of == days
        enough = one.logged >= 14 and 2 * one.logged >= days
        assert (one.per_28 is None) is not enough
        if one.per_28 is not None:
            assert one.per_28 == pytest.approx(PER_DAYS * one.days / one.logged)
            change = days_change(one, one)
            assert change is not None and change.low <= 0 <= change.high
    # What was never written changes nothing but the number of days.
    silent = [entry for entry in entries if entry.headache is not None or entry.neck_nrs is not None
              or entry.medication]  # fmt: skip
    assert diary_period(silent, FIRST, last(days)) == found


def of(days: int, logged: int) -> Days:
    return days_of(days, logged, logged)


def test_a_change_by_hand():
    # Newcombe, Stat Med 17:873, table II, (a): 56/70 less 48/80 is 0.0524 to 0.3339 by his method 10.
    found = days_change(of(48, 80), of(56, 70))
    assert found is not None
    assert found.low / PER_DAYS == pytest.approx(0.0524, abs=1e-4)
    assert found.high / PER_DAYS == pytest.approx(0.3339, abs=1e-4)
    assert found.percent == pytest.approx(100 / 3)
    assert days_change(of(0, 28), of(3, 28)).percent is None  # pyright: ignore[reportOptionalMemberAccess]
    assert days_change(days_of(3, 9, 28), of(3, 28)) is None


@pytest.mark.parametrize(
    ("after", "reached"),
    [(12, 0.0), (8, 0.0), (7, CONVENTIONS[0]), (6, CONVENTIONS[0]), (5, CONVENTIONS[1]), (0, CONVENTIONS[1])],
)  # fmt: skip
def test_the_conventions_begin_at_their_own_share(after: int, reached: float):
    found = days_change(of(10, 28), of(after, 28))
    assert found is not None and found.convention == reached


def test_a_rating_changes_by_more_than_its_error_or_within_it():
    assert rating_change(rating_of([6] * 9), rating_of([3, 4] * 4)).reading == "within"  # pyright: ignore[reportOptionalMemberAccess]
    assert rating_change(rating_of([6] * 9), rating_of([3] * 9)).reading == "beyond"  # pyright: ignore[reportOptionalMemberAccess]
    assert rating_change(rating_of([6, 6, None]), rating_of([3] * 9)) is None
    found = rating_of([2, 0, 9, 4, 3])
    assert (found.median, found.days, found.low, found.high) == (3, 5, 2, 4)
    nothing = diary_period([], FIRST, last(28))
    found = compared(nothing, nothing)
    assert (found.headache, found.headache_nrs, found.neck_nrs) == (None, None, None)


@pytest.mark.parametrize(
    ("measure", "first", "latest", "reading"),
    [
        ("ndi", 20, 15, "within"),
        ("ndi", 20, 14, "beyond"),
        ("psfs", 4, 5, "within"),
        ("psfs", 4, 6, "beyond"),
        ("hit6", 64, 57, "below"),
        ("hit6", 64, 56, "reached"),
        ("halt", 40, 10, "unknown"),
        ("pgic", 4, 1, ""),
    ],
)
def test_what_is_said_of_two_scores(measure: str, first: float, latest: float, reading: str):
    rows = [Score(day(0), measure, first), Score(day(20), measure, latest)]
    (found,) = scores([*rows, Score(day(40), measure, first)], day(30))
    assert (found.first, found.latest, found.count, found.reading) == (first, latest, 2, reading)
    assert scores(rows, day(-1)) == ()
    assert MEASURES[measure].low <= min(first, latest)
