"""The case's sizes hold, and a size that does not is noticed. No CAD: these tests always run."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.enclosure import fits, heat, layout, measured, page, spring
from hardware.enclosure.layout import Box
from hardware.enclosure.sizes import Sizes


@pytest.mark.parametrize("group", fits.GROUPS)
def test_every_line_holds(group: str) -> None:
    lines = fits.fits()[group]
    assert lines
    assert not [str(line) for line in lines if not line.holds]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"swell_mm": 0.5}, "cell: room to swell"),
        ({"cell_gap_mm": 0.8}, "cell: room at its edges"),
        ({"wall_mm": 0.6}, "thickness: wall"),
        ({"wall_mm": 1.6}, "U1 to A1"),
        ({"length_mm": 42.0}, "length"),
        ({"length_mm": 38.0}, "U2 to M1"),
        ({"shelf_mm": 0.6}, "thickness: shelf"),
        ({"under_board_mm": 2.0}, "height of the case"),
        ({"screw_length_mm": 6.0}, "thickness: between the screw's tip and the cell"),
        ({"screw_length_mm": 4.0}, "screw: thread"),
        ({"tongue_mm": 0.8}, "tongue: weakest hold"),
        ({"tongue_mm": 1.8}, "tongue: firmest pull"),
        ({"tongue_mm": 1.2, "bead_x_mm": -4.0}, "tongue: strain"),
        ({"window_mm": 0.2}, "thickness: window"),
        ({"play_mm": 1.2}, "nub over the button"),
    ],
)  # fmt: skip
def test_a_wrong_size_is_noticed(change: dict[str, Any], said: str) -> None:
    broken = [line.what for line in fits.broken(replace(Sizes(), **change))]
    assert any(what.startswith(said) for what in broken), broken


def test_a_thick_cell_is_noticed_and_a_thin_one_makes_a_clip_of_14_mm() -> None:
    assert "height of the case" in [line.what for line in fits.broken(cell_mm=6.0)]
    outside = {line.what: line.value for line in fits.fits(cell_mm=page.THIN_CELL_MM)["Outside"]}
    assert outside["height with the collar tongue"] <= 14.0 + 1e-9


def test_boxes_apart_touching_and_in_each_other() -> None:
    cube = Box("a", (0, 1), (0, 1), (0, 1))
    assert cube.distance_mm(replace(cube, x_mm=(3, 4))) == 2
    assert cube.distance_mm(replace(cube, z_mm=(1, 2))) == 0
    assert cube.distance_mm(replace(cube, y_mm=(0.75, 2))) == -0.25
    assert layout.inside_mm(cube, Box("room", (-1, 2), (-1, 3), (-0.5, 4))) == 0.5
    assert layout.inside_mm(cube, Box("room", (0.5, 2), (-1, 3), (-1, 4))) == -0.5


def test_the_volumes_are_those_of_these_sizes() -> None:
    assert measured.read()["of"] == measured.fingerprint(), "run `make enclosure`"
    assert measured.fingerprint(replace(Sizes(), wall_mm=1.4)) != measured.fingerprint()


def test_a_cantilever_by_hand() -> None:
    """10 mm long, 10 wide, 1 thick, of 2,000 MPa: 0.5 mm open takes 2.5 N, and strains the root by 0.75 %."""
    sizes = replace(
        Sizes(), width_mm=10.0 + 2 * Sizes().wall_mm + 2 * Sizes().gap_mm, tongue_mm=1.0
    )
    root = layout.bar_x_mm(sizes)[0] + sizes.tongue_root_mm
    found = spring.grip(replace(sizes, bead_x_mm=root + 10.0), 0.5, 2000.0, 0.4)
    assert found.press_n == pytest.approx(3 * 2000 * (10 / 12) * 0.5 / 1000)
    assert found.pull_n == pytest.approx(2 * 0.4 * 2.5)
    assert found.strain == pytest.approx(0.0075)


def test_the_case_stays_cool() -> None:
    by_hand_mm2 = 40 * 28 + 2 * (40 + 28) * fits.Arranged().z.top_mm
    assert heat.rise_k(0.1) == pytest.approx(0.1 / (10 * by_hand_mm2 * 1e-6))
    for each in page.cases():
        for room in heat.ROOMS_C:
            assert each.surface_c(room) <= each.most_c, each.what


@pytest.mark.parametrize("path", page.PAGES, ids=lambda path: path.name)
def test_the_pages_are_current(path: Any) -> None:
    written = path.read_text(encoding="utf-8")
    assert written == page.fill(written), "run `python -m hardware.enclosure.page`"


def test_every_table_stands_on_a_page() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in page.PAGES)
    for name in page.TABLES:
        assert written.count(f"<!-- made: {name} -->") == 1
