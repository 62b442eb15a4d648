"""Arithmetic of the clip's few parts: divider, pull-ups, transistors, diode, motor and charger. Pure functions.

Ohms, farads, volts, amperes and seconds unless a name says otherwise. Figures stand below with their sources; the
values of resistors and capacitors are the circuit's (`hardware/clip/__init__.py`).
"""

from dataclasses import dataclass

# The chip's pads. Internal pull-up: 45 kOhm typical in each of Espressif's datasheets, 20 mA by default strength.
LOGIC_V = 3.3
PULL_UP_OHM = 45_000.0
PAD_A = 0.020
# Highest voltage that the converter still measures with its widest range, by Espressif's guides; the C6's is no less.
ADC_MOST_V = {"ESP32": 2.45, "ESP32-S3": 3.1, "ESP32-C3": 2.5, "ESP32-C6": 2.5}
ADC_LEAK_A = 50e-9  # input leakage of a pad, at most, by the datasheets
CELL_V = (3.3, 4.2)  # empty (firmware/drivers/battery.py) and full
USB_V = 5.0

# AO3400A's datasheet: threshold 0.65 to 1.45 V, 48 mOhm at 2.5 V at most, 30 V, 630 pF.
GATE_OFF_V, GATE_ON_V = 0.65, 1.45
MOSFET_OHM, DRAIN_V = 0.048, 30.0
GATE_F = 630e-12
DIODE_V, DIODE_A = 0.4, 1.0  # 1N5819: at 0.1 A; at most
MOTOR_LEAST_V = (
    2.0  # Adafruit 1201's page: runs from 2 to 5 V, 40 mA at 2 V, 60 at 3, 80 at 4, 100 at 5
)
MOTOR_A_PER_V = 0.020
# XIAO ESP32-S3 without USB: its diode lets this much out of the 5 V pad (Seeed's forum, topic 276444), HOT times as
# much when hot.
USB_LEAK_A = 8e-6
HOT = 10.0

# I2C at 400 kHz (UM10204): a line rises within 300 ns, and an output sinks 3 mA.
RISE_MOST_S, SINK_A = 300e-9, 0.003
_RISE = 0.8473  # of R times C, from 30 to 70 % of the supply
LINE_F = 20e-12  # two chips and their boards: 2 x 10 pF
WIRE_F_A_CM = 1e-12


def parse(value: str) -> float:
    """Return ohms or farads of a value as it stands in a circuit: "220", "4.7k", "100n", "22u"."""
    scale = {"k": 1e3, "M": 1e6, "u": 1e-6, "n": 1e-9, "p": 1e-12}
    return float(value[:-1]) * scale[value[-1]] if value[-1] in scale else float(value)


def parallel(*ohms: float) -> float:
    """Return the resistance of resistors side by side."""
    return 1 / sum(1 / each for each in ohms)


@dataclass(frozen=True)
class Divider:
    """Two resistors from a voltage to ground."""

    top: float
    bottom: float

    @property
    def ratio(self) -> float:
        """Voltage in, divided by voltage out."""
        return (self.top + self.bottom) / self.bottom

    @property
    def source_ohm(self) -> float:
        """Resistance that the pin sees."""
        return parallel(self.top, self.bottom)

    def out_v(self, in_v: float) -> float:
        """Return the voltage at the pin."""
        return in_v / self.ratio

    def drawn_a(self, in_v: float) -> float:
        """Return the current that always flows."""
        return in_v / (self.top + self.bottom)

    def error_v(self, in_v: float, tolerance: float, leak_a: float = ADC_LEAK_A) -> float:
        """Return the worst error of the voltage told, from the resistors' tolerance and the pin's leakage."""
        share = 1 - 1 / self.ratio  # of a tolerance of each resistor, in opposite directions
        return in_v * 2 * tolerance * share + leak_a * self.source_ohm * self.ratio


def longest_wire_cm(pull_up_ohm: float) -> float:
    """Return the length of an I2C wire at which a line still rises in time; 0 if it never does."""
    return max(0.0, (RISE_MOST_S / (_RISE * pull_up_ohm) - LINE_F) / WIRE_F_A_CM)


def sunk_a(pull_up_ohm: float) -> float:
    """Return the current that an output sinks to hold a line at 0.4 V."""
    return (LOGIC_V - 0.4) / pull_up_ohm


def gate_at_reset_v(pull_down_ohm: float) -> float:
    """Return a gate's voltage while the chip holds its pad up by the internal pull-up: the worst at a reset."""
    return LOGIC_V * pull_down_ohm / (pull_down_ohm + PULL_UP_OHM)


def gate_a(series_ohm: float) -> float:
    """Return the pad's current at the moment in which it charges the gate."""
    return LOGIC_V / series_ohm


def gate_s(series_ohm: float) -> float:
    """Return the time in which the gate follows its pad, to 95 %."""
    return 3 * series_ohm * GATE_F


def motor_a(volts: float) -> float:
    """Return the motor's current."""
    return MOTOR_A_PER_V * volts


def motor_v(supply_v: float, strength: float) -> float:
    """Return the motor's mean voltage at a `strength` of 0 to 1. While the transistor is off, the diode carries on."""
    on_v = supply_v - motor_a(supply_v) * MOSFET_OHM
    return strength * on_v - (1 - strength) * DIODE_V


def least_strength(supply_v: float) -> float:
    """Return the strength, 0 to 1, at which the motor gets its least voltage. Above 1: never."""
    on_v = supply_v - motor_a(supply_v) * MOSFET_OHM
    return (MOTOR_LEAST_V + DIODE_V) / (on_v + DIODE_V)


def ripple_v(current_a: float, farad: float, period_s: float) -> float:
    """Return how far a capacitor's voltage goes up and down when its load is switched, at its worst (half on)."""
    return current_a * 0.25 * period_s / farad


@dataclass(frozen=True)
class Charger:
    """A module's charger: `charge_a` by its maker or measured by others."""

    module: str
    charge_a: float
    source: str


XIAO_S3 = Charger(
    "XIAO ESP32-S3",
    0.110,
    "SGM40567 with 220 kOhm on its schematic, 110 mA at most: Seeed's forum, topic 292453; its wiki says 50 mA",
)
XIAO_C3 = Charger(
    "XIAO ESP32-C3",
    1000 / 2700,
    "1000 V / 2.7 kOhm on its schematic; 370 mA measured: Seeed's forum, topic 267686",
)
XIAO_C6 = Charger("XIAO ESP32-C6", 24_000 / 200_000, "SGM40567 with 200 kOhm on its schematic")
CHARGERS = {"esp32s3": XIAO_S3, "esp32c3": XIAO_C3, "esp32c6": XIAO_C6}
STANDARD_C = 0.5  # of a cell's capacity an hour: what makers call standard; Renata's ICP402025: 0.5, at most 1


def charge_c(charger: Charger, capacity_mah: float) -> float:
    """Return the charge current as a share of the cell's capacity an hour."""
    return 1000 * charger.charge_a / capacity_mah


def charge_h(charger: Charger, capacity_mah: float) -> float:
    """Return the hours of a charge: the last fifth goes in at a falling current, as slowly as two fifths."""
    return 1.2 / charge_c(charger, capacity_mah)


def resistor_for(charge_a: float) -> float:
    """Return the charge resistor for a current: XC6802 and its like give 1000 V over their resistor."""
    return 1000 / charge_a
