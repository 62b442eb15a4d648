"""The table of boards: what has a row has all it takes, and what is missing is told."""

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from poise.build import boards, bundle
from poise.build.boards import BOARDS, NEWEST_STUBS, Usb, board, fitting, for_chip
from poise.errors import PoiseError, Reason
from poise.flash.chips import CHIPS
from poise.wire.rows import MESSAGES
from tools import check_boards
from tools.check_port_names import MODULES

ALONE = [row for row in BOARDS if [each.chip for each in BOARDS].count(row.chip) == 1]
EACH_BOARD = pytest.mark.parametrize("row", BOARDS, ids=lambda row: row.name)


@EACH_BOARD
def test_a_board_has_its_files_its_name_and_its_chip(row: boards.Board):
    files = bundle.contents(row.name)
    assert files["wiring.py"].parent == row.folder
    assert files["board.py"] == row.folder.parent / "board.py"
    assert bundle.board_name(row.name) == row.name
    assert bundle.arch_for(row.name, None) == row.arch
    assert row.chip in {chip.title for chip in CHIPS}
    assert board(row.name) is row and fitting(row.chip, row.name) == row.name
    assert row.pins_file.is_file()


@pytest.mark.parametrize("row", ALONE, ids=lambda row: row.name)
def test_a_chip_of_one_board_gets_that_board_and_no_other(row: boards.Board):
    assert fitting(row.chip, None) == row.name
    other = next(each for each in BOARDS if each.chip != row.chip)
    for asked in (other.name, boards.TWIN, ""):
        with pytest.raises(PoiseError, match=f"'{asked}' does not run on an {row.chip}") as caught:
            fitting(row.chip, asked)
        assert caught.value.hint == f"Boards with this chip: {row.name}."


def test_of_several_boards_with_a_chip_one_has_to_be_named(monkeypatch: pytest.MonkeyPatch):
    first = board("esp32s3")
    second = replace(first, name="another_s3")
    monkeypatch.setattr(boards, "BOARDS", (first, second, board("esp32")))
    with pytest.raises(PoiseError, match="several boards have an ESP32-S3") as caught:
        fitting("ESP32-S3", None)
    assert caught.value.hint == "Name yours with --board: esp32s3, another_s3."
    assert fitting("ESP32-S3", "esp32s3") == "esp32s3"
    assert fitting("ESP32-S3", "another_s3") == "another_s3"
    assert for_chip("ESP32-S3") is first
    assert fitting("ESP32", None) == "esp32"


def test_the_twin_runs_the_first_board():
    files = bundle.contents(boards.TWIN)
    assert files["wiring.py"].parent == BOARDS[0].folder


@pytest.mark.parametrize("name", ["esp32h2", "", "boards"])
def test_another_name_is_refused_with_the_boards(name: str):
    for ask in (board, bundle.contents, lambda name: bundle.arch_for(name, None)):
        with pytest.raises(PoiseError, match=f"no board '{name}'") as caught:
            ask(name)
        assert caught.value.reason is Reason.BAD_INPUT
        assert all(row.name in caught.value.hint for row in BOARDS)


def test_a_row_without_a_folder_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bundle, "BOARDS", (*bundle.BOARDS, "esp32x"))
    with pytest.raises(PoiseError, match=r"the firmware lacks wiring\.py"):
        bundle.contents("esp32x")


def test_the_twin_is_no_board_with_a_chip():
    with pytest.raises(PoiseError, match="no board 'twin'"):
        board(boards.TWIN)


class Pin:
    """A pin that a board sets up when it starts."""

    IN, OUT, PULL_UP = 1, 3, 2

    def __init__(self, number: int, mode: int, pull: int | None = None, *, value: int = 0) -> None:
        assert mode in (self.IN, self.OUT), number


def wiring(row: boards.Board, monkeypatch: pytest.MonkeyPatch, **of_esp32: Any) -> ModuleType:
    """The board's module, on a port that has these names in `esp32`."""
    port = SimpleNamespace(WAKEUP_ALL_LOW=False, WAKEUP_ANY_HIGH=True, **of_esp32)
    monkeypatch.setitem(sys.modules, "esp32", port)
    monkeypatch.setitem(sys.modules, "machine", SimpleNamespace(UART=None, Pin=Pin))
    monkeypatch.setitem(sys.modules, "micropython", SimpleNamespace(const=lambda value: value))
    spec = importlib.util.spec_from_file_location(f"wiring_{row.name}", row.folder / "wiring.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Button:
    def __init__(self) -> None:
        self.said: list[object] = []

    def irq(self, handler: object) -> None:
        self.said.append(handler)


@EACH_BOARD
def test_a_boards_name_fits_into_what_a_clip_tells_of_itself(row: boards.Board):
    identity = next(each for each in MESSAGES if each.name == "identity")
    room = dict(field.split(":") for field in identity.fields)["board"]
    assert len(row.name.encode()) <= int(room.removesuffix("s"))


@EACH_BOARD
def test_the_button_wakes_the_chip_by_its_level(row: boards.Board, monkeypatch: pytest.MonkeyPatch):
    """Which call the chip has, its stubs know: `make lint`."""
    woken: list[tuple[object, bool]] = []
    module = wiring(
        row,
        monkeypatch,
        wake_on_ext0=lambda pin, level: woken.append((pin, level)),
        wake_on_ext1=lambda pins, level: woken.extend((pin, level) for pin in pins),
        wake_on_gpio=lambda pins, level: woken.extend((pin, level) for pin in pins),
    )
    button = Button()
    module.wake_by(button)
    assert woken == [(button, False)]


def test_a_c3_has_no_interrupt_of_the_button_in_its_sleep(monkeypatch: pytest.MonkeyPatch):
    """Waking makes it one of level, which would come without end while the button is down."""
    button = Button()
    at_wake: list[list[object]] = []
    module = wiring(
        board("esp32c3"),
        monkeypatch,
        wake_on_gpio=lambda pins, level: at_wake.append([*button.said]),
    )
    module.wake_by(button)
    assert at_wake == [[None]]


@EACH_BOARD
def test_only_a_uart_has_a_rate(row: boards.Board, monkeypatch: pytest.MonkeyPatch):
    module = wiring(row, monkeypatch)
    rates: list[tuple[int, int]] = []
    monkeypatch.setattr(
        module, "UART", lambda n, baudrate: rates.append((n, baudrate)), raising=False
    )
    module.set_baud(921_600)
    assert rates == ([(0, 921_600)] if row.usb is Usb.UART else [])


def stubs(folder: Path, row: boards.Board, esp32: str) -> None:
    for name in check_boards.versions(row):
        (folder / name).mkdir(exist_ok=True)
        for module in MODULES:
            (folder / name / f"{module}.pyi").write_text(esp32 if module == "esp32" else "")


def test_a_board_is_checked_against_its_own_chip(tmp_path: Path):
    row = board("esp32s3")
    stubs(tmp_path, row, "WAKEUP_ALL_LOW: bool\n")
    found = [line for line in check_boards.missing_names(row, tmp_path) if "/wiring.py" in line]
    assert found and all(line.startswith("firmware/boards/esp32s3/wiring.py") for line in found)
    assert any("esp32.wake_on_ext0 is not in esp32s3-1.26" in line for line in found)
    stubs(tmp_path, row, "WAKEUP_ALL_LOW: bool\ndef wake_on_ext0(pin, level): ...\n")
    left = [line for line in check_boards.missing_names(row, tmp_path) if "/wiring.py" in line]
    assert not [line for line in left if "esp32." in line.partition("wiring.py")[2]]


def test_a_board_without_its_stubs_is_told(tmp_path: Path):
    with pytest.raises(SystemExit, match=r"esp32s3-1\.26.*: fetch them with `make \.cache/stubs`"):
        check_boards.missing_names(board("esp32s3"), tmp_path)


def test_pyright_gets_a_world_for_each_board(tmp_path: Path):
    made = json.loads(json.dumps(check_boards.pyright_config(tmp_path)))
    worlds = made["executionEnvironments"]
    assert [world["extraPaths"][0] for world in worlds] == [
        f"{row.name}-{NEWEST_STUBS}" for row in BOARDS
    ]
    assert [(tmp_path / world["root"]).resolve() for world in worlds] == [
        row.folder.resolve() for row in BOARDS
    ]


def test_stubs_have_the_names_of_the_images():
    assert {row.name: row.stubs for row in BOARDS}["esp32s3"] == (
        "micropython-esp32-esp32-generic-s3-stubs"
    )
    assert replace(board("esp32"), name="x").stubs == "micropython-esp32-esp32-generic-stubs"
