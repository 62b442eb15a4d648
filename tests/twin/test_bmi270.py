"""The twin's BMI270 at its registers, with Bosch's own file."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from poise.build.bmi270_file import bmi270_file
from poise.errors import PoiseError, Reason
from poise.twin.chips import bmi270 as bmi


class Turns:
    """Lies with z up and turns about it."""

    def __init__(self, dps: float = 0.0) -> None:
        self._rate = [0.0, 0.0, dps]

    def sample(self, t_s):
        return np.tile([0.0, 0.0, 1.0], (len(t_s), 1)), np.tile(self._rate, (len(t_s), 1))


class Bench:
    """A chip and its clock."""

    def __init__(self, dps: float = 0.0) -> None:
        self.now_us = 0
        self.chip = bmi.Bmi270(Turns(dps), lambda: self.now_us)

    def write(self, register: int, *data: int) -> None:
        self.chip.write(register, bytes(data))

    def read(self, register: int) -> int:
        return self.chip.read(register, 1)[0]

    def give(self, data: bytes) -> int:
        """Give the chip its file; return the verdict."""
        self.write(bmi.PWR_CONF, 0)
        self.write(bmi.INIT_CTRL, 0)
        for at in range(0, len(data), 64):
            self.write(bmi.INIT_ADDR_0, at // 2 & 0x0F, at // 2 >> 4)
            self.chip.write(bmi.INIT_DATA, data[at : at + 64])
        self.write(bmi.INIT_CTRL, 1)
        assert self.read(bmi.INTERNAL_STATUS) == 0  # it is still looking at it
        return [self.read(bmi.INTERNAL_STATUS) for _ in range(30)][-1] & 0x0F

    def run(self, ms: float, odr: int = 9) -> int:
        """Measure for so long; return the bytes in the FIFO."""
        self.write(bmi.FIFO_CONFIG_1, 0xC0)
        self.write(bmi.ACC_CONF, 0xA0 | odr)
        self.write(bmi.GYR_CONF, 0xE0 | odr)
        self.write(bmi.PWR_CTRL, 0x0E)
        self.now_us += int(ms * 1000)
        return int.from_bytes(self.chip.read(bmi.FIFO_LENGTH, 2), "little")


@pytest.fixture(scope="module")
def file() -> bytes:
    return bmi270_file()


@pytest.mark.parametrize(("register", "value"), bmi.RESET_VALUES.items())
def test_reset_values(register: int, value: int):
    assert Bench().read(register) == value


def test_without_its_file_it_measures_nothing(file: bytes):
    bench = Bench()
    assert bench.run(100) == 0
    assert bench.give(file) == 1
    assert bench.run(100) == 20 * 12


@pytest.mark.parametrize(
    "spoil",
    [lambda file: file[:-64], lambda file: b"\0" + file[1:], lambda file: bytes(8192),
     lambda file: file[64:] + file[:64]],
    ids=["cut", "one byte", "empty", "moved"],
)  # fmt: skip
def test_another_file_is_not_taken(file: bytes, spoil):
    bench = Bench()
    assert bench.give(spoil(file)) == 2
    assert bench.run(100) == 0


def test_the_power_saving_mode_takes_no_file(file: bytes):
    bench = Bench()
    bench.write(bmi.INIT_CTRL, 1)
    assert [bench.read(bmi.INTERNAL_STATUS) for _ in range(50)] == [0] * 50


def test_a_reset_forgets_the_file(file: bytes):
    bench = Bench()
    bench.give(file)
    bench.write(bmi.CMD, 0xB6)
    assert bench.run(100) == 0


def test_frames_scales_and_the_cross_axis(file: bytes):
    bench = Bench(dps=300.0)
    bench.give(file)
    bench.write(bmi.GYR_RANGE, 1)
    n = bench.run(500)
    frames = np.frombuffer(bench.chip.read(bmi.FIFO_DATA, n), "<i2").reshape(-1, 2, 3)
    gyr, acc = frames.mean(axis=0)
    assert gyr[2] == pytest.approx(300 * 32.8, rel=0.01)
    assert acc == pytest.approx([0, 0, 4096], abs=120)
    factor = (bench.read(bmi.GYR_CAS) ^ 0x40) - 0x40
    assert gyr[0] - factor * gyr[2] / 512 == pytest.approx(0, abs=40)
    assert abs(gyr[0]) > 150


def test_the_newest_replace_the_oldest_and_it_is_told(file: bytes):
    bench = Bench()
    bench.give(file)
    assert bench.run(800) < 2048 and not bench.read(bmi.INT_STATUS_1) & 1
    assert bench.run(800) == 170 * 12
    assert bench.read(bmi.INT_STATUS_1) & 1
    assert not bench.read(bmi.INT_STATUS_1) & 1  # cleared by reading


def test_a_frame_that_is_read_in_part_comes_again(file: bytes):
    bench = Bench()
    bench.give(file)
    bench.run(50)
    first = bench.chip.read(bmi.FIFO_DATA, 5)
    assert bench.chip.read(bmi.FIFO_DATA, 12)[:5] == first


def test_int1_follows_the_watermark_until_it_is_read(file: bytes):
    bench = Bench()
    bench.give(file)
    for register, value in ((bmi.INT1_IO_CTRL, 0x0A), (bmi.INT_LATCH, 1), (bmi.INT_MAP_DATA, 2),
                            (bmi.FIFO_WTM_0, 96), (bmi.FIFO_WTM_1, 0)):  # fmt: skip
        bench.write(register, value)
    bench.run(30)
    assert bench.chip.level_int1() == 0
    n = bench.run(15)
    assert bench.chip.level_int1() == 1
    bench.chip.read(bmi.FIFO_DATA, n)
    bench.read(bmi.INT_STATUS_1)
    assert bench.chip.level_int1() == 0


@pytest.mark.parametrize(("dps", "axes", "status"), [(0.0, 0x0F, 0), (60.0, 0x01, 3 << 3)])
def test_the_gyroscopes_test_is_broken_off_by_a_motion(file: bytes, dps, axes, status):
    bench = Bench(dps)
    bench.give(file)
    bench.write(bmi.CMD, 0x02)
    assert (bench.read(bmi.GYR_SELF_TEST_AXES), bench.read(bmi.GYR_GAIN_STATUS)) == (axes, status)


def test_a_computer_without_the_file_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "bmi270.config_file", None)
    with pytest.raises(PoiseError, match="needs is not installed") as caught:
        bmi270_file()
    assert (caught.value.reason, "bmi270" in caught.value.hint) == (Reason.MISSING_EXTRA, True)
    other = SimpleNamespace(bmi270_config_file=[0] * 8192)
    monkeypatch.setitem(sys.modules, "bmi270.config_file", other)
    with pytest.raises(PoiseError, match="another file"):
        bmi270_file()
