"""The sensors' self-tests: what they have in common. Loaded when needed, then unloaded.

A sensor's own part is in `drivers.<name>_self_test`.
"""

from struct import unpack

from drivers.imu import ImuError
from micropython import const

_READY_TURNS = const(50)
_SETTLED = const(1)  # samples dropped before a mean
_SETTLE_MS = const(200)  # after the push: the longest of the chips'


def self_test(imu: "Imu", sleep_ms: "SleepMs", strict: bool = False) -> None:
    """Push both masses electrically and check the change. A clip that is moved passes, unless `strict`.

    `sleep_ms(ms)` waits. Leaves the sensors off. Raises ImuError.
    """
    if imu.name == "lsm6dsox":
        from drivers.lsm6dsox_self_test import check_lsm6dsox

        check_lsm6dsox(imu, sleep_ms, strict)
    elif imu.name == "icm42688":
        from drivers.icm42688_self_test import check_icm42688

        check_icm42688(imu, sleep_ms, strict)
    elif imu.name == "bmi270":
        from drivers.bmi270_self_test import check_bmi270

        check_bmi270(imu, sleep_ms, strict)
    else:
        from drivers.mpu6050_self_test import check_mpu6050

        check_mpu6050(imu, sleep_ms, strict)


def pushed(
    imu: "Imu", order: "tuple[int, int, int, int]", window: "Window", sleep_ms: "SleepMs"
) -> "tuple[list[int], list[int]]":
    """Push the masses electrically: `order` is the register, its value with and without the push, and the ms that it
    takes. Return the sums of `window` at rest, and each axis' absolute change of them.
    """
    register, on, off, settle_ms = order
    rest = sums(imu, window, sleep_ms)
    imu._write(register, on)
    sleep_ms(settle_ms)
    changed = sums(imu, window, sleep_ms)
    imu._write(register, off)
    return rest, [abs(changed[axis] - rest[axis]) for axis in range(3)]


def moved(imu: "Imu", rest: "Ints", window: "Window", most: int, sleep_ms: "SleepMs") -> bool:
    """Measure the rest anew, after a self-test that failed. True if an axis is off by more than `most` LSB: the wearer
    moves, and the test says nothing of the sensor.
    """
    sleep_ms(_SETTLE_MS)
    again = sums(imu, window, sleep_ms)
    return max([abs(again[axis] - rest[axis]) for axis in range(3)]) > most * window[4]


def sums(imu: "Imu", window: "Window", sleep_ms: "SleepMs") -> "list[int]":
    """Sums over a `window` of samples of the three outputs, each sample after its ready bit."""
    layout, out, status, ready, count = window
    total = [0, 0, 0]
    six = bytearray(6)
    for n in range(count + _SETTLED):
        _await(imu, status, ready, sleep_ms)
        imu._i2c.readfrom_mem_into(imu._address, out, six)
        if n < _SETTLED:
            continue
        values = unpack(layout, six)
        for axis in range(3):
            total[axis] += values[axis]
    return total


def _await(imu: "Imu", status: int, ready: int, sleep_ms: "SleepMs") -> None:
    for _ in range(_READY_TURNS):
        if imu._read(status) & ready:
            return
        sleep_ms(2)
    raise ImuError("imu_self_test", 0)
