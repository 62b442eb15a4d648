"""Patients by command: who is meant, whose plan it is, and who has which clip."""

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest

from poise import cli
from poise.errors import PoiseError, Reason
from poise.letters import keys
from poise.store import Store, log_file
from poise.wire import codec
from tests.support.patient_rows import DAY, entry

CLIP, OTHER = "0011223344556677", "8899aabbccddeeff"
BUTTON = codec.pack_record("button", 1, 1, 1000, {"press": "short"})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a command in this process over a folder of its own; what it prints, or the reason that it refuses for."""
    monkeypatch.setattr(os, "environ", {**os.environ, "POISE_DATA": str(tmp_path / "data")})

    def command(*words: str, patient: str = "") -> str | Reason:
        os.environ["POISE_PATIENT"] = patient
        capsys.readouterr()
        try:
            cli.dispatch([*words])
        except PoiseError as error:
            return error.reason
        except SystemExit as ended:
            assert not ended.code
        return capsys.readouterr().out

    return command


def plan_of(folder: Path, patient: str) -> str:
    text = files("poise.coach.plan").joinpath("example.toml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("patient ="))
    path = folder / f"{patient}.toml"
    path.write_text(text.replace(line, f'patient = "{patient}"'), encoding="utf-8")
    return str(path)


def test_a_plan_of_another_patient_replaces_none(run, tmp_path: Path) -> None:
    first, second = plan_of(tmp_path, "P-017"), plan_of(tmp_path, "P-099")
    assert "In force" in run("plan", "set", first, "--by", "T. Therapist")
    assert run("plan", "set", second, "--by", "T. Therapist") is Reason.OTHER_PATIENT
    assert "P-017" in run("plan", "show")
    assert "Added" in run("patient", "add", "P-099")
    assert 'patient = "P-099"' in run("plan", "example", patient="P-099")
    assert run("plan", "show") is Reason.NO_PATIENT
    assert "In force" in run("--patient", "P-099", "plan", "set", second, "--by", "T. Therapist")
    for name in ("P-017", "P-099"):
        shown = run("plan", "show", patient=name)
        assert isinstance(shown, str) and name in shown
    known = json.loads(run("patient", "list", "--json"))
    assert [row["pseudonym"] for row in known] == ["P-017", "P-099"]


def test_a_store_of_before_keeps_its_plans_patient(run, tmp_path: Path) -> None:
    """Its patient has no pseudonym; the plan in force has."""
    with Store.open(tmp_path / "data" / "poise.db") as store:
        store.plans.put(Path(plan_of(tmp_path, "P-017")).read_text(encoding="utf-8"), "T", 0)
    other = plan_of(tmp_path, "P-099")
    assert run("plan", "set", other, "--by", "T. Therapist") is Reason.OTHER_PATIENT


def test_a_file_of_another_patient_is_refused(run, tmp_path: Path) -> None:
    path = tmp_path / "log.bin"
    path.write_bytes(log_file.head(log_file.LogHead(CLIP, "P-1", "0.1.0", "", 0)) + BUTTON)
    run("patient", "add", "P-2")
    assert run("import", str(path)) is Reason.OTHER_PATIENT
    run("patient", "add", "P-1")
    assert run("import", str(path), "--clip", OTHER, patient="P-1") is Reason.OTHER_PATIENT
    assert "1 new" in run("import", str(path), patient="P-1")
    path.write_bytes(BUTTON)
    assert run("import", str(path), patient="P-1") is Reason.BAD_INPUT  # it does not tell


def test_a_clip_is_with_one_patient_at_a_time(run, tmp_path: Path) -> None:
    raw = tmp_path / "log.bin"
    raw.write_bytes(BUTTON)
    run("patient", "add", "P-1")
    run("patient", "add", "P-2")
    assert "1 new" in run("import", str(raw), "--clip", CLIP, patient="P-1")
    assert run("import", str(raw), "--clip", CLIP, patient="P-2") is Reason.OTHER_PATIENT
    assert run("import", str(raw), "--clip", OTHER, patient="P-1") is Reason.OTHER_PATIENT
    assert "is with P-2" in run("patient", "give", CLIP, patient="P-2")
    assert "0 new" in run("import", str(raw), "--clip", CLIP, patient="P-2")  # it is P-1's record
    assert run("patient", "take-back", CLIP, patient="P-1") is Reason.BAD_INPUT
    assert "is back from P-2" in run("patient", "take-back", CLIP, patient="P-2")
    assert "Archived" in run("patient", "archive", patient="P-2")
    listed = run("patient", "list")
    assert "P-1" in listed and "P-2" not in listed and "no clip" in listed


def _full(_path: Path) -> None:
    raise PoiseError(Reason.STORE_FULL, "full", "make room")


def test_the_keys_of_an_erased_patient_go_too(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next patient may get the same number in the store, and must not write with the keys of another."""
    run("patient", "add", "P-017")
    run("patient", "add", "P-016")
    run("patient", "add", "P-018")
    with Store.open(tmp_path / "data" / "poise.db", "P-016") as store:
        before = keys.path_of(tmp_path / "data", keys.PATIENT, store.patient_id)
    keys.needed(before)
    with Store.open(tmp_path / "data" / "poise.db", "P-018") as store:
        number = store.patient_id
    own = keys.path_of(tmp_path / "data", keys.PATIENT, number)
    keys.needed(own)
    keys.needed(keys.path_of(tmp_path / "data", keys.CLINIC))
    with (
        monkeypatch.context() as broken
    ):  # the disk is full in the end: the number is free, and nobody gets the keys
        broken.setattr("poise.store.erase._pack", _full)
        assert run("patient", "erase", "P-016", "--yes-erase", "P-016") is Reason.STORE_FULL
    assert not before.exists()
    told = run("patient", "erase", "P-018", "--yes-erase", "P-018")
    assert isinstance(told, str) and "none found" in told
    assert not own.exists()
    assert keys.path_of(tmp_path / "data", keys.CLINIC).exists()
    assert run("patient", "erase", "P-018", "--yes-erase", "P-018") is Reason.NO_PATIENT


def test_an_erasure_takes_no_file_of_somebody_else(run, tmp_path: Path) -> None:
    """Words that others use too, and names that happen to hold the pseudonym: `--files` leaves what they stand in."""
    data = tmp_path / "data"
    for patient, note in (("P-1", "2026"), ("P-17", "precious")):
        run("patient", "add", patient)
        with Store.open(data / "poise.db", patient) as store:
            store.diary.put(entry(note=note))
    run("--patient", "P-17", "letter", "export", "--clinic", "--out", str(tmp_path / "letter"))
    (data / "report-P-17.html").write_text("in 2026")
    (data / "P-1.txt").write_text("somebody's")
    own = data / "export-P-1-2026-11-30" / "diary.csv"
    own.parent.mkdir()
    own.write_text("theirs")
    with pytest.raises(AssertionError):  # the status says that there are files to look at
        run("patient", "erase", "P-1", "--yes-erase", "P-1", "--files")
    assert not own.exists()
    assert (data / "report-P-17.html").exists() and (data / "P-1.txt").exists()
    assert keys.path_of(data, keys.CLINIC).exists()
    with Store.open(data / "poise.db", "P-17") as store:
        assert store.diary.changes(DAY)[0].note == "precious" and len(store.patients.all()) == 1
