"""The bench: a development board with header pins and breakouts on plugs, put together without solder."""

from poise.build.boards import Board, board

from ..circuit import READ_ONLY, Circuit, Kind, Part, gpios, motor, two_legs
from ..harness import Cable, Strip

BOARD = "esp32"


def circuit(on: Board | None = None) -> Circuit:
    """Return the circuit with the pins of a board, of its own board if none is given."""
    found = gpios(on or board(BOARD))
    pad = {signal: f"U1.IO{gpio}" for signal, gpio in found.items()}
    signals = {
        f"IO{gpio}": Kind.READS if signal in READ_ONLY else Kind.BOTH
        for signal, gpio in found.items()
    }
    supplies = {"5V": Kind.SUPPLIES, "3V3": Kind.SUPPLIES, "GND": Kind.SUPPLIES}
    sensor = {"VIN": Kind.TAKES, "GND": Kind.TAKES, "SDA": Kind.BOTH, "SCL": Kind.READS}
    driver = {
        **dict.fromkeys(("VIN", "GND"), Kind.TAKES),
        "SIG": Kind.READS,
        "OUT+": Kind.PASSIVE,
        "OUT-": Kind.OPEN,
    }
    parts = (
        Part("U1", "module", {**supplies, **signals}, "DevKitC"),
        Part("U2", "sensor", sensor, "LSM6DSOX"),
        Part("U3", "driver", driver, "MOSFET driver"),
        motor("M1", "3 V"),
        two_legs("SW1", "button"),
    )
    nets = {
        "3V3": ("U1.3V3", "U2.VIN"),
        "5V": ("U1.5V", "U3.VIN"),
        # There is no cell, and USB power is always there: both signals are tied to ground.
        "GND": ("U1.GND", "U2.GND", "U3.GND", "SW1.2", pad["BATTERY"], pad["CHARGING"]),
        "SDA": (pad["SDA"], "U2.SDA"),
        "SCL": (pad["SCL"], "U2.SCL"),
        "HAPTIC": (pad["HAPTIC"], "U3.SIG"),
        "M+": ("U3.OUT+", "M1.+"),
        "M-": ("U3.OUT-", "M1.-"),
        "BUTTON": (pad["BUTTON"], "SW1.1"),
    }
    return Circuit("bench", parts, nets, (pad["IMU_INT1"],))


NAMES = {
    "U1": "ESP32-DevKitC|power and data by its USB socket",
    "U2": "LSM6DSOX breakout|socket STEMMA QT, address 0x6A",
    "U3": "MOSFET driver|JST plug in, screws out",
    "M1": "coin motor",
    "BB1": "breadboard|SW1 from the row BUTTON to the row GND",
}
# Only three pins of the board are ground: what else goes there meets in a row of the breadboard.
STRIP = Strip("BB1", "breadboard", frozenset({"SW1"}))


def cables(on: Board | None = None) -> tuple[Cable, ...]:
    """Return the cables of `circuit`. Each end is a plug, a socket or a screw."""
    pad = {signal: f"U1.IO{gpio}" for signal, gpio in gpios(on or board(BOARD)).items()}
    sensor = (
        ("RD", "U1.3V3", "U2.VIN"),
        ("BK", "U1.GND", "U2.GND"),
        ("BU", pad["SDA"], "U2.SDA"),
        ("YE", pad["SCL"], "U2.SCL"),
    )
    driver = (
        ("RD", "U1.5V", "U3.VIN"),
        ("BK", "U1.GND", "U3.GND"),
        ("WH", pad["HAPTIC"], "U3.SIG"),
    )
    rows = (
        ("GN", pad["BUTTON"], "BB1.BUTTON"),
        ("BK", "U1.GND", "BB1.GND"),
        ("GY", pad["CHARGING"], "BB1.GND"),
        ("BN", pad["BATTERY"], "BB1.GND"),
    )
    return (
        Cable("W1", "STEMMA QT to sockets", sensor),
        Cable("W2", "JST PH to sockets", driver),
        Cable("W3", "socket to pin, one by one", rows),
        Cable(
            "M1's own", "under the screws", (("RD", "U3.OUT+", "M1.+"), ("BU", "U3.OUT-", "M1.-"))
        ),
    )
