"""The pins of a board: those of its table, those that its code uses, and what the pads of its chip can do."""

import ast
import csv
from dataclasses import dataclass

from poise.build.boards import Board


@dataclass(frozen=True)
class Pads:
    """GPIOs of a chip, by its datasheet.

    `forbidden`: of flash and USB, and those whose level at the start chooses how the chip starts. `adc1`: of the ADC
    that measures while the radio is on. `waking`: wake the chip from every kind of sleep. `inputs`: no more than that,
    and without a pull-up.
    """

    forbidden: frozenset[int]
    adc1: frozenset[int]
    waking: frozenset[int]
    inputs: frozenset[int] = frozenset()


# Chip, as esptool names it -> its pads.
PADS = {
    "ESP32": Pads(
        forbidden=frozenset({0, 2, 5, 12, 15, *range(6, 12)}),
        adc1=frozenset(range(32, 40)),
        waking=frozenset({0, 2, 4, *range(12, 16), *range(25, 28), *range(32, 40)}),
        inputs=frozenset(range(34, 40)),
    ),
    "ESP32-S3": Pads(
        forbidden=frozenset({0, 3, 19, 20, 45, 46, *range(26, 33)}),
        adc1=frozenset(range(1, 11)),
        waking=frozenset(range(22)),
    ),
    "ESP32-C3": Pads(
        forbidden=frozenset({2, 8, 9, 18, 19, *range(11, 18)}),
        adc1=frozenset(range(5)),
        waking=frozenset(range(6)),
    ),
    "ESP32-C6": Pads(
        forbidden=frozenset({4, 5, 8, 9, 12, 13, 15, *range(24, 31)}),
        adc1=frozenset(range(7)),
        waking=frozenset(range(8)),
    ),
}


def pins_of(board: Board) -> list[dict[str, str]]:
    """Rows of the board's pins.csv."""
    with board.pins_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pins_in_code(board: Board) -> dict[str, int]:
    """Signal -> GPIO of the board's wiring.py: its public `const`s."""
    tree = ast.parse((board.folder / "wiring.py").read_text(encoding="utf-8"))
    return {
        node.targets[0].id: ast.literal_eval(node.value.args[0])
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and not node.targets[0].id.startswith("_")
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "const"
    }
