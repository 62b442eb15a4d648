"""Remaining battery life of a clip, as a range, because this clip's own current is not measured."""

from .currents import BY_FOLDER, CLIP_BOARD, CLIP_CHIP
from .cycles import AWAY, LIVE, NEAR, duty_cycles
from .model import Build, mean_ma, remaining_hours

CELL_MAH = 250.0  # of the clip: hardware/clip/bom.csv
_MODES = {"live": (LIVE, LIVE)}  # of the wire's power modes
_SAVER = (
    NEAR,
    AWAY,
)  # all others: the host's visits cost most, a clip that none visits costs least


def hours_left(
    battery_pct: int, power: str, capacity_mah: float = CELL_MAH, board: str = ""
) -> tuple[float, float] | None:
    """Return (least, most) hours left in a power mode (wire ENUMS "power").

    None if the charge is not known (255), or the currents of the board (its folder in firmware/boards) are not.
    Without a board the calculation is for the clip of hardware/clip. Raises ValueError for an impossible percentage or
    capacity.
    """
    chip, carrier = BY_FOLDER.get(board, (None, None)) if board else (CLIP_CHIP, CLIP_BOARD)
    if chip is None or carrier is None:
        return None
    cycles = duty_cycles()
    build = Build(chip, carrier)
    least, most = (
        remaining_hours(battery_pct, capacity_mah, mean_ma(cycles[mode], build, case))
        for mode, case in zip(_MODES.get(power, _SAVER), ("high", "low"), strict=True)
    )
    return None if least is None or most is None else (least, most)
