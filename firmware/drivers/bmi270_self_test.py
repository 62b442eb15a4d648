"""Self-test of a BMI270. Chapter numbers are those of datasheet BST-BMI270-DS000: the accelerometer is pushed both ways
at ±16 g (4.11), the gyroscope's drive is tested by the chip itself (4.11, G_TRIG_1, GYR_SELF_TEST_AXES).
"""

from drivers.bmi270 import ACC_CONF, ACC_DATA, ACC_RANGE, CMD, FEAT_PAGE, PWR_CTRL, STATUS
from drivers.imu import ImuError
from drivers.self_test import moved, pushed, sums
from micropython import const

_ACC_SELF_TEST = const(0x6D)  # amplitude 3, sign 2, enable 0
_GYR_SELF_TEST_AXES = const(0x6E)  # done 0; x, y, z good 1 to 3
_GYR_GAIN_STATUS = const(0x38)  # of page 0: g_trig_status[5:3]
_G_TRIGGER = const(0x02)  # CMD
_ABORTED = const(3)  # by a motion
_DRDY_ACC = const(0x80)
_SETTLE_MS = const(60)
_SAMPLES = const(16)
_LEAST_MG = (16_000, 15_000, 10_000)  # between the push forwards and the push backwards
_LSB_PER_G = const(2048)  # ±16 g
_SAME = const(20)  # LSB that rest may change by: 10 mg
_TURNS = const(50)  # of 20 ms


def check_bmi270(imu: "Imu", sleep_ms: "SleepMs", strict: bool = False) -> None:
    """See `drivers.self_test.self_test`. Takes up to a second."""
    imu._write(PWR_CTRL, 0x04)
    imu._write(ACC_RANGE, 0x03)
    imu._write(ACC_CONF, 0xAC)  # 1600 Hz
    sleep_ms(_SETTLE_MS)
    window = ("<3h", ACC_DATA, STATUS, _DRDY_ACC, _SAMPLES)
    rest = sums(imu, window, sleep_ms)
    imu._write(_ACC_SELF_TEST, 0x0D)
    sleep_ms(_SETTLE_MS)
    _, changes = pushed(imu, (_ACC_SELF_TEST, 0x09, 0x00, _SETTLE_MS), window, sleep_ms)
    wrong = []
    for axis in range(3):
        change_mg = changes[axis] * 1000 // (_SAMPLES * _LSB_PER_G)
        if change_mg < _LEAST_MG[axis]:
            wrong.append(change_mg)
    if wrong and (strict or not moved(imu, rest, window, _SAME, sleep_ms)):
        raise ImuError("imu_self_test", wrong[0])
    axes = _gyroscope(imu, sleep_ms)
    still = (imu._read(_GYR_GAIN_STATUS) >> 3 & 7) != _ABORTED
    imu._write(PWR_CTRL, 0x00)
    if axes != 0x0F and (strict or still):
        raise ImuError("imu_self_test", axes)


def _gyroscope(imu: "Imu", sleep_ms: "SleepMs") -> int:
    """Let the chip test its gyroscope; return GYR_SELF_TEST_AXES."""
    imu._write(FEAT_PAGE, 0)
    imu._write(CMD, _G_TRIGGER)
    axes = 0
    for _ in range(_TURNS):
        sleep_ms(20)
        axes = imu._read(_GYR_SELF_TEST_AXES) & 0x0F
        if axes & 0x01:
            break
    return axes
