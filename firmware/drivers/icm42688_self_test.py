"""Self-test of an ICM-42688-P, by TDK's procedure: ±250 dps and ±2 g at 1 kHz, filters of third order and a tenth of
the rate. Chapter numbers are those of datasheet DS-000347.
"""

from drivers.icm42688 import (
    ACCEL_CONFIG0,
    ACCEL_CONFIG1,
    GYRO_ACCEL_CONFIG0,
    GYRO_CONFIG0,
    GYRO_CONFIG1,
    INT_STATUS,
    PWR_MGMT0,
    SELF_TEST_CONFIG,
)
from drivers.imu import ImuError
from drivers.self_test import moved, pushed
from micropython import const

_ACCEL_DATA_X1 = const(0x1F)
_GYRO_DATA_X1 = const(0x25)
_REG_BANK_SEL = const(0x76)
# User banks 1 (15) and 2 (16): three bytes each, x first
_XG_ST_DATA = const(0x5F)
_XA_ST_DATA = const(0x3B)
_DATA_RDY = const(0x08)  # INT_STATUS
_RESET_MS = const(2)  # 14, DEVICE_CONFIG: 1 ms
_SAMPLES = const(50)
_MODE = (
    (GYRO_CONFIG0, 0x66),
    (ACCEL_CONFIG0, 0x66),
    (GYRO_CONFIG1, 0x1A),
    (ACCEL_CONFIG1, 0x15),
    (GYRO_ACCEL_CONFIG0, 0x44),
)
_GYR = (0x0C, 60, 0x07, 200, _GYRO_DATA_X1, 1, _XG_ST_DATA, 131, 60, 1 << 15, 1 << 15, 131)
_ACC = (0x03, 25, 0x78, 25, _ACCEL_DATA_X1, 2, _XA_ST_DATA, 16.384, 50, 1200, 1.5, 164)
# PWR_MGMT0, ms to settle, SELF_TEST_CONFIG, ms to settle, first output register; bank and register of the factory's
# codes; LSB per dps or mg; least and largest change (dps or mg) of a chip without codes; largest ratio of one with;
# LSB that rest may change by (1 dps; 10 mg)


def check_icm42688(imu: "Imu", sleep_ms: "SleepMs", strict: bool = False) -> None:
    """See `drivers.self_test.self_test`. Compares the change with the factory's. Takes a second."""
    sleep_ms(_RESET_MS)
    for register, value in _MODE:
        imu._write(register, value)
    for test in (_GYR, _ACC):
        power, start_ms, push, push_ms, out = test[:5]
        imu._write(PWR_MGMT0, power)
        sleep_ms(start_ms)
        window = (">3h", out, INT_STATUS, _DATA_RDY, _SAMPLES)
        order = (SELF_TEST_CONFIG, push, 0x00, push_ms)
        rest, sums = pushed(imu, order, window, sleep_ms)
        changes = [change / _SAMPLES for change in sums]
        wrong = _wrong(test, changes, _codes(imu, test[5], test[6]))
        if wrong and not strict and moved(imu, rest, window, test[11], sleep_ms):
            wrong = []
        imu._write(PWR_MGMT0, 0x00)
        if wrong:
            raise ImuError("imu_self_test", int(wrong[0] / test[7]))


def _codes(imu: "Imu", bank: int, register: int) -> bytearray:
    codes = bytearray(3)
    imu._write(_REG_BANK_SEL, bank)
    try:
        imu._i2c.readfrom_mem_into(imu._address, register, codes)
    finally:
        imu._write(_REG_BANK_SEL, 0)
    return codes


def _wrong(test: "IcmTest", changes: "Floats", codes: bytearray) -> "list[float]":
    """Return the changes that are too small or too large, LSB."""
    unit, low, high, ratio = test[7:11]
    wrong = []
    for axis in range(3):
        change = changes[axis]
        if not min(codes):
            good = low * unit <= change <= high * unit
        else:
            trim = 2620 * 1.01 ** (codes[axis] - 1)
            good = 0.5 * trim < change < ratio * trim
        if not good:
            wrong.append(change)
    return wrong
