"""ST LSM6DSOX: accelerometer and gyroscope read through the FIFO. Section names are those of datasheet DS12814.

The bus is given. The sampling path (`read_burst`) allocates nothing.
"""

from array import array
from struct import unpack

import micropython
from drivers.imu import Imu, ImuError
from micropython import const

_FIFO_CTRL1 = const(0x07)  # 9.4: watermark in words, bits 7 to 0
_FIFO_CTRL3 = const(0x09)  # 9.6: BDR_GY[7:4], BDR_XL[3:0]
_FIFO_CTRL4 = const(0x0A)  # 9.7: FIFO_MODE[2:0]
_INT1_CTRL = const(0x0D)  # 9.10
_WHO_AM_I = const(0x0F)  # 9.12
CTRL1_XL = const(0x10)  # 9.13: ODR_XL[7:4], FS_XL[3:2]
CTRL2_G = const(0x11)  # 9.14: ODR_G[7:4], FS_G[3:2]
CTRL3_C = const(0x12)  # 9.15
CTRL5_C = const(0x14)  # 9.17: ST_G[3:2], ST_XL[1:0]
_CTRL6_C = const(0x15)  # 9.18: XL_HM_MODE, high performance off
_CTRL7_G = const(0x16)  # 9.19: G_HM_MODE, the same
_CTRL9_XL = const(0x18)  # 9.21
_OUT_TEMP_L = const(0x20)  # 9.28
_FIFO_STATUS1 = const(0x3A)  # 9.41: DIFF_FIFO[7:0]; FIFO_STATUS2 follows
_FIFO_DATA_OUT_TAG = const(0x78)  # 9.74; a burst read rolls over from 0x7E to here

_CHIP_ID = const(0x6C)
_SW_RESET = const(0x01)  # CTRL3_C
BDU_IF_INC = const(0x44)  # CTRL3_C: block data update, address increment
_FIFO_BYPASS = const(0x00)
_FIFO_CONTINUOUS = const(0x06)  # the newest replace the oldest: FIFO_OVR_LATCHED says so
_OVR_LATCHED = const(0x08)  # FIFO_STATUS2
_DIFF_HIGH = const(0x03)  # FIFO_STATUS2
_WORD = const(7)  # bytes: tag, then x, y, z
_TAG_GYR = const(0x01)
_TAG_ACC = const(0x02)

# 4.1 and table "ODR": the same four bits in CTRL1_XL, CTRL2_G and FIFO_CTRL3.
_ODR = {52: 0x3, 104: 0x4, 208: 0x5, 416: 0x6, 833: 0x7}

# Register, value. ODR 0 stands for the rate that `start` was given.
_START = (
    (_FIFO_CTRL4, _FIFO_BYPASS),  # empties the FIFO
    (_CTRL9_XL, 0xE2),  # I3C_DISABLE: the bus is I2C
    (CTRL3_C, BDU_IF_INC),
    (CTRL5_C, 0x00),  # self-test off
    (_INT1_CTRL, 0x08),  # INT1_FIFO_TH: the watermark raises INT1
)
_XL_HM_MODE = const(0x10)
_G_HM_MODE = const(0x80)
_SLOW_HZ = const(52)  # low power from here down: a third of the current, 4.2
_FS_8_G = const(0x0C)  # CTRL1_XL FS_XL = 11
_FS_1000_DPS = const(0x08)  # CTRL2_G FS_G = 10

# Slots of the decoder's state, kept between bursts: half a sample may end one burst and the other half begin the next.
_HAVE = const(0)  # bit 0: gyroscope, bit 1: accelerometer
_SLOT = const(1)  # TAG_CNT of the half that is held: both halves of a sample carry the same
_GYR = const(2)  # 3 values
_ACC = const(5)  # 3 values
_UNPAIRED = const(8)  # words dropped because their other half is missing


@micropython.viper
def _decode(raw: ptr8, words: int, out: ptr16, state: ptr32) -> int:
    """Decode tagged FIFO words (9.74: TAG_SENSOR[7:3], TAG_CNT[2:1], parity) into samples; return their number.

    `out` needs room for words // 2 + 1 samples. A word whose other half is missing is dropped and counted.
    """
    at = 0
    n = 0
    have = state[_HAVE]
    slot = state[_SLOT]
    for _ in range(words):
        tag = raw[at] >> 3
        count = (raw[at] >> 1) & 3
        bit = 0
        base = _GYR
        if tag == _TAG_GYR:
            bit = 1
        if tag == _TAG_ACC:
            bit = 2
            base = _ACC
        if bit:
            if have != 0 and (count != slot or have & bit):
                state[_UNPAIRED] = state[_UNPAIRED] + 1
                have = 0
            state[base] = raw[at + 1] | raw[at + 2] << 8
            state[base + 1] = raw[at + 3] | raw[at + 4] << 8
            state[base + 2] = raw[at + 5] | raw[at + 6] << 8
            slot = count
            have = have | bit
            if have == 3:
                for i in range(3):
                    out[n + i] = state[_ACC + i]
                    out[n + 3 + i] = state[_GYR + i]
                n += 6
                have = 0
        at += _WORD
    state[_HAVE] = have
    state[_SLOT] = slot
    return n // 6


class LSM6DSOX(Imu):
    """Driver of one LSM6DSOX; see `drivers.imu.Imu`."""

    name = "lsm6dsox"
    rate_hz = 208
    slow_hz = 52
    acc_lsb_per_g = 4098  # ±8 g: 0.244 mg/LSB (4.1 "Mechanical characteristics", LA_So)
    gyr_lsb_per_dps = 1000 / 35  # ±1000 dps: 35 mdps/LSB (4.1, G_So)

    def __init__(self, i2c: "I2c", address: int) -> None:
        super().__init__(i2c, address, 2 * _WORD)
        self._state = array("i", [0] * 9)

    @property
    def unpaired(self) -> int:
        """Number of words dropped because an overrun took their other half."""
        return self._state[_UNPAIRED]

    def probe(self) -> None:
        """Check WHO_AM_I and reset the chip to its defaults. Raises ImuError."""
        self._identify(_WHO_AM_I, _CHIP_ID)
        self._write(CTRL3_C, _SW_RESET)
        for _ in range(100):  # the reset takes 50 µs; each turn is a transfer of 70 µs
            if not self._read(CTRL3_C) & _SW_RESET:
                return
        raise ImuError("imu_missing", _SW_RESET)

    def start(self, rate_hz: int, watermark: int = Imu.watermark) -> None:
        """Sample into the FIFO at `rate_hz` (52, 104, 208, 416 or 833). INT1 rises at `watermark` samples."""
        odr = _ODR[rate_hz]
        for register, value in _START:
            self._write(register, value)
        self.set_watermark(watermark)
        self._write(CTRL1_XL, odr << 4 | _FS_8_G)
        self._write(CTRL2_G, odr << 4 | _FS_1000_DPS)
        self._write(_FIFO_CTRL3, odr << 4 | odr)
        slow = rate_hz <= _SLOW_HZ
        self._write(_CTRL6_C, _XL_HM_MODE if slow else 0x00)
        self._write(_CTRL7_G, _G_HM_MODE if slow else 0x00)
        self._write(_FIFO_CTRL4, _FIFO_CONTINUOUS)
        self._state[_HAVE] = 0
        self.rate_hz = rate_hz

    def set_watermark(self, samples: int) -> None:
        """Let INT1 rise when that many samples (1 to 127) wait."""
        self._write(_FIFO_CTRL1, 2 * samples)
        self.watermark = samples

    def read_burst(self, samples: "IntBuffer", max_samples: int) -> int:
        """Read the waiting samples, at most `max_samples` (up to MAX_BURST), into `samples`; return their number.

        `samples`: array('h') of 6 * max_samples, filled with ax, ay, az, gx, gy, gz in LSB.
        Raises OSError from the bus.
        """
        self._i2c.readfrom_mem_into(self._address, _FIFO_STATUS1, self._two)
        high = self._two[1]
        if high & _OVR_LATCHED:
            self.overruns += 1
        pairs = (self._two[0] | (high & _DIFF_HIGH) << 8) >> 1
        if not pairs:
            return 0
        if pairs > max_samples:
            pairs = max_samples
        raw = self._bursts[pairs]
        self._i2c.readfrom_mem_into(self._address, _FIFO_DATA_OUT_TAG, raw)
        return _decode(raw, 2 * pairs, samples, self._state)

    def temperature_cdeg(self) -> int:
        """Chip temperature in hundredths of a degree Celsius: 256 LSB/°C, 0 at 25 °C (4.3)."""
        self._i2c.readfrom_mem_into(self._address, _OUT_TEMP_L, self._two)
        return 2500 + unpack("<h", self._two)[0] * 100 // 256
