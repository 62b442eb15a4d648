"""A visit's figures: the period since the last one, its errors, what asks for attention; the list says the same."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poise.coach.adherence import Tally
from poise.coach.plan.moments import DAY_MS
from poise.history.roster import listed
from poise.history.visit import figures_of, note, time_line, visit
from poise.insight.diary_period import LEAST_LOGGED, PER_DAYS, days_of
from poise.insight.visit import figures, pain_rise
from poise.store import Store
from poise.store.diary import DiaryRow
from poise.timebase.calendar import local_date, local_zone
from poise.words import clinic as words
from tests.support.plans import exercise, plan_text

NOW = 1_790_000_000_000
TODAY = local_date(NOW, local_zone())
DAY = dt.timedelta(1)


def entry(
    day: dt.date, headache: bool | None = None, *, medicine: tuple[str, ...] = ()
) -> DiaryRow:
    """A day of the diary."""
    return DiaryRow(day, headache, None, None, medicine, "", NOW, False, "t")


def test_wilsons_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    for share, told in ((0.1, 28), (0.3, 28), (0.5, 60), (0.9, 14)):
        found = [days_of(int(days), told, told) for days in rng.binomial(told, share, 2_000)]
        truth = PER_DAYS * share
        inside = [(one.low or 0) <= truth <= (one.high or 0) for one in found]
        assert 0.92 <= np.mean(inside) <= 0.985, (share, told)
    assert days_of(2, LEAST_LOGGED - 1, LEAST_LOGGED).per_28 is None
    none = days_of(0, 28, 28)
    assert (
        none.low == 0
        and none.high is not None
        and math.isclose(none.high, 28 * 3.8416 / 31.8416, rel_tol=1e-3)
    )


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(-20, 60), st.sampled_from((None, False, True)), st.integers(0, 2)),
        max_size=40,
    ),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_two_periods_in_a_row_add_up_and_no_day_counts_in_both(days, first: int, length: int):
    at = lambda n: TODAY + DAY * n  # noqa: E731
    by_day = {at(n): (headache, taken) for n, headache, taken in days}
    entries = [
        entry(day, headache, medicine=("simple", "triptan")[:count])
        for day, (headache, count) in by_day.items()
    ]
    tallies = [Tally(at(n), 2, n % 2, 0, 1, excused=n % 5 == 0) for n in range(-20, 60)]

    def of(a: int, b: int):
        return figures(
            at(a),
            at(b),
            entries=entries,
            tallies=tallies,
            exposure={},
            stops=0,
        )

    middle = first + length // 2
    both, one, two = of(first, first + length), of(first, middle), of(middle + 1, first + length)
    for read in (
        lambda f: f.days, lambda f: f.diary.headache.days, lambda f: f.diary.headache.logged,
        lambda f: f.diary.medicine.days,
        lambda f: f.exercises.done, lambda f: f.exercises.prescribed, lambda f: f.exercises.excused,
    ):  # fmt: skip
        assert read(both) == read(one) + read(two)
    assert all(words.measures(each).keys() == words.MEASURES.keys() for each in (both, one, two))


@pytest.fixture
def clinic(tmp_path):
    """A store of two patients; the first has a plan of sixty days ago, and told every day of a headache every third."""
    with Store.open(tmp_path / "poise.db") as store:
        text = plan_text(exercise(use="chin-tuck"), zone=str(local_zone()))
        store.plans.put(text, "T", NOW - 60 * DAY_MS)
        store.patients.name(store.patient_id, "P-1")
        store.patients.add("P-2", NOW)
        for n in range(1, 61):
            store.diary.put(
                entry(TODAY - DAY * n, n % 3 == 0, medicine=("triptan",) if n % 3 == 0 else ())
            )
        yield store


def test_a_visit_is_what_happened_since_the_last_one(clinic: Store):
    first = visit(clinic, NOW)
    assert first.since is None and first.now.days == 60 and first.diary.before is None
    assert "too few days" in words.sentences(first.now, None, 0)[0]
    number = note(clinic, "A. Therapist", NOW - 12 * DAY_MS)
    found = visit(clinic, NOW)
    assert (found.since, found.now.days, found.before.days) == (TODAY - DAY * 12, 12, 12)
    assert (found.now.diary.headache.days, found.now.diary.headache.logged) == (4, 12)
    assert found.before.last == found.now.first - DAY and found.now.last == TODAY - DAY
    note(clinic, "A. Therapist", NOW)  # today's: its own period stays in view
    assert visit(clinic, NOW).since == found.since
    assert clinic.treatments.remove(number, NOW)
    assert visit(clinic, NOW).since is None
    rows = time_line(found.lived, TODAY - DAY * 12, TODAY)
    assert [row.day for row in rows if any(mark.kind == "visit" for mark in row.marks)] == [
        found.since
    ]
    assert (
        sum(bool(row.entry and row.entry.headache) for row in rows) == found.now.diary.headache.days
    )
    assert figures_of(found.lived, found.now.first, found.now.last) == found.now


def test_what_asks_for_attention_and_that_the_list_says_the_same(clinic: Store):
    def kinds() -> set[str]:
        return {flag.kind for flag in visit(clinic, NOW).flags}

    def told() -> dict[str, tuple[str, ...]]:
        rows = listed(clinic, NOW)
        return {row.pseudonym: tuple(kind for kind, _ in row.flags) for row in rows}

    assert kinds() == {"medicine", "review_due"}
    assert told() == {"P-1": ("medicine",), "P-2": ("no_plan",)}
    note(clinic, "T", NOW - 50 * DAY_MS)
    hold = clinic.holds.raise_("unwell", "", "t", NOW - DAY_MS)
    found = visit(clinic, NOW)
    assert kinds() == {"medicine", "review_due", "open_stop"} and found.advice is None
    assert (
        found.now.stops == 1
        and "stopped now" in words.sentences(found.now, found.diary.before, 1)[2]
    )
    assert told()["P-1"] == ("open_stop", "medicine", "not_seen")
    clinic.holds.clear(hold, "T", "", NOW)
    assert "open_stop" not in kinds() | set(told()["P-1"])
    for n in range(1, 31):  # a later entry of a day replaces the earlier one
        clinic.diary.put(entry(TODAY - DAY * n, False))
    assert "medicine" not in kinds() | set(told()["P-1"])
    for flag in found.flags:
        assert "{" not in words.flag(flag)


def test_pain_that_stays_higher_for_a_week_is_told_and_a_bad_day_is_not():
    tallies = [Tally(TODAY - DAY * n, 1, 1, 0, 0) for n in range(40, 0, -1)]
    calm = {tally.day: 3 for tally in tallies}
    assert pain_rise(tallies, calm, 3, TODAY - DAY * 20) is None
    assert pain_rise(tallies, calm | {TODAY - DAY * 3: 8}, 3, TODAY - DAY * 20) is None
    risen = pain_rise(
        tallies, calm | {TODAY - DAY * n: 7 for n in range(1, 8)}, 3, TODAY - DAY * 20
    )
    assert risen is not None and (risen.usual, risen.mean) == (3, 7)
