"""The diary's rules, the stops, and their commands."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from poise.coach import safety
from poise.coach.diary import check, check_outcome, is_backfilled, missing_days
from poise.errors import PoiseError, Reason
from poise.store import Store

from .command import environment
from .test_store_patient import DAY, UTC, entry

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"headache_nrs": 11, "headache": True}, "11"),
        ({"neck_nrs": -1}, "-1"),
        ({"headache": False, "headache_nrs": 3}, "without a headache"),
        ({"medication": ("wine",)}, "wine"),
        ({"note": "x" * 501}, "501"),
        ({"day": DAY + dt.timedelta(1)}, "to come"),
        ({"day": DAY - dt.timedelta(61)}, "60 days"),
    ],
)
def test_what_an_entry_cannot_say(changes, word):
    with pytest.raises(PoiseError, match=word) as caught:
        check(entry(**changes), DAY)
    assert caught.value.reason is Reason.BAD_INPUT


def test_what_an_entry_can_say():
    check(entry(headache=True, headache_nrs=10, neck_nrs=0, medication=("opioid",)), DAY)
    check(entry(DAY - dt.timedelta(60), headache=False, headache_nrs=0), DAY)
    check(entry(), DAY)  # an empty line harms nobody


def test_yesterday_is_fresh_and_the_day_before_is_filled_in_later():
    assert [is_backfilled(DAY - dt.timedelta(n), DAY) for n in range(4)] == [
        False,
        False,
        True,
        True,
    ]


def test_days_without_an_answer():
    rows = [entry(DAY, headache=False), entry(DAY + dt.timedelta(1), neck_nrs=2)]
    assert missing_days(rows, DAY, DAY + dt.timedelta(2)) == [
        DAY + dt.timedelta(1),
        DAY + dt.timedelta(2),
    ]


@pytest.mark.parametrize(("measure", "score"), [("ndi", 51), ("hit6", 35), ("psfs", -1), ("x", 1)])
def test_a_score_that_a_measure_does_not_have(measure, score):
    with pytest.raises(PoiseError):
        check_outcome(measure, score)


def test_the_safety_page_and_the_code_say_the_same():
    page = " ".join((ROOT / "docs/safety.md").read_text(encoding="utf-8").split())
    told = (*safety.EMERGENCY, *safety.STOP, safety.NOT_COMPLETE, safety.ASK_FIRST, safety.WEARING)
    for text in (*told, safety.DISCLAIMER):
        assert text in page


def test_a_stop_refuses_until_it_is_ended(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as store:
        safety.refuse_on_hold(store.holds.open())
        number = store.holds.raise_("red_flag", "", "terminal", UTC)
        assert safety.on_hold(store.holds.history())
        with pytest.raises(PoiseError) as caught:
            safety.refuse_on_hold(store.holds.history())
        assert caught.value.reason is Reason.ON_HOLD
        assert "therapist" in caught.value.hint
        store.holds.clear(number, "T", "", UTC + 1)
        safety.refuse_on_hold(store.holds.history())


@pytest.mark.parametrize(("pain", "stops"), [(0, False), (5, False), (6, True), (10, True)])
def test_pain_of_six_stops(pain, stops):
    assert safety.stops_for_pain(pain) is stops


def poise(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "poise", *words],
        env=environment(data), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_commands_of_a_day(tmp_path: Path):
    def run(*words: str) -> str:
        done = poise(tmp_path, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "Written down" in run("diary", "add", "--headache", "--intensity", "4", "--neck", "3")
    run("diary", "treatment", "injection", "left side")
    listed = run("diary", "list")
    assert "headache 4/10, neck pain 3/10" in listed
    assert "injection: left side [1]" in listed.lower()
    run("diary", "remove", "1")
    assert "left side" not in run("diary", "list")
    assert "thunderclap" in run("safety")
    assert "stopped" in run("safety", "stop", "dizzy")
    assert "dizzy, open" in run("safety", "holds")
    assert "Ended by T" in run("safety", "clear", "--by", "T")
    assert poise(tmp_path, "safety", "clear", "--by", "T").returncode != 0
