"""The `poise` command as users run it: one calm line for every fault, and what to do."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from poise.cli import COMMANDS, EXIT_STATUS
from poise.errors import Reason
from poise.wire import codec

from .peer import CLIP_ID, IDENTITY, Peer, button
from .peer import transfer as a_transfer

NOTICE = "does not diagnose"
DEAD = json.dumps(
    {
        "pid": 2**22 - 1,
        "hci": "tcp-client:127.0.0.1:9",
        "usb": "/dev/nothing-here",
        "clock": "clock",
    }
)
NO_BUS = "unix:path=/nonexistent/bus"
CLIP = CLIP_ID.hex()
MADE = [
    name for name in COMMANDS if name not in ("demo", "report", "flash")
]  # those have their own tests


def environment(data: Path, **more: str) -> dict[str, str]:
    """Nothing of the machine that runs the tests: its own data folder and no Bluetooth."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("POISE_")}
    return {
        **kept,
        "POISE_DATA": str(data),
        "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
        "COLUMNS": "200",
        **more,
    }


@pytest.fixture
def poise(tmp_path: Path):
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "poise", *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            env=environment(tmp_path / "data", **more),
        )

    return run


def refused(done: subprocess.CompletedProcess[str], reason: Reason) -> str:
    """The one line of a failed run."""
    assert done.returncode == EXIT_STATUS[reason], done.stderr
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("poise: ")
    return line


# --- help


def test_help_lists_every_command_and_the_notice(poise) -> None:
    done = poise("--help")
    assert done.returncode == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name}" in done.stdout
        assert line in done.stdout
    assert NOTICE in done.stdout
    assert poise().stdout == done.stdout


@pytest.mark.parametrize("name", MADE)
def test_every_command_has_help_with_the_notice(poise, name: str) -> None:
    done = poise(name, "--help")
    assert done.returncode == 0
    assert NOTICE in done.stdout


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from poise.cli import dispatch; dispatch(['--help']);"
        "print(*sorted({'typer', 'rich', 'pydantic', 'sqlalchemy', 'bleak', 'serial', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(tmp_path)
    )
    assert done.stdout.splitlines()[-1] == ""


@pytest.mark.parametrize("arguments", [["frobnicate"], ["--frob"], ["--data"]])
def test_wrong_usage_is_one_line(poise, arguments: list[str]) -> None:
    done = poise(*arguments)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "poise --help" in done.stderr


def test_exit_statuses_are_apart_from_those_of_the_shell() -> None:
    assert len(set(EXIT_STATUS.values())) == len(Reason)
    assert all(2 < status < 126 for status in EXIT_STATUS.values())


def test_exit_statuses_are_as_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([a-z-]+) \|", text, re.MULTILINE)
    assert {Reason(name): int(status) for status, name in rows} == EXIT_STATUS


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


def test_a_damaged_log_file_gives_its_intact_part(poise, log: Path) -> None:
    whole = log.read_bytes()
    at = 10 * len(button(1)) + 5
    log.write_bytes(whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :])
    line = refused(poise("import", str(log), "--clip", CLIP), Reason.BAD_LOG)
    assert str(10 * len(button(1))) in line
    rows = poise("events", "--json").stdout.splitlines()
    assert len(rows) == 10


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


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_plan_that_cannot_be_read(poise, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "plan.toml"
    if content:
        path.write_bytes(content)
    refused(poise("plan", "check", str(path)), Reason.BAD_INPUT)


# --- links


@pytest.mark.skipif(sys.platform != "linux", reason="takes D-Bus away, which only Linux has")
@pytest.mark.parametrize("command", [["scan"], ["status"], ["download", "--ble"]])
def test_no_bluetooth_adapter(poise, command: list[str]) -> None:
    assert "poise doctor" in refused(poise(*command), Reason.NO_ADAPTER)


@pytest.mark.parametrize("command", ["download", "status"])
def test_a_port_that_is_missing(poise, command: str) -> None:
    line = refused(poise(command, "--port", "/dev/nothing-here"), Reason.NO_CLIP)
    assert "/dev/nothing-here" in line


@pytest.mark.parametrize("content", [None, "{", "[]", "{}", DEAD])
def test_a_twin_that_is_not_there(poise, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "twin.json").write_text(content)
    line = refused(poise("--twin", str(tmp_path), "scan"), Reason.TWIN_FAILED)
    assert "poise.twin" in line


@pytest.fixture
def peer():
    made: list[Peer] = []

    def make(**answers) -> Peer:
        made.append(Peer(**answers))
        return made[-1]

    yield make
    for one in made:
        if one.is_alive():
            one.unplug()


def test_download_keeps_each_record_and_writes_the_raw_log(poise, peer, tmp_path: Path) -> None:
    raw = b"".join(button(seq) for seq in (1, 2, 3))
    clip = peer(log_read=lambda _n, i, _f: a_transfer(i, raw, 3, 4))
    out = tmp_path / "raw.bin"
    done = json.loads(poise("download", "--port", clip.port, "--out", str(out), "--json").stdout)
    assert (done["records"], done["new"], done["next_seq"], done["by"]) == (3, 3, 4, "usb")
    assert out.read_bytes() == raw
    assert "time_set" in clip.names()
    assert clip.requests[-1][0] == "log_ack"


def test_a_failed_download_leaves_an_older_file_as_it_was(poise, peer, tmp_path: Path) -> None:
    raw = button(1)
    clip = peer(log_read=lambda _n, i, _f: a_transfer(i, raw, 2, 3))
    out = tmp_path / "raw.bin"
    out.write_bytes(b"of last week")
    refused(poise("download", "--port", clip.port, "--out", str(out)), Reason.BAD_LOG)
    assert out.read_bytes() == b"of last week"
    assert [path.name for path in tmp_path.glob("raw*")] == ["raw.bin"]
    refused(
        poise("download", "--port", clip.port, "--out", str(tmp_path / "no" / "raw")),
        Reason.BAD_INPUT,
    )


def test_a_clip_of_another_version(poise, peer) -> None:
    other = {**IDENTITY, "wire_hash": bytes(8)}
    clip = peer(hello=lambda _n, i, _f: [codec.pack("identity", i, **other)])
    assert bytes(8).hex() in refused(poise("status", "--port", clip.port), Reason.WRONG_VERSION)


# --- the rest


def test_doctor_says_of_each_thing_how_it_is_and_what_to_do(poise, tmp_path: Path) -> None:
    done = poise("doctor", "--json")
    findings = {row["what"]: row for row in json.loads(done.stdout)}
    assert findings["Python"]["ok"]
    assert findings["store"]["ok"]
    assert done.returncode == int(any(row["needed"] and not row["ok"] for row in findings.values()))
    (tmp_path / "data" / "poise.db").write_bytes(b"x" * 5000)
    broken = poise("doctor")
    assert broken.returncode == 1
    assert "Traceback" not in broken.stderr
    assert "missing  store" in broken.stdout


def test_an_interrupt_ends_quietly(peer, tmp_path: Path) -> None:
    clip = peer(hello=lambda *_: None)
    command = [sys.executable, "-m", "poise", "status", "--port", clip.port]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path)
    )
    while "hello" not in clip.names():
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err) == (130, b"", b"")


def test_a_reader_that_goes_away_is_no_fault(poise, log: Path, tmp_path: Path) -> None:
    poise("import", str(log), "--clip", CLIP)
    command = f"{sys.executable} -m poise events | head -n 1"
    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(tmp_path / "data"),
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_bug_is_one_line_and_debug_shows_where(poise, tmp_path: Path) -> None:
    broken = {"POISE_STORE": "no-such-engine://host/db"}
    done = poise("events", **broken)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    if done.returncode == 1:
        assert "POISE_DEBUG=1" in done.stderr
        assert "Traceback" in poise("events", **broken, POISE_DEBUG="1").stderr
