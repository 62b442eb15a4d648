# Runs in MicroPython: the BMI270's driver against registers.
import sys
from array import array

import micropython
from drivers.bmi270 import BMI270
from drivers.bmi270_self_test import check_bmi270 as self_test
from drivers.imu import ImuError
from drivers.search import find

CONFIG = bytes([(7 * n + n // 256) & 0xFF for n in range(8192)])
PATH = sys.argv[1]
samples = array("h", bytes(12 * 32))


class Bmi:
    """An I2C bus with one chip. Reading allocates nothing."""

    def __init__(self, cross=0):
        self.cross = cross & 0x7F
        self.registers = bytearray(128)
        self.fifo = bytearray(2048)
        self.start = self.length = self.given = 0
        self.config = bytearray(8192)
        self.takes_config = True
        self.push_lsb = (18 * 2048, -17 * 2048, 12 * 2048)  # of both ways together
        self.axes = 0x0F
        self.gain_status = 0
        self.moving = 0  # LSB by which each reading of the accelerometer differs from the last
        self.moved = 0
        self.power_on()

    def power_on(self):
        for n in range(128):
            self.registers[n] = 0
        self.registers[0x00] = 0x24
        self.registers[0x7C] = 0x03

    def push(self, values):
        at = self.start + self.length
        for i, value in enumerate(values):
            self.fifo[at + 2 * i] = value & 0xFF
            self.fifo[at + 2 * i + 1] = value >> 8 & 0xFF
        self.length += 12

    def readfrom_mem_into(self, address, register, into):
        if address != 0x68:
            raise OSError(19)
        if register == 0x26:
            for i in range(len(into)):
                into[i] = self.fifo[self.start + i]
            self.start += len(into)
            self.length -= len(into)
            return
        if register == 0x1D:
            self.registers[0x24] = self.length & 0xFF
            self.registers[0x25] = self.length >> 8
        elif register == 0x0C:
            self.accelerometer()
        elif register == 0x03:
            self.registers[0x03] = 0x90
        elif register == 0x3C:
            self.registers[0x3C] = self.cross if self.registers[0x2F] == 0 else 0x55
        elif register == 0x6E:
            self.registers[0x6E] = self.axes
        elif register == 0x38:
            self.registers[0x38] = self.gain_status
        for i in range(len(into)):
            into[i] = self.registers[register + i]
        if register == 0x1D:
            self.registers[0x1D] = 0  # read: cleared

    def accelerometer(self):
        control = self.registers[0x6D]
        sign = (1 if control & 4 else -1) if control & 9 == 9 else 0
        self.moved += self.moving
        for axis in range(3):
            value = sign * self.push_lsb[axis] // 2 + self.moved
            self.registers[0x0C + 2 * axis] = value & 0xFF
            self.registers[0x0D + 2 * axis] = value >> 8 & 0xFF

    def writeto(self, address, order):
        if address != 0x68:
            raise OSError(19)
        register = order[0]
        if register == 0x5E:
            at = 2 * (self.registers[0x5B] & 0x0F | self.registers[0x5C] << 4)
            self.config[at : at + len(order) - 1] = order[1:]
            self.given += len(order) - 1
            return
        for i in range(1, len(order)):
            self.registers[register + i - 1] = order[i]
        if register == 0x7E and order[1] == 0xB6:
            self.power_on()
        if register == 0x59:
            whole = self.config == CONFIG and self.given == 8192 and self.takes_config
            self.registers[0x21] = (1 if whole else 2) if order[1] else 0
            self.given = self.given if order[1] else 0


def fault_of(action):
    try:
        action()
    except ImuError as error:
        return error.fault, error.detail
    return None


def made(chip):
    imu = BMI270(chip, 0x68)
    imu.config_path = PATH
    return imu


def check_start():
    chip = Bmi()
    imu = made(chip)
    imu.probe()
    assert (
        chip.config == CONFIG and chip.registers[0x7C] == 0
    )  # no power saving: the FIFO is readable
    imu.start(50)
    wanted = {0x40: 0xA7, 0x41: 2, 0x42: 0xE7, 0x43: 1, 0x46: 192, 0x47: 0, 0x48: 0, 0x49: 0xC0}
    wanted.update({0x53: 0x0A, 0x55: 1, 0x58: 2, 0x7D: 0x0E, 0x7E: 0xB0})
    for register, value in wanted.items():
        assert chip.registers[register] == value, hex(register)
    assert imu.rate_hz == 50 and BMI270.rate_hz == 200
    for rate_hz, odr in ((50, 7), (100, 8), (200, 9), (400, 10), (800, 11)):
        imu.start(rate_hz)
        assert chip.registers[0x40] & 15 == chip.registers[0x42] & 15 == odr
    chip.registers[0x22] = 0x00
    chip.registers[0x23] = 0x02
    assert imu.temperature_cdeg() == 2400
    chip.takes_config = False
    assert fault_of(imu.probe) == ("imu_missing", 0x24)
    imu.config_path = "there-is-none.bin"
    assert fault_of(imu.probe) == ("imu_missing", 0x24)
    chip.registers[0x00] = 0x27
    assert fault_of(imu.probe) == ("imu_missing", 0x27)
    BMI270.config_path = PATH
    assert find(Bmi(), (0x6A, 0x6B, 0x68, 0x69)).name == "bmi270"


def check_burst():
    chip = Bmi()
    imu = made(chip)
    imu.probe()
    assert imu.read_burst(samples, 32) == 0
    for n in range(32):
        chip.push((100 + n, -32768, 32767, -n, 4096, -4096))
    micropython.heap_lock()
    n = imu.read_burst(samples, 32)
    micropython.heap_unlock()
    assert n == 32
    for n in range(32):
        assert list(samples[6 * n : 6 * n + 6]) == [-n, 4096, -4096, 100 + n, -32768, 32767]
    chip.start = 0
    chip.push((1, 2, 3, 4, 5, 6))
    chip.push((0x7F02, -32768, -32768, 4, 5, 6))  # no rate yet
    chip.push((7, 8, 9, 0x7F01, -32768, -32768))  # no force yet
    chip.push((10, 11, 12, 13, 14, 15))
    assert imu.read_burst(samples, 32) == 2
    assert list(samples[:12]) == [4, 5, 6, 1, 2, 3, 13, 14, 15, 10, 11, 12]
    chip.start = chip.length = 0
    for n in range(20):
        chip.push((n, 0, 0, 0, 0, 0))
    chip.registers[0x1D] = 0x03  # full, and the watermark
    assert (imu.read_burst(samples, 16), imu.read_burst(samples, 16), imu.overruns) == (16, 4, 1)


def check_cross_axis():
    cases = ((0, 512, 100, 100), (10, 512, 100, 90), (-11, 512, 100, 111), (63, -32768, 0, 4032),
             (-64, 32767, 32000, 32767), (63, 32767, -32000, -32768), (-64, -32768, -30000, -32768))  # fmt: skip
    for factor, z, x, wanted in cases:
        chip = Bmi(cross=factor)
        imu = made(chip)
        imu.probe()
        chip.push((x, 5, z, 1, 2, 3))
        assert imu.read_burst(samples, 1) == 1
        got = list(samples[:6])
        assert got == [1, 2, 3, wanted, 5, z], (factor, z, x, got)


def check_self_test():
    good = (18 * 2048, -17 * 2048, 12 * 2048)
    weak = (18 * 2048, -14 * 2048, 12 * 2048)
    cases = (
        (good, 0x0F, 0, 0, False, None),
        (weak, 0x0F, 0, 0, False, ("imu_self_test", 14000)),
        (weak, 0x0F, 0, 3, False, None),  # the wearer moves: it says nothing of the sensor
        (weak, 0x0F, 0, 3, True, ("imu_self_test", 14000)),
        (good, 0x07, 0, 0, False, ("imu_self_test", 7)),
        (good, 0x00, 0, 0, False, ("imu_self_test", 0)),  # never done
        (good, 0x01, 3 << 3, 0, False, None),  # broken off by a motion
        (good, 0x01, 3 << 3, 0, True, ("imu_self_test", 1)),
    )
    for push, axes, status, moving, strict, wanted in cases:
        chip = Bmi()
        imu = made(chip)
        imu.probe()
        chip.push_lsb, chip.axes, chip.gain_status, chip.moving = push, axes, status, moving
        found = fault_of(lambda: self_test(imu, lambda ms: None, strict))  # noqa: B023
        assert (found and found[0]) == (wanted and wanted[0]), (push, axes, found)
        if wanted and not moving:
            assert found == wanted, (found, wanted)
        if not wanted:
            assert chip.registers[0x7D] == 0 and chip.registers[0x6D] == 0


with open(PATH, "wb") as file:
    file.write(CONFIG)
check_start()
check_burst()
check_cross_axis()
check_self_test()
print("bmi270 ok")
