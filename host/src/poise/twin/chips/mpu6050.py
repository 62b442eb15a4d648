"""InvenSense MPU-6050 at its registers, as a driver sees it on I2C.

Sections 4.x are those of RM-MPU-6000A-00 4.2, 6.x those of PS-MPU-6000A-00.
"""

import numpy as np

from .imu import Array, Counts, ImuChip, Make

ADDRESS = 0x68
CHIP_ID = 0x68
SELF_TEST_X = 0x0D
XG_OFFS_USR = 0x13  # "MPU Hardware Offset Registers": 32.8 LSB/dps, added to the output
SMPLRT_DIV, CONFIG, GYRO_CONFIG, ACCEL_CONFIG = 0x19, 0x1A, 0x1B, 0x1C
FIFO_EN, INT_PIN_CFG, INT_ENABLE, INT_STATUS = 0x23, 0x37, 0x38, 0x3A
ACCEL_OUT, TEMP_OUT, GYRO_OUT = 0x3B, 0x41, 0x43
USER_CTRL, PWR_MGMT_1, PWR_MGMT_2 = 0x6A, 0x6B, 0x6C
FIFO_COUNTH, FIFO_R_W, WHO_AM_I = 0x72, 0x74, 0x75
SAMPLE = 12
DEPTH_BYTES = 1024  # 7.17 of PS-MPU-6000A

_READ_ONLY = {*range(SELF_TEST_X, 0x11), *range(INT_STATUS, GYRO_OUT + 6), 0x72, 0x73, WHO_AM_I}
_DATA_RDY, _FIFO_OFLOW = 0x01, 0x10
# The factory's self-test codes (4.1), x y z.
GYR_CODES, ACC_CODES = (17, 19, 15), (15, 18, 13)
_SPREAD = np.array(
    [1.06, 0.95, 1.03]
)  # of this chip's change from the factory's: within 14 % (6.1, 6.2)


def trim_dps(code: int) -> float:
    """Return the gyroscope's self-test change for a code, in dps at 131 LSB/dps (4.1); 0 without a code."""
    return 25 * 1.046 ** (code - 1) if code else 0.0


def trim_mg(code: int) -> float:
    """Return the accelerometer's self-test change for a code, in mg at 4096 LSB/g (4.1); 0 without a code."""
    return 340 * (0.92 / 0.34) ** ((code - 1) / 30) if code else 0.0


def self_test_registers() -> bytes:
    """Return the contents of SELF_TEST_X, _Y, _Z, _A (4.1)."""
    high = [acc >> 2 << 5 | gyr for acc, gyr in zip(ACC_CODES, GYR_CODES, strict=True)]
    x, y, z = (acc & 3 for acc in ACC_CODES)
    return bytes((*high, x << 4 | y << 2 | z))


class Mpu6050(ImuChip):
    """One MPU-6050; see `ImuChip`. Its zero-rate level is that of a chip at hand (1.5 dps), not the ±20 dps of 6.1."""

    # 6.2: zero-g ±50 mg, 400 µg/√Hz; 6.1: 5 mdps/√Hz.
    make = Make(25, 1.5, 0.4, 0.005)

    def _reset(self) -> None:
        self._registers = bytearray(0x80)
        self._registers[PWR_MGMT_1] = 0x40  # 3: asleep
        self._registers[WHO_AM_I] = CHIP_ID
        self._registers[SELF_TEST_X : SELF_TEST_X + 4] = self_test_registers()
        self._status = 0
        self._fifo = bytearray()
        self._last_byte = 0

    # --- bus

    def _read(self, register: int, size: int) -> bytes:
        if register == FIFO_R_W:
            return self._read_fifo(size)
        self._refresh()
        out = bytes(self._registers[register : register + size])
        if register <= INT_STATUS < register + size:
            self._status = 0
        return out

    def _write_one(self, register: int, value: int) -> None:
        if register in _READ_ONLY or register >= 0x80:
            return
        if register == PWR_MGMT_1 and value & 0x80:
            self.power_on()
            return
        before = self.rate_hz
        if register == USER_CTRL:
            # 4.27: FIFO_RESET works while FIFO_EN is off, and clears itself.
            if value & 0x04 and not value & 0x40:
                self._fifo.clear()
            value &= ~0x07
        self._registers[register] = value
        if self.rate_hz != before:
            self._restart()

    def _refresh(self) -> None:
        """Update the registers that follow from the state, before they are read."""
        self._registers[INT_STATUS] = self._status
        self._registers[FIFO_COUNTH : FIFO_COUNTH + 2] = len(self._fifo).to_bytes(2, "big")
        temperature = round((self._temperature_c - 36.53) * 340)
        self._registers[TEMP_OUT:GYRO_OUT] = temperature.to_bytes(2, "big", signed=True)
        self._registers[ACCEL_OUT:TEMP_OUT] = self._last[1].astype(">i2").tobytes()
        self._registers[GYRO_OUT : GYRO_OUT + 6] = self._last[0].astype(">i2").tobytes()

    def _read_fifo(self, size: int) -> bytes:
        """Remove and return bytes from the FIFO. An empty FIFO gives the last byte again (4.31)."""
        out = bytes(self._fifo[:size])
        del self._fifo[:size]
        self._last_byte = out[-1] if out else self._last_byte
        return out + bytes((self._last_byte,)) * (size - len(out))

    def _int1(self) -> bool:
        """Return the level of the INT pin, active high and latched as 4.14 sets it."""
        return bool(self._status) and self._registers[INT_PIN_CFG] & 0xA0 == 0x20

    # --- sampling

    @property
    def rate_hz(self) -> float:
        """Rate of both sensors as set (4.2), in Hz, 0 when asleep."""
        if self._registers[PWR_MGMT_1] & 0x40:
            return 0.0
        low_pass = 1 <= self._registers[CONFIG] & 7 <= 6
        return (1000 if low_pass else 8000) / (1 + self._registers[SMPLRT_DIV])

    def _scales(self) -> tuple[float, float]:
        # 6.1: 131 LSB/dps at ±250; 6.2: 16384 LSB/g at ±2 g; FS_SEL 0 is the smallest scale.
        acc = self._registers[ACCEL_CONFIG] >> 3 & 3
        gyr = self._registers[GYRO_CONFIG] >> 3 & 3
        return 1000 * 2**acc / 16384, 1000 * 2**gyr / 131

    def _pushed(self) -> tuple[Array, Array]:
        axes = np.arange(3)
        acc_on = (self._registers[ACCEL_CONFIG] >> (7 - axes) & 1).astype(float)
        gyr_on = (self._registers[GYRO_CONFIG] >> (7 - axes) & 1).astype(float)
        acc = np.array([trim_mg(code) for code in ACC_CODES])
        gyr = np.array([trim_dps(code) for code in GYR_CODES]) * np.array(
            [1.0, -1.0, 1.0]
        )  # 4.1: y the other way
        return acc * _SPREAD * acc_on, gyr * _SPREAD * gyr_on

    def _offset_dps(self) -> Array:
        stored = bytes(self._registers[XG_OFFS_USR : XG_OFFS_USR + 6])
        return np.frombuffer(stored, ">i2") / 32.8

    def _depth(self) -> int:
        return DEPTH_BYTES // SAMPLE + 1

    def _batch(self, counts: Counts, skipped: int) -> None:
        """Put samples into the FIFO in the order of the registers (4.31). An overflow drops the oldest bytes."""
        self._raise(_DATA_RDY)
        if not self._registers[USER_CTRL] & 0x40 or self._registers[FIFO_EN] & 0x78 != 0x78:
            return
        self._fifo += np.ascontiguousarray(counts[:, ::-1], dtype=">i2").tobytes()
        over = len(self._fifo) - DEPTH_BYTES
        if over > 0 or skipped:
            del self._fifo[: max(0, over)]
            self._raise(_FIFO_OFLOW)

    def _raise(self, bit: int) -> None:
        """Set a status bit if its interrupt is enabled (4.15): the bit is set when its interrupt is generated
        (4.16)."""
        self._status |= bit & self._registers[INT_ENABLE]
