"""`poise exercise` as its users run it, with a timer and without a clip."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from poise.cli import exercise
from poise.errors import PoiseError, Reason
from tests.conftest import WITHIN_S
from tests.support import plans
from tests.support.command import environment, refused

PLAN = plans.plan_text(
    plans.shrug(reps=2),
    plans.exercise(use="flexion", times=["12:00"]),
    quiet=("23:00", "05:00"),
)


@pytest.fixture
def data(tmp_path: Path, poise) -> Path:
    (tmp_path / "plan.toml").write_text(PLAN)
    assert poise("plan", "set", str(tmp_path / "plan.toml"), "--by", "T").returncode == 0
    return tmp_path / "data"


def typed(data: Path, lines: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "poise", "exercise", *arguments],
        input=lines,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        env=environment(data),
    )


def test_what_there_is(data: Path, poise):
    told = json.loads(poise("exercise", "--list", "--json").stdout)
    assert [(one["id"], one["source"], one["done_today"]) for one in told] == [
        ("shrug", "self_reported", 0),
        ("flexion", "sensed", 0),
    ]
    collar = json.loads(poise("exercise", "--list", "--json", "--site", "collar").stdout)
    assert collar[1]["source"] == "self_reported"


def test_the_warning_signs_first_then_a_session(data: Path, poise):
    done = typed(data, "yes\n2\nq\n1\n1\n", "shrug", "--no-clip")
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("thunderclap") < done.stdout.index(
        "How much do your neck and head hurt"
    )
    assert "Saved: Shrug, 1 of 2, logged by you." in done.stdout
    again = typed(data, "2\nq\n2\n\n", "shrug", "--no-clip")
    assert "thunderclap" not in again.stdout
    assert json.loads(poise("exercise", "--list", "--json").stdout)[0]["done_today"] == 2


def test_unconfirmed_nothing_begins(data: Path):
    done = typed(data, "no\n", "shrug", "--no-clip")
    line = refused(done, Reason.BAD_INPUT)
    assert "type yes" in line


def test_an_input_that_ends_leaves_the_questions_open(data: Path):
    done = typed(data, "yes\n", "shrug", "--no-clip")
    assert done.returncode == 0, done.stderr
    assert "Nothing was done" in done.stdout


def test_unwell_stops_the_programme(data: Path, poise):
    done = typed(data, "yes\n2\nu\n\n", "shrug", "--no-clip")
    assert done.returncode == 0, done.stderr
    assert "thunderclap" in done.stdout.partition("How much")[2]
    assert refused(typed(data, "2\n", "shrug", "--no-clip"), Reason.ON_HOLD)
    refused(poise("exercise", "shrug", "--report", "1"), Reason.ON_HOLD)


def test_a_report_of_a_day_before(data: Path, poise):
    done = poise("exercise", "shrug", "--report", "2", "--pain-after", "1", "--day", "2026-01-05")
    assert done.returncode == 0, done.stderr
    assert "2 of 2" in done.stdout
    refused(poise("exercise", "shrug", "--report", "2", "--day", "2999-01-05"), Reason.BAD_INPUT)
    refused(poise("exercise", "shrug", "--report", "2", "--day", "noon"), Reason.BAD_INPUT)
    refused(poise("exercise", "shrug", "--report", "7"), Reason.BAD_INPUT)


def test_which_one_is_to_be_said(data: Path, poise):
    assert "shrug, flexion" in refused(typed(data, ""), Reason.BAD_INPUT)
    assert "no exercise 'jump'" in refused(typed(data, "", "jump"), Reason.BAD_INPUT)


def test_without_a_plan(tmp_path: Path):
    assert "poise plan set" in refused(typed(tmp_path / "none", "", "shrug"), Reason.NO_PLAN)


def test_beyond_the_plans_most_and_back(data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POISE_DATA", str(data))
    monkeypatch.delenv("POISE_STORE", raising=False)

    def report(*more: str) -> str:
        return CliRunner().invoke(exercise.app, more, catch_exceptions=False).output

    words = ("shrug", "--report", "2")
    for _ in range(4):
        told = report(*words, "--pain-before", "1", "--pain-after", "4")
        assert "The pain is up by 3" in told
    with pytest.raises(PoiseError, match="done 4 times that day"):
        report(*words)
    assert "Noted" in report(*words, "--day", "2026-01-05")
    number = report(*words, "--again").split()[-1]
    assert f"Report {number} is taken back" in report("--remove", number)
    with pytest.raises(PoiseError, match="no report"):
        report("--remove", number)
