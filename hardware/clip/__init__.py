"""The clip: a XIAO module, a bare sensor carrier, and a strip of perfboard with two transistors."""

from poise.build.boards import Board, board

from ..circuit import READ_ONLY, Circuit, Kind, Part, diode, mosfet, motor, pads, two_legs
from ..harness import Cable, Strip

BOARD = "esp32s3"
# Boards whose modules have this shape and these pads. The C3's charger needs another resistor: README.md.
FITTING = ("esp32s3", "esp32c3", "esp32c6")
_PADS = ("D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10")
_OHMS = {"R1": "220", "R2": "4.7k", "R3": "4.7k", "R4": "4.7k", "R5": "200k", "R6": "200k"}


def _module(pad: dict[str, str]) -> Part:
    reads = {pad[signal] for signal in READ_ONLY}
    signals = {name: Kind.READS if name in reads else Kind.BOTH for name in _PADS}
    supplies = {"5V": Kind.SUPPLIES, "3V3": Kind.SUPPLIES, "GND": Kind.TAKES}
    cell = {"BAT+": Kind.TAKES, "BAT-": Kind.PASSIVE}
    return Part("U1", "module", {**supplies, **cell, **signals}, "XIAO")


def _parts(module: Part) -> tuple[Part, ...]:
    sensor = {
        **dict.fromkeys(("VIN", "GND"), Kind.TAKES),
        "SDA": Kind.BOTH,
        **dict.fromkeys(("SCL", "SDO", "CS"), Kind.READS),
        **dict.fromkeys(("INT1", "INT2"), Kind.DRIVES),
    }
    return (
        module,
        Part("U2", "sensor", sensor, "LSM6DSO"),
        Part("BT1", "cell", {"+": Kind.SUPPLIES, "-": Kind.SUPPLIES}, "250 mAh"),
        two_legs("S1", "switch"),
        motor("M1", "3 V"),
        diode("D1", "1N5819"),
        mosfet("Q1", "AO3400A"),
        mosfet("Q2", "AO3400A"),
        two_legs("SW1", "button"),
        two_legs("C1", "capacitor", "22u"),
        two_legs("C2", "capacitor", "100n"),
        *(two_legs(name, "resistor", ohms) for name, ohms in _OHMS.items()),
    )


def circuit(on: Board | None = None) -> Circuit:
    """Return the circuit with the pads of a board in FITTING, of its own board if none is given."""
    names = pads(on or board(BOARD))
    pad = {signal: f"U1.{name}" for signal, name in names.items()}
    nets = {
        "CELL": ("BT1.+", "S1.1"),
        "BAT": ("S1.2", "U1.BAT+", "M1.+", "D1.K", "C1.1", "R5.1"),
        "GND": (
            *("BT1.-", "U1.BAT-", "U1.GND", "U2.GND", "SW1.2", "Q1.S", "Q2.S"),
            *("R2.2", "R4.2", "R6.2", "C1.2", "C2.2"),
        ),
        "3V3": ("U1.3V3", "U2.VIN"),
        "SDA": (pad["SDA"], "U2.SDA"),
        "SCL": (pad["SCL"], "U2.SCL"),
        "HAPTIC": (pad["HAPTIC"], "R1.1"),
        "GATE": ("R1.2", "R2.1", "Q1.G"),
        "MOTOR": ("Q1.D", "M1.-", "D1.A"),
        "BUTTON": (pad["BUTTON"], "SW1.1"),
        "BATTERY": (pad["BATTERY"], "R5.2", "R6.1", "C2.1"),
        "USB": ("U1.5V", "R3.1"),
        "SENSE": ("R3.2", "R4.1", "Q2.G"),
        "CHARGING": ("Q2.D", pad["CHARGING"]),
    }
    taken = {pin for pins in nets.values() for pin in pins}
    free = tuple(f"U1.{name}" for name in _PADS if f"U1.{name}" not in taken)
    # The carrier holds SDO and CS high by its own resistors. No module of the firmware reads the interrupt pins.
    return Circuit(
        "clip", _parts(_module(names)), nets, (*free, "U2.SDO", "U2.CS", "U2.INT1", "U2.INT2")
    )


STRIP = Strip(
    "A1", "perfboard", frozenset({"Q1", "Q2", "D1", "C1", "C2", "R1", "R2", "R3", "R4", "R5", "R6"})
)
NAMES = {
    "U1": "XIAO ESP32-S3|its charge light is the clip's light",
    "U2": "LSM6DSO carrier|I2C address 0x6B",
    "A1": "perfboard|Q1 Q2 D1 C1 C2 R1 to R6",
    "M1": "coin motor",
    "SW1": "button",
    "S1": "slide switch",
    "BT1": "LiPo cell, protected|check its polarity first, wire it last",
}


def cables(on: Board | None = None) -> tuple[Cable, ...]:
    """Return the cables of `circuit`."""
    pad = {signal: f"U1.{name}" for signal, name in pads(on or board(BOARD)).items()}
    sensor = (
        ("RD", "U1.3V3", "U2.VIN"),
        ("BK", "U1.GND", "U2.GND"),
        ("BU", pad["SDA"], "U2.SDA"),
        ("YE", pad["SCL"], "U2.SCL"),
    )
    strip = (
        ("BK", "U1.GND", "A1.GND"),
        ("OG", pad["HAPTIC"], "A1.HAPTIC"),
        ("WH", pad["BATTERY"], "A1.BATTERY"),
        ("VT", "U1.5V", "A1.USB"),
        ("GY", pad["CHARGING"], "A1.CHARGING"),
    )
    return (
        Cable("W1", "sensor, 8 cm at most", sensor),
        Cable("W2", "perfboard", strip),
        Cable("W3", "button", (("GN", pad["BUTTON"], "SW1.1"), ("BK", "A1.GND", "SW1.2"))),
        Cable("W4", "motor", (("RD", "A1.BAT", "M1.+"), ("BU", "A1.MOTOR", "M1.-"))),
        Cable("W5", "switched", (("RD", "U1.BAT+", "S1.2"), ("RD", "U1.BAT+", "A1.BAT"))),
        Cable("W6", "cell", (("RD", "S1.1", "BT1.+"), ("BK", "U1.BAT-", "BT1.-"))),
    )
