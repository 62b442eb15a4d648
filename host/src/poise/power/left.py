"""Remaining battery life of a clip, as a range, because this clip's own current is not measured."""

from .currents import ESP32, GOOD_BOARD
from .cycles import LIVE, SAVER, duty_cycles
from .model import Build, mean_ma, remaining_hours

CELL_MAH = 500.0  # of the parts list: hardware/bom.csv
_CYCLES = {"live": LIVE}  # of the wire's power modes; all others save


def hours_left(
    battery_pct: int, power: str, capacity_mah: float = CELL_MAH
) -> tuple[float, float] | None:
    """Return (least, most) hours left in a power mode (wire ENUMS "power"); None if the charge is not known (255).

    The calculation is for an ESP32 on GOOD_BOARD. Raises ValueError for an impossible percentage or capacity.
    """
    cycle = duty_cycles()[_CYCLES.get(power, SAVER)]
    build = Build(ESP32, GOOD_BOARD)
    found = [
        remaining_hours(battery_pct, capacity_mah, mean_ma(cycle, build, case))
        for case in ("high", "low")
    ]
    least, most = found
    return None if least is None or most is None else (least, most)
