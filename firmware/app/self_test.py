"""Figures of a clip on the bench: sensor, filter, flash, radio, motor, battery, button. The firmware never loads this.

`poise flash` runs it at the prompt, once the firmware has left, and judges the figures: self_test.py of the host's
room `flash` names the rows and has the limits. A row is a number and its figures, or "!" and an error's number where a
part fails.
"""

from array import array
from binascii import crc32
import gc
import os

from bluetooth import BLE
from drivers.imu import MAX_BURST, ImuError
from drivers.search import find
from drivers.self_test import self_test
from micropython import const
from motion.attitude import Attitude

_SAMPLES = const(208)  # a second
_MOTOR_SAMPLES = const(104)
_SETTLE_SAMPLES = const(32)  # a filter's and a motor's start
_BURSTS = const(20)
_WAIT_MS = const(20)
_WAITS = const(200)  # without a sample: the sensor has stopped
_STOPPED = const(110)  # ETIMEDOUT
_DAMAGED = const(5)  # EIO
_FILE_BLOCKS = const(4)
_BLOCK_BYTES = const(4096)


NAME = "bench_rows"  # as a text, so that the build leaves the function's name


def bench_rows(board: "Board", clock: "ClockModule") -> None:
    """Print every row. `clock` is the module `time`."""
    gc.collect()
    for row, part in enumerate((_sensor, _filter, _flash, _radio, _motor, _battery, _button)):
        try:
            print(row, *part(board, clock))
        except ImuError as error:
            print(row, "!", error.detail)
        except (OSError, ValueError, RuntimeError) as error:
            print(row, "!", error.args[0] if error.args else 0)
        gc.collect()


def _started(board: "Board", clock: "ClockModule", tested: bool) -> "Imu":
    imu = find(board.i2c(), board.IMU_ADDRESSES)
    if tested:
        self_test(imu, clock.sleep_ms, True)
    imu.start(imu.rate_hz)
    _taken(imu, clock, _SETTLE_SAMPLES)
    return imu


def _taken(imu: "Imu", clock: "ClockModule", most: int) -> "list[IntBuffer]":
    """Return at least `most` samples in bursts. Raises OSError if the sensor stops."""
    bursts = []
    waits = _WAITS
    while most > 0:
        samples = array("h", bytes(12 * MAX_BURST))
        n = imu.read_burst(samples, MAX_BURST)
        if n:
            bursts.append(samples[: 6 * n])
            most -= n
            waits = _WAITS
        else:
            waits -= 1
            clock.sleep_ms(_WAIT_MS)
        if not waits:
            raise OSError(_STOPPED)
    return bursts


def _spread(bursts: "list[IntBuffer]", axis: int) -> "tuple[float, float]":
    """Mean and standard deviation of an axis."""
    total = squares = n = 0
    for burst in bursts:
        for i in range(axis, len(burst), 6):
            total += burst[i]
            squares += burst[i] * burst[i]
            n += 1
    mean = total / n
    return mean, max(squares / n - mean * mean, 0) ** 0.5


def _sensor(board: "Board", clock: "ClockModule") -> "tuple[str | int, ...]":
    """Name, gravity in mg, noise in 0.01 mg, gyroscope's offset and noise in 0.01 degrees/s: of the worst axis each."""
    imu = _started(board, clock, True)
    bursts = _taken(imu, clock, _SAMPLES)
    axes = [_spread(bursts, axis) for axis in range(6)]
    force = sum([mean * mean for mean, _ in axes[:3]]) ** 0.5
    return (
        imu.name,
        round(force * 1000 / imu.acc_lsb_per_g),
        round(max([noise for _, noise in axes[:3]]) * 100_000 / imu.acc_lsb_per_g),
        round(max([abs(mean) for mean, _ in axes[3:]]) * 100 / imu.gyr_lsb_per_dps),
        round(max([noise for _, noise in axes[3:]]) * 100 / imu.gyr_lsb_per_dps),
    )


def _filter(board: "Board", clock: "ClockModule") -> "tuple[int, ...]":
    """Microseconds that the filter takes for a sample."""
    imu = _started(board, clock, False)
    attitude = Attitude(imu.rate_hz, imu.acc_lsb_per_g, imu.gyr_lsb_per_dps)
    burst = _taken(imu, clock, 1)[0]
    n = len(burst) // 6
    begin = clock.ticks_us()
    for _ in range(_BURSTS):
        attitude.update(burst, n)
    return (clock.ticks_diff(clock.ticks_us(), begin) // (_BURSTS * n),)


def _flash(board: "Board", clock: "ClockModule") -> "tuple[int, ...]":
    """Blocks of the file system, free ones, and milliseconds of a file that is written, read back and removed."""
    root = board.filesystem_root()
    path = root + "self_test"
    begin = clock.ticks_ms()
    block = bytes([i * 7 & 0xFF for i in range(256)]) * (_BLOCK_BYTES // 256)
    try:
        with open(path, "wb") as file:
            for _ in range(_FILE_BLOCKS):
                file.write(block)
        right = crc32(block)
        with open(path, "rb") as file:
            for _ in range(_FILE_BLOCKS):
                if crc32(file.read(_BLOCK_BYTES)) != right:
                    raise OSError(_DAMAGED)
    finally:
        try:
            os.remove(path)
        except OSError:
            pass  # it was not made
    room = os.statvfs(root)
    return room[2], room[3], clock.ticks_diff(clock.ticks_ms(), begin)


def _radio(board: "Board", clock: "ClockModule") -> "tuple[int, ...]":
    """1 once the radio is on."""
    radio = BLE()
    if not radio.active():
        radio.active(True)
    return (int(radio.active()),)


def _motor(board: "Board", clock: "ClockModule") -> "tuple[int, ...]":
    """Shaking in 0.01 mg, of the worst axis, with the motor off and on."""
    imu = _started(board, clock, False)
    rest = _taken(imu, clock, _MOTOR_SAMPLES)
    pwm = board.haptic_pwm()
    try:
        pwm.duty_u16(65_535)
        _taken(imu, clock, _SETTLE_SAMPLES)
        shaken = _taken(imu, clock, _MOTOR_SAMPLES)
    finally:
        pwm.duty_u16(0)
    return tuple(
        [
            round(
                max([_spread(bursts, axis)[1] for axis in range(3)]) * 100_000 / imu.acc_lsb_per_g
            )
            for bursts in (rest, shaken)
        ]
    )


def _battery(board: "Board", clock: "ClockModule") -> "tuple[int, ...]":
    """Millivolts of the cell."""
    return (board.battery_adc().read_uv() // 1000 * board.BATTERY_DIVIDER_X1000 // 1000,)


def _button(board: "Board", clock: "ClockModule") -> "tuple[int, ...]":
    """1 while nobody presses."""
    return (board.button_pin().value(),)
