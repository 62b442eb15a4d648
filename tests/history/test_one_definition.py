"""One definition: visit, report, Trends and `poise insight` say the same of the same days of one patient."""

import datetime as dt
from pathlib import Path

import pytest

from poise.history.changes import last_visit
from poise.history.overview import collect as insight
from poise.history.visit import visit
from poise.insight.classes import flexed
from poise.language import formats
from poise.report.model import collect as report
from poise.report.view import view
from poise.store import Store
from poise.words import clinic as words
from tests.support.report_sample import CLIP, ZONE, everything, utc_ms

PLAN = Path(__file__).parents[2] / "host/src/poise/coach/plan/example.toml"
NOW = utc_ms("2026-11-30T09:00")
DAY = dt.timedelta(1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    with Store.open(tmp_path_factory.mktemp("one") / "poise.db") as opened:
        everything(opened, PLAN.read_text(encoding="utf-8"))
        yield opened


def test_the_same_days_have_the_same_numbers_everywhere(store: Store):
    seen = visit(store, NOW)
    now = seen.now
    told = report(store, CLIP, now.first, now.last, NOW)
    over = insight(store, CLIP, now.days, NOW, ZONE)
    assert (over.dates[0], over.dates[-1]) == (now.first, now.last)
    assert last_visit(store, now.last) == seen.since == now.first
    assert report(store, CLIP, None, None, NOW).period.first == seen.since

    assert told.diary.period == now.diary == over.diary
    assert told.diary == seen.diary and told.diary.before is not None
    assert told.diary.before.period == seen.before.diary
    assert now.diary.headache.per_28 and now.diary.by_class  # there is something to agree on

    assert told.exercises == now.exercises and now.exercises.self_reported
    for key in ("prescribed", "sensed", "partly", "self_reported", "excused"):
        assert sum(getattr(week, key) for week in over.adherence) == getattr(now.exercises, key)

    assert len(told.changes.stops) == now.stops == 2
    assert told.changes.plans == tuple(each for each in seen.lived.plans if each.day >= now.first)
    (found,) = [flag for flag in seen.flags if flag.kind == "medicine"]
    assert told.medication.any_days == over.medication.any_days == found.fields["days"]
    bent = flexed(told.exposure.class_min) / told.exposure.valid_min
    assert now.flexed_share.value == pytest.approx(bent)


def test_a_week_of_trends_is_a_report_of_that_week(store: Store):
    weeks = insight(store, CLIP, 33, NOW, ZONE).diary_weeks[1:]
    for week in weeks:
        told = report(store, CLIP, week.monday, week.monday + 6 * DAY, NOW).diary.period
        assert (week.headache, week.neck_nrs, week.headache_nrs) == (
            told.headache,
            told.neck_nrs,
            told.headache_nrs,
        )
    assert len(weeks) == 4


def test_the_words_of_the_visit_hold_the_numbers_that_the_report_prints(store: Store):
    seen = visit(store, NOW)
    page = view(report(store, CLIP, seen.now.first, seen.now.last, NOW))
    head = [figure["value"] for figure in page["figures"]]
    sentences = words.sentences(seen.now, seen.diary.before, 1)
    shown = words.measures(seen.now)
    assert f"{head[0]} ({formats.number(seen.now.diary.headache.low or 0)} to" in sentences[0]
    assert shown["headache"].startswith(head[0])
    assert head[2] in sentences[1] and head[2] in shown["done"]
    assert shown["neck_nrs"].startswith(formats.number(seen.now.diary.neck_nrs.median or 0, 1))
