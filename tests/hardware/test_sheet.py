"""A schematic cannot say what its circuit does not: wrong wires, open pins and forgotten parts are refused."""

from dataclasses import replace

import pytest
from schemdraw import elements as elm

from hardware import clip
from hardware.clip import schematic
from hardware.sheet import Sheet


@pytest.fixture
def sheet() -> Sheet:
    made = Sheet(clip.circuit())
    made.part("R1", elm.Resistor().right(), (0, 0))
    made.part("R3", elm.Resistor().right(), (0, 4))
    made.part("R2", elm.Resistor().down(), "R1.2")
    return made


def test_two_nets_are_not_joined(sheet: Sheet):
    sheet.join("R1.2", "R2.1")
    with pytest.raises(ValueError, match=r"R1\.2, R3\.2 are on GATE and SENSE"):
        sheet.join("R1.2", "R3.2")


def test_a_pin_in_use_is_not_drawn_as_open(sheet: Sheet):
    with pytest.raises(ValueError, match=r"R1\.1 does not stay open"):
        sheet.open_end("R1.1", "left")


def test_a_drawing_that_leaves_a_pin_out_is_refused(sheet: Sheet):
    with pytest.raises(ValueError, match=r"not drawn: .*R1\.1"):
        sheet.svg()
    sheet.net("R1.1", "left")
    assert "R1.1" not in sheet.open_ends() and "R2.2" in sheet.open_ends()


def test_a_drawing_of_another_circuit_is_refused():
    """The motor on another net: the wire to its diode is no longer one."""
    made = clip.circuit()
    nets = {name: tuple(p for p in pins if p != "M1.-") for name, pins in made.nets.items()}
    nets["GATE"] = (*nets["GATE"], "M1.-")
    with pytest.raises(ValueError, match=r"D1\.A, M1\.-, Q1\.D are on GATE and MOTOR"):
        schematic.draw(replace(made, nets=nets))


def test_names_in_the_drawing_are_those_of_the_nets():
    text = schematic.draw(clip.circuit())
    for net in ("BAT", "BATTERY", "BUTTON", "CHARGING", "HAPTIC", "SCL", "SDA", "USB"):
        assert f">{net}<" in text
    for part in clip.circuit().parts:
        assert part.reference in text and part.value in text
