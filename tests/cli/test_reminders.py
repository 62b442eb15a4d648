"""`poise reminders`: tells how reminders come, and takes the patient's choice."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from poise.cli.reminders import app
from poise.errors import PoiseError
from poise.history.reminder_choice import has_sound, reminder_choice
from poise.store import Store
from tests.support.day_plan import TEXT


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POISE_DATA", str(tmp_path))
    for name in ("POISE_STORE", "POISE_TWIN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def told(*words: str) -> str:
    return CliRunner().invoke(app, words, catch_exceptions=False).output


def test_it_tells_and_takes_a_choice(data: Path):
    assert told() == "Reminders: as the plan says.\nSound: off.\n"
    assert "about one in four" in told("seldom", "--sound")
    assert "at 09:00 and 17:30" in told("--at", "17:30", "--at", "09:00")
    known = {"reminders": "times 09:00 17:30", "sound": True, "asked": False}
    assert json.loads(told("--json")) == known
    assert told("planned", "--no-sound") == "Reminders: as the plan says.\nSound: off.\n"
    with Store.open(data / "poise.db") as store:
        assert reminder_choice(store).value == "planned" and not has_sound(store)
        assert [row.via for row in store.preferences.history("reminders")] == ["terminal"] * 3


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("none", "--at", "09:00"), "two choices"),
        (("--at", "noon"), "no times of day"),
        (("--at", "23:00"), "quiet hours"),
    ],
)
def test_what_cannot_be_is_refused(data: Path, words: tuple[str, ...], why: str):
    with Store.open(data / "poise.db") as store:
        store.plans.put(TEXT, "T", 1)
    with pytest.raises(PoiseError, match=why):
        told(*words)
    with Store.open(data / "poise.db") as store:
        assert store.preferences.history("reminders") == []
