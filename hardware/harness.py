"""The wires of a build: cables as data, held against the circuit, and written for WireViz.

What a circuit joins on one board (the perfboard of the clip, a breakout) needs no wire; the rest does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from .circuit import Circuit

Ends = tuple[str, str, str]  # WireViz's colour code, and both ends, each "REFERENCE.PIN"


@dataclass(frozen=True)
class Cable:
    """Wires that run together."""

    name: str
    note: str
    wires: tuple[Ends, ...]


@dataclass(frozen=True)
class Strip:
    """A board that carries some of the circuit's parts. Its pads are named as the nets that come out at them."""

    name: str
    what: str
    carries: frozenset[str]  # references


def faults(circuit: Circuit, cables: Iterable[Cable], strip: Strip | None = None) -> list[str]:
    """Return a sentence for each wire that joins two nets, and for each net that the wires leave in pieces."""
    wires = [wire for cable in cables for wire in cable.wires]
    found = list(_strange(circuit, wires, strip))
    return found or list(_torn(circuit, wires, strip))


def _strange(circuit: Circuit, wires: list[Ends], strip: Strip | None) -> Iterator[str]:
    for _, one, other in wires:
        try:
            nets = {_net(circuit, end, strip) for end in (one, other)}
        except KeyError as end:
            yield f"{one} to {other}: there is no {end.args[0]}"
            continue
        if len(nets) > 1:
            yield f"{one} to {other} joins {' and '.join(sorted(nets))}"


def _torn(circuit: Circuit, wires: list[Ends], strip: Strip | None) -> Iterator[str]:
    for net, pins in circuit.nets.items():
        islands = {frozenset({island}) for island in {_island(pin, strip, net) for pin in pins}}
        for _, one, other in wires:
            if _net(circuit, one, strip) != net:
                continue
            ends = {_island(end, strip, net) for end in (one, other)}
            touched = {island for island in islands if island & ends}
            islands = (islands - touched) | {frozenset().union(*touched)}
        if len(islands) > 1:
            pieces = sorted(" + ".join(sorted(island)) for island in islands)
            yield f"net {net} is in {len(pieces)} pieces: {'; '.join(pieces)}"


def _net(circuit: Circuit, end: str, strip: Strip | None) -> str:
    reference, _, pad = end.partition(".")
    if strip and reference == strip.name:
        if pad not in circuit.nets:
            raise KeyError(end)
        return pad
    return circuit.net(end)


def _island(pin: str, strip: Strip | None, net: str) -> str:
    """Return what a wire has to reach: the strip for what it carries, a module for all its pins of the net."""
    reference = pin.split(".")[0]
    if strip and (reference in strip.carries or reference == strip.name):
        return f"{strip.name}.{net}"
    return f"{reference}.{net}"


def wireviz(
    circuit: Circuit, cables: tuple[Cable, ...], names: dict[str, str], strip: Strip | None = None
) -> str:
    """Return the drawing's text for WireViz. `names`: reference -> what stands in the box, with a note after a bar."""
    used: dict[str, list[str]] = {}
    for cable in cables:
        for _, one, other in cable.wires:
            for end in (one, other):
                reference, _, pad = end.partition(".")
                if pad not in used.setdefault(reference, []):
                    used[reference].append(pad)
    connectors = {
        ref: _box(names[ref], _in_order(circuit, ref, pins, strip)) for ref, pins in used.items()
    }
    drawing: dict[str, Any] = {
        "options": {"bgcolor": "WH", "fontname": "sans-serif"},
        "connectors": connectors,
        "cables": {
            cable.name: {
                "category": "bundle",
                "show_wirecount": False,
                "colors": [colour for colour, _, _ in cable.wires],
                "notes": cable.note,
            }
            for cable in cables
        },
        "connections": [
            [_end(one), {cable.name: [place]}, _end(other)]
            for cable in cables
            for place, (_, one, other) in enumerate(cable.wires, 1)
        ],
    }
    head = "# Made by `python -m hardware` from the build's __init__.py.\n"
    return head + yaml.safe_dump(drawing, sort_keys=False, width=120)


def _in_order(circuit: Circuit, reference: str, pins: list[str], strip: Strip | None) -> list[str]:
    if strip and reference == strip.name:
        return pins
    return [pin for pin in circuit.part(reference).pins if pin in pins]


def _box(name: str, pins: list[str]) -> dict[str, Any]:
    what, _, note = name.partition("|")
    shown: dict[str, Any] = {
        "type": what,
        "show_pincount": False,
        "pins": [_pin(pin) for pin in pins],
    }
    return {**shown, **({"notes": note} if note else {})}


def _end(end: str) -> dict[str, list[str | int]]:
    reference, _, pad = end.partition(".")
    return {reference: [_pin(pad)]}


def _pin(name: str) -> str | int:
    """Return the name as WireViz keeps it: it takes digits for a number."""
    return int(name) if name.isdigit() else name
