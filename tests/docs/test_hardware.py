"""Each board's pins.csv and its code name the same pins, and each pin can do its work."""

import ast
from pathlib import Path

import pytest

from poise.build.boards import BOARDS, TWIN, Board
from tests.support.pins import PADS, pins_in_code, pins_of

ROOT = Path(__file__).parents[2]
EACH_BOARD = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)


def test_a_folder_is_a_board_with_a_row_and_a_row_has_its_folder():
    folders = {path.name for path in (ROOT / "firmware/boards").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {TWIN, *(board.name for board in BOARDS)}


@EACH_BOARD
def test_the_table_of_pins_is_the_codes(board: Board):
    listed = {row["signal"]: int(row["gpio"]) for row in pins_of(board)}
    assert listed == pins_in_code(board)
    assert listed, f"{board.name} has no pins"


@EACH_BOARD
def test_every_board_has_the_signals_that_the_firmware_takes(board: Board):
    tree = ast.parse((ROOT / "firmware/boards/board.py").read_text(encoding="utf-8"))
    taken = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "wiring"
        for alias in node.names
    }
    made = ast.parse((board.folder / "wiring.py").read_text(encoding="utf-8")).body
    defined = {node.name for node in made if isinstance(node, ast.FunctionDef)}
    defined |= {ast.unparse(node.targets[0]) for node in made if isinstance(node, ast.Assign)}
    assert taken <= defined, f"{board.name}/wiring.py lacks {sorted(taken - defined)}"


@EACH_BOARD
def test_no_pin_is_used_twice_and_each_can_do_its_work(board: Board):
    pins = {row["signal"]: int(row["gpio"]) for row in pins_of(board)}
    assert len(set(pins.values())) == len(pins)
    assert board.chip in PADS, f"tests/support/pins.py does not know the pads of the {board.chip}"
    pads = PADS[board.chip]
    assert not set(pins.values()) & pads.forbidden
    assert pins["BATTERY"] in pads.adc1
    assert pins["BUTTON"] in pads.waking
    assert not (set(pins.values()) - {pins["BATTERY"], pins["IMU_INT1"]}) & pads.inputs
