"""Drivers against the chip's registers, in both VMs; what is pure, here."""

import ast

import numpy as np
import pytest
from drivers.battery import UNKNOWN_PCT, percent

from poise.twin.chips.imus import CHIPS
from tests.support.firmware_path import FIRMWARE


class Flat:
    """Lies still, z up."""

    def sample(self, t_s):
        return np.tile([0.0, 0.0, 1.0], (len(t_s), 1)), np.zeros((len(t_s), 3))


def test_lsm6dsox(run_script):
    assert run_script("driver.py").splitlines() == ["driver ok"]


def test_icm42688_mpu6050_and_the_search(run_script):
    assert run_script("tdk_drivers.py").splitlines() == ["drivers ok"]


def test_bmi270(run_script, tmp_path):
    assert run_script("bosch.py", str(tmp_path / "config")).splitlines() == ["bmi270 ok"]


def test_between_two_readings_no_fifo_runs_over(run_script):
    """At the slow rate with a crystal that is 2 % fast, at the full rate with a reading that comes a burst late."""
    said = dict(line.split(" ", 1) for line in run_script("paces.py", *CHIPS).splitlines())
    for name, chip in CHIPS.items():
        rate_hz, watermark, slow_hz, slow_ms = (int(word) for word in said[name].split())
        depth = chip(Flat(), lambda: 0)._depth()
        assert slow_hz * slow_ms / 1000 * 1.02 < depth, name
        assert 2 * watermark < depth and rate_hz > slow_hz, name


def test_no_transfer_has_several_buffers():
    """The port of 1.28 joins them by allocating."""
    joining = {"writevto", "writeto_mem", "readfrom_mem", "readfrom"}
    for path in sorted((FIRMWARE / "drivers").glob("*.py")):
        called = {node.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                  if isinstance(node, ast.Attribute)}  # fmt: skip
        assert not called & joining, path.name


def test_acknowledgements(run_script):
    """Those that are found among the marks of what was sent, and those for which the flash is read again."""
    assert run_script("acks.py").splitlines() == ["acks ok True True"]


def test_usb_frames(run_script):
    assert run_script("frames.py").splitlines() == ["frames ok"]


@pytest.mark.parametrize(
    ("mv", "pct"),
    [
        (0, UNKNOWN_PCT),
        (2499, UNKNOWN_PCT),
        (2500, 0),
        (3300, 0),
        (3450, 5),
        (3600, 10),
        (3750, 37),
        (4150, 100),
        (4300, 100),
    ],
)
def test_battery_curve(mv, pct):
    assert percent(mv) == pct


def test_battery_never_falls_with_rising_voltage():
    values = [percent(mv) for mv in range(2500, 4400)]
    assert values == sorted(values)


def test_the_sampling_path_allocates_nothing(run_script):
    said = run_script("sampling.py")
    assert said.strip() == "no allocation ['flexed', 'moving', 'neutral', 'uncalibrated'] 3"
