"""Where each part of the parts list sits in the case: boxes, in the frame of `sizes.py`. Pure arithmetic."""

from dataclasses import dataclass, replace

from hardware.parts import CLIP, Part, parts

from .sizes import Sizes

# References of what the case is shaped around. The rest of the parts list is wire, or sits on the perfboard A1.
HELD = ("U1", "U2", "BT1", "M1", "S1", "SW1", "A1")


def held(cell_mm: float | None = None) -> dict[str, Part]:
    """Reference -> part of the clip build, of those that the case is shaped around; with a thinner cell if wanted."""
    found = {each.reference: each for each in parts(CLIP) if each.reference in HELD}
    if cell_mm is not None:
        long, wide, _ = size(found["BT1"])
        found["BT1"] = replace(found["BT1"], size_mm=(long, wide, cell_mm))
    return found


@dataclass(frozen=True)
class Box:
    """Room that something takes, between two corners."""

    name: str
    x_mm: tuple[float, float]
    y_mm: tuple[float, float]
    z_mm: tuple[float, float]

    @property
    def sides(self) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
        """The three spans."""
        return self.x_mm, self.y_mm, self.z_mm

    @property
    def size_mm(self) -> tuple[float, float, float]:
        """Length, width and height."""
        x, y, z = (high - low for low, high in self.sides)
        return x, y, z

    @property
    def middle_mm(self) -> tuple[float, float, float]:
        """Centre of the box."""
        x, y, z = ((low + high) / 2 for low, high in self.sides)
        return x, y, z

    def distance_mm(self, other: "Box") -> float:
        """Clear way between two boxes along one axis; negative: how deep they are in each other."""
        pairs = zip(self.sides, other.sides, strict=True)
        return max(max(a[0] - b[1], b[0] - a[1]) for a, b in pairs)


def inside_mm(inner: Box, outer: Box) -> float:
    """Least way from a box to the room around it; negative: how far it sticks out."""
    pairs = zip(inner.sides, outer.sides, strict=True)
    return min(min(a[0] - b[0], b[1] - a[1]) for a, b in pairs)


@dataclass(frozen=True)
class Levels:
    """Heights of the storeys, from the wearer outwards."""

    plate_mm: float  # inner face of the back
    shelf_mm: float  # lower face of the shelf
    floor_mm: float  # upper face of the shelf
    ceiling_mm: float  # inner face of the cover
    top_mm: float  # outer face of the cover


def levels(sizes: Sizes, parts: dict[str, Part]) -> Levels:
    """The storeys: back, cell with room to swell, shelf, board, cover."""
    plate = sizes.plate_mm
    shelf = plate + size(parts["BT1"])[2] + sizes.swell_mm
    floor = shelf + sizes.shelf_mm
    ceiling = floor + sizes.under_board_mm + size(parts["U1"])[2] + sizes.over_board_mm
    return Levels(plate, shelf, floor, ceiling, ceiling + sizes.top_mm)


def size(part: Part) -> tuple[float, float, float]:
    """Length, width and height of a part that must have them. Raises ValueError for one that has none."""
    if part.size_mm is None:
        raise ValueError(f"{part.reference} has no size in the parts list")
    return part.size_mm


def bar_x_mm(sizes: Sizes) -> tuple[float, float]:
    """Span of the back's bar."""
    start = -sizes.inner_length_mm / 2 + sizes.gap_mm
    return start, start + sizes.bar_mm


def rib_x_mm(sizes: Sizes) -> tuple[float, float]:
    """Span of the back's rib below the USB port."""
    end = sizes.inner_length_mm / 2 - sizes.gap_mm
    return end - sizes.rib_mm, end


def screw_tip_x_mm(sizes: Sizes) -> float:
    """Where the screw ends, which comes through the end wall. Its hole ends there, too."""
    return sizes.screw_length_mm - sizes.length_mm / 2


def boxes(sizes: Sizes, parts: dict[str, Part]) -> dict[str, Box]:
    """Reference -> the room that the part takes. The cell's box is the new cell's, without its room to swell."""
    s, z = sizes, levels(sizes, parts)
    end, side, gap = s.inner_length_mm / 2, s.inner_width_mm / 2, s.part_gap_mm
    own = {reference: size(part) for reference, part in parts.items()}

    def box(name: str, x: float, y: float, low: float, turned: str = "xyz") -> Box:
        """From its lower corner; `turned` says which of length, width and height lies along each axis."""
        long, wide, high = (own[name]["xyz".index(axis)] for axis in turned)
        return Box(name, (x, x + long), (y, y + wide), (low, low + high))

    board_x = end - gap - own["U1"][0]
    imu_x = board_x - s.press_gap_mm - own["U2"][1]
    strip_x, strip_y = end - gap - own["A1"][0], -side + gap
    on_strip = strip_y + (own["A1"][1] - own["SW1"][1]) / 2
    made = (
        box("U1", board_x, side - gap - own["U1"][1], z.floor_mm + s.under_board_mm),
        box("U2", imu_x, -side + gap, z.floor_mm, "yxz"),
        box("BT1", rib_x_mm(s)[0] - s.cell_gap_mm - own["BT1"][0], -own["BT1"][1] / 2, z.plate_mm),
        # On its edge, against the end wall: it shakes the case, and is far from sensor and cell.
        box("M1", -end + s.glue_mm, side - 2 * gap - own["M1"][0], z.plate_mm + gap, "zxy"),
        box("S1", -end, -side + 1.0, z.ceiling_mm - own["S1"][2], "yxz"),
        box("A1", strip_x, strip_y, z.floor_mm),
        box("SW1", strip_x + gap, on_strip, z.floor_mm + own["A1"][2]),
    )
    return {each.name: each for each in made}
