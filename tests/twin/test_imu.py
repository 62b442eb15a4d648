"""The twin's ICM-42688-P and MPU-6050 at their registers: values of the datasheets' tables."""

import numpy as np
import pytest

from poise.twin.chips import icm42688 as icm
from poise.twin.chips import mpu6050 as mpu
from poise.twin.chips.imu import ImuChip
from poise.twin.chips.imus import ADDRESSES, CHIPS


class Flat:
    """Lies still, z up."""

    def sample(self, t_s):
        return np.tile([0.0, 0.0, 1.0], (len(t_s), 1)), np.zeros((len(t_s), 3))


class Bench:
    """A chip and its clock."""

    def __init__(self, name: str, **options) -> None:
        self.now_us = 0
        self.chip: ImuChip = CHIPS[name](Flat(), lambda: self.now_us, **options)

    def after(self, ms: float) -> ImuChip:
        self.now_us += int(ms * 1000)
        return self.chip

    def write(self, register: int, *data: int) -> None:
        self.chip.write(register, bytes(data))

    def three(self, register: int) -> np.ndarray:
        return np.frombuffer(self.chip.read(register, 6), ">i2").astype(int)


def icm_started(odr: int = 0x7) -> Bench:
    bench = Bench("icm42688")
    for register, value in ((0x4F, 0x20 | odr), (0x50, 0x20 | odr), (0x5F, 0x07), (0x16, 0x40)):
        bench.write(register, value)
    bench.write(icm.PWR_MGMT0, 0x0F)
    return bench


def mpu_started(**options) -> Bench:
    bench = Bench("mpu6050", **options)
    for register, value in ((0x6B, 1), (0x1A, 2), (0x19, 4), (0x1B, 0x10), (0x1C, 0x10)):
        bench.write(register, value)
    for register, value in ((0x38, 0x11), (0x23, 0x78), (0x6A, 0x40)):
        bench.write(register, value)
    return bench


def count_of(bench: Bench, register: int) -> int:
    return int.from_bytes(bench.chip.read(register, 2), "big")


@pytest.mark.parametrize(
    ("register", "value"),
    [(0x11, 0x00), (0x13, 0x05), (0x2D, 0x10), (0x4C, 0x30), (0x4D, 0x91), (0x4E, 0x00), (0x4F, 0x06), (0x50, 0x06),
     (0x51, 0x16), (0x52, 0x11), (0x53, 0x0D), (0x54, 0x23), (0x64, 0x10), (0x65, 0x10), (0x75, 0x47), (0x76, 0x00)],
)  # fmt: skip
def test_icm_reset_values(register, value):
    bench = icm_started()
    bench.write(0x52, 0x44)
    bench.write(0x11, 0x01)
    assert bench.chip.read(register, 1) == bytes((value,))


@pytest.mark.parametrize(
    ("register", "value"), [(0x19, 0), (0x1A, 0), (0x6A, 0), (0x6B, 0x40), (0x75, 0x68)]
)
def test_mpu_reset_values(register, value):
    bench = mpu_started()
    bench.write(0x6B, 0x80)
    assert bench.chip.read(register, 1) == bytes((value,))


@pytest.mark.parametrize(
    ("odr", "rate_hz"), [(0x6, 1000), (0x7, 200), (0x8, 100), (0x9, 50), (0xF, 500)]
)
def test_icm_rates(odr, rate_hz):
    bench = icm_started(odr)
    bench.after(100)
    assert abs(count_of(bench, 0x2E) / 16 - rate_hz * 0.1) <= 1


@pytest.mark.parametrize(
    ("low_pass", "divider", "rate_hz"), [(2, 4, 200), (0, 79, 100), (6, 19, 50)]
)
def test_mpu_rates(low_pass, divider, rate_hz):
    bench = mpu_started()
    bench.write(0x19, divider)
    bench.write(0x1A, low_pass)
    bench.write(0x6A, 0x04)
    bench.write(0x6A, 0x40)
    bench.after(200)
    assert abs(count_of(bench, 0x72) / 12 - rate_hz * 0.2) <= 1


@pytest.mark.parametrize(("fs", "lsb_per_g"), [(0, 2048), (1, 4096), (2, 8192), (3, 16384)])
def test_icm_scales(fs, lsb_per_g):
    bench = icm_started()
    bench.write(0x50, fs << 5 | 7)
    bench.after(50)
    assert abs(bench.three(0x1F)[2] / lsb_per_g - 1) < 0.05


@pytest.mark.parametrize(("fs", "lsb_per_g"), [(0, 16384), (1, 8192), (2, 4096), (3, 2048)])
def test_mpu_scales(fs, lsb_per_g):
    bench = mpu_started()
    bench.write(0x1C, fs << 3)
    bench.after(50)
    assert abs(bench.three(0x3B)[2] / lsb_per_g - 1) < 0.15


def test_temperatures():
    for celsius, raw in ((25.0, 0), (35.0, 1325), (15.0, -1325)):
        bench = Bench("icm42688", temperature_c=celsius)
        assert int.from_bytes(bench.chip.read(0x1D, 2), "big", signed=True) == raw
    for celsius, raw in ((35.0, -520), (36.53, 0), (37.53, 340)):  # 6.3: -521 LSB at 35 °C
        bench = Bench("mpu6050", temperature_c=celsius)
        assert int.from_bytes(bench.chip.read(0x41, 2), "big", signed=True) == raw


def test_icm_fifo_packets_and_overflow():
    bench = icm_started()
    bench.after(100)
    packet = bench.chip.read(0x30, 16)
    assert packet[0] == 0x68 and abs(int.from_bytes(packet[5:7], "big", signed=True) - 4096) < 200
    bench.after(1000)
    status, high, low = bench.chip.read(0x2D, 3)
    assert status & 0x02 and high << 8 | low == 2048
    lost = int.from_bytes(bench.chip.read(0x6C, 2), "little")
    assert lost == pytest.approx(220 - 1 - 128, abs=2)
    assert not bench.chip.read(0x2D, 1)[0] & 0x02  # cleared by reading
    bench.write(0x4B, 0x02)
    assert count_of(bench, 0x2E) == 0


def test_mpu_fifo_overflow_breaks_the_samples():
    bench = mpu_started()
    bench.after(1000)
    assert count_of(bench, 0x72) == 1024  # 85 1/3 samples
    assert bench.chip.read(0x3A, 1)[0] & 0x10
    assert not bench.chip.read(0x3A, 1)[0]
    bench.write(0x6A, 0x44)  # FIFO_RESET needs FIFO_EN off
    assert count_of(bench, 0x72) == 1024
    bench.write(0x6A, 0x04)
    assert count_of(bench, 0x72) == 0
    bench.write(0x6A, 0x40)
    bench.after(7.5)
    first = bench.chip.read(0x74, 12)
    assert bench.chip.read(0x74, 2) == bytes((first[-1],)) * 2  # empty: the last byte again


def test_self_test_formulas():
    assert (icm.trim_lsb(1), round(icm.trim_lsb(100))) == (2620, 7016)
    assert (mpu.trim_dps(0), mpu.trim_dps(1), round(mpu.trim_dps(31), 1)) == (0, 25, 96.4)
    assert (mpu.trim_mg(0), round(mpu.trim_mg(1)), round(mpu.trim_mg(31))) == (0, 340, 920)


def test_mpu_offset_registers():
    bench = mpu_started()
    bench.after(50)
    before = bench.three(0x43)
    bench.write(0x13, *np.array([328, -656, 0], ">i2").tobytes())
    bench.after(50)
    assert np.abs(bench.three(0x43) - before - [328, -656, 0]).max() < 12


@pytest.mark.parametrize("name", CHIPS)
def test_faults(name):
    bench = Bench(name)
    who = {"lsm6dsox": 0x0F}.get(name, 0x75)
    bench.chip.disconnect_at_us = 5000
    assert bench.after(4).read(who, 1)
    with pytest.raises(OSError, match="no acknowledge"):
        bench.after(2).read(who, 1)
    bench.chip.disconnect_at_us = None
    assert bench.chip.read(who, 1)
    bench.chip.dead = True
    with pytest.raises(OSError, match="no acknowledge"):
        bench.chip.read(who, 1)
    assert name in ADDRESSES


def test_stuck_and_noisy():
    bench = mpu_started()
    bench.after(50)
    bench.chip.stuck = True
    still = bench.three(0x43)
    bench.after(50)
    assert (bench.three(0x43) == still).all()
    bench.chip.stuck, bench.chip.noisy = False, True
    bench.write(0x6A, 0x04)
    bench.write(0x6A, 0x40)
    bench.after(400)
    noise = np.frombuffer(bench.chip.read(0x74, 12 * 70), ">i2")
    assert noise.std() > 15_000
