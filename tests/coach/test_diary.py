"""The diary's rules, the stops, and their commands."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from poise.cli import diary
from poise.cli import safety as commands
from poise.cli.context import open_store
from poise.coach import safety
from poise.coach.diary import (
    check,
    check_outcome,
    is_backfilled,
    merged,
    replaced,
    with_classes,
)
from poise.errors import PoiseError, Reason
from poise.store import Store
from tests.support.command import environment
from tests.support.day_plan import TEXT
from tests.support.patient_rows import DAY, UTC, entry

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


@pytest.mark.parametrize(
    ("said", "becomes", "gone"),
    [
        ({"neck_nrs": 3}, {"neck_nrs": 3}, {}),
        ({"headache_nrs": 4}, {"headache_nrs": 4}, {"headache": "7/10"}),
        ({"headache": True}, {}, {}),
        ({"headache": False}, {"headache": False, "headache_nrs": None}, {"headache": "7/10"}),
        ({"medication": ("triptan", "simple")}, {"medication": ("triptan", "simple")}, {}),
        ({"medication": ()}, {"medication": ()}, {"medication": "triptan"}),
        ({"note": "rain"}, {"note": "rain"}, {"note": "sun"}),
    ],
)
def test_a_second_entry_changes_only_what_it_names(said, becomes, gone):
    before = entry(headache=True, headache_nrs=7, medication=("triptan",), note="sun")
    after = entry(**merged(before, said))
    assert after == replace(before, **becomes)
    assert replaced(before, after) == gone


def test_an_answer_that_was_open_replaces_nothing():
    before = entry(neck_nrs=None)
    after = entry(**merged(before, {"headache_nrs": 4, "neck_nrs": 0, "note": "x"}))
    assert (after.headache, after.neck_nrs) == (True, 0)
    assert replaced(before, after) == replaced(None, after) == {}
    no = entry(headache=False)
    yes = entry(**merged(no, {"headache_nrs": 2}))
    assert (yes.headache, replaced(no, yes)) == (True, {"headache": "no"})
    assert with_classes(before, ["ergot"]) == ("ergot",)


def test_yesterday_is_fresh_and_the_day_before_is_filled_in_later():
    assert [is_backfilled(DAY - dt.timedelta(n), DAY) for n in range(4)] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(("measure", "score"), [("ndi", 51), ("hit6", 35), ("psfs", -1), ("x", 1)])
def test_a_score_that_a_measure_does_not_have(measure, score):
    with pytest.raises(PoiseError):
        check_outcome(measure, score)


def test_the_safety_page_and_the_code_say_the_same():
    page = " ".join((ROOT / "docs/patients/safety.md").read_text(encoding="utf-8").split())
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


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`poise diary` or another application, in this process: what it prints."""
    monkeypatch.setenv("POISE_DATA", str(tmp_path))
    monkeypatch.delenv("POISE_STORE", raising=False)

    def run(*words: str, app: Typer = diary.app) -> str:
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_a_second_entry_of_a_day_keeps_the_first(said):
    said("add", "--headache", "--intensity", "7", "--medicine", "triptan", "--note", "at work")
    told = said("add", "--neck", "3")
    assert "headache 7/10, neck pain 3/10, triptan, at work" in told
    assert "before" not in told
    assert "neck pain 3/10, triptan, simple" in said("add", "--medicine", "simple")
    assert "headache 4/10 (before: 7/10)" in said("add", "--intensity", "4")
    assert "simple (before: triptan)" in said("add", "--no-medicine", "--medicine", "simple")
    assert "no headache (before: 4/10)" in said("add", "--no-headache")
    assert "no medicine (before: simple)" in said("add", "--no-medicine")
    assert said("list").rstrip().endswith("no headache, neck pain 3/10, at work")


def test_a_second_score_of_a_day_says_what_it_replaces(said):
    assert "before" not in said("score", "ndi", "20", "--by", "T")
    assert "(before: 20, by T)" in said("score", "ndi", "18", "--by", "U")


def test_a_treatment_that_was_taken_off_comes_back(said):
    said("treatment", "visit", "first")
    assert "poise diary remove 1 --undo" in said("remove", "1")
    assert "first" not in said("list")
    said("remove", "1", "--undo")
    assert "first" in said("list")
    with pytest.raises(PoiseError, match="no treatment 1 was taken off"):
        said("remove", "1", "--undo")


# --- who ends a stop


@pytest.mark.parametrize(
    "name",
    ["the patient", "Patient", " THE  PATIENT ", "me", "Myself.", "I", "me, the patient", "wearer",
     "Anna Blau", "anna", "blau, ANNA", "the patient (Anna)", "", "  ", "-", "...", "the", "nobody",
     "n/a", "pa\u200btient", "p\u00e1tient"],
)  # fmt: skip
def test_the_patient_is_not_the_clinic(name: str):
    with pytest.raises(PoiseError) as caught:
        safety.clinic_name(name, "Anna Blau")
    assert caught.value.reason is Reason.BAD_INPUT
    assert "therapist" in caught.value.hint


@pytest.mark.parametrize(
    "name",
    ["T", "Dr. Blau", "Iris Mey", "the patient's doctor, Kim", "Will Self", "\u738b\u533b\u751f"],
)
def test_a_name_of_the_clinic_is_kept_as_it_is(name: str):
    assert safety.clinic_name(f" {name} ", "Anna Blau") == name


def test_only_the_clinic_ends_a_stop(said):
    plan = TEXT.replace('patient = "P"', 'patient = "Anna Blau"')
    with open_store() as store:
        store.plans.put(plan, "T", UTC)
    said("stop", "numb", app=commands.app)
    for name in ("the patient", "Anna", ""):
        with pytest.raises(PoiseError):
            said("clear", "--by", name, app=commands.app)
    assert "numb, open" in said("holds", app=commands.app)
    assert "can't check who typed it" in said("clear", "--by", "T. Kim", app=commands.app)
    with open_store() as store:
        number = store.holds.raise_("pain", "7", "dashboard", UTC)
        store.holds.take_back(number, 10_000, UTC + 4_000)
    listed = said("holds", app=commands.app)
    assert "by T. Kim" in listed and "taken back by the wearer after 4 s, as a mis-tap" in listed
