"""The charge that a worn day takes of a cell, from the mean currents of the modes. Pure functions."""

from dataclasses import dataclass, replace

from .currents import MOTOR
from .cycles import AWAY, LIVE, NEAR, DutyCycle, with_windows
from .model import Build, mean_ma, usable_mah

# Seconds of motor in each buzz: the patterns of firmware/drivers/haptic.py.
NUDGE_S, REMINDER_S = 0.36, 1.2
BUZZ_STRENGTH = 0.6  # share of full: setting buzz_strength_pct
_S_AN_HOUR = 3600.0


@dataclass(frozen=True)
class Day:
    """A worn day. `near_h` of it a computer is near, and `live_h` of those somebody looks or does a session."""

    worn_h: float
    near_h: float
    live_h: float
    nudges: int
    reminders: int

    def __post_init__(self) -> None:
        if not 0 <= self.live_h <= self.near_h <= self.worn_h or self.worn_h <= 0:
            raise ValueError("hours live are part of those near, and those of the hours worn")
        if self.nudges < 0 or self.reminders < 0:
            raise ValueError("there are no fewer buzzes than none")

    @property
    def hours(self) -> dict[str, float]:
        """Mode -> hours in it."""
        return {
            LIVE: self.live_h,
            NEAR: self.near_h - self.live_h,
            AWAY: self.worn_h - self.near_h,
        }


DESK_DAY = Day(worn_h=16, near_h=8, live_h=0.5, nudges=12, reminders=6)


def spent_mah(
    day: Day, cycles: dict[str, DutyCycle], build: Build, case: str = "typical"
) -> dict[str, float]:
    """Return part of the day -> mAh. The motor is counted by the day's buzzes, not by those of the measurements."""
    spent = {
        mode: lasts * mean_ma(replace(cycles[mode], motor=0.0), build, case)
        for mode, lasts in day.hours.items()
    }
    buzzes_s = (day.nudges * NUDGE_S + day.reminders * REMINDER_S) * BUZZ_STRENGTH
    return {**spent, "buzzes": buzzes_s / _S_AN_HOUR * MOTOR.at(case)}


def visit_mah(near: DutyCycle, build: Build, case: str = "typical") -> float:
    """Return the mAh of one more radio window in which a host visits: `near` with half the period, less `near`."""
    an_hour = _S_AN_HOUR * near.radio_starts_hz
    twice = with_windows(near, _S_AN_HOUR / (2 * an_hour))
    return (mean_ma(twice, build, case) - mean_ma(near, build, case)) / an_hour


def left_pct(capacity_mah: float, spent: float, *, worn_out: bool = False) -> float:
    """Return the percentage of a full cell's usable charge that is left; below 0 if the day takes more than all.

    Raises ValueError unless the capacity is positive.
    """
    usable = usable_mah(capacity_mah, worn_out=worn_out)
    return 100 * (1 - spent / usable)
