"""What the days say, and above all when they say nothing."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest

from poise.coach.adherence import Tally
from poise.insight.adherence import weeks
from poise.insight.apdf import by_day, percentile
from poise.insight.association import associate, holm
from poise.insight.diary_weeks import diary_weeks
from poise.insight.eva import bouts_beyond, changes_an_hour, eva, holding_time_s
from poise.insight.exposure import CLASSES, STATES
from poise.insight.medication import medication_days
from poise.insight.trend import ERRORS, change
from tests.support.patient_rows import entry

MONDAY = dt.date(2026, 3, 2)
MINUTE = 60_000


def minutes(rows: list[dict[str, int]], ends: list[int]) -> dict[str, np.ndarray]:
    names = [*(f"{n}_s" for n in CLASSES), *(f"{n}_s" for n in STATES), "longest_bout_s"]
    out = {name: np.array([row.get(name, 0) for row in rows]) for name in names}
    return {**out, "utc_ms": np.array(ends)}


# --- APDF


def test_percentiles_of_raw_angles_from_classes_alone():
    rng = np.random.default_rng(3)
    errors = []
    for _ in range(200):
        angles = rng.normal(rng.uniform(5, 30), rng.uniform(6, 14), 5000)
        class_s, _ = np.histogram(np.clip(angles, -29, 79), [-30, 0, 10, 20, 30, 45, 80])
        for q in (0.1, 0.5, 0.9):
            found = percentile(class_s, q)
            assert found is not None
            errors.append(abs(found - np.quantile(angles, q)))
    assert np.quantile(errors, 0.95) < 5.0  # docs/developers/insight-errors.md
    assert np.median(errors) < 1.0


def test_a_day_s_shares_are_of_worn_calibrated_time():
    rows = [
        {"under_10_s": 30, "under_20_s": 30, "neutral_s": 60},
        {"moving_s": 60},
        {"not_worn_s": 60},
    ]
    day, empty = by_day(
        minutes(rows, [MINUTE, 2 * MINUTE, 3 * MINUTE]), np.array([0, 10 * MINUTE, 20 * MINUTE])
    )
    assert (day.worn_min, day.valid_min) == (2.0, 1.0)
    assert day.class_share is not None and day.class_share["under_10"] == 0.5
    assert day.p50_deg == 10.0
    assert day.range_deg == pytest.approx(16.0)
    assert (empty.class_share, empty.p50_deg, empty.range_deg, empty.worn_min) == (
        None,
        None,
        None,
        0.0,
    )


# --- EVA and bouts


def test_eva_joins_full_minutes_and_a_hole_parts_them():
    full = {"under_20_s": 60}
    rows = [full] * 3 + [{"under_20_s": 30, "under_10_s": 30}] + [full] * 9 + [full]
    ends = [MINUTE * (n + 1) for n in range(13)] + [
        MINUTE * 15
    ]  # a minute is missing before the last
    found = eva(minutes(rows, ends))
    place = CLASSES.index("under_20")
    assert found[place].tolist() == [0.5, 1.0, 3.0, 9.0]
    assert found[CLASSES.index("under_10")].tolist() == [0.5, 0, 0, 0]
    assert eva(minutes([], [])).sum() == 0


@pytest.mark.parametrize(
    ("angle", "site", "seconds"),
    [(25, "head", None), (35, "head", 410), (85, "head", 60), (86, "head", 0), (20, "collar", None),
     (40, "collar", 150), (60, "collar", 60)],
)  # fmt: skip
def test_holding_times_are_those_of_the_standard(angle, site, seconds):
    assert holding_time_s(angle, site) == seconds


@dataclass(frozen=True)
class Event:
    kind: str
    fields: dict


def posture(state: str, previous: str, flexion: int = 0, lasted_s: int = 0) -> Event:
    return Event(
        "posture",
        {"state": state, "previous": previous, "flexion_cdeg": flexion * 100, "lasted_ms": lasted_s * 1000,
         "site": "head"},
    )  # fmt: skip


def test_bouts_are_judged_by_the_angle_that_was_held():
    events = [
        posture("flexed", "neutral", 45),
        posture("neutral", "flexed", 0, 400),  # beyond: 340 s at 45°
        posture("flexed", "neutral", 30),
        posture("neutral", "flexed", 0, 400),  # within: 445 s at 30°
        posture("flexed", "neutral", 30),
        Event("sustained", {"flexion_cdeg": 6500}),
        posture("moving", "flexed", 0, 300),  # it had become 65°: 200 s
        posture("not_worn", "moving"),
    ]
    assert bouts_beyond(events) == (3, 2, 400.0)
    assert changes_an_hour(events, 60) == 6
    assert changes_an_hour(events, 0) is None


# --- adherence


def test_weeks_leave_out_excused_days():
    days = [Tally(MONDAY + dt.timedelta(n), 2, 1, 0, 1, excused=n in (0, 8)) for n in range(10)]
    found = weeks(days)
    assert [(w.monday.day, w.prescribed, w.done, w.excused) for w in found] == [
        (2, 12, 12, 1),
        (9, 4, 4, 1),
    ]
    assert found[0].done_pct == 100
    assert weeks(days[:1])[0].done_pct is None


# --- medication


@dataclass(frozen=True)
class Entry:
    day: dt.date
    medication: tuple[str, ...]


@pytest.mark.parametrize(
    ("days", "classes", "share"),
    [(7, ("triptan",), False), (8, ("triptan",), True), (12, ("simple",), False), (13, ("simple",), True),
     (8, ("simple", "opioid"), True)],
)  # fmt: skip
def test_the_note_comes_before_the_classification_s_thresholds(days, classes, share):
    last = MONDAY + dt.timedelta(29)
    entries = [Entry(MONDAY + dt.timedelta(n), classes) for n in range(days)]
    assert medication_days(entries, last).share is share
    assert medication_days(entries, last + dt.timedelta(30)).any_days == 0


# --- trend


def test_nothing_is_announced_below_the_measurement_s_error():
    rng = np.random.default_rng(1)
    before, after = 10 + rng.normal(0, 1, 28), 13 + rng.normal(0, 1, 28)
    found = change(before, after, ERRORS["flexion_deg"])
    assert found.kind == "none" and found.low is not None and found.low > 0
    assert change(before, after + 5, ERRORS["flexion_deg"]).kind == "higher"
    assert change(after + 5, before, ERRORS["flexion_deg"]).kind == "lower"


def test_wild_weeks_are_no_change():
    rng = np.random.default_rng(2)
    announced = sum(
        change(rng.normal(0, 40, 28), rng.normal(0, 40, 28), 6.0).kind != "none" for _ in range(200)
    )
    assert announced <= 20  # nominal 10


def test_three_weeks_are_too_few():
    assert change(np.zeros(27), np.ones(28), 0.1).kind == "too_few"


def test_days_without_a_value_are_left_out():
    before, after = np.full(28, 1.0), np.full(28, 9.0)
    before[::2] = np.nan
    found = change(before, after, 2.5)
    assert (found.kind, found.days, found.difference) == ("higher", (14, 28), 8.0)


# --- association


def series(days: int, phi: float, rng: np.random.Generator) -> np.ndarray:
    out = np.zeros(days)
    for n, step in enumerate(rng.normal(size=days)):
        out[n] = (phi * out[n - 1] if n else 0) + step
    return out


def headaches(latent: np.ndarray) -> np.ndarray:
    return (latent > np.quantile(latent, 0.65)).astype(float)


def test_days_that_only_resemble_their_neighbours_are_rarely_taken_for_an_association():
    found = 0
    for run in range(40):
        rng = np.random.default_rng(run)
        exposures = {name: series(84, 0.5, rng) for name in "abc"}
        found += associate(headaches(series(84, 0.5, rng)), exposures, rng).state == "found"
    assert found <= 6  # nominal 2; 7 or more of 40 would come about once in 200 times


def test_a_strong_association_is_found_with_its_direction_and_day():
    rng = np.random.default_rng(5)
    strong = series(112, 0.3, rng)
    latent = 1.5 * np.concatenate([[0], strong[:-1]]) + series(112, 0.3, rng)
    answer = associate(headaches(latent), {"strong": strong, "other": series(112, 0.3, rng)}, rng)
    assert answer.state == "found"
    found = [(f.exposure, f.lag_days) for f in answer.findings if f.found]
    assert ("strong", 1) in found
    assert all(name == "strong" for name, _ in found)
    best = next(f for f in answer.findings if (f.exposure, f.lag_days) == ("strong", 1))
    assert best.low > 0 and best.low < best.effect < best.high


@pytest.mark.parametrize(("days", "yes"), [(49, 20), (112, 5), (112, 106)])
def test_too_few_days_give_no_answer(days, yes):
    rng = np.random.default_rng(6)
    headache = np.zeros(days)
    headache[:yes] = 1
    answer = associate(headache, {"a": series(days, 0, rng)}, rng)
    assert (answer.state, answer.findings) == ("too_few", ())


def test_days_without_a_pair_do_not_count():
    rng = np.random.default_rng(7)
    exposure = series(84, 0, rng)
    exposure[41:] = np.nan
    answer = associate(headaches(series(84, 0, rng)), {"a": exposure}, rng)
    assert (answer.state, answer.paired_days) == ("too_few", 41)


def test_holm_s_correction():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


# --- the diary by week


def test_a_weeks_medians_are_of_its_rated_days_alone():
    def day(n: int, **told):
        return entry(MONDAY + dt.timedelta(n), **told)

    entries = [
        day(-1, neck_nrs=9),  # of a week that is not asked for
        day(1, headache=True, headache_nrs=6, neck_nrs=2),
        day(2, headache=True, neck_nrs=5),
        day(3, headache=False, headache_nrs=None),
        day(4, neck_nrs=2),
        day(15, headache=False),
    ]
    first, empty, last = diary_weeks(entries, MONDAY + dt.timedelta(1), MONDAY + dt.timedelta(15))
    assert (first.headache.days, first.headache.logged, first.headache.of) == (2, 3, 6)
    assert (first.neck_nrs.median, first.neck_nrs.days) == (2.0, 3)
    assert (first.headache_nrs.median, first.headache_nrs.days) == (6.0, 1)
    assert (empty.monday, empty.headache.logged, empty.neck_nrs.median) == (
        MONDAY + dt.timedelta(7),
        0,
        None,
    )
    assert (last.headache.days, last.headache.logged, last.headache_nrs.median) == (0, 1, None)
