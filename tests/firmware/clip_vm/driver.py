# Runs in MicroPython: the LSM6DSOX driver against the chip's registers.
from array import array

import micropython
from chip import Chip
from drivers.lsm6dsox import LSM6DSOX, ImuError
from drivers.lsm6dsox_self_test import check_lsm6dsox as self_test

GYR, ACC, TEMPERATURE = 1, 2, 3


def fill(chip, first, count):
    for n in range(first, first + count):
        chip.push(GYR, n & 3, -n, n + 1, 1000 + n)
        chip.push(ACC, n & 3, n, -32768, 32767)


def expect(samples, first, count):
    for i in range(count):
        n = first + i
        assert list(samples[6 * i : 6 * i + 6]) == [n, -32768, 32767, -n, n + 1, 1000 + n], (
            i,
            samples,
        )


def fault_of(action):
    try:
        action()
    except ImuError as error:
        return error.fault
    return None


def check_pairs():
    chip = Chip()
    imu = LSM6DSOX(chip, 0x6A)
    samples = array("h", bytes(12 * 32))
    assert imu.read_burst(samples, 32) == 0
    fill(chip, 0, 32)
    micropython.heap_lock()
    n = imu.read_burst(samples, 32)
    micropython.heap_unlock()
    assert n == 32
    expect(samples, 0, 32)
    fill(chip, 32, 20)
    assert imu.read_burst(samples, 16) == 16  # no more than asked for; the rest waits
    expect(samples, 32, 16)
    assert imu.read_burst(samples, 16) == 4
    expect(samples, 48, 4)
    assert imu.unpaired == 0 and imu.overruns == 0


def check_missing_words():
    chip = Chip()
    imu = LSM6DSOX(chip, 0x6A)
    samples = array("h", bytes(12 * 32))
    chip.overrun = True
    chip.push(ACC, 1, 9, 9, 9)  # its gyroscope word was overwritten
    fill(chip, 2, 3)
    chip.push(TEMPERATURE, 0, 5, 0, 0)  # not ours
    chip.push(GYR, 1, -5, 6, 1005)  # its other half comes with the next burst
    n = imu.read_burst(samples, 32)
    assert n == 3, n
    expect(samples, 2, 3)
    assert imu.overruns == 1 and imu.unpaired == 1
    chip.push(ACC, 1, 5, -32768, 32767)
    chip.push(GYR, 2, -6, 7, 1006)
    assert imu.read_burst(samples, 32) == 1
    expect(samples, 5, 1)
    # A missing accelerometer word: the gyroscope word held is dropped when the next slot's comes.
    fill(chip, 7, 1)
    chip.push(ACC, 0, 8, 8, 8)
    assert imu.read_burst(samples, 32) == 1
    expect(samples, 7, 1)
    assert imu.unpaired == 2 and imu.overruns == 1


def check_start():
    chip = Chip()
    imu = LSM6DSOX(chip, 0x6A)
    imu.probe()
    imu.start(208, 16)
    for register, value in (
        (0x10, 0x5C),
        (0x11, 0x58),
        (0x12, 0x44),
        (0x09, 0x55),
        (0x0A, 0x06),
        (0x07, 32),
        (0x0D, 8),
    ):
        assert chip.registers[register] == value, register
    assert chip.written[0] == (0x12, 0x01) and chip.written[-1] == (0x0A, 0x06)
    for raw, cdeg in ((0, 2500), (256, 2600), (0x10000 - 512, 2300)):
        chip.registers[0x20], chip.registers[0x21] = raw & 0xFF, raw >> 8
        assert imu.temperature_cdeg() == cdeg


def check_faults():
    assert fault_of(Chip and LSM6DSOX(Chip(who=0x6B), 0x6A).probe) == "imu_missing"
    deaf = Chip()
    deaf.answers = False
    assert fault_of(LSM6DSOX(deaf, 0x6A).probe) == "imu_missing"
    waits = []
    # Datasheet limits: 50..1700 mg at 0.122 mg/LSB, 150..700 dps at 70 mdps/LSB.
    cases = (
        (410, 2143, None), (13934, 9999, None), (409, 5000, "imu_self_test"), (13935, 5000, "imu_self_test"),
        (5000, 2142, "imu_self_test"), (5000, 10001, "imu_self_test"), (-5000, -5000, None),
    )  # fmt: skip
    for acc, gyr, fault in cases:
        chip = Chip()
        chip.st_acc_lsb, chip.st_gyr_lsb = acc, gyr
        assert fault_of(lambda: self_test(LSM6DSOX(chip, 0x6A), waits.append)) == fault, (acc, gyr)  # noqa: B023
        assert fault or (chip.registers[0x14], chip.registers[0x10], chip.registers[0x11]) == (
            0,
            0,
            0,
        )
    assert waits.count(100) >= 4


check_pairs()
check_missing_words()
check_start()
check_faults()
print("driver ok")
