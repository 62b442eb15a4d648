"""The limits of the case: outside, walls, room to swell, distances, screw, grip and mass. Pure arithmetic.

`docs/makers/enclosure.md` shows the list; the tests refuse a size that breaks a line of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from hardware.parts import CLIP, LARGEST_G, SOLDER_G, mass_g

from . import layout, measured, spring
from .sizes import Sizes

WALL_LEAST_MM = 0.8  # two lines of a 0.4 mm nozzle
SWELL_LEAST_MM = 1.0
THREAD_LEAST_MM = 3.0
CELL_TO_SHARP_MM = 1.0  # to what is hard, moves or is sharp
# The button is soldered on the perfboard. The switch lies just beyond the sensor's edge, and both are glued.
_TOUCHING = {frozenset({"A1", "SW1"}), frozenset({"S1", "U2"})}
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Fit:
    """One line: a value, and the least or the most that it may be."""

    what: str
    value: float
    least: float | None = None
    most: float | None = None
    unit: str = "mm"

    @property
    def holds(self) -> bool:
        """True if the value is within its limits."""
        low = self.least is None or self.value >= self.least - _ROUNDING
        high = self.most is None or self.value <= self.most + _ROUNDING
        return low and high

    def __str__(self) -> str:
        limits = [f"at least {self.least:g}"] if self.least is not None else []
        limits += [f"at most {self.most:g}"] if self.most is not None else []
        verdict = "" if self.holds else "  <-- DOES NOT HOLD"
        return f"{self.what}: {self.value:.3g} {self.unit} ({', '.join(limits)}){verdict}"


class Arranged:
    """The sizes with the parts at their places."""

    def __init__(self, sizes: Sizes | None = None, cell_mm: float | None = None) -> None:
        self.sizes = sizes or Sizes()
        self.parts = layout.held(cell_mm)
        self.boxes = layout.boxes(self.sizes, self.parts)
        self.z = layout.levels(self.sizes, self.parts)


def outside(a: Arranged) -> Iterable[Fit]:
    """The clip's outer size."""
    s, top = a.sizes, a.z.top_mm
    yield Fit("length", s.length_mm, most=s.case_limit_mm[0])
    yield Fit("width", s.width_mm, most=s.case_limit_mm[1])
    yield Fit("height of the case", top, most=s.case_limit_mm[2])
    yield Fit(
        "height with the collar tongue", top + s.tongue_gap_mm + s.tongue_mm, most=s.collar_limit_mm
    )
    yield Fit(
        "height with the headband hooks", top + s.band_mm + s.hook_mm, most=s.headband_limit_mm
    )


def walls(a: Arranged) -> Iterable[Fit]:
    """Thickness of what is printed."""
    s = a.sizes
    named = {
        "wall": s.wall_mm,
        "top": s.top_mm,
        "back": s.plate_mm,
        "shelf": s.shelf_mm,
        "rib": s.rib_mm,
        "tongue": s.tongue_mm,
        "hook": s.hook_mm,
        "fence": s.fence_mm[0],
        "between motor and cell": layout.bar_x_mm(s)[1]
        - a.boxes["M1"].x_mm[1]
        - s.part_gap_mm
        - s.swing_mm,
        "between the screw's tip and the cell": layout.bar_x_mm(s)[1] - layout.screw_tip_x_mm(s),
    }
    for what, value in named.items():
        yield Fit(f"thickness: {what}", value, least=WALL_LEAST_MM)
    yield Fit("thickness: window over the lights", s.window_mm, least=0.4, most=0.6)


def cell(a: Arranged) -> Iterable[Fit]:
    """Room of the cell, and what may not come near it."""
    s, box = a.sizes, a.boxes["BT1"]
    bar, rib = layout.bar_x_mm(s)[1], layout.rib_x_mm(s)[0]
    yield Fit(
        "cell: room to swell below the shelf", a.z.shelf_mm - box.z_mm[1], least=SWELL_LEAST_MM
    )
    edges = min(box.x_mm[0] - bar, rib - box.x_mm[1], s.inner_width_mm / 2 - box.y_mm[1])
    yield Fit("cell: room at its edges", edges, least=s.cell_gap_mm)
    yield Fit("cell: distance to the motor", box.distance_mm(a.boxes["M1"]), least=CELL_TO_SHARP_MM)
    tip = layout.screw_tip_x_mm(s)
    leaning = s.bar_lean_mm * s.screw_z_mm / a.z.shelf_mm
    yield Fit(
        "screw: thread in the bar", tip - layout.bar_x_mm(s)[0] - leaning, least=THREAD_LEAST_MM
    )
    yield Fit("screw: from its tip to the cell", box.x_mm[0] - tip, least=CELL_TO_SHARP_MM)


def places(a: Arranged) -> Iterable[Fit]:
    """Clear way between the parts, and to the case."""
    s = a.sizes
    for one, other in combinations(a.boxes.values(), 2):
        least = 0.0 if {one.name, other.name} in _TOUCHING else s.part_gap_mm
        if (way := one.distance_mm(other)) < 1.0:
            yield Fit(f"{one.name} to {other.name}", way, least=least)
    room = layout.Box(
        "inside",
        (-s.inner_length_mm / 2, s.inner_length_mm / 2),
        (-s.inner_width_mm / 2, s.inner_width_mm / 2),
        (s.plate_mm, a.z.ceiling_mm),
    )
    for box in a.boxes.values():
        yield Fit(f"{box.name} within the case", layout.inside_mm(box, room), least=0.0)
    nub = a.z.ceiling_mm - a.boxes["SW1"].z_mm[1] - s.play_mm
    yield Fit("nub over the button", nub, least=0.5)


def grip(a: Arranged) -> Iterable[Fit]:
    """The collar tongue: firm enough to stay, light enough to come off."""
    weakest, _, firmest = spring.grips(a.sizes)
    weight_n = total_mass_g() / 1000 * spring.GRAVITY_M_S2
    yield Fit(
        "tongue: weakest hold, of the clip's weight",
        weakest.pull_n / weight_n,
        spring.HOLD_LEAST_G,
        unit="times",
    )
    yield Fit(
        "tongue: firmest pull that takes it off", firmest.pull_n, most=spring.PULL_MOST_N, unit="N"
    )
    yield Fit(
        "tongue: strain at the root", 100 * firmest.strain, most=100 * spring.STRAIN_LIMIT, unit="%"
    )


def total_mass_g() -> float:
    """The parts list, the solder and the printed parts, with the collar back."""
    return mass_g(CLIP) + SOLDER_G + measured.printed_mass_g()


def mass(_: Arranged) -> Iterable[Fit]:
    """What the wearer carries."""
    yield Fit("mass, collar clip", total_mass_g(), most=LARGEST_G, unit="g")


GROUPS = {
    "Outside": outside,
    "Walls": walls,
    "Cell and screw": cell,
    "Places": places,
    "Grip": grip,
    "Mass": mass,
}


def fits(sizes: Sizes | None = None, cell_mm: float | None = None) -> dict[str, list[Fit]]:
    """Group -> its lines."""
    arranged = Arranged(sizes, cell_mm)
    return {name: list(group(arranged)) for name, group in GROUPS.items()}


def broken(sizes: Sizes | None = None, cell_mm: float | None = None) -> list[Fit]:
    """Lines that do not hold."""
    return [fit for group in fits(sizes, cell_mm).values() for fit in group if not fit.holds]
