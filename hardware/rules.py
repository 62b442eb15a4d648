"""The rule check of a circuit. Each rule returns a sentence for each fault; an empty list says that it holds.

`python -m hardware` asks SKiDL's check as well, which knows its own rules of pins and nothing of motors.
"""

from collections.abc import Callable, Iterator

from .circuit import Circuit, Kind

GROUND = "GND"
_QUIET = {Kind.PASSIVE, Kind.READS, Kind.TAKES}  # never sets a level by itself


def faults(circuit: Circuit) -> list[str]:
    """Return the sentences of all rules."""
    return [sentence for rule in RULES for sentence in rule(circuit)]


def every_pin_is_placed(circuit: Circuit) -> Iterator[str]:
    """Each pin is on a net, or open on purpose; a net joins two pins or more."""
    placed = {pin for pins in (*circuit.nets.values(), circuit.unused) for pin in pins}
    for pin in circuit.kinds:
        if pin not in placed:
            yield f"{pin} is on no net, and not said to stay open"
    for name, pins in circuit.nets.items():
        if len(pins) < 2:
            yield f"net {name} joins nothing: {', '.join(pins)}"


def one_source_of_power(circuit: Circuit) -> Iterator[str]:
    """Two supplies never meet, and what lives from power gets some."""
    for name in circuit.nets:
        sources = circuit.pins_on(name, {Kind.SUPPLIES})
        if len(sources) > 1:
            yield f"net {name} has two supplies: {', '.join(sources)}"
        takers = circuit.pins_on(name, {Kind.TAKES})
        if takers and not sources and not _fed_through_a_switch(circuit, name):
            yield f"net {name} feeds {', '.join(takers)}, and nothing feeds it"


def _fed_through_a_switch(circuit: Circuit, net: str) -> bool:
    for part in circuit.parts:
        if part.what != "switch":
            continue
        ends = [circuit.net(f"{part.reference}.{leg}") for leg in part.pins]
        others = [end for end in ends if end != net]
        if net in ends and any(circuit.pins_on(end, {Kind.SUPPLIES}) for end in others):
            return True
    return False


def no_output_meets_another(circuit: Circuit) -> Iterator[str]:
    """An output meets no second output and no supply."""
    for name in circuit.nets:
        strong = circuit.pins_on(name, {Kind.DRIVES, Kind.SUPPLIES})
        if len(strong) > 1 and circuit.pins_on(name, {Kind.DRIVES}):
            yield f"net {name} is driven twice: {', '.join(strong)}"
        gpios = circuit.pins_on(name, {Kind.BOTH})
        supplies = circuit.pins_on(name, {Kind.SUPPLIES})
        if gpios and supplies:
            yield f"net {name}: {', '.join(gpios)} lies on the supply {', '.join(supplies)}"


def no_input_floats(circuit: Circuit) -> Iterator[str]:
    """An input alone among inputs has a resistor to a net that says what it is."""
    for name in circuit.nets:
        readers = circuit.pins_on(name, {Kind.READS})
        if not readers or circuit.pins_on(name, set(Kind) - _QUIET):
            continue
        if not any(other in {GROUND, "3V3"} for other in _resisted_to(circuit, name)):
            yield f"{', '.join(readers)} floats while nobody drives {name}: a resistor to {GROUND}"


def _resisted_to(circuit: Circuit, net: str) -> list[str]:
    """Nets at the other end of the resistors on this net."""
    found = []
    for part in circuit.parts:
        if part.what != "resistor":
            continue
        ends = [circuit.net(f"{part.reference}.{leg}") for leg in part.pins]
        if net in ends:
            found += [end for end in ends if end != net]
    return found


def nothing_lies_across_the_supply(circuit: Circuit) -> Iterator[str]:
    """A motor, a button, a switch or a diode never lies between a supply and ground: it would run, or burn."""
    powered = {name for name in circuit.nets if name != GROUND and _is_powered(circuit, name)}
    for part in circuit.parts:
        if part.what not in {"motor", "button", "switch", "diode"}:
            continue
        ends = {circuit.net(f"{part.reference}.{leg}") for leg in part.pins}
        if len(ends) == 1:
            yield f"{part.reference} has both ends on {ends.pop()}"
        elif GROUND in ends and ends & powered:
            yield f"{part.reference} lies between {(ends & powered).pop()} and {GROUND}"


def _is_powered(circuit: Circuit, net: str) -> bool:
    return bool(circuit.pins_on(net, {Kind.SUPPLIES})) or _fed_through_a_switch(circuit, net)


def a_motor_has_its_diode(circuit: Circuit) -> Iterator[str]:
    """A bare motor has a diode across it, its cathode at the supply: else the transistor takes the coil's voltage."""
    diodes = [part.reference for part in circuit.parts if part.what == "diode"]
    for part in circuit.parts:
        if part.what != "motor" or _on_a_driver(circuit, part.reference):
            continue
        plus, minus = circuit.net(f"{part.reference}.+"), circuit.net(f"{part.reference}.-")
        if not any((circuit.net(f"{d}.K"), circuit.net(f"{d}.A")) == (plus, minus) for d in diodes):
            yield f"{part.reference} has no diode from {minus} to {plus}"


def _on_a_driver(circuit: Circuit, reference: str) -> bool:
    """True for a motor at the terminals of a driver board, which has the diode on it."""
    pins = circuit.nets[circuit.net(f"{reference}.-")]
    return any(circuit.part(pin.split(".")[0]).what == "driver" for pin in pins)


def a_transistor_is_off_at_reset(circuit: Circuit) -> Iterator[str]:
    """Each gate has a resistor to ground: at reset no pin drives it."""
    for part in circuit.parts:
        if part.what != "mosfet":
            continue
        gate = circuit.net(f"{part.reference}.G")
        if GROUND not in _resisted_to(circuit, gate):
            yield f"{part.reference}.G has no resistor to {GROUND}"


def five_volts_stay_out_of_the_chip(circuit: Circuit) -> Iterator[str]:
    """No pin of the chip is on the 5 V of USB, or behind no more than a resistor of it."""
    usb = [name for name, pins in circuit.nets.items() if any(pin.endswith(".5V") for pin in pins)]
    for name in usb:
        for net in (name, *_resisted_to(circuit, name)):
            chip = [
                pin
                for pin in circuit.pins_on(net, {Kind.BOTH, Kind.READS})
                if _is_module(circuit, pin)
            ]
            if net != GROUND and chip:
                yield f"{', '.join(chip)} sees 5 V from {name}"


def _is_module(circuit: Circuit, pin: str) -> bool:
    return circuit.part(pin.split(".")[0]).what == "module"


RULES: tuple[Callable[[Circuit], Iterator[str]], ...] = (
    every_pin_is_placed,
    one_source_of_power,
    no_output_meets_another,
    no_input_floats,
    nothing_lies_across_the_supply,
    a_motor_has_its_diode,
    a_transistor_is_off_at_reset,
    five_volts_stay_out_of_the_chip,
)
