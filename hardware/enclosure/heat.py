"""How warm the case gets: the clip's power, given off by the faces that do not lie against the wearer. An estimate."""

from dataclasses import dataclass

from . import layout
from .sizes import Sizes

CELL_V = 4.2
# Still air and radiation around a small box take about 10 W from each square metre and kelvin: the textbooks' 5 to 15.
W_M2_K = 10.0
# ISO 13732-1 has no burn below these in a contact of 8 h and longer, and of 10 min.
HOURS_MOST_C, MINUTES_MOST_C = 43.0, 48.0
CELL_MOST_C = 60.0  # while it is discharged: makers of such cells
ROOMS_C = (20.0, 30.0)


@dataclass(frozen=True)
class Warmth:
    """What the clip draws for good, and the highest temperature that its case may then have."""

    what: str
    power_w: float
    most_c: float

    def surface_c(self, room_c: float) -> float:
        """Temperature of the case in a room."""
        return room_c + rise_k(self.power_w)


def rise_k(power_w: float, sizes: Sizes | None = None) -> float:
    """Kelvin above the room, when top and four sides give off the heat and the back none."""
    s = sizes or Sizes()
    height = layout.levels(s, layout.held()).top_mm
    free_mm2 = s.length_mm * s.width_mm + 2 * (s.length_mm + s.width_mm) * height
    return power_w / (W_M2_K * free_mm2 / 1e6)


def warmth(what: str, current_ma: float, most_c: float) -> Warmth:
    """The case at this current from a full cell."""
    return Warmth(what, current_ma / 1000 * CELL_V, most_c)
