"""The sheet of a schematic: what is drawn comes from the circuit, so that a drawing cannot say something else.

A build's drawing places parts and joins their pins. `join` refuses two pins of different nets, a net's name is never
typed, and `open_ends` tells the pins that were left out.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import schemdraw
from schemdraw import elements as elm

from .circuit import Circuit

_ANCHORS = {
    "1": "start",
    "2": "end",
    "A": "start",
    "K": "end",
    "G": "gate",
    "D": "drain",
    "S": "source",
    "+": "start",
    "-": "end",
}
_OPPOSITE = {"left": "right", "right": "left", "up": "down", "down": "up"}
_FRACTION = re.compile(r"-?\d+\.\d+(?:e-\d+)?")
_STUB = 0.5  # of schemdraw's units: a resistor is 3 long


class Sheet:
    """A drawing of `circuit`. Positions are schemdraw's units from the top left, y upwards."""

    def __init__(self, circuit: Circuit) -> None:
        schemdraw.use("svg")
        schemdraw.svgconfig.text = "text"
        self._circuit = circuit
        self._drawing: Any = schemdraw.Drawing(show=False)
        self._drawing.config(fontsize=11, lw=1.3, font="sans-serif", bgcolor="white")
        self._placed: dict[str, Any] = {}
        self._drawn: set[str] = set()

    def title(self, at: tuple[float, float], text: str) -> None:
        """Write a heading."""
        self._drawing.add(elm.Label().at(at).theta(0).label(text, halign="left", fontsize=13))

    def box(
        self, reference: str, at: tuple[float, float], sides: Mapping[str, Sequence[str]]
    ) -> None:
        """Draw a module as a box, its pins on the `sides` "left" and "right" from the top down."""
        pins: list[Any] = [
            elm.IcPin(name=name, side=cast(Any, side), anchorname=_anchor_of(name))
            for side, names in sides.items()
            for name in reversed(names)
        ]
        part = self._circuit.part(reference)
        element = elm.Ic(
            pins=pins, pinspacing=0.8, edgepadW=0.9, edgepadH=0.4, leadlen=0.3, lsize=11
        )
        element = element.at(at).theta(0).label(f"{reference}  {part.value}", "top", fontsize=12)
        self._placed[reference] = self._drawing.add(element)

    def part(
        self, reference: str, element: Any, at: str | tuple[float, float], side: str = "top"
    ) -> None:
        """Draw a part at a pin that is drawn or at a point, with its reference and value at one `side`."""
        value = self._circuit.part(reference).value
        element = element.at(self.place(at) if isinstance(at, str) else at)
        self._placed[reference] = self._drawing.add(
            element.label(f"{reference}  {value}".strip(), side)
        )

    def place(self, pin: str) -> Any:
        """Return where a pin is drawn. Raises KeyError for a part that is not."""
        reference, _, name = pin.partition(".")
        element = self._placed[reference]
        anchor = _anchor_of(name) if isinstance(element, elm.Ic) else _ANCHORS[name]
        return element.absanchors[anchor]

    def join(self, *pins: str, corner: str = "-") -> None:
        """Draw wires from pin to pin. `corner`: schemdraw's shape of a wire with a bend.

        Raises ValueError if the circuit does not join these pins.
        """
        nets = {self._circuit.net(pin) for pin in pins}
        if len(nets) > 1:
            raise ValueError(f"{', '.join(pins)} are on {' and '.join(sorted(nets))}")
        for one, other in pairwise(pins):
            start, end = self.place(one), self.place(other)
            if start != end:
                self._drawing.add(elm.Wire(corner).at(start).to(end))
        self._drawn.update(pins)

    def dot(self, *pins: str) -> None:
        """Draw a knot at each pin."""
        for pin in pins:
            self._drawing.add(elm.Dot().at(self.place(pin)))

    def net(self, pin: str, towards: str, length: float = _STUB) -> None:
        """Draw a stub from the pin with the name of its net: ground as its sign, the rest as a flag."""
        name = self._circuit.net(pin)
        self._drawn.add(pin)
        stub = self._drawing.add(getattr(elm.Line().at(self.place(pin)), towards)(length))
        if name == "GND":
            self._drawing.add(elm.Ground().at(stub.end))
            return
        side = {"left": "left", "right": "right", "up": "top", "down": "bottom"}[towards]
        self._drawing.add(
            elm.Dot(open=True, radius=0.06).at(stub.end).label(name, side, color="#15558a")
        )

    def open_end(self, pin: str, towards: str) -> None:
        """Draw a pin that stays open. Raises ValueError if the circuit joins it."""
        if pin not in self._circuit.unused:
            raise ValueError(f"{pin} does not stay open")
        self._drawn.add(pin)
        stub = self._drawing.add(getattr(elm.Line().at(self.place(pin)), towards)(0.2))
        self._drawing.add(elm.NoConnect(lw=1.0).at(stub.end))

    def ends(self, reference: str, towards: Mapping[str, Sequence[str]]) -> None:
        """Give each pin of a box its net's name, or the cross of one that stays open."""
        for side, names in towards.items():
            for name in names:
                pin = f"{reference}.{name}"
                if pin in self._circuit.unused:
                    self.open_end(pin, side)
                else:
                    self.net(pin, side)

    def open_ends(self) -> list[str]:
        """Return the pins that the drawing leaves out."""
        return sorted(set(self._circuit.kinds) - self._drawn)

    def svg(self) -> str:
        """Return the drawing. Raises ValueError if it leaves a pin out."""
        if left := self.open_ends():
            raise ValueError(f"not drawn: {', '.join(left)}")
        return _FRACTION.sub(_rounded, self._drawing.get_imagedata("svg").decode())


def _rounded(number: re.Match[str]) -> str:
    """Return a coordinate with two decimals: the last of sixteen differ from machine to machine."""
    text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _anchor_of(pin: str) -> str:
    """Return a name for a box's pin that is no name of schemdraw's own."""
    return "pin_" + pin.replace("+", "_plus").replace("-", "_minus")
