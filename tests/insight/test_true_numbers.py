"""What is told, held against simulated patients whose truth is known: exposure, done, association, suggestion."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from poise.coach.plan.plan import parse_plan
from poise.coach.progression import suggest
from poise.demo.history import CLIP_ID, History
from poise.demo.truth import Truth
from poise.history.adherence import tallies, tallies_of
from poise.history.overview import collect as look_back
from poise.insight import association
from poise.insight.adherence import total
from poise.insight.eva import eva
from poise.report.model import collect as report
from poise.store import Store
from tests.support import patients
from tests.support.plans import exercise, plan_text, table

ZONE = ZoneInfo("Europe/Berlin")
NOW = 1_795_500_000_000  # 2026-11-24
DAYS = 62
TODAY = dt.date(2026, 11, 24)
PERIODS = [(62, 1), (28, 1), (40, 20), (6, 3), (9, 2)]  # days ago: from, to
SOURCES = ("prescribed", "sensed", "partly", "self_reported")
# docs/developers/insight-errors.md: the worst of 400 days
P10_DEG, P50_DEG, P90_DEG = 4.2, 0.5, 5.5


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory):
    """The demo's patient: the store, and what really happened."""
    with Store.open(tmp_path_factory.mktemp("lived") / "poise.db") as store:
        history = History(store, NOW, days=DAYS)
        history.write()
        yield store, history.truth


def days_ago(count: int) -> dt.date:
    return TODAY - dt.timedelta(count)


# --- exposure


@pytest.mark.parametrize("period", PERIODS)
def test_percentiles_are_those_of_the_time(lived: tuple[Store, Truth], period: tuple[int, int]):
    store, truth = lived
    first, last = map(days_ago, period)
    found = report(store, CLIP_ID, first, last, NOW).exposure
    for q, told, error in (
        (0.1, found.p10_deg, P10_DEG),
        (0.5, found.p50_deg, P50_DEG),
        (0.9, found.p90_deg, P90_DEG),
    ):
        assert told is not None
        assert abs(told - truth.percentile_deg(q, first, last)) <= error


def test_the_report_of_a_day_and_trends_say_the_same(lived: tuple[Store, Truth]):
    store, _ = lived
    trends = look_back(store, CLIP_ID, DAYS, NOW, ZONE)
    days = [(d, e) for d, e in zip(trends.dates, trends.exposure, strict=True) if e.valid_min]
    for date, day in days[::9]:
        found = report(store, CLIP_ID, date, date, NOW)
        told = found.exposure
        assert (told.p10_deg, told.p50_deg, told.p90_deg) == (day.p10_deg, day.p50_deg, day.p90_deg)
        assert (found.worn_min, told.valid_min) == pytest.approx((day.worn_min, day.valid_min))
    whole = report(store, CLIP_ID, trends.dates[0], trends.dates[-1], NOW)
    assert whole.worn_min == pytest.approx(trends.worn_min)
    assert whole.exposure.valid_min == pytest.approx(trends.eva_min.sum())


@pytest.mark.parametrize("live", [patients.glances, patients.holds, patients.swaying])
def test_no_time_is_told_longer_than_it_was(live):
    for seed in range(4):
        angles = live(seed)
        told, true = eva(patients.minutes_of(angles)).sum(axis=0), patients.lasting_min(angles)
        assert told.sum() == pytest.approx(true.sum())
        for least in (1, 2, 3):  # so long or longer
            assert told[least:].sum() <= true[least:].sum() + 1e-6


def test_nothing_over_8_min_is_told_where_nothing_was():
    told = eva(patients.minutes_of(patients.glances(1))).sum(axis=0)
    assert patients.lasting_min(patients.glances(1))[3] == told[3] == 0


# --- done


@pytest.mark.parametrize("period", PERIODS)
def test_done_is_the_same_everywhere_and_true(lived: tuple[Store, Truth], period: tuple[int, int]):
    store, truth = lived
    first, last = map(days_ago, period)
    true = truth.done(first, last)
    plan = parse_plan(store.plans.history()[0].text)
    told = report(store, CLIP_ID, first, last, NOW).exercises
    trends = [one for one in tallies(store, plan, TODAY) if first <= one.day <= last]
    so_far = tallies_of(store, plan, first, last, NOW)
    for found in (told, total(trends), total(so_far)):
        assert found is not None
        assert {name: getattr(found, name) for name in SOURCES} == true
    excused = {day for day in truth.excused if first <= day <= last}
    assert told is not None and told.excused == len(excused)


def test_the_weeks_of_trends_are_the_truth(lived: tuple[Store, Truth]):
    store, truth = lived
    for week in look_back(store, CLIP_ID, DAYS, NOW, ZONE).adherence:
        true = truth.done(week.monday, week.monday + dt.timedelta(6))
        assert {name: getattr(week, name) for name in SOURCES} == true


# --- association


def test_an_illness_alone_is_no_association(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(association, "_PERMUTATIONS", 400)
    monkeypatch.setattr(association, "_resampled", lambda days, rng: np.empty((0, days), int))
    with_it = without = 0
    for seed in range(40):
        headache, exposures, ill = patients.diary_of_nothing(seed)
        rng = np.random.default_rng(seed)
        with_it += association.associate(headache, exposures, rng).state == "found"
        rng = np.random.default_rng(seed)
        without += association.associate(headache, exposures, rng, ill).state == "found"
    assert with_it >= 4  # the seeds show the fault: 33 of the first 200
    assert without <= 3  # nominal 2; 4 of the first 200


# --- suggestion

PLAN = parse_plan(
    plan_text(
        exercise(use="nod", reps=8, hold_s=5, times=["08:00", "19:00"]),
        table("progression", rise_max=1),
    )
)


def kinds(rise: float) -> list[str]:
    found = [suggest(PLAN, PLAN.exercises[0], patients.exercising(n, rise)) for n in range(100)]
    return [one.kind if one else "" for one in found]


def test_pain_that_only_goes_up_and_down_is_seldom_a_reason_for_less():
    assert sum(kind in ("regress", "pause") for kind in kinds(0.0)) <= 3  # 17 before


def test_pain_that_rises_and_stays_is_found_and_seldom_is_more_suggested():
    found = kinds(4.0)
    assert sum(kind in ("regress", "pause") for kind in found) >= 90  # 17 before
    assert found.count("advance") <= 3  # 8 before
