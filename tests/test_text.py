"""Text in and out: files of any editor, output in any code page, and nothing that a terminal obeys."""

import ast
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise import text as plain
from poise.build import trust
from poise.cli import main
from poise.coach.plan.plan import parse_plan
from poise.errors import PoiseError, Reason
from poise.files import text as textfile
from poise.replay.csvtrace import load_csv
from poise.replay.samples import Reading
from poise.twin.world.scenario import load
from tests.support.command import NO_BUS, environment, refused
from tests.support.plans import exercise, plan_text

CLI = Path(__file__).parents[1] / "host/src/poise/cli"
NAME = "Łucja Müller, Ирина"
PLAN = plan_text(
    exercise(use="shoulder-blades", sets=2, times=["12:30"]), patient=NAME, zone="Europe/Berlin"
)


# --- in


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_a_plan_of_any_editor_is_read(tmp_path: Path, encoding: str, newline: str) -> None:
    """A mark says what it is; the zeros of UTF-16 do where it has none. All are one plan, with one hash."""
    path = tmp_path / "plan.toml"
    path.write_bytes(PLAN.replace("\n", newline).encode(encoding))
    found = parse_plan(textfile.read_text(path))
    assert found.patient == NAME
    assert found.content_hash == parse_plan(PLAN).content_hash


def test_big_endian_with_its_mark_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(b"\xfe\xff" + PLAN.encode("utf-16-be"))
    assert textfile.read_text(path) == PLAN


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("version = 1\nname = 'Müller'".encode("cp1252"), "line 2: it is not UTF-8 text"),
        ("имя".encode("cp1251"), "line 1: it is not UTF-8 text"),
        (b"\xff\xfea\x00b", "it is not UTF-16-LE text"),
    ],
)
def test_what_is_no_such_text_is_told_with_a_cure(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(raw)
    with pytest.raises(PoiseError) as caught:
        textfile.read_text(path)
    assert said in str(caught.value)
    assert "Save it as UTF-8" in caught.value.hint


@pytest.mark.parametrize("name", [".", "missing", "a\0b"])
def test_what_cannot_be_read_or_written_is_told(tmp_path: Path, name: str) -> None:
    for use in (textfile.read_text, lambda path: textfile.write_text(path / "x", "")):
        with pytest.raises(PoiseError) as caught:
            use(tmp_path / name if use is textfile.read_text else tmp_path / "none" / name)
        assert caught.value.reason is Reason.BAD_INPUT


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_files_that_people_hand_over(tmp_path: Path, encoding: str) -> None:
    """A trace, a scenario of the twin, a public key: as PowerShell writes them."""
    trace = tmp_path / "trace.csv"
    header = "t_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    lines = [header, *(f"{n / 50},0,0,1,0,0,0" for n in range(100))]
    trace.write_bytes("\r\n".join(lines).encode(encoding))
    assert len(load_csv(trace, Reading())) == 100

    scenario = tmp_path / "short.toml"
    scenario.write_bytes('[[segment]]\nname = "sits"\nduration_s = 5\n'.encode(encoding))
    assert load(str(scenario)).name == "short"

    public, keys = tmp_path / "release.pub", trust.first(Ed25519PrivateKey.generate())
    trust.write_new(public, keys)
    public.write_bytes(public.read_text().replace("\n", "\r\n").encode(encoding))
    assert trust.read(public) == keys


def test_the_example_and_the_plan_in_force_go_to_a_file(poise, tmp_path: Path) -> None:
    """`>` of a shell may write another encoding; `--out` writes UTF-8, and overwrites no plan with the example."""
    path, again = tmp_path / "plan.toml", tmp_path / "again.toml"
    assert poise("plan", "example", "--out", str(path)).returncode == 0
    assert "exists" in refused(poise("plan", "example", "--out", str(path)), Reason.BAD_INPUT)
    path.write_bytes(PLAN.encode("utf-16"))
    assert poise("plan", "set", str(path), "--by", "T").returncode == 0
    assert poise("plan", "show", "--out", str(again)).returncode == 0
    assert again.read_bytes() == PLAN.encode()


# --- out

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process: exit status, and what comes into files where the code page is `page`."""
    for name in [name for name in os.environ if name.startswith("POISE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("POISE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", NO_BUS)

    def run(*arguments: str, page: str = "utf-8") -> tuple[int, str, str]:
        files = [io.TextIOWrapper(io.BytesIO(), encoding=page) for _ in range(2)]
        with monkeypatch.context() as here:
            here.setattr(sys, "argv", ["poise", *arguments])
            here.setattr(sys, "stdout", files[0])
            here.setattr(sys, "stderr", files[1])
            with pytest.raises(SystemExit) as ended:
                main()
        for file in files:
            file.flush()
        out, error = (cast(io.BytesIO, file.buffer).getvalue().decode() for file in files)
        return int(ended.value.code or 0), out, error

    return run


@pytest.mark.parametrize("page", ["cp1251", "cp1252", "ascii"])
def test_output_to_a_file_is_utf_8_in_any_code_page(
    command: Run, tmp_path: Path, page: str
) -> None:
    """What is said, what is wrong, JSON, help: none ends in an encoding error, and a plan comes back whole."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    status, out, _ = command("plan", "set", str(path), "--by", NAME, page=page)
    assert (status, "2 × 10 repetitions" in out, f"set by {NAME}" in out) == (0, True, True)
    status, out, _ = command("plan", "show", page=page)
    assert (status, parse_plan(out).patient) == (0, NAME)
    _, out, _ = command("plan", "show", "--json", page=page)
    assert parse_plan(json.loads(out)["toml"]).patient == NAME
    _, out, _ = command("plan", "library", "nod", page=page)
    assert "Jull" in out
    status, out, error = command("plan", "check", f"{NAME} – ×.toml", page=page)
    assert (status, out) == (28, "")
    assert f"{NAME} – ×.toml can't be read" in error
    for wrong in (("plan", "×"), ("×",), ("diary", "×")):
        status, _, error = command(*wrong, page=page)
        assert (status, "×" in error) == (2, True)


def test_a_redirected_command_writes_utf_8(tmp_path: Path) -> None:
    """The same as Windows runs it, in a process of its own."""
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    env = environment(tmp_path / "data", PYTHONUTF8="0", PYTHONIOENCODING="cp1251")
    arguments = [sys.executable, "-m", "poise", "plan", "check", str(tmp_path / "plan.toml")]
    done = subprocess.run(arguments, capture_output=True, timeout=120, env=env)
    assert (done.returncode, "2 × 10 repetitions" in done.stdout.decode()) == (0, True)


def test_a_terminal_that_cannot_show_a_character_gets_its_escape() -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    held = io.BytesIO()
    raw = Terminal(held, encoding="cp437", errors="backslashreplace")
    plain.PlainStream(raw).write("Łucja × 2\x9b")
    raw.flush()
    assert held.getvalue() == rb"\u0141ucja \xd7 2\u009b"


# --- nothing that a terminal obeys

EVIL = "\x1b[31mred\x1b]0;title\x07\x9b2J\r\b\x7f\u202e\u2028"


def test_what_a_terminal_obeys_is_shown_as_text() -> None:
    shown = plain.visible(EVIL)
    assert shown == (
        "\\u001b[31mred\\u001b]0;title\\u0007\\u009b2J\\u000d\\u0008\\u007f\\u202e\\u2028"
    )
    assert shown.isprintable() and json.loads(f'"{shown}"') == EVIL
    kept = "Zeile\n\tspaced, Windows\r\nفارسی‌ها, 𝄞 and 👩‍⚕️"
    assert plain.visible(kept) == kept
    assert plain.printable("a\nb\x1b") == "a\\u000ab\\u001b"


def test_json_stays_json() -> None:
    raw = io.StringIO()
    json.dump({"note": EVIL}, plain.PlainStream(raw), ensure_ascii=False)
    assert json.loads(raw.getvalue()) == {"note": EVIL}
    assert "\x9b" not in raw.getvalue() and "\u202e" not in raw.getvalue()


def test_notes_names_and_files_command_no_terminal(command: Run) -> None:
    """Whatever is kept comes out as text: in lists, in JSON, in errors of Poise's and of the command line's own."""
    assert command("diary", "add", "--neck", "2", "--note", EVIL)[0] == 0
    listed, told = command("diary", "list"), command("diary", "list", "--json")
    assert json.loads(told[1])["diary"][0]["note"] == EVIL
    wrong = [
        command("plan", "check", f"{EVIL}.toml"),
        command("plan", EVIL),
        command(EVIL),
        command("diary", "add", "--neck", EVIL),
        command("diary", "add", "--medicine", EVIL),
        command("diary", "add", "--day", EVIL),
    ]
    for _, out, error in (listed, told, *wrong):
        assert not any(character in out + error for character in "\x1b\x9b\x07\x7f\u202e")
    assert [status for status, _, _ in wrong] == [28, 2, 2, 2, 28, 28]
    assert "\\u001b[31mred" in listed[1]


@pytest.mark.parametrize(
    "arguments",
    [("diary", "add", "--note", "\udcff\x1b[2J"), ("\udcff",), ("plan", "check", "\udce9.toml")],
)
def test_arguments_that_are_no_text_are_refused_in_one_line(command: Run, arguments) -> None:
    """Bytes that are not UTF-8 come into `sys.argv` as lone surrogates."""
    status, _, error = command(*arguments)
    (line,) = error.splitlines()
    assert status == 28
    assert "is not UTF-8 text" in line and line.isprintable()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30"])
def test_days_at_the_ends_of_the_calendar(command: Run, tmp_path: Path, day: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    command("plan", "set", str(path), "--by", "T")
    for arguments in (
        ("diary", "add", "--neck", "2", "--day", day),
        ("diary", "treatment", "visit", "--day", day),
        ("diary", "score", "ndi", "5", "--by", "T", "--day", day),
        ("exercise", "shoulder-blades", "--report", "5", "--day", day),
    ):
        status, out, error = command(*arguments)
        assert (status, out) == (28, ""), (arguments, error)
        assert "unexpected" not in error and "Traceback" not in error


def test_nothing_in_the_commands_goes_past_the_plain_stream() -> None:
    """They ask `plain.terminal()` for a terminal; to everything else standard output is none."""
    for path in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                text = ast.unparse(node)
                assert text not in ("sys.stdout.isatty", "sys.stdout.buffer", "sys.__stdout__"), (
                    path
                )
