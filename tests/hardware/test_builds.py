"""Both builds keep every rule, on each board that fits them, and their files are those that the code makes."""

import ast
import csv
import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from hardware import bench, clip, harness, parts, rules
from hardware.check import Build, builds
from hardware.circuit import gpios, pads
from hardware.clip import values
from hardware.second_opinion import complaints
from poise.build.boards import BOARDS, board
from poise.power.left import CELL_MAH

HARDWARE = Path(__file__).parents[2] / "hardware"
# Only looked for: once imported, SKiDL writes its log where it is.
NEEDS_SKIDL = pytest.mark.skipif(
    find_spec("skidl") is None, reason="needs the extra hardware: make hardware"
)
EACH_BUILD = pytest.mark.parametrize("build", builds(), ids=lambda build: build.name)
CASES = [
    *((clip, name) for name in clip.FITTING),
    *((bench, each.name) for each in BOARDS),
]


@EACH_BUILD
def test_a_build_has_no_fault(build: Build):
    assert build.faults() == []


@pytest.mark.parametrize(("build", "name"), CASES, ids=lambda case: getattr(case, "__name__", case))
def test_circuit_and_wires_hold_on_each_board_that_fits(build, name: str):
    circuit = build.circuit(board(name))
    assert rules.faults(circuit) == []
    assert harness.faults(circuit, build.cables(board(name)), build.STRIP) == []


# Pads of the modules, by Seeed's and TinyGo's pages.
XIAO_GPIOS = {
    "esp32s3": (1, 2, 3, 4, 5, 6, 43, 44, 7, 8, 9),
    "esp32c3": (2, 3, 4, 5, 6, 7, 21, 20, 8, 9, 10),
    "esp32c6": (0, 1, 2, 21, 22, 23, 16, 17, 19, 20, 18),
}


@pytest.mark.parametrize("name", clip.FITTING)
def test_a_pad_of_the_module_is_the_gpio_that_its_board_takes_it_for(name: str):
    pad_of = pads(board(name))
    for signal, gpio in gpios(board(name)).items():
        assert XIAO_GPIOS[name][int(pad_of[signal].removeprefix("D"))] == gpio, signal


@EACH_BUILD
def test_each_signal_of_the_board_is_wired(build: Build):
    """The one that the firmware does not read stays open."""
    signals = {"SDA", "SCL", "HAPTIC", "BUTTON", "BATTERY", "CHARGING"}
    for name in clip.FITTING if build.name == parts.CLIP else [each.name for each in BOARDS]:
        circuit = (clip if build.name == parts.CLIP else bench).circuit(board(name))
        with board(name).pins_file.open(encoding="utf-8", newline="") as file:
            rows = {row["signal"]: row for row in csv.DictReader(file)}
        assert set(rows) == signals | {"IMU_INT1"}
        for signal in signals:
            pad = (
                rows[signal]["module_pin"]
                if build.name == parts.CLIP
                else f"IO{rows[signal]['gpio']}"
            )
            net = circuit.net(f"U1.{pad}")
            assert net == signal or (build.name, net) == (parts.BENCH, "GND")


@EACH_BUILD
def test_the_drawings_are_those_of_the_circuit(build: Build):
    folder = HARDWARE / build.name
    assert (folder / "wiring.yml").read_text(encoding="utf-8") == build.wiring(), "make hardware"
    assert (folder / "schematic.svg").read_text(encoding="utf-8") == build.schematic(), (
        "make hardware"
    )
    picture = (folder / "wiring.svg").read_text(encoding="utf-8")
    shown = {
        text.replace("&#45;", "-").replace("&#39;", "'")
        for text in re.findall(r">([^<>]+)</text>", picture)
    }
    for cable in build.cables:
        assert cable.name in shown
        for _, *ends in cable.wires:
            assert {end.replace(".", ":") for end in ends} <= shown


def test_the_clip_is_light_and_small_enough():
    assert parts.mass_g(parts.CLIP) + values.SHELL_G <= parts.LARGEST_G
    for each in parts.parts(parts.CLIP):
        if each.size_mm is not None:
            assert all(
                side < most for side, most in zip(sorted(each.size_mm), (14, 28, 40), strict=True)
            )


def test_the_mass_is_the_sum_of_the_rows():
    listed = parts.parts(parts.BENCH)
    assert any(each.quantity > 1 for each in listed)
    assert parts.mass_g(parts.BENCH) == pytest.approx(
        sum(each.mass_g for each in listed for _ in range(each.quantity))
    )


@pytest.mark.parametrize("name", parts.BUILDS)
def test_every_part_has_a_number_a_maker_a_substitute_and_a_price(name: str):
    listed = parts.parts(name)
    assert len({each.reference for each in listed}) == len(listed)
    for each in listed:
        assert each.quantity > 0 and each.mass_g > 0
        assert each.manufacturer and each.part_number and each.substitutes and each.item
        assert each.price_eur in parts.PRICE_CLASSES
        assert each.basis in parts.BASES
        assert each.size_mm is not None or each.reference.startswith("W")


def test_the_cell_of_the_parts_list_is_the_one_that_status_reckons_with():
    assert f"{CELL_MAH:g} mAh" in parts.part(parts.CLIP, "BT1").note
    assert clip.circuit().part("BT1").value == f"{CELL_MAH:g} mAh"


def test_values_of_the_parts_list_are_those_of_the_circuit():
    units = {"k": " kOhm", "u": " uF", "n": " nF"}
    for each in clip.circuit().parts:
        if each.what not in {"resistor", "capacitor"}:
            continue
        said = (
            each.value[:-1] + units[each.value[-1]]
            if each.value[-1] in units
            else f"{each.value} Ohm"
        )
        assert said in parts.part(parts.CLIP, each.reference).item


def test_the_divider_is_the_one_that_every_board_reckons_with():
    for name in clip.FITTING:
        text = (board(name).folder / "wiring.py").read_text(encoding="utf-8")
        assert "BATTERY_DIVIDER_X1000 = 2000" in text
    assert next(each for each in values.checks() if each.what == "divider's ratio").figure == 2


def test_a_c3s_charger_is_too_strong_for_the_cell_and_nothing_else_is_wrong_with_it():
    wrong = [each.what for each in values.checks(on=board("esp32c3")) if not each.holds]
    assert wrong == ["charge current, in capacities an hour"]
    for name in {*clip.FITTING} - {"esp32c3"}:
        assert all(each.holds for each in values.checks(on=board(name))), name


@NEEDS_SKIDL
def test_skidl_agrees():
    for build in builds():
        assert complaints(build.circuit) == []


@NEEDS_SKIDL
def test_skidl_notices_an_open_pin():
    circuit = clip.circuit()
    found = complaints(replace(circuit, unused=circuit.unused[1:]))
    assert len(found) == 1 and circuit.unused[0].split(".")[1] in found[0]


def test_the_page_of_makers_names_the_pins_of_each_board():
    page = (HARDWARE.parent / "docs/makers/hardware.md").read_text(encoding="utf-8")
    head = next(line for line in page.splitlines() if line.startswith("| signal |"))
    titles = [cell.strip() for cell in head.split("|")[2 : 2 + len(BOARDS)]]
    first = {each.chip: each for each in reversed(BOARDS)}
    wanted = [each.chip if first[each.chip] is each else each.name for each in BOARDS]
    assert titles == wanted  # the second board with a chip by its folder's name
    rows = {"SDA, SCL": ("SDA", "SCL"), "motor": ("HAPTIC",), "button": ("BUTTON",), "battery": ("BATTERY",),
            "USB power": ("CHARGING",), "sensor's interrupt": ("IMU_INT1",)}  # fmt: skip
    for title, signals in rows.items():
        cells = (", ".join(str(gpios(each)[signal]) for signal in signals) for each in BOARDS)
        assert f"| {title} | {' | '.join(cells)} |" in page


def test_the_clips_page_says_its_figures():
    page = (HARDWARE / "clip/README.md").read_text(encoding="utf-8")
    figure = {each.what: each.figure for each in values.checks()}
    assert f"all together {parts.mass_g(parts.CLIP):.0f} g" in page
    error = figure["error of the cell's voltage"]
    for said in (
        f"within {error:.0f} mV",
        f"{figure['charge current, in capacities an hour']:.2f} of the cell's capacity",
        f"the gate stays at {figure['gate while the pad is pulled up']:.1f} V",
    ):
        assert said in page, said


def test_hardware_takes_the_table_of_boards_and_the_power_model_and_no_more_of_poise():
    for path in HARDWARE.rglob("*.py"):
        if "enclosure" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("poise"):
                assert (node.module or "").startswith(("poise.build.boards", "poise.power.")), path


def test_the_licence_is_whole():
    licence = (HARDWARE / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("CERN Open Hardware Licence Version 2 - Permissive")
    sections = re.findall(r"^  ([1-7]\.\d+) ", licence, re.M)
    counts = [len([s for s in sections if s[0] == str(n)]) for n in range(1, 8)]
    assert counts == [9, 4, 4, 0, 2, 2, 4]
