"""The demo's ninety days: real records, the same for the same seed, and something for every page."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from poise.cli.insight import lines
from poise.cli.suggest import changed, suggestions
from poise.coach.plan.plan import parse_plan
from poise.demo.history import CLIP_ID, DAYS, History
from poise.history.overview import collect
from poise.insight.exposure import exposure
from poise.store import Store
from tests.support.plans import exercise, plan_text

NOW = 1_795_500_000_000  # 2026-11-24
PLAN_ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    with Store.open(tmp_path_factory.mktemp("history") / "poise.db") as opened:
        History(opened, NOW).write()
        yield opened


def test_every_room_has_something(store: Store):
    assert store.records.count(CLIP_ID) > 20_000
    assert len(store.plans.history()) == 2
    assert store.sessions.history() and store.reminders.history() and store.references.history()
    assert store.outcomes.history("ndi")[0].score == 19
    assert len(store.holds.history()) == 1 and not store.holds.open()
    assert store.nudge_marks.all(CLIP_ID)


def test_the_days_in_words(store: Store):
    found = collect(store, CLIP_ID, DAYS, NOW, PLAN_ZONE)
    text = "\n".join(lines(found))
    assert "no change beyond the measurement's error" in text
    assert "4 days left out" in text
    assert "Headache on" in text
    assert found.worn_min > 300 * 60
    assert abs(sum(day.valid_min for day in found.exposure) - found.eva_min.sum()) < 1
    for word in ("safe", "good posture", "bad", "streak", "missed"):
        assert word not in text.lower()


def test_the_same_seed_gives_the_same_days(store: Store, tmp_path: Path):
    with Store.open(tmp_path / "again.db") as again:
        History(again, NOW).write()
        assert list(again.records.raws(CLIP_ID)) == list(store.records.raws(CLIP_ID))
        assert again.sessions.history() == store.sessions.history()
        span = [collect(store, CLIP_ID, DAYS, NOW, PLAN_ZONE).dates[n] for n in (0, -1)]
        assert again.diary.days(*span) == store.diary.days(*span)


@pytest.mark.parametrize(
    ("hour", "worn"), [(7, False), (8, False), (9, True), (14, True), (23, True)]
)
def test_today_so_far(tmp_path: Path, hour: int, worn: bool):
    now = int(dt.datetime(2026, 11, 24, hour, 20, tzinfo=PLAN_ZONE).timestamp() * 1000)
    with Store.open(tmp_path / "poise.db") as store:
        last = History(store, now).today(now, without="sit-tall")
        assert (last > 0) == worn
        assert len(store.records.events(CLIP_ID, now)) == 0
        today = store.sessions.history(now - hour * 3_600_000)
        assert all(row.ended_utc_ms < now and row.exercise_id != "sit-tall" for row in today)
        start = now - (hour * 60 + 20) * 60_000
        found = exposure(store.minutes.columns(CLIP_ID, start, now), start, now)
        assert found.worn_min == (hour * 60 + 20 - 490 - 2 if worn else 0)


def test_what_is_suggested_can_be_put_in_force(store: Store):
    told, text = suggestions(store, NOW)
    assert any("a step up: hold in seconds from 5 to 7" in line for line in told)
    assert text is not None
    plan = parse_plan(text)
    assert plan.version == 3
    blades = plan.exercise("shoulder-blades")
    assert blades is not None and blades.hold_s == 7
    assert text.count("#") == store.plans.history()[0].text.count("#")  # comments stay


def test_one_field_changes_and_the_rest_stays():
    text = '# head\n[[exercises]]\nuse = "nod" # mine\nreps = 8 # few\n\n[[exercises]]\nid = "row"\nreps = 9\n'
    nod = parse_plan(plan_text(exercise(use="nod"))).exercises[0]
    assert changed(text, nod, "reps", 10) == text.replace("reps = 8", "reps = 10")
    assert changed(text, nod, "hold_s", 7) == text.replace(
        '[[exercises]]\nuse = "nod"', '[[exercises]]\nhold_s = 7\nuse = "nod"'
    )
