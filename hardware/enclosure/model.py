"""The printable parts, built with build123d: cover, shelf and the two backs, each where it sits in the closed case.

The cover prints on its outer face, the shelf flat, a back on its side: so nothing hangs in the air, and the layers run
along the tongue, which bends.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from build123d import (
    Align,
    Axis,
    Box,
    Compound,
    Cone,
    Cylinder,
    Location,
    Part,
    Plane,
    Polygon,
    Pos,
    Rectangle,
    RectangleRounded,
    Rot,
    SlotOverall,
    chamfer,
    export_step,
    extrude,
    fillet,
)

from . import layout
from .fits import WALL_LEAST_MM
from .sizes import Sizes

_LOW = (Align.MIN, Align.MIN, Align.MIN)


@dataclass(frozen=True)
class Printed:
    """One printed part: its shape where it sits, and how it is turned to be printed."""

    name: str
    shape: Part
    to_bed: Location

    def on_bed(self) -> Part:
        """The shape as it lies on the printer's bed, its lowest point at 0."""
        turned = self.to_bed * self.shape
        return Pos(0, 0, -turned.bounding_box().min.Z) * turned


class Case:
    """The parts' places and storeys, from which each shape is made."""

    def __init__(self, cell_mm: float | None = None) -> None:
        self.sizes = Sizes()
        self.parts = layout.held(cell_mm)
        self.boxes = layout.boxes(self.sizes, self.parts)
        self.z = layout.levels(self.sizes, self.parts)


def block(x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]) -> Part:
    """A box between two corners."""
    return Pos(x[0], y[0], z[0]) * Box(x[1] - x[0], y[1] - y[0], z[1] - z[0], align=_LOW)


def column(x: float, y: float, z: tuple[float, float], diameter: float) -> Part:
    """An upright cylinder."""
    up = (Align.CENTER, Align.CENTER, Align.MIN)
    return Pos(x, y, z[0]) * Cylinder(diameter / 2, z[1] - z[0], align=up)


def joined(first: Part, more: Iterable[Part]) -> Part:
    """One solid of several."""
    for each in more:
        first += each
    return first


def cut(first: Part, more: Iterable[Part]) -> Part:
    """What is left of a solid."""
    for each in more:
        first -= each
    return first


# --- the cover -------------------------------------------------------------------------------------------------------


def cover(case: Case) -> Printed:
    """Walls and top in one, open towards the wearer."""
    s, z = case.sizes, case.z
    outer = extrude(RectangleRounded(s.length_mm, s.width_mm, s.corner_mm), z.top_mm)
    outer = chamfer(outer.faces().sort_by(Axis.Z)[-1].edges(), s.edge_mm)
    outer = fillet(outer.faces().sort_by(Axis.Z)[0].edges(), s.skin_edge_mm)
    inner = RectangleRounded(s.inner_length_mm, s.inner_width_mm, s.inner_corner_mm)
    shell = outer - extrude(inner, z.ceiling_mm)
    openings = (
        _screw_hole(case),
        _usb(case),
        _lever(case),
        _window(case),
        _tab_slot(case),
        _slit(case),
    )
    solid = joined(cut(shell, openings), (*_presses(case), _nub(case)))
    return Printed("cover", solid, Location((0, 0, 0), (180, 0, 0)))


def screw(case: Case, diameter: float, x: tuple[float, float]) -> Part:
    """A cylinder on the screw's axis, which goes through the end wall into the back's bar."""
    s = case.sizes
    along = Cylinder(diameter / 2, x[1] - x[0], rotation=(0, 90, 0))
    return Pos(sum(x) / 2, s.screw_y_mm, s.screw_z_mm) * along


def _screw_hole(case: Case) -> Part:
    """The way of the countersunk screw."""
    s, end = case.sizes, -case.sizes.length_mm / 2
    depth = (s.screw_head_mm - s.screw_free_mm) / 2
    head = Cone(s.screw_head_mm / 2, s.screw_free_mm / 2, depth, rotation=(0, 90, 0))
    place = Pos(end + depth / 2, s.screw_y_mm, s.screw_z_mm)
    return screw(case, s.screw_free_mm, (end, end + s.wall_mm)) + place * head


def _presses(case: Case) -> Iterable[Part]:
    """Ribs down to the shelf: they hold it without play. The long one stands behind the board, at a USB plug's push."""
    s, board, sensor = case.sizes, case.boxes["U1"], case.boxes["U2"]
    end, side = s.inner_length_mm / 2, s.inner_width_mm / 2
    z = (case.z.floor_mm + s.gap_mm / 2, case.z.ceiling_mm + s.top_mm / 2)
    x = board.x_mm[0] - s.press_gap_mm
    yield block((x - s.press_mm, x), (sensor.y_mm[1] + s.part_gap_mm, side + s.wall_mm / 2), z)
    y = case.boxes["M1"].y_mm[0] - s.part_gap_mm
    yield block((-end - s.wall_mm / 2, -end + 1.5), (y - 3.0, y), z)


def _usb(case: Case) -> Part:
    """The socket's opening: round ends, so that it prints as a short bridge."""
    s, board = case.sizes, case.boxes["U1"]
    gap = 2 * s.part_gap_mm
    shape = SlotOverall(s.usb_width_mm + gap, s.usb_height_mm + gap)
    _, y, z = board.middle_mm
    return extrude(Plane((s.length_mm / 2, y, z), x_dir=(0, 1, 0), z_dir=(1, 0, 0)) * shape, -2.0)


def _lever(case: Case) -> Part:
    """The switch's opening. The lever stays within the wall: only a fingernail moves it."""
    s = case.sizes
    _, y, z = case.boxes["S1"].middle_mm
    outside = Plane((-s.length_mm / 2, y, z), x_dir=(0, 1, 0), z_dir=(-1, 0, 0))
    return extrude(outside * Rectangle(*s.lever_mm), -2.0)


def _window(case: Case) -> Part:
    """The cover is thin over the board's end with the lights: they shine through, and nothing gets in."""
    s, board = case.sizes, case.boxes["U1"]
    long, wide = s.window_size_mm
    x, y = board.x_mm[1] - 0.5, board.middle_mm[1]
    z = (case.z.ceiling_mm, case.z.top_mm - s.window_mm)
    return block((x - long, x), (y - wide / 2, y + wide / 2), z)


def _tab_slot(case: Case) -> Part:
    """Where the back's tab hooks in."""
    s = case.sizes
    half = s.tab_mm / 2 + s.gap_mm
    low, high = s.tab_z_mm - s.gap_mm, s.tab_z_mm + s.tab_thick_mm + s.gap_mm
    return block((s.inner_length_mm / 2 - 0.1, s.length_mm / 2), (-half, half), (low, high))


def _slit(case: Case) -> Part:
    """A slit on three sides makes a springy tongue over the button."""
    s = case.sizes
    x, y, _ = case.boxes["SW1"].middle_mm
    long, wide = s.button_mm
    z = (case.z.ceiling_mm, case.z.top_mm)
    tip = x + long / 2 - 1.0
    around = block(
        (tip - long, tip + s.slit_mm), (y - wide / 2 - s.slit_mm, y + wide / 2 + s.slit_mm), z
    )
    return around - block((tip - long, tip), (y - wide / 2, y + wide / 2), z)


def _nub(case: Case) -> Part:
    """Below that tongue: it ends just above the button."""
    s = case.sizes
    x, y, _ = case.boxes["SW1"].middle_mm
    low = case.boxes["SW1"].z_mm[1] + s.play_mm
    return column(x, y, (low, case.z.ceiling_mm), s.nub_mm)


# --- the shelf -------------------------------------------------------------------------------------------------------


def shelf(case: Case) -> Printed:
    """The floor between cell and boards, with rails under the board and a notch for the cell's wires."""
    s, z = case.sizes, case.z
    outline = RectangleRounded(
        s.inner_length_mm - 2 * s.gap_mm,
        s.inner_width_mm - 2 * s.gap_mm,
        s.inner_corner_mm,
    )
    plate = Pos(0, 0, z.shelf_mm) * extrude(outline, s.shelf_mm)
    solid = cut(plate, (_motor_way(case, z.shelf_mm, z.floor_mm), _wire_way(case)))
    return Printed("shelf", joined(solid, (*_rails(case), _fence(case))), Location())


def _rails(case: Case) -> Iterable[Part]:
    """Across, under both ends of the board: the wires on its lower side run between them."""
    board, z = case.boxes["U1"], case.z
    for x in (board.x_mm[0], board.x_mm[1] - 1.2):
        yield block(
            (x, x + 1.2), (board.y_mm[0] + 2.5, board.y_mm[1] - 2.5), (z.floor_mm, board.z_mm[0])
        )


def _fence(case: Case) -> Part:
    """The sensor is glued against this low wall, so that it lies square to the case."""
    sensor, (wide, high) = case.boxes["U2"], case.sizes.fence_mm
    x, y = sensor.x_mm[0], (sensor.y_mm[0] + 2.0, case.boxes["M1"].y_mm[0] - 4.0)
    return block((x - wide, x), y, (case.z.floor_mm, case.z.floor_mm + high))


def _motor_way(case: Case, low: float, high: float, more_mm: float = 0.0) -> Part:
    """Room around the motor, out to the end and to the side of the case."""
    s, motor = case.sizes, case.boxes["M1"]
    x, y = motor.x_mm[1] + s.part_gap_mm + more_mm, motor.y_mm[0] - s.part_gap_mm
    return block((-s.length_mm / 2, x), (y, s.width_mm / 2), (low, high))


def _wire_way(case: Case) -> Part:
    """A notch where the cell's two wires come up. Knotted below it, they hold when pulled: not the solder."""
    s, z = case.sizes, case.z
    x, side = case.boxes["A1"].x_mm[0] - 0.1, s.inner_width_mm / 2
    long, deep = s.wire_way_mm
    return block((x - long, x), (-side, deep - side), (z.shelf_mm, z.floor_mm))


# --- the backs -------------------------------------------------------------------------------------------------------


def collar_back(case: Case) -> Printed:
    """The back with a springy tongue that grips a collar. Nothing locks it: it comes off at a pull."""
    return _back(case, "collar back", _tongue(case))


def headband_back(case: Case) -> Printed:
    """The back with two hooks that hold a band, and let it go between them."""
    return _back(case, "headband back", _hooks(case))


def _back(case: Case, name: str, grip: Part) -> Printed:
    """Plate, bar and rib: one outline drawn from the side, so that it prints standing on that side."""
    s, z = case.sizes, case.z
    bar, rib = layout.bar_x_mm(s), layout.rib_x_mm(s)
    half = s.inner_width_mm / 2 - s.gap_mm
    across = (-half, half)
    solid = block((bar[0], rib[1]), across, (0, z.plate_mm))
    outline = [(bar[0], 0), (bar[0] + s.bar_lean_mm, z.shelf_mm), (bar[1], z.shelf_mm), (bar[1], 0)]
    solid += _side(outline, half) + block(rib, across, (0, z.shelf_mm))
    # Bevelled corners stay clear of the cover's round ones, and print on the side.
    flat = Rectangle(rib[1] - bar[0], 2 * half)
    solid = solid & extrude(chamfer(flat.vertices(), s.inner_corner_mm), z.shelf_mm)
    core = screw(case, s.screw_core_mm, (bar[0], layout.screw_tip_x_mm(s)))
    solid = (
        cut(solid, (core, _motor_way(case, z.plate_mm, z.shelf_mm, s.swing_mm))) + grip + _tab(case)
    )
    return Printed(name, solid, Location((0, 0, 0), (90, 0, 0)))


def _tab(case: Case) -> Part:
    """Hooks into the cover below the USB port. Its ends are bevelled, so that it prints on its side."""
    s = case.sizes
    x, half = layout.rib_x_mm(s)[1], s.tab_mm / 2
    out = s.tab_out_mm
    outline = Polygon((x - 0.4, -half), (x, -half), (x + out, -half + out), (x + out, half - out),
                      (x, half), (x - 0.4, half), align=None)  # fmt: skip
    return Pos(0, 0, s.tab_z_mm) * extrude(outline, s.tab_thick_mm)


def _side(points: list[tuple[float, float]], half: float) -> Part:
    """An outline in x and z, drawn across the clip's width."""
    drawn = Plane.XZ * Polygon(*points, align=None)
    return extrude(drawn, half, both=True)


def _tongue(case: Case) -> Part:
    """Root, tongue, and a bead that touches the back while nothing is between."""
    s = case.sizes
    start, half = layout.bar_x_mm(s)[0], s.inner_width_mm / 2 - s.gap_mm
    inner, outer = -s.tongue_gap_mm, -s.tongue_gap_mm - s.tongue_mm
    bead = s.bead_x_mm - s.bead_mm / 2, s.bead_x_mm + s.bead_mm / 2
    tip = s.tongue_tip_x_mm
    points = [(start, 0), (start, outer + 0.6), (start + 0.6, outer), (tip - 0.5, outer), (tip, outer + 0.5),
              (tip, inner - 0.3), (bead[1], -0.05), (bead[0], -0.05), (bead[0] - 0.6, inner),
              (start + s.tongue_root_mm, inner), (start + s.tongue_root_mm, 0)]  # fmt: skip
    solid = _side(points, half)
    ends = solid.edges().filter_by(Axis.Z).group_by(Axis.X)[-1]
    return chamfer(ends, s.tip_bevel_mm)


def _hooks(case: Case) -> Part:
    """Two short hooks that face each other, with a mouth between."""
    s = case.sizes
    half = s.inner_width_mm / 2 - s.gap_mm
    start, mouth = layout.bar_x_mm(s)[0], s.hook_mouth_mm / 2
    inner, outer = -s.band_mm, -s.band_mm - s.hook_mm
    points = [(start, 0), (start, outer + 0.6), (start + 0.6, outer), (-mouth - 0.5, outer),
              (-mouth, outer + 0.5), (-mouth, inner), (start + 2.0, inner), (start + 2.0, 0)]  # fmt: skip
    left = _side(points, half)
    return left + Rot(0, 0, 180) * left


# --- all of it -------------------------------------------------------------------------------------------------------

MAKERS: tuple[Callable[[Case], Printed], ...] = (cover, shelf, collar_back, headband_back)


def printed(case: Case) -> list[Printed]:
    """Every part that is printed."""
    return [make(case) for make in MAKERS]


def bought(case: Case) -> dict[str, Part]:
    """Reference -> a plain body of the bought part, for pictures and for collisions."""
    out = {name: block(*box.sides) for name, box in case.boxes.items()}
    motor = case.boxes["M1"]
    flat = Cylinder(motor.size_mm[1] / 2, motor.size_mm[0], rotation=(0, 90, 0))
    out["M1"] = Pos(*motor.middle_mm) * flat
    return out


def assembly(parts: Iterable[Printed]) -> Compound:
    """Several parts as one STEP file."""
    return Compound(children=[each.shape for each in parts])


def least_wall_mm(name: str) -> float:
    """Least wall of a printed part: the cover has a window that is thin on purpose."""
    return Sizes().window_mm if name == "cover" else WALL_LEAST_MM


def write_step(shape: Part, path: Path) -> None:
    """The shape for other CAD programs."""
    export_step(shape, path)
