"""Checks of the values of the clip's parts: each is a figure with its bounds."""

from collections.abc import Iterator
from dataclasses import dataclass

from poise.build.boards import Board, board
from poise.power.currents import BY_FOLDER
from poise.power.cycles import LIVE, duty_cycles
from poise.power.day import BUZZ_STRENGTH
from poise.power.left import CELL_MAH
from poise.power.model import Build, mean_ma

from .. import electric, parts
from ..circuit import Circuit
from ..enclosure import measured
from . import BOARD, circuit

PWM_HZ = 20_000  # firmware/drivers/haptic.py
SHELL_G = measured.printed_mass_g() + parts.SOLDER_G  # what the case adds, and the solder
_TOLERANCE = 0.01  # of R5 and R6
_ERROR_MV = 60  # of the cell's voltage: about 6 % of charge where the curve is steep
_PULL_UP_OHM, _WIRE_CM = 10_000.0, 8  # on the sensor's carrier; "8 cm at most" of cable W1
_SWITCH_MA = 300  # S1, by its maker
_BUZZES_FROM_V = 3.65  # 17 % of charge; the firmware stops buzzing at 8 %


@dataclass(frozen=True)
class Check:
    """A figure between its bounds, in `unit`."""

    what: str
    figure: float
    least: float
    most: float
    unit: str

    @property
    def holds(self) -> bool:
        """True if the figure lies between the bounds."""
        return self.least <= self.figure <= self.most


def checks(of: Circuit | None = None, on: Board | None = None) -> Iterator[Check]:
    """Yield the checks of the clip's circuit, or of another with the same parts, on a board of clip.FITTING."""
    on = on or board(BOARD)
    made = of or circuit(on)
    value = {
        part.reference: electric.parse(part.value)
        for part in made.parts
        if part.what in {"resistor", "capacitor"}
    }
    yield from _cell(value, on)
    yield from _bus()
    yield from _motor(value)
    yield from _usb(value)
    yield from _switch(on)
    charger = electric.CHARGERS[on.name]
    yield Check(
        "charge current, in capacities an hour",
        electric.charge_c(charger, CELL_MAH),
        0.1,
        electric.STANDARD_C,
        "C",
    )


def faults() -> list[str]:
    """Return a sentence for each check that does not hold."""
    return [
        f"{check.what}: {check.figure:.3g} {check.unit} is not {check.least:g} to {check.most:g}"
        for check in checks()
        if not check.holds
    ]


def _cell(value: dict[str, float], on: Board) -> Iterator[Check]:
    divider = electric.Divider(value["R5"], value["R6"])
    full = electric.CELL_V[1]
    most = electric.ADC_MOST_V[on.chip]
    yield Check("full cell at the converter", divider.out_v(full), 0, most, "V")
    yield Check("divider's ratio", divider.ratio, 2, 2, "")  # BATTERY_DIVIDER_X1000 of each board
    yield Check("divider's own current", 1e6 * divider.drawn_a(3.7), 0, 15, "uA")
    yield Check(
        "error of the cell's voltage", 1000 * divider.error_v(full, _TOLERANCE), 0, _ERROR_MV, "mV"
    )
    yield Check(
        "time in which the converter sees the cell",
        3000 * divider.source_ohm * value["C2"],
        0,
        100,
        "ms",
    )


def _bus() -> Iterator[Check]:
    wire = electric.longest_wire_cm(_PULL_UP_OHM)
    yield Check("longest wire to the sensor", wire, _WIRE_CM, 100, "cm")
    sunk = 1000 * electric.sunk_a(_PULL_UP_OHM)
    yield Check("current that a line sinks", sunk, 0, 1000 * electric.SINK_A, "mA")


def _motor(value: dict[str, float]) -> Iterator[Check]:
    full = electric.CELL_V[1]
    yield Check(
        "gate while the pad is pulled up",
        electric.gate_at_reset_v(value["R2"]),
        0,
        electric.GATE_OFF_V - 0.2,
        "V",
    )
    on_v = electric.LOGIC_V * value["R2"] / (value["R1"] + value["R2"])
    yield Check("gate while the pad drives", on_v, 2.5, electric.LOGIC_V, "V")
    yield Check(
        "pad's current at the gate's edge",
        1000 * electric.gate_a(value["R1"]),
        0,
        1000 * electric.PAD_A,
        "mA",
    )
    yield Check(
        "gate's edge in a period of the PWM", electric.gate_s(value["R1"]) * PWM_HZ, 0, 0.05, ""
    )
    yield Check(
        "least strength that turns the motor",
        electric.least_strength(_BUZZES_FROM_V),
        0,
        BUZZ_STRENGTH,
        "",
    )
    yield Check("motor at full strength", 1000 * electric.motor_a(full), 0, 100, "mA")
    yield Check(
        "current that the diode takes over",
        1000 * electric.motor_a(full),
        0,
        1000 * electric.DIODE_A,
        "mA",
    )
    yield Check("Q1 while the diode conducts", full + electric.DIODE_V, 0, electric.DRAIN_V, "V")
    ripple = electric.ripple_v(electric.motor_a(full), value["C1"], 1 / PWM_HZ)
    yield Check("ripple at the motor", 1000 * ripple, 0, 100, "mV")


def _usb(value: dict[str, float]) -> Iterator[Check]:
    divider = electric.Divider(value["R3"], value["R4"])
    leaked = electric.HOT * electric.USB_LEAK_A * value["R4"]
    yield Check(
        "gate of Q2 with USB", divider.out_v(0.9 * electric.USB_V), electric.GATE_ON_V, 8, "V"
    )
    yield Check(
        "gate of Q2 by the module's leakage, hot", leaked, 0, electric.GATE_OFF_V - 0.2, "V"
    )


def _switch(on: Board) -> Iterator[Check]:
    if on.name not in BY_FOLDER:
        return
    chip, module = BY_FOLDER[on.name]
    live_ma = mean_ma(duty_cycles()[LIVE], Build(chip, module), "high")
    buzzing_ma = 1000 * electric.motor_a(electric.CELL_V[1])
    yield Check(
        "through the switch, live and buzzing, at its worst",
        live_ma + buzzing_ma,
        0,
        _SWITCH_MA,
        "mA",
    )
