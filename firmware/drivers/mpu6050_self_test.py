"""Self-test of an MPU-6050 (4.1): gyroscope at ±250 dps, accelerometer at ±8 g; the change is within 14 % of the
factory's. Section numbers as in `drivers.mpu6050`.

This chip's zero-rate level may be far off (6.1), so its driver subtracts the level that is measured here at rest.
"""

from struct import pack

from drivers.imu import ImuError
from drivers.mpu6050 import (
    ACCEL_CONFIG,
    CLOCK_PLL,
    CONFIG,
    GYRO_CONFIG,
    INT_ENABLE,
    INT_STATUS,
    PWR_MGMT_1,
    SMPLRT_DIV,
)
from drivers.self_test import moved, pushed, sums
from micropython import const

# 4.1: XA_TEST[4:2] in 7:5, XG_TEST in 4:0; then the same of y and z; then XA_TEST[1:0] in 5:4, y in 3:2, z in 1:0
_SELF_TEST_X = const(0x0D)
_ACCEL_XOUT_H = const(0x3B)  # 4.17; high byte first
_GYRO_XOUT_H = const(0x43)  # 4.19
_DATA_RDY = const(0x01)  # INT_ENABLE, INT_STATUS
_WAKE_MS = const(100)
_SETTLE_MS = const(50)
_SAMPLES = const(50)
_PERCENT = const(14)
_SAME_RATE = const(131)  # 1 dps at ±250 dps: two means this close come from a clip at rest
_MOST_OFFSET = const(2620)  # 20 dps (6.1)
_GYR = (GYRO_CONFIG, 0x00, _GYRO_XOUT_H, 131, 10, 105, _SAME_RATE)
_ACC = (ACCEL_CONFIG, 0x10, _ACCEL_XOUT_H, 4.096, 300, 950, 41)
# control register, its value, first output register, LSB per dps or mg, least and largest change (dps or mg) of a chip
# without factory codes, as in InvenSense's motion driver 6.12; LSB that rest may change by (1 dps; 10 mg)


def check_mpu6050(imu: "AnyImu", sleep_ms: "SleepMs", strict: bool = False) -> None:
    """See `drivers.self_test.self_test`; `imu` is an MPU6050. Takes a second."""
    sleep_ms(_WAKE_MS)  # after a reset
    imu._write(PWR_MGMT_1, CLOCK_PLL)
    imu._write(CONFIG, 0x02)
    imu._write(SMPLRT_DIV, 0)
    imu._write(INT_ENABLE, _DATA_RDY)
    sleep_ms(_WAKE_MS)
    gyr, acc = _trims(imu)
    rest = _test(imu, _GYR, gyr, strict, sleep_ms)
    sleep_ms(_SETTLE_MS)
    _take_offsets(imu, rest, sums(imu, _window(_GYRO_XOUT_H), sleep_ms))
    _test(imu, _ACC, acc, strict, sleep_ms)
    imu._write(INT_ENABLE, 0x00)
    imu._write(PWR_MGMT_1, 0x40)  # SLEEP


def _window(out: int) -> "Window":
    return (">3h", out, INT_STATUS, _DATA_RDY, _SAMPLES)


def _trims(imu: "Mpu6050") -> "tuple[list[float], list[float]]":
    """Factory changes of x, y, z in dps and in mg; 0 where no code is stored (4.1)."""
    codes = bytearray(4)
    imu._i2c.readfrom_mem_into(imu._address, _SELF_TEST_X, codes)
    gyr = [0.0, 0.0, 0.0]
    acc = [0.0, 0.0, 0.0]
    for axis in range(3):
        code = codes[axis] & 0x1F
        if code:
            gyr[axis] = 25 * 1.046 ** (code - 1)
        code = codes[axis] >> 5 << 2 | codes[3] >> (4 - 2 * axis) & 3
        if code:
            acc[axis] = 340 * (0.92 / 0.34) ** ((code - 1) / 30)
    return gyr, acc


def _take_offsets(imu: "Mpu6050", before: "Ints", after: "Ints") -> None:
    rates = [(before[axis] + after[axis]) // (2 * _SAMPLES) for axis in range(3)]
    for axis in range(3):
        if abs(before[axis] - after[axis]) > _SAME_RATE * _SAMPLES:
            return  # the clip moved: the offsets of the last test are better
        if abs(rates[axis]) > _MOST_OFFSET:
            return
    imu.offsets = pack(">3h", *[-rate // 4 for rate in rates])  # 131 to 32.8 LSB/dps


def _test(
    imu: "Mpu6050", test: "MpuTest", trims: "Floats", strict: bool, sleep_ms: "SleepMs"
) -> "list[int]":
    control, mode, out, unit, low, high, still = test
    imu._write(control, mode)
    sleep_ms(_SETTLE_MS)
    window = _window(out)
    rest, changes = pushed(imu, (control, mode | 0xE0, mode, _SETTLE_MS), window, sleep_ms)
    for axis in range(3):
        change = changes[axis] / (_SAMPLES * unit)
        trim = trims[axis]
        if trim:
            good = abs(change - trim) * 100 <= _PERCENT * trim
        else:
            good = low <= change <= high
        if good:
            continue
        if not strict and moved(imu, rest, window, still, sleep_ms):
            break
        raise ImuError("imu_self_test", int(change))
    return rest
