"""Base class of the IMU drivers. `drivers.search` finds the driver that fits the chip."""

MAX_BURST = 32  # samples of one `read_burst`
WATERMARK = 16  # samples


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
    start(rate_hz, watermark), set_watermark(samples), read_burst(samples, max_samples), temperature_cdeg(). Its
    self-test is in `drivers.self_test`.
    """

    watermark = WATERMARK
    slow_hz = 50  # rate that saves the battery,
    slow_ms = 2_000  # and the longest time between two readings of the FIFO at that rate

    def __init__(self, i2c: "I2c", address: int, sample_bytes: int) -> None:
        self._i2c = i2c
        self._address = address
        self._byte = bytearray(1)
        self._two = bytearray(2)
        self._order = bytearray(2)  # register and value
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

    def _read(self, register: int) -> int:
        self._i2c.readfrom_mem_into(self._address, register, self._byte)
        return self._byte[0]

    def _write(self, register: int, value: int) -> None:
        self._order[0] = register
        self._order[1] = value
        self._i2c.writeto(self._address, self._order)
