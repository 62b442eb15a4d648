"""Flashing against a real MicroPython VM: exact files, nothing twice, and whole again after an interruption."""

import json
import sys
from pathlib import Path

import pytest

from poise import cli
from poise.errors import PoiseError, Reason
from poise.flash.bundle import is_root, stage, staged_files
from poise.flash.firmware import Flashed, flash_firmware
from poise.flash.prompt import open_prompt
from tests.conftest import vm_or_skip
from tests.host.flash_bench import BoardBench

pytestmark = pytest.mark.vm
BAUD = 115_200


def flash(bench: BoardBench) -> Flashed:
    with open_prompt(bench.port, BAUD) as prompt:
        return flash_firmware(prompt, "esp32", lambda line: None)


def bundle(folder: Path, arch: str) -> dict[str, bytes]:
    staged = stage("esp32", folder / "expected", arch)
    return {
        path if is_root(path) else f"a/{path}": (staged / path).read_bytes()
        for path in staged_files(staged)
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "clip"
    folder.mkdir()
    return folder


def test_the_whole_bundle_arrives_and_a_second_run_writes_nothing(root: Path, tmp_path: Path):
    vm = vm_or_skip(64)
    expected = bundle(tmp_path, vm.arch)
    with BoardBench(vm, root) as bench:
        first = flash(bench)
        assert bench.files() == expected
        assert first.machine.arch == vm.arch
        assert set(first.written) == set(expected)
        assert first.written[-1] == "main.py"
        second = flash(bench)
        assert (second.written, second.removed, second.unchanged) == ((), (), len(expected))


def test_only_what_differs_is_written_and_what_is_foreign_goes(root: Path, tmp_path: Path):
    vm = vm_or_skip(64)
    expected = bundle(tmp_path, vm.arch)
    for path, data in expected.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    kept = {
        "boot.py": b"import sys\n",
        "settings.bin": b"\1\2",
        "log/00000001.log": bytes(range(256)),
    }
    (root / "log").mkdir()
    for path, data in kept.items():
        (root / path).write_bytes(data)
    (root / "a/clip.mpy").write_bytes(b"an older version")
    (root / "clip.py").write_bytes(b"shadows = 'clip.mpy'\n")  # MicroPython would prefer it
    (root / "motion").mkdir(exist_ok=True)  # before there were slots
    (root / "motion/gone.mpy").write_bytes(b"of an older bundle")
    (root / "motion/slots.mpy.part").write_bytes(b"left by a power cut")
    with BoardBench(vm, root) as bench:
        done = flash(bench)
        assert bench.files() == expected | kept
    assert done.written == ("a/clip.mpy", "main.py")
    assert set(done.removed) == {"clip.py", "motion/gone.mpy", "motion/slots.mpy.part"}


@pytest.mark.parametrize("after_bytes", [3_000, 40_000, 110_000])
def test_a_power_cut_on_the_way_leaves_no_firmware_that_could_start(
    after_bytes: int, root: Path, tmp_path: Path
):
    vm = vm_or_skip(64)
    expected = bundle(tmp_path, vm.arch)
    (root / "main.py").write_text("raise SystemExit  # the firmware of before\n")
    with BoardBench(vm, root) as bench:
        bench.cut_after_bytes = after_bytes
        with pytest.raises(PoiseError) as caught:
            flash(bench)
        assert caught.value.reason is Reason.LINK_LOST
        assert "resumes" in caught.value.hint
        assert bench.starts == 2
        assert "main.py" not in bench.files()
        whole = {path: data for path, data in bench.files().items() if not path.endswith(".part")}
        assert whole.items() <= expected.items()
        resumed = flash(bench)
        assert bench.files() == expected
    assert resumed.unchanged == len(whole)


def test_a_program_that_runs_is_asked_to_leave(root: Path):
    with (
        BoardBench(vm_or_skip(64), root, "while True: pass") as bench,
        open_prompt(bench.port, BAUD) as prompt,
    ):
        assert prompt.run("print(6 * 7)").strip() == "42"


def test_a_board_that_never_stops_printing_is_given_up(root: Path):
    deaf = "while True:\n try:\n  while True: print('noise' * 20)\n except KeyboardInterrupt: pass"
    with (
        BoardBench(vm_or_skip(64), root, deaf) as bench,
        pytest.raises(PoiseError, match="no MicroPython prompt answers") as caught,
        open_prompt(bench.port),
    ):
        pass
    assert caught.value.reason is Reason.NO_CLIP


def test_without_the_extra_the_command_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "mpremote", None)
    with pytest.raises(PoiseError, match="mpremote is not installed") as caught, open_prompt("any"):
        pass
    assert (caught.value.reason, "[flash]" in caught.value.hint) == (Reason.MISSING_EXTRA, True)


def test_the_command_restarts_the_board_and_tells_what_it_did(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    vm = vm_or_skip(64)
    with BoardBench(vm, root) as bench:
        arguments = [
            "flash",
            "firmware",
            "--port",
            bench.port,
            "--board",
            "esp32",
            "--baud",
            str(BAUD),
            "--json",
        ]
        with pytest.raises(SystemExit) as ended:
            cli.dispatch(arguments)
        assert ended.value.code == 0
        told = json.loads(capsys.readouterr().out)
        assert told["machine"]["arch"] == vm.arch
        assert len(told["written"]) == len(bench.files())
        assert bench.starts_again()


def test_an_unknown_chip_is_named(root: Path):
    with (
        BoardBench(vm_or_skip(64), root) as bench,
        open_prompt(bench.port, BAUD) as prompt,
        pytest.raises(PoiseError, match="there is no firmware for a") as caught,
    ):
        flash_firmware(prompt, None, lambda line: None)
    assert caught.value.reason is Reason.FLASH_FAILED


def test_a_device_error_is_one_line(root: Path):
    with (
        BoardBench(vm_or_skip(64), root) as bench,
        open_prompt(bench.port, BAUD) as prompt,
        pytest.raises(PoiseError, match="the clip says: ZeroDivisionError"),
    ):
        prompt.run("1 / 0")


def test_no_such_port():
    with pytest.raises(PoiseError) as caught, open_prompt("/dev/there-is-no-such-port"):
        pass
    assert caught.value.reason is Reason.NO_CLIP
