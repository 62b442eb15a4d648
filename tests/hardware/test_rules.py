"""Each rule notices what it is there for: the clip's circuit, spoilt in one place at a time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware import clip, harness, rules
from hardware.circuit import Circuit, diode, two_legs

CLIP = clip.circuit()


def moved(pin: str, to: str, circuit: Circuit = CLIP) -> Circuit:
    """The circuit with a pin on another net."""
    nets = {name: tuple(p for p in pins if p != pin) for name, pins in circuit.nets.items()}
    nets[to] = (*nets.get(to, ()), pin)
    return replace(circuit, nets=nets, unused=tuple(p for p in circuit.unused if p != pin))


def swapped(part: str, one: str, other: str) -> Circuit:
    """The circuit with a part the wrong way round."""
    first, second = f"{part}.{one}", f"{part}.{other}"
    nets = {
        name: tuple({first: second, second: first}.get(p, p) for p in pins)
        for name, pins in CLIP.nets.items()
    }
    return replace(CLIP, nets=nets)


def without(reference: str) -> Circuit:
    """The circuit with a part taken out, and its pins off their nets."""
    nets = {
        name: tuple(p for p in pins if not p.startswith(f"{reference}."))
        for name, pins in CLIP.nets.items()
    }
    left = tuple(part for part in CLIP.parts if part.reference != reference)
    return replace(CLIP, parts=left, nets=nets)


SPOILT: list[tuple[Callable[[], Circuit], str]] = [
    (lambda: replace(CLIP, unused=CLIP.unused[1:]), "is on no net"),
    (lambda: moved("SW1.1", "ELSEWHERE"), "net ELSEWHERE joins nothing"),
    (lambda: moved("U1.3V3", "BAT"), "U2.VIN, and nothing feeds it"),
    (lambda: moved("U1.3V3", "CELL"), "net CELL has two supplies"),
    (lambda: moved("U2.INT1", "3V3"), "net 3V3 is driven twice"),
    (lambda: moved("SW1.1", "3V3", moved("U1.D1", "3V3")), "U1.D1 lies on the supply U1.3V3"),
    (lambda: moved("R2.2", "HAPTIC"), "Q1.G floats"),
    (lambda: moved("M1.-", "GND"), "M1 lies between BAT and GND"),
    (lambda: moved("SW1.1", "3V3"), "SW1 lies between 3V3 and GND"),
    (lambda: moved("M1.-", "BAT"), "M1 has both ends on BAT"),
    (lambda: without("D1"), "M1 has no diode from MOTOR to BAT"),
    (lambda: swapped("D1", "A", "K"), "M1 has no diode from MOTOR to BAT"),
    (lambda: moved("R4.2", "3V3"), "Q2.G has no resistor to GND"),
    (lambda: moved("U1.D8", "SENSE"), "U1.D8 sees 5 V from USB"),
    (lambda: moved("U1.D9", "USB"), "U1.D9 sees 5 V from USB"),
]  # fmt: skip


@pytest.mark.parametrize(("spoilt", "said"), SPOILT, ids=[said for _, said in SPOILT])
def test_a_spoilt_circuit_is_noticed(spoilt: Callable[[], Circuit], said: str):
    found = rules.faults(spoilt())
    assert any(said in sentence for sentence in found), found


def test_every_rule_has_been_broken():
    for rule in rules.RULES:
        assert any(list(rule(spoilt())) for spoilt, _ in SPOILT), rule.__name__


def test_a_pin_stands_in_one_place_and_is_its_parts():
    with pytest.raises(ValueError, match=r"no part has Q1\.X"):
        replace(CLIP, nets={**CLIP.nets, "NEW": ("Q1.X", "Q1.G")})
    with pytest.raises(ValueError, match=r"in two places: Q1\.G"):
        replace(CLIP, nets={**CLIP.nets, "NEW": ("Q1.G", "R1.1")})


def cables_with(*wires: harness.Ends) -> tuple[harness.Cable, ...]:
    return (*clip.cables(), harness.Cable("W9", "", wires))


def test_a_wire_between_two_nets_is_noticed():
    found = harness.faults(CLIP, cables_with(("RD", "U1.D4", "U2.SCL")), clip.STRIP)
    assert found == ["U1.D4 to U2.SCL joins SCL and SDA"]
    found = harness.faults(CLIP, cables_with(("RD", "A1.SOMEWHERE", "U2.SCL")), clip.STRIP)
    assert found == ["A1.SOMEWHERE to U2.SCL: there is no A1.SOMEWHERE"]


def test_a_forgotten_wire_is_noticed():
    """Whichever wire it is: no wire of the clip is needless."""
    for cable in clip.cables():
        for wire in cable.wires:
            rest = replace(cable, wires=tuple(each for each in cable.wires if each != wire))
            cables = tuple(rest if each == cable else each for each in clip.cables())
            found = harness.faults(CLIP, cables, clip.STRIP)
            assert len(found) == 1 and "is in 2 pieces" in found[0], wire


def test_a_diode_across_the_supply_is_noticed():
    more = replace(
        CLIP,
        parts=(*CLIP.parts, diode("D2", ""), two_legs("C9", "capacitor", "1u")),
        nets={
            **CLIP.nets,
            "3V3": (*CLIP.nets["3V3"], "D2.A", "C9.1"),
            "GND": (*CLIP.nets["GND"], "D2.K", "C9.2"),
        },
    )
    assert rules.faults(more) == ["D2 lies between 3V3 and GND"]
