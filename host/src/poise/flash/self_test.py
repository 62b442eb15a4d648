"""The self-test of a clip that has just been flashed: its own figures, each within limits.

The clip measures (firmware/app/self_test.py); what is right is decided here, once. Datasheet values are those of the
three sensors that the firmware knows, the widest of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import PoiseError, Reason
from ..language import N_, _
from .prompt import Prompt

_RUN = """
import board, time
from app.self_test import bench_rows
bench_rows(board, time)
"""
_FAILED = "!"


@dataclass(frozen=True)
class Limit:
    """One figure: its place in the clip's row, its divisor to the unit, and its bounds. None: without that bound.

    `cure`: what to look at when it is outside.
    """

    name: str
    row: int
    place: int
    unit: str
    divisor: int
    least: float | None
    most: float | None
    cure: str

    @property
    def is_flag(self) -> bool:
        """True for what is so or not."""
        return self.least == self.most


_ROWS = 7
_SENSOR, _FILTER, _FLASH, _RADIO, _MOTOR, _BATTERY, _BUTTON = range(_ROWS)
_SHAKEN = _MOTOR, 1
_LIE_STILL = N_("Lay the clip still on a table and test again; else the sensor is faulty.")
LIMITS = (
    # Datasheets: 3 % of the scale and 80 mg an axis (MPU-6050); 20 mg and 1 % (LSM6DSOX).
    Limit(N_("gravity"), _SENSOR, 1, "mg", 1, 900, 1100, _LIE_STILL),
    # 400 µg/√Hz (MPU-6050) over 100 Hz are 4 mg; a table on a busy floor as much again. Less than the LSB: stuck.
    Limit(N_("acceleration noise"), _SENSOR, 2, "mg", 100, 0.05, 12, _LIE_STILL),
    Limit(N_("rate offset"), _SENSOR, 3, "°/s", 100, None, 20, _LIE_STILL),
    # 0.05 °/s of total noise (MPU-6050), and a table that trembles.
    Limit(N_("rate noise"), _SENSOR, 4, "°/s", 100, None, 0.5, _LIE_STILL),
    # 208 Hz leave 4,808 µs; docs/makers/power.md counts on a tenth of that.
    Limit(N_("filter, a sample"), _FILTER, 0, "µs", 1, None, 480, N_("Take another board.")),
    Limit(
        N_("flash, 16 kB there and back"),
        _FLASH,
        2,
        "ms",
        1,
        None,
        2000,
        N_("The flash is worn or slow: take another board."),
    ),
    Limit(
        N_("free blocks of files"),
        _FLASH,
        1,
        "",
        1,
        60,
        None,
        N_("`poise download`, then flash with --erase."),
    ),
    Limit(N_("radio on"), _RADIO, 0, "", 1, 1, 1, N_("Take another board.")),
    # A coin motor of 10 mm shakes a clip of 25 g by more than 100 mg.
    Limit(
        N_("shaking by the motor"),
        _MOTOR,
        1,
        "mg",
        100,
        30,
        None,
        N_("Check the motor's two wires, its transistor and its diode."),
    ),
    Limit(
        N_("battery"),
        _BATTERY,
        0,
        "mV",
        1,
        3300,
        4300,
        N_("Connect the cell; check the two resistors of the divider."),
    ),
    Limit(
        N_("button released"),
        _BUTTON,
        0,
        "",
        1,
        1,
        1,
        N_("Do not press the button; check it for a short circuit."),
    ),
)


@dataclass(frozen=True)
class Figure:
    """One judged figure. `value` None: the part failed, with the error `number`."""

    limit: Limit
    value: float | None
    number: int = 0

    @property
    def passed(self) -> bool:
        """True within the limits."""
        if self.value is None:
            return False
        least, most = self.limit.least, self.limit.most
        return (least is None or self.value >= least) and (most is None or self.value <= most)

    @property
    def told(self) -> str:
        """The value in words, with its unit."""
        if self.value is None:
            return _("error {number}").format(number=self.number)
        if self.limit.is_flag:
            return _("yes") if self.value else _("no")
        return f"{self.value:g} {self.limit.unit}".rstrip()

    @property
    def bounds(self) -> str:
        """The limits in words."""
        least, most = self.limit.least, self.limit.most
        if self.limit.is_flag:
            return _("yes")
        if least is None:
            return _("at most {most:g}").format(most=most)
        if most is None:
            return _("at least {least:g}").format(least=least)
        return _("{least:g} to {most:g}").format(least=least, most=most)


@dataclass(frozen=True)
class Measured:
    """A whole self-test. `sensor`: the chip that was found, "" without one."""

    sensor: str
    figures: tuple[Figure, ...]

    @property
    def passed(self) -> bool:
        """True if every figure is within its limits."""
        return all(figure.passed for figure in self.figures)

    @property
    def failures(self) -> list[Figure]:
        """The figures outside of their limits."""
        return [figure for figure in self.figures if not figure.passed]


def measure_clip(prompt: Prompt) -> Measured:
    """Run the self-test on the clip behind `prompt`. Raises PoiseError (FLASH_FAILED, LINK_LOST)."""
    return judged(prompt.run(_RUN).splitlines())


def judged(lines: Sequence[str]) -> Measured:
    """Return the judged figures of the clip's rows. Raises PoiseError (FLASH_FAILED) for anything else."""
    try:
        rows = {int(words[0]): words[1:] for words in map(str.split, lines) if words}
        if set(rows) != set(range(_ROWS)):
            raise ValueError("rows are missing")
        sensor = rows[_SENSOR][0]
        return Measured(
            "" if sensor == _FAILED else sensor, tuple(_figure(limit, rows) for limit in LIMITS)
        )
    except (ValueError, IndexError) as error:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("the clip's self-test said something else than figures ({why})").format(why=error),
            _("Run the same command again."),
        ) from None


def _figure(limit: Limit, rows: dict[int, list[str]]) -> Figure:
    words = rows[limit.row]
    if words[0] == _FAILED:
        return Figure(limit, None, int(words[1]))
    value = int(words[limit.place]) / limit.divisor
    if (limit.row, limit.place) == _SHAKEN:  # what the motor adds to the rest's own noise
        value = max(value**2 - (int(words[0]) / limit.divisor) ** 2, 0) ** 0.5
    return Figure(limit, round(value, 2))
