"""How long a clip's battery may still last, as a range: nobody has measured this clip's own current."""

from .currents import ESP32, GOOD_BOARD
from .cycles import LIVE, SAVER, duty_cycles
from .model import Build, mean_ma, remaining_hours

CELL_MAH = 500.0  # of the parts list: hardware/bom.csv
_CYCLES = {"live": LIVE}  # of the wire's power modes; all others save


def hours_left(
    battery_pct: int, power: str, capacity_mah: float = CELL_MAH
) -> tuple[float, float] | None:
    """(least, most) hours at the pace of a mode (wire ENUMS "power"); None when the charge is not known.

    On an ESP32 and a board that wastes nothing. Raises ValueError for no percentage or no capacity.
    """
    cycle = duty_cycles()[_CYCLES.get(power, SAVER)]
    build = Build(ESP32, GOOD_BOARD)
    found = [
        remaining_hours(battery_pct, capacity_mah, mean_ma(cycle, build, case))
        for case in ("high", "low")
    ]
    least, most = found
    return None if least is None or most is None else (least, most)
