"""Bosch BMI270: accelerometer and gyroscope read through the FIFO, without headers.

Chapter numbers are those of datasheet BST-BMI270-DS000: 4.4 start, 4.6 sensors, 4.7 FIFO, 5 registers (by name). The
chip measures nothing until it has been given a file of 8 kB, which is Bosch's and no part of Poise: docs/makers/
hardware.md says where it comes from. The bus is given. The sampling path (`read_burst`) allocates nothing.
"""

from struct import unpack

import micropython
from drivers.imu import Imu, ImuError
from micropython import const

# 5
CHIP_ID_AT = const(0x00)
STATUS = const(0x03)  # drdy_acc bit 7
ACC_DATA = const(0x0C)  # low byte first
_INT_STATUS_1 = const(
    0x1D
)  # ffull_int bit 0; INTERNAL_STATUS at 4, TEMPERATURE at 5, FIFO_LENGTH at 7 of this burst
_INTERNAL_STATUS = const(0x21)  # message[3:0]: 1 is initialized
_TEMPERATURE = const(0x22)
_FIFO_DATA = const(0x26)  # a burst read stays here
FEAT_PAGE = const(0x2F)
_GYR_CAS = const(0x3C)  # of page 0: factor_zx[6:0]
ACC_CONF = const(0x40)  # acc_filter_perf 7, acc_bwp[6:4], acc_odr[3:0]
ACC_RANGE = const(0x41)
_GYR_CONF = const(0x42)  # gyr_filter_perf 7, gyr_noise_perf 6, gyr_bwp[5:4], gyr_odr[3:0]
_GYR_RANGE = const(0x43)
_FIFO_WTM_0 = const(0x46)  # bytes, bits 7 to 0
_FIFO_WTM_1 = const(0x47)  # bits 12 to 8
_FIFO_CONFIG_0 = const(0x48)
_FIFO_CONFIG_1 = const(0x49)
_INT1_IO_CTRL = const(0x53)
_INT_LATCH = const(0x55)
_INT_MAP_DATA = const(0x58)
_INIT_CTRL = const(0x59)
_INIT_ADDR_0 = const(0x5B)  # place in 16-bit words: bits 3 to 0; then bits 11 to 4
_INIT_DATA = const(0x5E)  # a burst write stays here
_PWR_CONF = const(0x7C)  # adv_power_save bit 0
PWR_CTRL = const(0x7D)  # temp_en 3, acc_en 2, gyr_en 1
CMD = const(0x7E)

_CHIP_ID = const(0x24)
_SOFT_RESET = const(0xB6)  # CMD
_FIFO_FLUSH = const(0xB0)
_FULL = const(0x01)
_CONFIG_BYTES = const(8192)
_CHUNK = const(32)
_TURNS = const(2_000)  # of 100 µs, a transfer: 4.4 gives the file's check 20 ms

# 4.7: a frame is gyroscope x y z, accelerometer x y z; one that a sensor has no value for has these instead.
_FRAME = const(12)
_NO_ACC = const(0x7F01)
_NO_GYR = const(0x7F02)

_ODR = {800: 0x0B, 400: 0x0A, 200: 0x09, 100: 0x08, 50: 0x07}

_START = (
    (PWR_CTRL, 0x00),
    (ACC_RANGE, 0x02),  # ±8 g
    (_GYR_RANGE, 0x01),  # ±1000 dps
    (_FIFO_CONFIG_0, 0x00),  # the newest replace the oldest; no frame of the time
    (_FIFO_CONFIG_1, 0xC0),  # accelerometer and gyroscope, no headers
    (_INT1_IO_CTRL, 0x0A),  # output, push-pull, active high
    (_INT_LATCH, 0x01),  # INT1 stays until INT_STATUS_1 is read
    (_INT_MAP_DATA, 0x02),  # FIFO watermark on INT1
)


@micropython.viper
def _decode(raw: ptr8, frames: int, cross: int, out: ptr16) -> int:
    """Decode FIFO frames into samples of six int16; return the number of samples.

    Frames without a value of both sensors are dropped. `cross`: GYR_CAS factor_zx, -64 to 63: the part of the rate
    about z that the chip adds to that about x, in 1/512 (4.6.10). The product stays below 2**21.
    """
    at = 0
    n = 0
    for _ in range(frames):
        x = raw[at] | raw[at + 1] << 8
        ax = raw[at + 6] | raw[at + 7] << 8
        keep = 1
        if x == _NO_GYR and (raw[at + 2] | raw[at + 3] << 8) == 0x8000:
            keep = 0
        if ax == _NO_ACC and (raw[at + 8] | raw[at + 9] << 8) == 0x8000:
            keep = 0
        if keep:
            z = ((raw[at + 4] | raw[at + 5] << 8) ^ 0x8000) - 0x8000
            x = (x ^ 0x8000) - 0x8000 - ((cross * z) >> 9)
            if x > 32767:
                x = 32767
            if x < -32768:
                x = -32768
            out[n] = ax
            out[n + 1] = raw[at + 8] | raw[at + 9] << 8
            out[n + 2] = raw[at + 10] | raw[at + 11] << 8
            out[n + 3] = x
            out[n + 4] = raw[at + 2] | raw[at + 3] << 8
            out[n + 5] = z
            n += 6
        at += _FRAME
    return n // 6


class BMI270(Imu):
    """Driver of one BMI270; see `drivers.imu.Imu`. `config_path`: the file that the chip is given at each start."""

    name = "bmi270"
    rate_hz = 200
    acc_lsb_per_g = 4096  # ±8 g (1.2)
    gyr_lsb_per_dps = 32.8  # ±1000 dps
    config_path = "bmi270.bin"

    def __init__(self, i2c: "I2c", address: int) -> None:
        super().__init__(i2c, address, _FRAME)
        self._status = bytearray(9)
        self._cross = 0

    def probe(self) -> None:
        """Check the chip's identity, reset it and give it its file. Raises ImuError.

        `detail` is the chip's own identity, 36, if the file is not there, or the chip does not take it.
        """
        self._identify(CHIP_ID_AT, _CHIP_ID)
        self._write(CMD, _SOFT_RESET)
        self._await(CHIP_ID_AT, 0xFF, _CHIP_ID)  # 2 ms
        self._write(_PWR_CONF, 0x00)
        for _ in range(10):  # 4.4: 450 µs
            self._read(CHIP_ID_AT)
        self._upload()
        self._await(_INTERNAL_STATUS, 0x0F, 0x01)
        self._write(FEAT_PAGE, 0)
        self._cross = (self._read(_GYR_CAS) & 0x7F ^ 0x40) - 0x40

    def _await(self, register: int, mask: int, value: int) -> None:
        for _ in range(_TURNS):
            try:
                if self._read(register) & mask == value:
                    return
            except OSError:  # the chip need not answer during its reset
                pass
        raise ImuError("imu_missing", _CHIP_ID)

    def _upload(self) -> None:
        """Give the chip its file (4.4), in pieces that fit one buffer."""
        place = bytearray((_INIT_ADDR_0, 0, 0))
        order = bytearray(1 + _CHUNK)
        order[0] = _INIT_DATA
        data = memoryview(order)[1:]
        with self._config() as file:
            self._write(_INIT_CTRL, 0x00)
            for word in range(0, _CONFIG_BYTES // 2, _CHUNK // 2):
                got = file.readinto(data)  # pyright: ignore[reportAttributeAccessIssue] (not in the stubs)
                if got != _CHUNK:
                    raise ImuError("imu_missing", _CHIP_ID)
                place[1] = word & 0x0F
                place[2] = word >> 4
                self._i2c.writeto(self._address, place)
                self._i2c.writeto(self._address, order)
        self._write(_INIT_CTRL, 0x01)

    def _config(self) -> "BinaryIO":
        try:
            return open(self.config_path, "rb")
        except OSError:
            raise ImuError("imu_missing", _CHIP_ID) from None

    def start(self, rate_hz: int, watermark: int = Imu.watermark) -> None:
        """Sample into the FIFO at `rate_hz` (50, 100, 200, 400 or 800). INT1 rises at `watermark` samples."""
        odr = _ODR[rate_hz]
        for register, value in _START:
            self._write(register, value)
        self._write(ACC_CONF, 0xA0 | odr)  # 4.6: performance filter, normal width
        self._write(_GYR_CONF, 0xE0 | odr)  # the least noise
        self.set_watermark(watermark)
        self._write(PWR_CTRL, 0x0E)
        self._write(CMD, _FIFO_FLUSH)
        self.rate_hz = rate_hz

    def set_watermark(self, samples: int) -> None:
        """Let INT1 rise when that many samples (1 to 170) wait."""
        self._write(_FIFO_WTM_0, _FRAME * samples & 0xFF)
        self._write(_FIFO_WTM_1, _FRAME * samples >> 8)
        self.watermark = samples

    def read_burst(self, samples: "IntBuffer", max_samples: int) -> int:
        """Read the waiting samples, at most `max_samples` (up to MAX_BURST), into `samples`; return their number.

        `samples`: array('h') of 6 * max_samples, filled with ax, ay, az, gx, gy, gz in LSB.
        Raises OSError from the bus.
        """
        status = self._status
        self._i2c.readfrom_mem_into(self._address, _INT_STATUS_1, status)
        if status[0] & _FULL:
            self.overruns += 1
        frames = ((status[8] & 0x3F) << 8 | status[7]) // _FRAME
        if not frames:
            return 0
        if frames > max_samples:
            frames = max_samples
        raw = self._bursts[frames]
        self._i2c.readfrom_mem_into(self._address, _FIFO_DATA, raw)
        return _decode(raw, frames, self._cross, samples)

    def temperature_cdeg(self) -> int:
        """Chip temperature in hundredths of a degree Celsius: 512 LSB/°C, 0 at 23 °C (5, TEMPERATURE)."""
        self._i2c.readfrom_mem_into(self._address, _TEMPERATURE, self._two)
        return 2300 + unpack("<h", self._two)[0] * 100 // 512
