"""The arithmetic by hand, and that each bound of the clip's values is one that a wrong part breaks."""

from dataclasses import replace
from pathlib import Path

import pytest

from hardware import clip, electric
from hardware.circuit import Circuit
from hardware.clip import values


def test_values_are_read():
    read = [electric.parse(value) for value in ("220", "4.7k", "1M", "22u", "100n", "33p")]
    assert read == pytest.approx([220, 4700, 1e6, 22e-6, 100e-9, 33e-12])


def test_a_divider_by_hand():
    divider = electric.Divider(200e3, 100e3)
    assert divider.ratio == pytest.approx(3)
    assert divider.out_v(4.2) == pytest.approx(1.4)
    assert divider.drawn_a(3.0) == pytest.approx(10e-6)
    assert divider.source_ohm == pytest.approx(200e3 / 3)
    # 2 % of two thirds of the voltage, and 50 nA through 66.7 kOhm, three times as much at the cell.
    assert divider.error_v(3.0, 0.01) == pytest.approx(0.04 + 0.01)


def test_the_error_of_a_divider_is_that_of_its_worst_resistors():
    divider = electric.Divider(200e3, 200e3)
    worst = electric.Divider(202e3, 198e3)
    told = worst.out_v(4.2) * divider.ratio
    assert 4.2 - told == pytest.approx(divider.error_v(4.2, 0.01, leak_a=0), rel=0.02)


def test_pull_ups_by_hand():
    assert electric.longest_wire_cm(10e3) == pytest.approx(300e-9 / 0.8473 / 10e3 / 1e-12 - 20)
    assert electric.longest_wire_cm(100e3) == 0
    assert electric.sunk_a(4.7e3) < electric.SINK_A < electric.sunk_a(900)


def test_the_pages_lengths_of_wire():
    assert 15 <= electric.longest_wire_cm(10e3) < 16
    assert electric.longest_wire_cm(4.7e3) > 50


def test_a_motor_by_hand():
    # 4.2 V less 84 mA through 48 mOhm for 60 % of the time, and the diode's 0.4 V against it for the rest.
    assert electric.motor_v(4.2, 0.6) == pytest.approx(0.6 * (4.2 - 0.084 * 0.048) - 0.4 * 0.4)
    strength = electric.least_strength(3.65)
    assert electric.motor_v(3.65, strength) == pytest.approx(electric.MOTOR_LEAST_V)
    assert electric.least_strength(electric.LOGIC_V) > 0.6  # why it hangs on the cell


def test_charging_by_hand():
    assert electric.charge_c(electric.XIAO_S3, 250) == pytest.approx(0.44)
    assert electric.charge_c(electric.XIAO_C3, 250) == pytest.approx(1.48, abs=0.01)
    assert electric.charge_h(electric.XIAO_S3, 250) == pytest.approx(2.7, abs=0.05)
    least_mah = 1000 * electric.XIAO_S3.charge_a / electric.STANDARD_C
    page = (Path(electric.__file__).parent / "power.md").read_text(encoding="utf-8")
    assert f"{least_mah:.0f} mAh is the least that bears it" in page
    assert electric.resistor_for(0.1) == pytest.approx(10e3)


def with_value(reference: str, value: str) -> Circuit:
    made = clip.circuit()
    parts = tuple(replace(p, value=value) if p.reference == reference else p for p in made.parts)
    return replace(made, parts=parts)


@pytest.mark.parametrize(
    ("reference", "value", "what"),
    [
        ("R6", "100k", "divider's ratio"),
        ("R5", "10k", "divider's own current"),
        ("R6", "1M", "full cell at the converter"),
        ("C2", "22u", "time in which the converter sees the cell"),
        ("R2", "100k", "gate while the pad is pulled up"),
        ("R1", "10k", "gate while the pad drives"),
        ("R1", "100", "pad's current at the gate's edge"),
        ("R1", "47k", "gate's edge in a period of the PWM"),
        ("C1", "1u", "ripple at the motor"),
        ("R3", "100k", "gate of Q2 with USB"),
        ("R4", "100k", "gate of Q2 by the module's leakage, hot"),
    ],
)
def test_a_wrong_value_breaks_its_bound(reference: str, value: str, what: str):
    broken = [
        check.what for check in values.checks(with_value(reference, value)) if not check.holds
    ]
    assert what in broken, broken


def test_what_no_part_of_the_clip_can_break_has_its_bound_still():
    """The rest hangs on the chip, the cell, the motor and the firmware's strength."""
    parts = {row.what for row in values.checks()}
    others = {
        "error of the cell's voltage",
        "least strength that turns the motor",
        "motor at full strength",
    }
    assert others <= parts
    assert electric.least_strength(3.3) > values.BUZZ_STRENGTH
    assert electric.motor_a(electric.USB_V + 0.5) > 0.1
    assert 1000 * electric.Divider(2e6, 2e6).error_v(4.2, 0.01) > 60
