# Runs in MicroPython: the ICM-42688-P's and MPU-6050's drivers, and the search for a chip, against registers.
import sys
from array import array

import micropython
from chip import Chip
from drivers.icm42688 import ICM42688
from drivers.icm42688_self_test import check_icm42688 as icm_self_test
from drivers.imu import ImuError
from drivers.search import find
from drivers.mpu6050 import MPU6050
from drivers.mpu6050_self_test import check_mpu6050 as mpu_self_test
from tdk import Icm, Mpu

samples = array("h", bytes(12 * 32))


def big_endian(values):
    out = b""
    for value in values:
        out += bytes((value >> 8 & 0xFF, value & 0xFF))
    return out


def values(n):
    return [n, -32766, 32767, -n, n + 1, 1000 + n]


def expect(first, count):
    for i in range(count):
        wanted = values(first + i)
        got = list(samples[6 * i : 6 * i + 6])
        assert got[0] == wanted[0] and got[2:] == wanted[2:], (i, got)


def fault_of(action):
    try:
        action()
    except ImuError as error:
        return error.fault
    return None


def packet(n, header=0x68):
    return bytes((header,)) + big_endian(values(n)) + b"\x05\x01\x02"


def check_icm_burst():
    chip = Icm()
    imu = ICM42688(chip, 0x68)
    assert imu.read_burst(samples, 32) == 0
    for n in range(32):
        chip.push(packet(n))
    micropython.heap_lock()
    n = imu.read_burst(samples, 32)
    micropython.heap_unlock()
    assert n == 32
    expect(0, 32)
    assert samples[1] == -32768  # the end of this chip's scale
    chip.start = 0
    for n in range(20):
        chip.push(packet(n))
    chip.status = 0x02  # FIFO_FULL
    assert imu.read_burst(samples, 16) == 16 and imu.overruns == 1
    assert imu.read_burst(samples, 16) == 4 and imu.overruns == 1
    expect(16, 4)
    chip.start = 0
    chip.push(b"\x80" + bytes(15))  # the FIFO says that it is empty
    chip.push(packet(1))
    chip.push(b"\x68" + big_endian((5, 5, 5, -32768, -32768, -32768)) + bytes(3))  # no rate yet
    chip.push(packet(2, header=0x7B & ~0x10))  # another rate than before: still a sample
    assert imu.read_burst(samples, 32) == 2
    expect(1, 2)


def check_icm_start():
    chip = Icm()
    imu = ICM42688(chip, 0x68)
    imu.probe()
    imu.start(200, 16)
    for register, value in (
        (0x4F, 0x27), (0x50, 0x27), (0x4E, 0x0F), (0x16, 0x40), (0x5F, 0x27), (0x60, 0x00), (0x61, 0x01),
        (0x4C, 0x30), (0x4D, 0x51), (0x65, 0x04),
    ):  # fmt: skip
        assert chip.registers[register] == value, (register, chip.registers[register])
    for raw, cdeg in ((0, 2500), (13248 // 100, 2599), (0x10000 - 1325, 1499)):
        chip.registers[0x1D], chip.registers[0x1E] = raw >> 8, raw & 0xFF
        assert abs(imu.temperature_cdeg() - cdeg) <= 1


def check_icm_self_test():
    # Codes 1: 2620 LSB at 131 LSB/dps and 16384 LSB/g; 0.5 < ratio, and < 1.5 for the accelerometer.
    coded = ((1, 1, 1), (1, 1, 1))
    for codes, gyr, acc, fault in (
        (coded, 1311, 1311, None), (coded, -9000, 3929, None), (coded, 1309, 2620, "imu_self_test"),
        (coded, 2620, 1309, "imu_self_test"), (coded, 2620, 3931, "imu_self_test"),
        # None stored: 60 dps or more, 50 to 1200 mg.
        (((0, 1, 1), (1, 0, 1)), 7860, 820, None), (((0, 1, 1), (1, 0, 1)), 7860, 19660, None),
        (((0, 0, 0), (0, 0, 0)), 7859, 9000, "imu_self_test"), (((0, 0, 0), (0, 0, 0)), 8000, 818, "imu_self_test"),
        (((0, 0, 0), (0, 0, 0)), 8000, 19662, "imu_self_test"),
        # 2620 * 1.01 ** 99 = 7016
        (((100, 100, 100), (100, 100, 100)), 3509, 3509, None),
        (((100, 100, 100), (100, 100, 100)), 3507, 3509, "imu_self_test"),
    ):  # fmt: skip
        chip = Icm(gyr_codes=codes[0], acc_codes=codes[1])
        chip.push_gyr, chip.push_acc = gyr, acc
        found = fault_of(lambda: icm_self_test(ICM42688(chip, 0x68), lambda ms: None))  # noqa: B023
        assert found == fault, (codes, gyr, acc, found)
        assert chip.registers[0x76] == chip.registers[0x70] == chip.registers[0x4E] == 0


def check_mpu_burst():
    chip = Mpu()
    imu = MPU6050(chip, 0x68)
    assert imu.read_burst(samples, 32) == 0
    for n in range(32):
        chip.push(big_endian(values(n)))
    micropython.heap_lock()
    n = imu.read_burst(samples, 32)
    micropython.heap_unlock()
    assert n == 32
    expect(0, 32)
    chip.start = 0
    for n in range(40):
        chip.push(big_endian(values(n)))
    chip.status = 0x10  # overflow: what waits is torn
    micropython.heap_lock()
    n = imu.read_burst(samples, 32)
    micropython.heap_unlock()
    assert (n, imu.overruns, chip.count, chip.registers[0x6A]) == (0, 1, 0, 0x40)
    for n in range(3):
        chip.push(big_endian(values(n)))
    chip.tears = True
    try:
        imu.read_burst(samples, 32)
        raise AssertionError("the bus failed unnoticed")
    except OSError:
        pass
    assert imu.read_burst(samples, 32) == 0 and imu.overruns == 2 and chip.resets == 2
    chip.push(big_endian(values(7)) + b"\x12\x34")  # half a sample is not read
    assert imu.read_burst(samples, 32) == 1 and chip.count == 2
    expect(7, 1)


def check_mpu_start():
    chip = Mpu()
    imu = MPU6050(chip, 0x68)
    imu.probe()
    imu.start(200, 16)
    for register, value in (
        (0x19, 4), (0x1A, 2), (0x1B, 0x10), (0x1C, 0x10), (0x23, 0x78), (0x38, 0x10), (0x6A, 0x40), (0x6B, 1),
    ):  # fmt: skip
        assert chip.registers[register] == value, (register, chip.registers[register])
    for raw, cdeg in ((0, 3653), (340, 3753), (0x10000 - 521, 3499)):  # 6.3: -521 LSB at 35 °C
        chip.registers[0x41], chip.registers[0x42] = raw >> 8, raw & 0xFF
        assert abs(imu.temperature_cdeg() - cdeg) <= 1


def check_mpu_self_test():
    coded = (
        0x21,
        0x21,
        0x21,
        0x00,
    )  # gyroscope 1: 25 dps = 3275 LSB; accelerometer 4: 340 * 2.706 ** 0.1 = 375.6 mg
    for codes, gyr, acc, fault in (
        (coded, 3275, 1538, None), (coded, -3733, 1753, None), (coded, 3275 - 458, 1324, None),
        (coded, 3735, 1538, "imu_self_test"), (coded, 2815, 1538, "imu_self_test"),
        (coded, 3275, 1755, "imu_self_test"), (coded, 3275, 1322, "imu_self_test"),
        # None stored: 10 to 105 dps, 300 to 950 mg.
        ((0, 0, 0, 0), 1310, 1229, None), ((0, 0, 0, 0), 13755, 3891, None),
        ((0, 0, 0, 0), 1309, 2000, "imu_self_test"), ((0, 0, 0, 0), 2000, 3892, "imu_self_test"),
        # SELF_TEST_A holds the low bits: 1, 2, 3; 1279 LSB is more than 14 % below what 3 stands for.
        ((0, 0, 0, 0x1B), 2000, 1437, None), ((0, 0, 0, 0x1B), 2000, 1279, "imu_self_test"),
        ((0x01, 0x01, 0x01, 0x00), 3275, 1228, "imu_self_test"),
    ):  # fmt: skip
        chip = Mpu(codes=codes)
        chip.push_gyr, chip.push_acc = gyr, acc
        found = fault_of(lambda: mpu_self_test(MPU6050(chip, 0x68), lambda ms: None))  # noqa: B023
        assert found == fault, (codes, gyr, acc, found)
        assert fault or (chip.registers[0x1B], chip.registers[0x6B]) == (0x00, 0x40)


def check_find():
    everywhere = (0x6A, 0x6B, 0x68, 0x69)
    for name in ("lsm6dsox", "icm42688", "mpu6050"):
        sys.modules.pop("drivers." + name, None)
    for chip, name in ((Mpu(), "mpu6050"), (Icm(), "icm42688"), (Chip(), "lsm6dsox")):
        imu = find(chip, everywhere)
        assert imu.name == name and imu.watermark == 16, imu.name
        assert 200 <= imu.rate_hz <= 208 and 28 < imu.gyr_lsb_per_dps < 33
        assert 4096 <= imu.acc_lsb_per_g <= 4098
        if name == "mpu6050":
            assert "drivers.icm42688" not in sys.modules and "drivers.lsm6dsox" not in sys.modules
    stranger = Mpu(who=0x71)
    try:
        find(stranger, everywhere)
        raise AssertionError("found a stranger")
    except ImuError as error:
        assert (error.fault, error.detail) == ("imu_missing", 0x71)
    stranger.answers = False
    assert fault_of(lambda: find(stranger, everywhere)) == "imu_missing"
    assert (
        fault_of(ICM42688(Mpu(), 0x68).probe)
        == fault_of(MPU6050(Icm(), 0x68).probe)
        == "imu_missing"
    )


check_icm_burst()
check_icm_start()
check_icm_self_test()
check_mpu_burst()
check_mpu_start()
check_mpu_self_test()
check_find()
print("drivers ok")
