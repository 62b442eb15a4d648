"""The report's numbers, from records that went through the store."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa

from poise.errors import PoiseError, Reason
from poise.report.html import render_html
from poise.report.model import Report, collect
from poise.report.view import view
from poise.store import Store
from poise.store.minute_columns import COLUMNS
from poise.store.schema import minutes
from poise.timebase.calendar import local_date
from poise.timebase.period import Period
from tests.support.report_sample import CLIP, ZONE, Log, diary, reminders, utc_ms, weeks

NOW = utc_ms("2026-11-30T09:00")
PLAN = (Path(__file__).parents[2] / "host/src/poise/coach/plan/example.toml").read_text(
    encoding="utf-8"
)
WORN = {"neutral_s": 40, "flexed_s": 20, "under_10_s": 40, "under_30_s": 20, "p50_deg": 9}


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        opened.plans.put(PLAN, "Dr. Example", utc_ms("2026-11-01T10:00"))
        yield opened


def report(
    store: Store, first: str | None = None, last: str | None = None, now: int = NOW
) -> Report:
    days = [dt.date.fromisoformat(text) if text else None for text in (first, last)]
    return collect(store, CLIP, days[0], days[1], now)


def test_a_day_by_hand(store: Store):
    start = utc_ms("2026-11-02T08:00")
    log = Log(start)
    log.clock(start)
    for minute in range(1, 4):
        log.minute(start + minute * 60_000, "collar", **WORN, longest_bout_s=20 * minute)
    log.minute(start + 240_000, "collar", not_worn_s=60)
    log.minute(start + 300_000, "head", neutral_s=60, over_45_s=60)
    log.add(
        "sustained", start + 1, site="collar", flexion_cdeg=2500, held_ms=240_000, limit_ms=240_000
    )
    log.add(
        "nudge",
        start + 2,
        site="collar",
        flexion_cdeg=2500,
        held_ms=240_000,
        left_hour=2,
        left_day=9,
    )
    log.add("gap", start + 3, first_seq=100, last_seq=109, reason="torn_record")
    log.store(store)
    found = report(store, "2026-11-02", "2026-11-02", utc_ms("2026-11-02T20:00"))
    assert (found.site, found.other_sites_min) == ("collar", {"head": 1.0})
    assert (found.worn_min, found.days_worn, found.period_min) == (4.0, 1, 20 * 60.0)
    assert found.state_min["not_worn"] == 1.0
    assert found.state_min["off"] == 20 * 60 - 5
    assert (found.exposure.valid_min, found.exposure.p50_deg, found.exposure.longest_bout_s) == (
        3.0,
        7.5,  # of the classes: 40 s under 10°, 20 s from 20 to 30°
        60,
    )
    assert found.exposure.share("under_30") == pytest.approx(1 / 3)
    assert found.exposure.share("over_45") == 0.0  # of the head, which is left out
    assert (found.sustained, found.nudges) == (1, 1)
    assert (found.quality.missing_records, found.quality.gap_reasons) == (10, {"torn_record": 10})


def test_a_minute_that_ends_at_midnight_belongs_to_the_day_before(store: Store):
    start = utc_ms("2026-11-02T23:58")
    log = Log(start)
    log.clock(start)
    for minute in range(1, 4):
        log.minute(start + minute * 60_000, "collar", **WORN)
    log.store(store)
    assert report(store, "2026-11-02", "2026-11-02").worn_min == 2.0
    assert report(store, "2026-11-03", "2026-11-03").worn_min == 1.0
    assert [part.worn_min for part in report(store).parts] == [2.0, 1.0]


def test_four_weeks_add_up(store: Store):
    weeks("2026-11-02", 28).store(store)
    reminders(store, "2026-11-02", 28)
    found = report(store)
    assert (found.period.first, found.period.last) == (dt.date(2026, 11, 2), dt.date(2026, 11, 27))
    assert sum(part.worn_min for part in found.parts) == pytest.approx(found.worn_min)
    assert sum(found.state_min.values()) == pytest.approx(found.period_min)
    assert sum(found.exposure.class_min.values()) == pytest.approx(found.exposure.valid_min)
    assert found.days_worn == sum(part.worn_min > 0 for part in found.parts) == 19
    assert found.quality.faults == {"fifo_overrun": 1}
    assert found.quality.calibrations == {"accepted": 19}
    answers = found.reminders.answers
    assert sum(answers.values()) == found.reminders.shown > 52
    assert found.exercises is not None and 0 < found.exercises.done <= found.exercises.prescribed


def test_the_store_gives_minutes_as_its_table_has_them(store: Store):
    weeks("2026-11-02", 3).store(store)
    query = sa.select(*(minutes.c[name] for name in COLUMNS)).order_by(minutes.c.seq)
    with store.minutes._database.read() as connection:
        rows = np.array([tuple(row) for row in connection.execute(query)])
    found = store.minutes.columns(CLIP)
    assert len(rows) > 1000
    np.testing.assert_array_equal(np.stack([found[name] for name in COLUMNS], axis=1), rows)


def test_the_clocks_uncertainty_is_the_widest_of_the_period(store: Store):
    start = utc_ms("2026-11-02T08:00")
    log = Log(start)
    log.clock(start, uncertainty_ms=200)
    log.minute(start + 60_000, "collar", **WORN)
    log.minute(start + 10_000_000, "collar", **WORN)
    log.store(store)
    assert report(store).quality.clock_uncertainty_ms == 200 + 1000  # 100 ppm of 10,000 s


def test_a_period_without_records_says_what_there_is(store: Store):
    weeks("2026-11-02", 5).store(store)
    with pytest.raises(
        PoiseError, match="nothing was logged from 2027-01-01 to 2027-01-02"
    ) as caught:
        report(store, "2027-01-01", "2027-01-02")
    assert caught.value.reason is Reason.NO_DATA
    assert "from 2026-11-02 to 2026-11-06" in caught.value.hint


def test_an_empty_store_says_what_to_do(store: Store):
    with pytest.raises(PoiseError, match="nothing is logged yet"):
        report(store)
    with pytest.raises(PoiseError) as caught:
        report(store, "2026-11-01", "2026-11-02")
    assert "poise download" in caught.value.hint


def test_a_period_that_ends_before_it_begins(store: Store):
    weeks("2026-11-02", 2).store(store)
    with pytest.raises(PoiseError, match=r"ends .* before it begins"):
        report(store, "2026-11-03", "2026-11-02")


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-02", 24)]
)
def test_days_follow_summer_time(day: str, hours: int):
    date = dt.date.fromisoformat(day)
    period = Period(date, date, ZONE)
    assert period.to_utc_ms - period.from_utc_ms == hours * 3_600_000


@pytest.mark.parametrize(
    ("days", "unit", "count"), [(1, "day", 1), (31, "day", 31), (32, "week", 5), (365, "month", 12)]
)
def test_parts_cover_the_period_without_a_break(days: int, unit: str, count: int):
    first = dt.date(2026, 1, 1)
    period = Period(first, first + dt.timedelta(days=days - 1), ZoneInfo("America/New_York"))
    parts = period.parts()
    assert (period.unit(), len(parts)) == (unit, count)
    borders = [start for _, start, _ in parts] + [parts[-1][2]]
    assert [end for *_, end in parts] == borders[1:]
    assert (borders[0], borders[-1]) == (period.from_utc_ms, period.to_utc_ms)


def test_local_date():
    assert local_date(utc_ms("2026-11-02T00:30"), ZONE) == dt.date(2026, 11, 2)


def test_the_default_period_begins_with_the_last_visit_before_its_end(store: Store):
    weeks("2026-11-02", 12).store(store)
    for day in ("2026-10-01", "2026-11-04", "2026-11-13"):
        store.treatments.add(dt.date.fromisoformat(day), "visit", "", utc_ms(f"{day}T10:00"))
    found = report(store)
    assert (found.period.first, found.since_visit) == (dt.date(2026, 11, 4), True)
    # The last recorded day is that of the visit itself: the one before counts.
    assert found.period.last == dt.date(2026, 11, 13)
    assert not report(store, "2026-11-04").since_visit


def test_a_patient_without_a_clip_has_a_report_of_the_diary(store: Store):
    diary(store, "2026-11-02", 20)
    found = collect(store, None, None, None, NOW)
    assert (found.period.first, found.period.last) == (dt.date(2026, 11, 3), dt.date(2026, 11, 21))
    assert (found.worn_min, found.source.clip_id, found.diary.period.headache.of) == (0, None, 19)
    assert "The clip was not worn in these days" in render_html(view(found))
    with pytest.raises(PoiseError, match="nothing was logged"):
        collect(store, None, dt.date(2026, 11, 25), dt.date(2026, 11, 26), NOW)
