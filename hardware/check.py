"""All checks of a build that need no other program: circuit, wires, parts list and the values of its parts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import bench, clip, harness, parts, rules
from .bench import schematic as bench_schematic
from .circuit import Circuit
from .clip import schematic as clip_schematic
from .clip import values

# Rows of a parts list that are no part of the circuit: what carries it, and what joins it.
_MECHANICAL = ("A", "BB", "W")


@dataclass(frozen=True)
class Build:
    """A build: its circuit, its wires with the names in their boxes, its drawing, and the check of its values."""

    name: str
    circuit: Circuit
    cables: tuple[harness.Cable, ...]
    strip: harness.Strip
    names: dict[str, str]
    draw: Callable[[Circuit], str]
    value_faults: Callable[[], Iterable[str]]

    def faults(self) -> list[str]:
        """Return a sentence for each fault."""
        return [
            *rules.faults(self.circuit),
            *harness.faults(self.circuit, self.cables, self.strip),
            *_unlisted(self.circuit, parts.parts(self.name)),
            *self.value_faults(),
        ]

    def wiring(self) -> str:
        """Return the text that WireViz draws."""
        return harness.wireviz(self.circuit, self.cables, self.names, self.strip)

    def schematic(self) -> str:
        """Return the schematic as SVG."""
        return self.draw(self.circuit)


def builds() -> tuple[Build, ...]:
    """Return both builds."""
    return (
        Build(parts.CLIP, clip.circuit(), clip.cables(), clip.STRIP, clip.NAMES, clip_schematic.draw, values.faults),
        Build(parts.BENCH, bench.circuit(), bench.cables(), bench.STRIP, bench.NAMES, bench_schematic.draw, list),
    )  # fmt: skip


def _unlisted(circuit: Circuit, listed: list[parts.Part]) -> list[str]:
    """Return what the circuit has and the parts list lacks, and the other way round."""
    drawn = {part.reference for part in circuit.parts}
    bought = {part.reference for part in listed if not part.reference.startswith(_MECHANICAL)}
    return [
        *(f"{name} is not in the parts list" for name in sorted(drawn - bought)),
        *(f"{name} is in the parts list alone" for name in sorted(bought - drawn)),
    ]
