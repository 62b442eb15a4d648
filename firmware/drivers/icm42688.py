"""TDK InvenSense ICM-42688-P: accelerometer and gyroscope read through the FIFO.

Chapter numbers are those of datasheet DS-000347: 3 electrical characteristics, 6 FIFO, 14 user bank 0 (by register
name). The bus is given. The sampling path (`read_burst`) allocates nothing.
"""

from struct import unpack

import micropython
from drivers.imu import Imu, ImuError
from micropython import const

# User bank 0 (14)
_DEVICE_CONFIG = const(0x11)  # SOFT_RESET_CONFIG bit 0
_INT_CONFIG = const(0x14)
_FIFO_CONFIG = const(0x16)  # FIFO_MODE[7:6]
_TEMP_DATA1 = const(0x1D)  # high byte first
INT_STATUS = const(0x2D)  # cleared by reading; FIFO_COUNTH and FIFO_COUNTL follow
_FIFO_DATA = const(0x30)  # a burst read stays here
_SIGNAL_PATH_RESET = const(0x4B)
_INTF_CONFIG0 = const(0x4C)
_INTF_CONFIG1 = const(0x4D)
PWR_MGMT0 = const(0x4E)  # GYRO_MODE[3:2], ACCEL_MODE[1:0]
GYRO_CONFIG0 = const(0x4F)  # GYRO_FS_SEL[7:5], GYRO_ODR[3:0]
ACCEL_CONFIG0 = const(0x50)  # ACCEL_FS_SEL[7:5], ACCEL_ODR[3:0]
GYRO_CONFIG1 = const(0x51)  # GYRO_UI_FILT_ORD[3:2]
GYRO_ACCEL_CONFIG0 = const(0x52)  # ACCEL_UI_FILT_BW[7:4], GYRO_UI_FILT_BW[3:0]
ACCEL_CONFIG1 = const(0x53)  # ACCEL_UI_FILT_ORD[4:3]
_FIFO_CONFIG1 = const(0x5F)
_FIFO_CONFIG2 = const(0x60)  # watermark in bytes, bits 7 to 0
_FIFO_CONFIG3 = const(0x61)  # bits 11 to 8
_INT_CONFIG1 = const(0x64)
_INT_SOURCE0 = const(0x65)
SELF_TEST_CONFIG = const(0x70)
_WHO_AM_I = const(0x75)

_CHIP_ID = const(0x47)
_RESET_DONE = const(0x10)  # INT_STATUS
_FIFO_FULL = const(0x02)
_BYPASS = const(0x00)  # FIFO_CONFIG
_STREAM = const(0x40)  # the newest replace the oldest: FIFO_FULL says so
_BOTH_LOW_NOISE = const(0x0F)  # PWR_MGMT0
_AFSR = const(0xC0)  # INTF_CONFIG1
_AFSR_OFF = const(0x40)

# 6.1, packet 3: header, accelerometer, gyroscope, temperature, timestamp.
_PACKET = const(16)
_HEADER_MASK = const(
    0xF0
)  # HEADER_MSG, _ACCEL, _GYRO, _20; the rest is about timestamps and changes of rate
_HEADER_BOTH = const(0x60)

# 14, GYRO_CONFIG0 and ACCEL_CONFIG0: the same four bits in both.
_ODR = {1000: 0x6, 500: 0xF, 200: 0x7, 100: 0x8, 50: 0x9}
_FS_HALF = const(0x20)  # FS_SEL = 001: ±1000 dps, ±8 g

_START = (
    (PWR_MGMT0, 0x00),
    (_FIFO_CONFIG, _BYPASS),
    (_SIGNAL_PATH_RESET, 0x02),  # FIFO_FLUSH
    (_INTF_CONFIG0, 0x30),  # count in bytes; count and data high byte first; invalid samples marked
    (_INT_CONFIG, 0x07),  # INT1 latched, push-pull, active high
    (_INT_CONFIG1, 0x00),  # INT_ASYNC_RESET: to be cleared for the pin to work
    (_INT_SOURCE0, 0x04),  # FIFO_THS_INT1_EN: the watermark raises INT1 until INT_STATUS is read
    (SELF_TEST_CONFIG, 0x00),
    (GYRO_CONFIG1, 0x16),  # defaults: second order,
    (ACCEL_CONFIG1, 0x0D),
    (GYRO_ACCEL_CONFIG0, 0x11),  # a quarter of the rate or of 400 Hz
    (_FIFO_CONFIG1, 0x27),  # FIFO_WM_GT_TH, temperature, gyroscope, accelerometer: packet 3
)


@micropython.viper
def _decode(raw: ptr8, packets: int, out: ptr16) -> int:
    """Decode FIFO packets into samples of six int16; return the number of samples.

    Packets other than packet 3 and invalid samples (14, INTF_CONFIG0: -32768) are dropped. Valid samples end at -32766,
    which becomes -32768, the end of scale of the other chips.
    """
    at = 0
    n = 0
    for _ in range(packets):
        keep = 0
        if (raw[at] & _HEADER_MASK) == _HEADER_BOTH:
            keep = 1
        if (raw[at + 1] << 8 | raw[at + 2]) == 0x8000:
            keep = 0
        if (raw[at + 7] << 8 | raw[at + 8]) == 0x8000:
            keep = 0
        if keep:
            for i in range(6):
                value = raw[at + 1 + 2 * i] << 8 | raw[at + 2 + 2 * i]
                if value == 0x8001 or value == 0x8002:
                    value = 0x8000
                out[n + i] = value
            n += 6
        at += _PACKET
    return n // 6


class ICM42688(Imu):
    """Driver of one ICM-42688-P; see `drivers.imu.Imu`."""

    name = "icm42688"
    rate_hz = 200
    acc_lsb_per_g = 4096  # ±8 g (3.2)
    gyr_lsb_per_dps = 32.8  # ±1000 dps (3.1)

    def __init__(self, i2c: "I2c", address: int) -> None:
        super().__init__(i2c, address, _PACKET)
        self._status = bytearray(3)

    def probe(self) -> None:
        """Check WHO_AM_I and reset the chip to its defaults. Raises ImuError."""
        self._identify(_WHO_AM_I, _CHIP_ID)
        self._read(INT_STATUS)  # clears RESET_DONE of the power-on
        self._write(_DEVICE_CONFIG, 0x01)
        for _ in range(100):  # the reset takes 1 ms; each turn is a transfer of 70 µs
            if self._reset_done():
                return
        raise ImuError("imu_missing", _CHIP_ID)

    def _reset_done(self) -> int:
        try:
            return self._read(INT_STATUS) & _RESET_DONE
        except OSError:
            return 0  # the chip need not answer during its reset

    def start(self, rate_hz: int, watermark: int = Imu.watermark) -> None:
        """Sample into the FIFO at `rate_hz` (50, 100, 200, 500 or 1000). INT1 rises at `watermark` samples."""
        odr = _ODR[rate_hz]
        for register, value in _START:
            self._write(register, value)
        # Else the gyroscope stands still for 1 to 2 ms at 100 dps (ArduPilot issue 25025; not in DS-000347).
        self._write(_INTF_CONFIG1, self._read(_INTF_CONFIG1) & ~_AFSR | _AFSR_OFF)
        self.set_watermark(watermark)
        self._write(GYRO_CONFIG0, _FS_HALF | odr)
        self._write(ACCEL_CONFIG0, _FS_HALF | odr)
        self._write(_FIFO_CONFIG, _STREAM)
        self._write(PWR_MGMT0, _BOTH_LOW_NOISE)  # last: no write for 200 µs after it
        self.rate_hz = rate_hz

    def set_watermark(self, samples: int) -> None:
        """Let INT1 rise when that many samples (1 to 127) wait."""
        self._write(_FIFO_CONFIG2, _PACKET * samples & 0xFF)
        self._write(_FIFO_CONFIG3, _PACKET * samples >> 8)
        self.watermark = samples

    def read_burst(self, samples: "IntBuffer", max_samples: int) -> int:
        """Read the waiting samples, at most `max_samples` (up to MAX_BURST), into `samples`; return their number.

        `samples`: array('h') of 6 * max_samples, filled with ax, ay, az, gx, gy, gz in LSB.
        Raises OSError from the bus.
        """
        status = self._status
        self._i2c.readfrom_mem_into(self._address, INT_STATUS, status)
        if status[0] & _FIFO_FULL:
            self.overruns += 1
        packets = (status[1] << 8 | status[2]) // _PACKET
        if not packets:
            return 0
        if packets > max_samples:
            packets = max_samples
        raw = self._bursts[packets]
        self._i2c.readfrom_mem_into(self._address, _FIFO_DATA, raw)
        return _decode(raw, packets, samples)

    def temperature_cdeg(self) -> int:
        """Chip temperature in hundredths of a degree Celsius: 132.48 LSB/°C, 0 at 25 °C (4.13)."""
        self._i2c.readfrom_mem_into(self._address, _TEMP_DATA1, self._two)
        return 2500 + unpack(">h", self._two)[0] * 10000 // 13248
