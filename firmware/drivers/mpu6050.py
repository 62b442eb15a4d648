"""InvenSense MPU-6050: accelerometer and gyroscope read through the FIFO.

Section numbers 4.x are those of the register map RM-MPU-6000A-00 revision 4.2, 6.x those of the product specification
PS-MPU-6000A-00. The bus is given. The sampling path (`read_burst`) allocates nothing.
"""

from struct import pack, unpack

import micropython
from drivers.imu import Imu, ImuError
from micropython import const

_SELF_TEST_X = const(0x0D)  # 4.1: XA_TEST[4:2] in 7:5, XG_TEST in 4:0; then the same of y and z
_XG_OFFS_USR = const(
    0x13
)  # 6 bytes, added to the gyroscope at 32.8 LSB/dps ("MPU Hardware Offset Registers")
_SMPLRT_DIV = const(0x19)  # 4.2; SELF_TEST_A (0x10): XA_TEST[1:0] in 5:4, y in 3:2, z in 1:0
_CONFIG = const(0x1A)  # 4.3: DLPF_CFG[2:0]
_GYRO_CONFIG = const(0x1B)  # 4.4: self-test 7:5, FS_SEL[4:3]
_ACCEL_CONFIG = const(0x1C)  # 4.5: the same
_FIFO_EN = const(0x23)  # 4.6
_INT_PIN_CFG = const(0x37)  # 4.14
_INT_ENABLE = const(0x38)  # 4.15
_INT_STATUS = const(0x3A)  # 4.16; cleared by reading
_ACCEL_XOUT_H = const(0x3B)  # 4.17; high byte first
_TEMP_OUT_H = const(0x41)  # 4.18
_GYRO_XOUT_H = const(0x43)  # 4.19
_USER_CTRL = const(0x6A)  # 4.27
_PWR_MGMT_1 = const(0x6B)  # 4.28
_PWR_MGMT_2 = const(0x6C)  # 4.29
_FIFO_COUNTH = const(0x72)  # 4.30
_FIFO_R_W = const(0x74)  # 4.31; a burst read stays here
_WHO_AM_I = const(0x75)  # 4.32

_CHIP_ID = const(0x68)
_DEVICE_RESET = const(0x80)  # PWR_MGMT_1
_CLOCK_PLL = const(0x01)  # PWR_MGMT_1: awake, clocked by the x gyroscope's PLL
_FIFO_OFLOW = const(0x10)  # INT_ENABLE, INT_STATUS
_DATA_RDY = const(0x01)
_FIFO_RESET = const(0x04)  # USER_CTRL: with FIFO_EN off
_FIFO_ON = const(0x40)  # USER_CTRL
_SAMPLE = const(12)  # bytes in the FIFO, in the order of the registers: accelerometer, gyroscope
_INTERNAL_HZ = const(1000)  # 4.2: with the low-pass on

_START = (
    (_PWR_MGMT_1, _CLOCK_PLL),
    (_PWR_MGMT_2, 0x00),
    (_USER_CTRL, 0x00),
    (_FIFO_EN, 0x00),
    (_CONFIG, 0x02),  # low-pass of 94 Hz (accelerometer) and 98 Hz
    (_GYRO_CONFIG, 0x10),  # ±1000 dps
    (_ACCEL_CONFIG, 0x10),  # ±8 g
    (_INT_PIN_CFG, 0x20),  # active high, push-pull, held until INT_STATUS is read
    (_INT_ENABLE, _FIFO_OFLOW),
)

# Self-test (4.1): gyroscope at ±250 dps, accelerometer at ±8 g; the change is within 14 % of the factory's.
_RESET_TURNS = const(2000)  # each a transfer of 70 µs
_ST_WAKE_MS = const(100)
_ST_SETTLE_MS = const(50)
_ST_SAMPLES = const(50)
_ST_PERCENT = const(14)
_SAME_RATE = const(131)  # 1 dps at ±250 dps: two means this close come from a clip at rest
_MOST_OFFSET = const(2620)  # 20 dps (6.1)
_ST_GYR = (_GYRO_CONFIG, 0x00, _GYRO_XOUT_H, 131, 10, 105, _SAME_RATE)
_ST_ACC = (_ACCEL_CONFIG, 0x10, _ACCEL_XOUT_H, 4.096, 300, 950, 41)
# control register, its value, first output register, LSB per dps or mg, least and largest change (dps or mg) of a chip
# without factory codes, as in InvenSense's motion driver 6.12; LSB that rest may change by (1 dps; 10 mg)


@micropython.viper
def _decode(raw: ptr8, values: int, out: ptr16):  # noqa: ANN202 (viper has no type for None)
    """Decode big-endian 16-bit values into int16."""
    for i in range(values):
        out[i] = raw[2 * i] << 8 | raw[2 * i + 1]


class MPU6050(Imu):
    """Driver of one MPU-6050; see `drivers.imu.Imu`."""

    name = "mpu6050"
    rate_hz = 200
    slow_ms = 1_400  # 85 samples fill the FIFO
    acc_lsb_per_g = 4096  # ±8 g (6.2)
    gyr_lsb_per_dps = 32.8  # ±1000 dps (6.1)
    _three = ">3h"

    def __init__(self, i2c: "I2c", address: int) -> None:
        super().__init__(i2c, address, _SAMPLE)
        self._offsets = bytes(6)
        self._torn = (
            False  # a transfer from the FIFO broke off: the start of the next sample is unknown
        )

    def probe(self) -> None:
        """Check WHO_AM_I and reset the chip to its defaults. Raises ImuError."""
        self._identify(_WHO_AM_I, _CHIP_ID)
        self._write(_PWR_MGMT_1, _DEVICE_RESET)
        for _ in range(_RESET_TURNS):
            if self._reset_done():
                return
        raise ImuError("imu_missing", _DEVICE_RESET)

    def _reset_done(self) -> bool:
        try:
            return not self._read(_PWR_MGMT_1) & _DEVICE_RESET
        except OSError:
            return False  # the chip need not answer during its reset

    def self_test(self, sleep_ms: "SleepMs", strict: bool = False) -> None:
        """Push both masses electrically and compare the change with the factory's. Takes a second. A clip that is
        moved passes, unless `strict`.

        This chip's zero-rate level may be far off (6.1), so `start` subtracts the level that is measured here at rest.
        `sleep_ms(ms)` waits. Leaves the chip asleep. Raises ImuError.
        """
        sleep_ms(_ST_WAKE_MS)  # after a reset
        self._write(_PWR_MGMT_1, _CLOCK_PLL)
        self._write(_CONFIG, 0x02)
        self._write(_SMPLRT_DIV, 0)
        self._write(_INT_ENABLE, _DATA_RDY)
        sleep_ms(_ST_WAKE_MS)
        gyr, acc = self._trims()
        rest = self._test(_ST_GYR, gyr, strict, sleep_ms)
        sleep_ms(_ST_SETTLE_MS)
        self._take_offsets(
            rest, self._sums(_GYRO_XOUT_H, _INT_STATUS, _DATA_RDY, _ST_SAMPLES, sleep_ms)
        )
        self._test(_ST_ACC, acc, strict, sleep_ms)
        self._write(_INT_ENABLE, 0x00)
        self._write(_PWR_MGMT_1, 0x40)  # SLEEP

    def _trims(self) -> "tuple[list[float], list[float]]":
        """Factory changes of x, y, z in dps and in mg; 0 where no code is stored (4.1)."""
        codes = bytearray(4)
        self._i2c.readfrom_mem_into(self._address, _SELF_TEST_X, codes)
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

    def _take_offsets(self, before: "Ints", after: "Ints") -> None:
        rates = [(before[axis] + after[axis]) // (2 * _ST_SAMPLES) for axis in range(3)]
        for axis in range(3):
            if abs(before[axis] - after[axis]) > _SAME_RATE * _ST_SAMPLES:
                return  # the clip moved: the offsets of the last test are better
            if abs(rates[axis]) > _MOST_OFFSET:
                return
        self._offsets = pack(">3h", *[-rate // 4 for rate in rates])  # 131 to 32.8 LSB/dps

    def _test(
        self, test: "MpuTest", trims: "Floats", strict: bool, sleep_ms: "SleepMs"
    ) -> "list[int]":
        control, mode, out, unit, low, high, still = test
        self._write(control, mode)
        sleep_ms(_ST_SETTLE_MS)
        window = (out, _INT_STATUS, _DATA_RDY, _ST_SAMPLES)
        order = (control, mode | 0xE0, mode, _ST_SETTLE_MS)
        rest, sums = self._pushed(order, window, sleep_ms)
        for axis in range(3):
            change = sums[axis] / (_ST_SAMPLES * unit)
            trim = trims[axis]
            if trim:
                good = abs(change - trim) * 100 <= _ST_PERCENT * trim
            else:
                good = low <= change <= high
            if good:
                continue
            if not strict and self._moved(rest, window, still, sleep_ms):
                break
            raise ImuError("imu_self_test", int(change))
        return rest

    def start(self, rate_hz: int, watermark: int = Imu.watermark) -> None:
        """Sample into the FIFO at `rate_hz` (a divisor of 1000, from 4). INT rises when the FIFO overflows."""
        for register, value in _START:
            self._write(register, value)
        self._i2c.writeto(self._address, bytes((_XG_OFFS_USR,)) + self._offsets)
        self._write(_SMPLRT_DIV, _INTERNAL_HZ // rate_hz - 1)
        self.set_watermark(watermark)
        self._write(_FIFO_EN, 0x78)  # accelerometer and the three axes of the gyroscope
        self._restart_fifo()
        self._torn = False
        self.rate_hz = rate_hz

    def set_watermark(self, samples: int) -> None:
        """Store the number only: this chip has no watermark, and its FIFO (85 samples) is read by the clock."""
        self.watermark = samples

    def read_burst(self, samples: "IntBuffer", max_samples: int) -> int:
        """Read the waiting samples, at most `max_samples` (up to MAX_BURST), into `samples`; return their number.

        An overflow overwrites parts of samples and leaves no boundary between them: then all samples are dropped.

        `samples`: array('h') of 6 * max_samples, filled with ax, ay, az, gx, gy, gz in LSB. Raises OSError from the
        bus.
        """
        if self._torn:
            self._lose()
            return 0
        count = self._two
        self._i2c.readfrom_mem_into(self._address, _FIFO_COUNTH, count)
        n = (count[0] << 8 | count[1]) // _SAMPLE
        if n > max_samples:
            n = max_samples
        raw = self._bursts[n]
        if n:
            self._torn = True
            self._i2c.readfrom_mem_into(self._address, _FIFO_R_W, raw)
            self._torn = False
        # After the data: an overflow while they were read spoils them too.
        if self._read(_INT_STATUS) & _FIFO_OFLOW:
            self._lose()
            return 0
        _decode(raw, 6 * n, samples)
        return n

    def _lose(self) -> None:
        self._restart_fifo()
        self._torn = False
        self.overruns += 1

    def _restart_fifo(self) -> None:
        self._write(_USER_CTRL, _FIFO_RESET)
        self._write(_USER_CTRL, _FIFO_ON)

    def temperature_cdeg(self) -> int:
        """Chip temperature in hundredths of a degree Celsius: 340 LSB/°C, 0 at 36.53 °C (4.18)."""
        self._i2c.readfrom_mem_into(self._address, _TEMP_OUT_H, self._two)
        return 3653 + unpack(">h", self._two)[0] * 100 // 340
