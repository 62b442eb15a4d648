"""Do the shapes keep clear of each other, closed and while they are put together? Asked of the solids themselves."""

from collections.abc import Iterable
from itertools import combinations

from build123d import Location, Part, Plane, Pos, Rot, SlotOverall, extrude

from .model import Case, Printed, bought

BACKS = {"collar back", "headband back"}
_TOUCH_MM3 = 0.5  # of volume in common: faces that rest on each other
# Glued or soldered where they touch.
_FIXED = {frozenset({"A1", "SW1"})}


def faults(case: Case, parts: Iterable[Printed]) -> list[str]:
    """Pairs of solids that are in each other's place."""
    solids = {part.name: part.shape for part in parts} | bought(case)
    found = []
    for one, other in combinations(solids, 2):
        if {one, other} == BACKS or {one, other} in _FIXED:
            continue
        common = (solids[one] & solids[other]).volume
        if common > _TOUCH_MM3:
            found.append(f"{one} and {other} are in each other's place: {common:.1f} mm³")
    return found


# --- putting it together

_BRUSH_MM3 = 0.05  # of volume in common on the way: corners that brush along a wall
SOCKET_OUT_MM = (
    1.4  # of the USB socket beyond the board's edge: taken from pictures, its maker has no figure
)


def ways(case: Case, parts: Iterable[Printed]) -> list[str]:
    """Steps of the assembly at which something is in the way of the part that goes in."""
    printed = {part.name: part.shape for part in parts}
    solids = printed | bought(case)
    module = solids["U1"] + _socket(case)
    shelf = [solids[name] for name in ("shelf", "U2", "A1", "SW1")]
    inside = [solids[name] for name in ("cover", "M1", "S1")]
    found = _blocked("the module swings in", [module], inside, _swing_in(case))
    found += _blocked("the shelf goes in", shelf, [*inside, module], _straight_in())
    closed = [*inside, solids["shelf"]]
    for name in sorted(BACKS & printed.keys()):
        found += _blocked(f"the {name} swings shut", [printed[name]], closed, _swing_shut(case))
    return found


def _blocked(step: str, moved: list[Part], still: list[Part], way: list[Location]) -> list[str]:
    """The step with what is in its way, if anything is."""
    worst = max((place * one & other).volume for place in way for one in moved for other in still)
    return [f"{step}: {worst:.2f} mm³ are in the way"] if worst > _BRUSH_MM3 else []


def _socket(case: Case) -> Part:
    """The USB socket's end, beyond the board."""
    s, board = case.sizes, case.boxes["U1"]
    _, y, z = board.middle_mm
    outline = Plane((board.x_mm[1] - 1.0, y, z), x_dir=(0, 1, 0), z_dir=(1, 0, 0))
    return extrude(outline * SlotOverall(s.usb_width_mm, s.usb_height_mm), 1.0 + SOCKET_OUT_MM)


def _turned(x: float, z: float, degrees: float, back_mm: float) -> Location:
    """Turned about an axis across the clip, and drawn back along it."""
    hinge = Pos(x, 0, z)
    return Pos(-back_mm, 0, 0) * hinge * Rot(0, -degrees, 0) * hinge.inverse()


def _swing_in(case: Case) -> list[Location]:
    """The module, tilted, with its socket in the opening; then down."""
    board = case.boxes["U1"]
    return [
        _turned(board.x_mm[1], board.middle_mm[2], degrees, 0.1 + 0.022 * degrees)
        for degrees in range(14, -1, -2)
    ]


def _straight_in() -> list[Location]:
    """The shelf, from below."""
    return [Pos(0, 0, -way) for way in range(12, -1, -2)]


def _swing_shut(case: Case) -> list[Location]:
    """The back, tilted: up to the slot, its tab into it, then round."""
    s = case.sizes
    x, z = s.length_mm / 2 - 0.4, s.tab_z_mm + s.tab_thick_mm / 2
    tilt = 14
    up = [Pos(0, 0, -way) * _turned(x, z, tilt, 1.2) for way in range(8, -1, -2)]
    return up + [_turned(x, z, degrees, 0.065 * degrees) for degrees in range(tilt, -1, -1)]
