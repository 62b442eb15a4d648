"""The drawing's wires go where pins.csv says; nothing is wired across the supply."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from poise.build.boards import BOARDS
from tests.support.pins import pins_of

HARDWARE = Path(__file__).parents[2] / "hardware"


def rows(name: str) -> list[dict[str, str]]:
    with (HARDWARE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pins(listed: list[Any]) -> list[int]:
    """WireViz's pin numbers: 3 or '1-5'."""
    out: list[int] = []
    for item in listed:
        first, _, last = str(item).partition("-")
        out += range(int(first), int(last or first) + 1)
    return out


@pytest.fixture(scope="module")
def drawing() -> dict[str, Any]:
    return yaml.safe_load((HARDWARE / "wiring.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wires(drawing: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(connector, label, connector, label) of each wire."""
    found = []
    for link in drawing["connections"]:
        ends = [next(iter(end.items())) for end in link if isinstance(end, dict)]
        if len(ends) < 3:
            continue
        (one, at_one), _, (other, at_other) = ends
        labels = {name: drawing["connectors"][name]["pinlabels"] for name in (one, other)}
        for a, b in zip(pins(at_one), pins(at_other), strict=True):
            found.append((one, str(labels[one][a - 1]), other, str(labels[other][b - 1])))
    return found


def test_each_signal_goes_to_its_gpio(wires: list[tuple[str, str, str, str]]):
    to = {"SDA": ("U2", "SDA"), "SCL": ("U2", "SCL"), "IMU_INT1": ("U2", "INT1"), "HAPTIC": ("Q1", "IN"),
          "BUTTON": ("SW1", "a"), "CHARGING": ("Q2", "OUT")}  # fmt: skip
    from_board = {(other, label): wire for one, wire, other, label in wires if one == "U1"}
    for row in pins_of(BOARDS[0]):
        if row["signal"] == "BATTERY":  # the divider is on the board
            continue
        at_board = from_board[to[row["signal"]]]
        assert row["gpio"] in re.findall(r"\d+", at_board), row["signal"]


def test_no_part_but_the_supplied_ones_lies_across_the_supply(
    wires: list[tuple[str, str, str, str]],
):
    """The motor between 3V and GND would run for ever."""
    net: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for one, a, other, b in wires:
        joined = {(one, a), (other, b)} | net.get((one, a), set()) | net.get((other, b), set())
        for point in joined:
            net[point] = joined
    assert ("U2", "VIN") in net["U1", "3V"] and ("Q1", "3V") in net["U1", "3V"]
    for part, labels in (("M1", ("+", "-")), ("SW1", ("a", "b"))):
        both = [net[part, label] for label in labels]
        supplies = [points & {("U1", "3V"), ("U1", "GND"), ("U1", "USB")} for points in both]
        assert not all(supplies), part


def test_the_picture_is_of_this_drawing(drawing: dict[str, Any]):
    picture = (HARDWARE / "wiring.svg").read_text(encoding="utf-8")
    shown = set(re.findall(r">([^<>]+)</text>", picture))
    for name, connector in drawing["connectors"].items():
        assert name in shown
        assert {str(label).replace("-", "&#45;") for label in connector["pinlabels"]} <= shown, name
    assert set(drawing["cables"]) <= shown


def test_every_part_has_a_number_a_maker_and_a_substitute():
    parts = rows("bom.csv")
    assert len({part["reference"] for part in parts}) == len(parts)
    for part in parts:
        assert int(part["quantity"]) > 0
        assert part["manufacturer"] and part["part_number"] and part["substitutes"], part[
            "reference"
        ]


def test_the_licence_is_whole():
    licence = (HARDWARE / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("CERN Open Hardware Licence Version 2 - Permissive")
    sections = re.findall(r"^  ([1-7]\.\d+) ", licence, re.M)
    assert [len([s for s in sections if s[0] == str(n)]) for n in range(1, 8)] == [
        9,
        4,
        4,
        0,
        2,
        2,
        4,
    ]
