"""Base class of the IMU drivers. `drivers.search` finds the driver that fits the chip."""

from struct import unpack

from micropython import const

MAX_BURST = 32  # samples of one `read_burst`
WATERMARK = 16  # samples
_READY_TURNS = const(50)
_SETTLED = const(1)  # samples dropped before a mean
_ST_SETTLE_MS = const(200)  # after the push of a self-test: the longest of the chips'


class ImuError(Exception):
    """The chip does not answer as it should.

    `fault` is "imu_missing" or "imu_self_test"; `detail` a register's value or the measured change in mg or degrees/s.
    """

    def __init__(self, fault: str, detail: int) -> None:
        super().__init__(fault, detail)
        self.fault = fault
        self.detail = detail


class Imu:
    """One chip on a bus that has `readfrom_mem_into(address, register, buffer)` and `writeto(address, buffer)`.

    Every transfer has one buffer: the ESP32 port joins several by allocating.

    A driver adds `name`, `rate_hz`, `acc_lsb_per_g`, `gyr_lsb_per_dps` (of what it puts into samples), and probe(),
    self_test(sleep_ms, strict), start(rate_hz, watermark), set_watermark(samples), read_burst(samples, max_samples),
    temperature_cdeg().
    """

    watermark = WATERMARK
    slow_hz = 50  # rate that saves the battery,
    slow_ms = 2_000  # and the longest time between two readings of the FIFO at that rate
    _three = "<3h"  # of the output registers

    def __init__(self, i2c: "I2c", address: int, sample_bytes: int) -> None:
        self._i2c = i2c
        self._address = address
        self._byte = bytearray(1)
        self._two = bytearray(2)
        self._order = bytearray(2)  # register and value
        self._six = bytearray(6)
        raw = memoryview(bytearray(MAX_BURST * sample_bytes))
        # A slice allocates, so every length that a burst can have is cut here.
        self._bursts = [raw[: n * sample_bytes] for n in range(MAX_BURST + 1)]
        self.overruns = (
            0  # number of times that samples were lost because they were not read in time
        )

    def _identify(self, register: int, chip: int) -> None:
        """Raises ImuError unless WHO_AM_I says `chip`."""
        try:
            found = self._read(register)
        except OSError:
            raise ImuError("imu_missing", 0) from None
        if found != chip:
            raise ImuError("imu_missing", found)

    def _sums(
        self, out: int, status: int, ready: int, count: int, sleep_ms: "SleepMs"
    ) -> "list[int]":
        """Sums of `count` samples of the three outputs from register `out` on, each after its `ready` bit."""
        sums = [0, 0, 0]
        for n in range(count + _SETTLED):
            self._await(status, ready, sleep_ms)
            self._i2c.readfrom_mem_into(self._address, out, self._six)
            if n < _SETTLED:
                continue
            values = unpack(self._three, self._six)
            for axis in range(3):
                sums[axis] += values[axis]
        return sums

    def _pushed(
        self, order: "tuple[int, int, int, int]", window: "Window", sleep_ms: "SleepMs"
    ) -> "tuple[list[int], list[int]]":
        """Push the masses electrically: `order` is the register, its value with and without the push, and the ms that
        it takes. Return the sums of `window` at rest, and each axis' absolute change of them.
        """
        register, on, off, settle_ms = order
        rest = self._sums(*window, sleep_ms)
        self._write(register, on)
        sleep_ms(settle_ms)
        pushed = self._sums(*window, sleep_ms)
        self._write(register, off)
        return rest, [abs(pushed[axis] - rest[axis]) for axis in range(3)]

    def _moved(self, rest: "Ints", window: "Window", most: int, sleep_ms: "SleepMs") -> bool:
        """Measure the rest anew, after a self-test that failed. True if an axis is off by more than `most` LSB: the
        wearer moves, and the test says nothing of the sensor.
        """
        sleep_ms(_ST_SETTLE_MS)
        again = self._sums(*window, sleep_ms)
        return max([abs(again[axis] - rest[axis]) for axis in range(3)]) > most * window[3]

    def _await(self, status: int, ready: int, sleep_ms: "SleepMs") -> None:
        for _ in range(_READY_TURNS):
            if self._read(status) & ready:
                return
            sleep_ms(2)
        raise ImuError("imu_self_test", 0)

    def _read(self, register: int) -> int:
        self._i2c.readfrom_mem_into(self._address, register, self._byte)
        return self._byte[0]

    def _write(self, register: int, value: int) -> None:
        self._order[0] = register
        self._order[1] = value
        self._i2c.writeto(self._address, self._order)
