"""InvenSense MPU-6050: accelerometer and gyroscope read through the FIFO.

Section numbers 4.x are those of the register map RM-MPU-6000A-00 revision 4.2, 6.x those of the product specification
PS-MPU-6000A-00. The bus is given. The sampling path (`read_burst`) allocates nothing.
"""

from struct import unpack

import micropython
from drivers.imu import Imu, ImuError
from micropython import const

_XG_OFFS_USR = const(
    0x13
)  # 6 bytes, added to the gyroscope at 32.8 LSB/dps ("MPU Hardware Offset Registers")
SMPLRT_DIV = const(0x19)  # 4.2
CONFIG = const(0x1A)  # 4.3: DLPF_CFG[2:0]
GYRO_CONFIG = const(0x1B)  # 4.4: self-test 7:5, FS_SEL[4:3]
ACCEL_CONFIG = const(0x1C)  # 4.5: the same
_FIFO_EN = const(0x23)  # 4.6
_INT_PIN_CFG = const(0x37)  # 4.14
INT_ENABLE = const(0x38)  # 4.15
INT_STATUS = const(0x3A)  # 4.16; cleared by reading
_TEMP_OUT_H = const(0x41)  # 4.18
_USER_CTRL = const(0x6A)  # 4.27
PWR_MGMT_1 = const(0x6B)  # 4.28
_PWR_MGMT_2 = const(0x6C)  # 4.29
_FIFO_COUNTH = const(0x72)  # 4.30
_FIFO_R_W = const(0x74)  # 4.31; a burst read stays here
_WHO_AM_I = const(0x75)  # 4.32

_CHIP_ID = const(0x68)
_DEVICE_RESET = const(0x80)  # PWR_MGMT_1
CLOCK_PLL = const(0x01)  # PWR_MGMT_1: awake, clocked by the x gyroscope's PLL
_FIFO_OFLOW = const(0x10)  # INT_ENABLE, INT_STATUS
_FIFO_RESET = const(0x04)  # USER_CTRL: with FIFO_EN off
_FIFO_ON = const(0x40)  # USER_CTRL
_SAMPLE = const(12)  # bytes in the FIFO, in the order of the registers: accelerometer, gyroscope
_INTERNAL_HZ = const(1000)  # 4.2: with the low-pass on

_START = (
    (PWR_MGMT_1, CLOCK_PLL),
    (_PWR_MGMT_2, 0x00),
    (_USER_CTRL, 0x00),
    (_FIFO_EN, 0x00),
    (CONFIG, 0x02),  # low-pass of 94 Hz (accelerometer) and 98 Hz
    (GYRO_CONFIG, 0x10),  # ±1000 dps
    (ACCEL_CONFIG, 0x10),  # ±8 g
    (_INT_PIN_CFG, 0x20),  # active high, push-pull, held until INT_STATUS is read
    (INT_ENABLE, _FIFO_OFLOW),
)
_RESET_TURNS = const(2000)  # each a transfer of 70 µs


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

    def __init__(self, i2c: "I2c", address: int) -> None:
        super().__init__(i2c, address, _SAMPLE)
        self.offsets = bytes(6)  # as measured by the self-test at rest
        self._torn = (
            False  # a transfer from the FIFO broke off: the start of the next sample is unknown
        )

    def probe(self) -> None:
        """Check WHO_AM_I and reset the chip to its defaults. Raises ImuError."""
        self._identify(_WHO_AM_I, _CHIP_ID)
        self._write(PWR_MGMT_1, _DEVICE_RESET)
        for _ in range(_RESET_TURNS):
            if self._reset_done():
                return
        raise ImuError("imu_missing", _DEVICE_RESET)

    def _reset_done(self) -> bool:
        try:
            return not self._read(PWR_MGMT_1) & _DEVICE_RESET
        except OSError:
            return False  # the chip need not answer during its reset

    def start(self, rate_hz: int, watermark: int = Imu.watermark) -> None:
        """Sample into the FIFO at `rate_hz` (a divisor of 1000, from 4). INT rises when the FIFO overflows."""
        for register, value in _START:
            self._write(register, value)
        self._i2c.writeto(self._address, bytes((_XG_OFFS_USR,)) + self.offsets)
        self._write(SMPLRT_DIV, _INTERNAL_HZ // rate_hz - 1)
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
        if self._read(INT_STATUS) & _FIFO_OFLOW:
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
