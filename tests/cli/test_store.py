"""The commands over the data folder, log files and plans: one calm line for every fault, and what to do."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from poise.cli import EXIT_STATUS
from poise.errors import Reason
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.command import environment, refused
from tests.support.peer import CLIP_ID, button

CLIP = CLIP_ID.hex()


# --- the data folder


@pytest.mark.parametrize("command", [["events"], ["plan", "show"], ["download"]])
def test_a_folder_that_cannot_be_made(poise, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    port = ["--port", "/dev/nothing-here"] if command == ["download"] else []
    line = refused(
        poise("--data", str(tmp_path / "file" / "data"), *command, *port), Reason.STORE_UNWRITABLE
    )
    assert "--data" in line


def test_a_folder_of_the_kernel(poise) -> None:
    refused(poise("--data", "/proc/poise", "events"), Reason.STORE_UNWRITABLE)


def test_a_database_that_is_none(poise, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "poise.db").write_bytes(b"not a database" * 500)
    line = refused(poise("events"), Reason.STORE_BROKEN)
    assert "poise.db" in line


def test_nothing_logged_yet(poise) -> None:
    assert "poise wear" in refused(poise("events"), Reason.NO_DATA)


def test_each_record_tells_its_own_time_beside_a_field_of_that_name() -> None:
    """Of a clock record `utc_ms` is what a host said the time was; another record's own time may be given too."""
    from poise.cli.events import as_plain
    from poise.store.records import Event

    told = {"utc_ms": 1_800_000_000_000, "uncertainty_ms": 50}
    event = Event(7, 3, 21_000, "clock", told, 1_800_000_000_123, 12)
    shown = as_plain(event)
    assert (shown["at_utc_ms"], shown["at_uncertainty_ms"]) == (1_800_000_000_123, 12)
    assert {key: shown[key] for key in told} == told
    plain = as_plain(Event(8, 3, 22_000, "button", {"press": "short"}, None, None))
    assert (plain["at_utc_ms"], plain["utc_ms"], plain["press"]) == (None, None, "short")


# --- log files


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Twenty records and the pair that tells their time."""
    pair = codec.pack_record(
        "clock", 21, 3, 21_000, {"utc_ms": int(time.time() * 1000), "uncertainty_ms": 50}
    )
    path = tmp_path / "log.bin"
    path.write_bytes(b"".join(button(seq) for seq in range(1, 21)) + pair)
    return path


def test_a_log_file_is_imported_once_and_listed(poise, log: Path) -> None:
    first = json.loads(poise("import", str(log), "--clip", CLIP, "--json").stdout)
    again = json.loads(poise("import", str(log), "--clip", CLIP, "--json").stdout)
    assert (first["new"], first["duplicate"], first["next_seq"]) == (21, 0, 22)
    assert (again["new"], again["duplicate"]) == (0, 21)
    rows = [
        json.loads(line)
        for line in poise(
            "events", "--kind", "button", "--since", "1h", "--json"
        ).stdout.splitlines()
    ]
    assert [row["seq"] for row in rows] == list(range(1, 21))
    assert poise("events", "--kind", "button").stdout.count("button: short press") == 20
    assert "Nothing" in poise("events", "--kind", "nudge").stdout


def test_a_damaged_log_file_gives_its_intact_records(poise, log: Path) -> None:
    whole = log.read_bytes()
    at = 10 * len(button(1)) + 5
    log.write_bytes(whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :])
    line = refused(poise("import", str(log), "--clip", CLIP), Reason.BAD_LOG)
    assert str(10 * len(button(1))) in line
    rows = poise("events", "--json").stdout.splitlines()
    assert len(rows) == len(whole) // len(button(1)) - 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 not a log at all, whatever its name says"])
def test_a_file_that_is_no_log(poise, log: Path, content: bytes) -> None:
    log.write_bytes(content)
    refused(poise("import", str(log), "--clip", CLIP), Reason.BAD_LOG)


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "nowhere.bin", "--clip", CLIP],
        ["import", "nowhere.bin", "--clip", "12"],
        ["events", "--since", "yesterday"],
        ["events", "--kind", "mood"],
    ],
)
def test_input_that_makes_no_sense(poise, log: Path, arguments: list[str]) -> None:
    assert poise("import", str(log), "--clip", CLIP).returncode == 0
    refused(poise(*arguments), Reason.BAD_INPUT)


# --- plans


def test_the_example_is_a_plan_that_can_be_set_and_shown(poise, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(poise("plan", "example").stdout, encoding="utf-8")
    assert poise("plan", "check", str(path)).returncode == 0
    refused(poise("plan", "show"), Reason.NO_PLAN)
    assert "A. Therapist" in poise("plan", "set", str(path), "--by", "A. Therapist").stdout
    shown = json.loads(poise("plan", "show", "--json").stdout)
    assert (shown["who"], shown["toml"]) == ("A. Therapist", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("reps = 10", "reps = -1", "reps"),
        ("reps = 10", "reps = ten", "line"),
        ('"08:00"', '"25:00"', "25:00"),
        ("reps = 10", "repz = 10", "repz"),
    ],
)
def test_a_bad_plan_names_the_place_and_changes_nothing(
    poise, tmp_path: Path, old: str, new: str, named: str
) -> None:
    text = poise("plan", "example").stdout
    assert old in text
    path = tmp_path / "plan.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = poise("plan", "set", str(path), "--by", "A. Therapist")
    assert done.returncode == EXIT_STATUS[Reason.BAD_PLAN]
    assert "Traceback" not in done.stderr
    assert named in done.stderr
    assert "plan.toml" in done.stderr
    refused(poise("plan", "show"), Reason.NO_PLAN)


@pytest.mark.parametrize("content", [None, b"patient = 'M\xfcller'"])
def test_a_plan_that_cannot_be_read(poise, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "plan.toml"
    if content:
        path.write_bytes(content)
    refused(poise("plan", "check", str(path)), Reason.BAD_INPUT)


def test_a_reader_that_goes_away_is_no_fault(poise, log: Path, tmp_path: Path) -> None:
    log.write_bytes(b"".join(button(seq) for seq in range(1, 5000)))  # more than a pipe holds
    poise("import", str(log), "--clip", CLIP)
    command = f"{sys.executable} -m poise events | head -n 1"
    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        env=environment(tmp_path / "data"),
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
