"""hardware/pins.csv and the board's code name the same pins; the drawing's parts are in the parts list."""

import ast
import csv
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
BOARD = ROOT / "firmware/boards/esp32/board.py"


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "hardware" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def board_pins() -> dict[str, int]:
    """Signal -> GPIO of the constants that board.py hands to a pin, a bus or an ADC."""
    tree = ast.parse(BOARD.read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, int)
        ):
            name = node.targets[0]
            assert isinstance(name, ast.Name)
            if name.id.startswith("_"):
                found[name.id.lstrip("_")] = node.value.value
    return found


def test_pins_are_the_boards():
    listed = {row["signal"]: int(row["gpio"]) for row in rows("pins.csv")}
    assert listed == board_pins()


def test_no_pin_is_used_twice():
    gpios = [row["gpio"] for row in rows("pins.csv")]
    assert len(set(gpios)) == len(gpios)


def test_what_is_drawn_is_in_the_parts_list():
    drawn = yaml.safe_load((ROOT / "hardware/wiring.yml").read_text(encoding="utf-8"))["connectors"]
    assert set(drawn) <= {row["reference"] for row in rows("bom.csv")}


def test_the_drawing_is_there():
    assert (ROOT / "hardware/wiring.svg").stat().st_size > 1000
