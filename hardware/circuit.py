"""A circuit as data: parts with named pins, and nets that join them. Its rules are in hardware/rules.py."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from poise.build.boards import Board

READ_ONLY = frozenset({"BATTERY", "CHARGING", "IMU_INT1"})  # signals that the firmware never drives


class Kind(Enum):
    """The electrical kind of a pin, as a rule check sees it."""

    SUPPLIES = "supplies"  # gives power: a regulator, a cell, USB
    TAKES = "takes"  # lives from the net's power
    DRIVES = "drives"  # an output
    READS = "reads"  # an input, and nothing else may be open there
    BOTH = "both"  # a GPIO: input or output, as the firmware sets it
    OPEN = "open"  # pulls down or lets go: a drain or a collector
    PASSIVE = "passive"


@dataclass(frozen=True)
class Part:
    """A part: its reference in the parts list, what it is, the kind of each pin, and its value if it has one."""

    reference: str
    what: str
    pins: Mapping[str, Kind]
    value: str = ""


def two_legs(reference: str, what: str, value: str = "") -> Part:
    """Return a part whose two legs, 1 and 2, are alike."""
    return Part(reference, what, {"1": Kind.PASSIVE, "2": Kind.PASSIVE}, value)


def diode(reference: str, value: str) -> Part:
    """Return a diode with its legs A (anode) and K (cathode)."""
    return Part(reference, "diode", {"A": Kind.PASSIVE, "K": Kind.PASSIVE}, value)


def mosfet(reference: str, value: str) -> Part:
    """Return an N-channel MOSFET with its legs G, D and S."""
    return Part(reference, "mosfet", {"G": Kind.READS, "D": Kind.OPEN, "S": Kind.PASSIVE}, value)


def motor(reference: str, value: str) -> Part:
    """Return a motor with its wires + and -."""
    return Part(reference, "motor", {"+": Kind.PASSIVE, "-": Kind.PASSIVE}, value)


@dataclass(frozen=True)
class Circuit:
    """Parts, and nets of pins written "REFERENCE.PIN". `unused` lists the pins that stay open on purpose.

    Raises ValueError if a pin is not one of its part's, or stands in two places.
    """

    name: str
    parts: tuple[Part, ...]
    nets: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = set(self.kinds)
        placed = [pin for pins in (*self.nets.values(), self.unused) for pin in pins]
        if strange := sorted(set(placed) - known):
            raise ValueError(f"no part has {', '.join(strange)}")
        if twice := sorted({pin for pin in placed if placed.count(pin) > 1}):
            raise ValueError(f"in two places: {', '.join(twice)}")

    @property
    def kinds(self) -> dict[str, Kind]:
        """Pin -> its kind, of all parts."""
        return {
            f"{part.reference}.{name}": kind
            for part in self.parts
            for name, kind in part.pins.items()
        }

    def part(self, reference: str) -> Part:
        """Return the part with this reference. Raises KeyError without one."""
        return {part.reference: part for part in self.parts}[reference]

    def net(self, pin: str) -> str:
        """Return the name of the pin's net. Raises KeyError for a pin on none."""
        return {each: name for name, pins in self.nets.items() for each in pins}[pin]

    def pins_on(self, net: str, kinds: Iterable[Kind]) -> list[str]:
        """Return the net's pins of these kinds."""
        wanted, found = set(kinds), self.kinds
        return [pin for pin in self.nets[net] if found[pin] in wanted]


def pads(board: Board) -> dict[str, str]:
    """Return signal -> the module's pad, from the board's pins.csv."""
    return {row["signal"]: row["module_pin"] for row in _rows(board)}


def gpios(board: Board) -> dict[str, int]:
    """Return signal -> GPIO, from the board's pins.csv."""
    return {row["signal"]: int(row["gpio"]) for row in _rows(board)}


def _rows(board: Board) -> list[dict[str, str]]:
    with board.pins_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
