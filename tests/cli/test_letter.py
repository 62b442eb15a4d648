"""Letters by command: both sides' fingerprints, letters by file, and a new key that is confirmed."""

import json
import os
from pathlib import Path

import pytest

from poise import cli
from poise.errors import PoiseError, Reason
from poise.letters import keys
from poise.store import Store
from poise.wire import codec
from tests.support.peer import IDENTITY, Peer
from tests.support.plans import exercise, plan_text


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a command on a computer with a data folder of that name; what it prints, or the reason of its refusal."""
    monkeypatch.setattr(os, "environ", dict(os.environ))

    def command(desk: str, *words: object) -> str | Reason:
        os.environ["POISE_DATA"] = str(tmp_path / desk)
        capsys.readouterr()
        try:
            cli.dispatch([str(word) for word in words])
        except PoiseError as error:
            return error.reason
        except SystemExit as ended:
            assert not ended.code
        return capsys.readouterr().out

    return command


def fingerprint(at, desk: str) -> str:
    return json.loads(at(desk, "letter", "show", "--json"))["own"]


def test_letters_by_file_and_a_stop_that_only_the_clinic_ends(at, tmp_path: Path) -> None:
    plan, down, up = tmp_path / "plan.toml", tmp_path / "down", tmp_path / "up"
    plan.write_text(plan_text(exercise(use="nod"), patient="P-017"), encoding="utf-8")
    at("clinic", "plan", "set", plan, "--by", "T. Therapist")
    assert at("home", "letter", "export", "--out", up) is Reason.NO_DATA
    at("clinic", "letter", "write", "--visit", "2026-12-20", "--note", "Slower nods")
    for words in (("--note", "Nods"), ("--note", "Slower nods")):  # the day stays
        assert "20 Dec" in at("clinic", "letter", "write", *words)
    assert "Written" in at("clinic", "letter", "export", "--clinic", "--out", down)
    took = at("home", "letter", "import", down)
    clinics = keys.grouped(fingerprint(at, "clinic"))
    assert all(word in took for word in ("new plan", "Slower nods", "Sun 20 Dec", clinics))
    assert at("home", "letter", "export", "--clinic", "--out", up) is Reason.BAD_INPUT
    assert "nothing is new" in at("home", "letter", "import", down)
    assert "In force" not in at("home", "plan", "show") and "P-017" in at("home", "plan", "show")
    at("home", "safety", "stop", "dizzy")
    assert at("home", "safety", "clear", "--by", "T. Therapist") is Reason.ON_HOLD
    at("home", "letter", "export", "--out", up)
    assert "stops: 1" in at("clinic", "letter", "import", up)
    assert at("home", "letter", "import", up) is Reason.LETTER_FOREIGN
    assert "Ended" in at("clinic", "safety", "clear", "--by", "T. Therapist")
    at("clinic", "letter", "export", "--out", down)
    assert "T. Therapist has ended the stop" in at("home", "letter", "import", down)
    with Store.open(tmp_path / "home" / "poise.db") as store:
        assert not store.holds.open()
    # The clinic lost its keys: its letters are refused until the user confirms the new ones.
    old = fingerprint(at, "clinic")
    keys.path_of(tmp_path / "clinic", keys.CLINIC).unlink()
    new = keys.needed(keys.path_of(tmp_path / "clinic", keys.CLINIC)).card.fingerprint
    at("clinic", "letter", "export", "--out", down)
    assert at("home", "letter", "import", down) is Reason.LETTER_KEY
    assert at("home", "letter", "trust", "--old", new, "--new", old) is Reason.BAD_INPUT
    assert at("home", "letter", "trust", "--old", old, "--new", "12") is Reason.BAD_INPUT
    assert "from then on" in at("home", "letter", "trust", "--old", keys.grouped(old), "--new", new)
    assert keys.grouped(new) in at("home", "letter", "import", down)
    assert keys.grouped(new) in at("home", "letter", "show")


def test_a_clip_that_is_with_another_patient_is_not_handed_out(at, tmp_path: Path) -> None:
    """Its log and its letter are not here yet, and would be nobody's."""
    theirs = {**IDENTITY, "assignment": 7, "patient": b"P-018"}
    clip = Peer(hello=lambda _n, i, _f: [codec.pack("identity", i, **theirs)])
    at("clinic", "patient", "add", "P-017")
    try:
        assert at("clinic", "letter", "give", "--port", clip.port) is Reason.OTHER_PATIENT
    finally:
        clip.unplug()
    assert clip.names() == ["hello"]
