"""Bosch BMI270 at its registers, as a driver sees it on I2C. Chapters: datasheet BST-BMI270-DS000.

The chip measures nothing before it has got Bosch's file, whole and in its place. Its FIFO is that without headers.
"""

import hashlib
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...build.bmi270_file import BYTES, NAME, SHA256, bmi270_file
from .imu import Array, Counts, ImuChip, Make

ADDRESS = 0x68
CHIP_ID = 0x24
CHIP_ID_AT, STATUS, ACC_DATA, GYR_DATA = 0x00, 0x03, 0x0C, 0x12
INT_STATUS_1, INTERNAL_STATUS, TEMPERATURE = 0x1D, 0x21, 0x22
FIFO_LENGTH, FIFO_DATA, FEAT_PAGE = 0x24, 0x26, 0x2F
GYR_GAIN_STATUS, GYR_CAS = 0x38, 0x3C  # of feature page 0
ACC_CONF, ACC_RANGE, GYR_CONF, GYR_RANGE = 0x40, 0x41, 0x42, 0x43
FIFO_WTM_0, FIFO_WTM_1, FIFO_CONFIG_1 = 0x46, 0x47, 0x49
INT1_IO_CTRL, INT_LATCH, INT_MAP_DATA = 0x53, 0x55, 0x58
INIT_CTRL, INIT_ADDR_0, INIT_ADDR_1, INIT_DATA = 0x59, 0x5B, 0x5C, 0x5E
ACC_SELF_TEST, GYR_SELF_TEST_AXES = 0x6D, 0x6E
PWR_CONF, PWR_CTRL, CMD = 0x7C, 0x7D, 0x7E
FRAME = 12
DEPTH_BYTES = 2048  # 4.7

# 5: reset values other than 0.
RESET_VALUES = {
    CHIP_ID_AT: CHIP_ID,
    ACC_CONF: 0xA8,
    ACC_RANGE: 0x02,
    GYR_CONF: 0xA9,
    0x45: 0x88,
    FIFO_WTM_1: 0x02,
    0x48: 0x02,
    FIFO_CONFIG_1: 0x10,
    PWR_CONF: 0x03,
}
_READ_ONLY = {*range(0x2F), GYR_SELF_TEST_AXES}
_RATES = {odr: 25.0 * 2 ** (odr - 6) for odr in range(6, 13)}  # both sensors' 25 to 1600 Hz
_SOFT_RESET, _FIFO_FLUSH, _G_TRIGGER = 0xB6, 0xB0, 0x02
_NOT_INIT, _INIT_OK, _INIT_ERROR = 0, 1, 2
_CHECK_READS = 20  # of INTERNAL_STATUS until the file is checked: some milliseconds
_FULL, _WATERMARK = 0x01, 0x02
# 4.11: at least 16, 15 and 10 g between the push forwards and backwards.
_PUSH_MG = np.array([9_300.0, -8_700.0, 6_200.0])
_STILL_DPS = 8.0  # above it, the gyroscope's test is broken off
_ABORTED = 3 << 3
_CROSS = -11  # this chip's GYR_CAS: parts of 512 of the rate about z that come out about x


class Bmi270(ImuChip):
    """One BMI270; see `ImuChip`."""

    # 1.2: zero-g ±20 mg, zero-rate ±0.5 dps, 160 µg/√Hz, 7 mdps/√Hz.
    make = Make(8, 0.2, 0.16, 0.007)
    files: ClassVar = {NAME: bmi270_file}

    def _reset(self) -> None:
        self._registers = bytearray(0x80)
        for register, value in RESET_VALUES.items():
            self._registers[register] = value
        self._config = bytearray(BYTES)
        self._given = 0  # bytes of it that came
        self._reads_left = 0
        self._fifo = bytearray()
        self._lost = False
        self._latched = 0
        self._fresh = 0

    # --- bus

    def write(self, register: int, data: bytes) -> None:
        """Write bytes; those to INIT_DATA all go into the file. Raises OSError when dead."""
        if register != INIT_DATA:
            super().write(register, data)
            return
        self._alive()
        at = 2 * (self._registers[INIT_ADDR_0] & 0x0F | self._registers[INIT_ADDR_1] << 4)
        room = self._config[at : at + len(data)]
        self._config[at : at + len(room)] = data[: len(room)]
        self._given += len(data)

    def _read(self, register: int, size: int) -> bytes:
        if register == FIFO_DATA:
            return self._read_fifo(size)
        self._refresh()
        page = self._registers
        out = bytearray(page[register : register + size])
        if page[FEAT_PAGE] == 0 and register <= GYR_CAS < register + size and self._initialized:
            out[GYR_CAS - register] = _CROSS & 0x7F
        if register <= INT_STATUS_1 < register + size:
            self._latched = 0
            self._lost = False
        if register <= INTERNAL_STATUS < register + size and self._reads_left:
            self._reads_left -= 1
            if not self._reads_left:
                page[INTERNAL_STATUS] = self._verdict()
                self._restart()
        for first, bit in ((ACC_DATA, 0x80), (GYR_DATA, 0x40)):
            if register <= first < register + size:
                self._fresh &= ~bit
        return bytes(out)

    def _verdict(self) -> int:
        whole = self._given == BYTES and hashlib.sha256(self._config).hexdigest() == SHA256
        return _INIT_OK if whole else _INIT_ERROR

    @property
    def _initialized(self) -> bool:
        return self._registers[INTERNAL_STATUS] == _INIT_OK

    def _write_one(self, register: int, value: int) -> None:
        if register == CMD:
            self._command(value)
            return
        if register in _READ_ONLY or register >= 0x80:
            return
        before = self.rate_hz
        self._registers[register] = value
        if register == INIT_CTRL and not value & 1:
            self._registers[INTERNAL_STATUS] = _NOT_INIT
            self._given = 0
        elif register == INIT_CTRL and not self._registers[PWR_CONF] & 1:
            self._reads_left = _CHECK_READS
        if self.rate_hz != before:
            self._restart()

    def _command(self, value: int) -> None:
        if value == _SOFT_RESET:
            self.power_on()
        elif value == _FIFO_FLUSH:
            self._fifo.clear()
            self._lost = False
            self._latched = 0
        elif value == _G_TRIGGER and self._initialized:
            self._test_gyroscope()

    def _test_gyroscope(self) -> None:
        """4.11: the chip's own test of its drive, broken off by a motion."""
        rate = self._signals.sample(np.array([self._now_us() * 1e-6]))[1][0]
        moves = bool(np.abs(rate).max() > _STILL_DPS)
        self._registers[GYR_GAIN_STATUS] = _ABORTED if moves else 0
        good = not (self.self_test_broken or self.stuck or moves)
        self._registers[GYR_SELF_TEST_AXES] = 0x0F if good else 0x01

    def _refresh(self) -> None:
        """Update the registers that follow from the state, before they are read."""
        page = self._registers
        page[STATUS] = self._fresh | 0x10
        page[INT_STATUS_1] = self._latched | (_FULL if self._lost else 0)
        page[FIFO_LENGTH : FIFO_LENGTH + 2] = len(self._fifo).to_bytes(2, "little")
        temperature = round((self._temperature_c - 23.0) * 512)
        page[TEMPERATURE : TEMPERATURE + 2] = temperature.to_bytes(2, "little", signed=True)
        page[ACC_DATA : GYR_DATA + 6] = self._last[::-1].astype("<i2").tobytes()

    def _read_fifo(self, size: int) -> bytes:
        """Remove and return whole frames; one that is read in part comes again."""
        out = bytes(self._fifo[:size])
        del self._fifo[: len(out) // FRAME * FRAME]
        return out + b"\x00\x80" * ((size - len(out) + 1) // 2)

    def _watermark_reached(self) -> bool:
        mark = self._registers[FIFO_WTM_0] | (self._registers[FIFO_WTM_1] & 0x1F) << 8
        return bool(mark) and len(self._fifo) >= mark

    def _int1(self) -> bool:
        """Return the level of INT1, active high: the FIFO's watermark, when routed there."""
        out = self._registers[INT1_IO_CTRL] & 0x0A == 0x0A
        routed = self._registers[INT_MAP_DATA] & _WATERMARK
        latched = self._registers[INT_LATCH] & 1 and self._latched & _WATERMARK
        return bool(out and routed and (latched or self._watermark_reached()))

    # --- sampling

    @property
    def rate_hz(self) -> float:
        """Rate of both sensors as set, in Hz, 0 when off or without the file."""
        power = self._registers[PWR_CTRL]
        if not self._initialized:
            return 0.0
        acc = _RATES.get(self._registers[ACC_CONF] & 0x0F, 0.0) if power & 0x04 else 0.0
        gyr = _RATES.get(self._registers[GYR_CONF] & 0x0F, 0.0) if power & 0x02 else 0.0
        return max(acc, gyr)

    def _scales(self) -> tuple[float, float]:
        acc, gyr = self._registers[ACC_RANGE] & 3, self._registers[GYR_RANGE] & 7
        return 2000 * 2**acc / 32768, 1000 * (2000 / 2**gyr) / 32768

    def _pushed(self) -> tuple[Array, Array]:
        control = self._registers[ACC_SELF_TEST]
        sign = (1.0 if control & 0x04 else -1.0) if control & 0x09 == 0x09 else 0.0
        return _PUSH_MG * sign, np.zeros(3)

    def _counts(self, index: NDArray[np.int64], rate_hz: float) -> Counts:
        """Return the raw outputs, the rate about z in that about x as GYR_CAS says (4.6.10)."""
        counts = super()._counts(index, rate_hz).copy()
        if not (self.stuck or self.noisy):
            mixed = counts[:, 0, 0] + np.rint(_CROSS * counts[:, 0, 2].astype(float) / 512)
            counts[:, 0, 0] = np.clip(mixed, -32768, 32767)
        return counts

    def _depth(self) -> int:
        return DEPTH_BYTES // FRAME

    def _batch(self, counts: Counts, skipped: int) -> None:
        """Put frames without headers into the FIFO (4.7). The newest replace the oldest."""
        power = self._registers[PWR_CTRL]
        self._fresh |= (0x80 if power & 0x04 else 0) | (0x40 if power & 0x02 else 0)
        if self._registers[FIFO_CONFIG_1] & 0xD0 != 0xC0 or power & 0x06 != 0x06:
            return
        self._fifo += np.ascontiguousarray(counts, dtype="<i2").tobytes()
        over = len(self._fifo) - DEPTH_BYTES // FRAME * FRAME
        if over > 0 or skipped:
            del self._fifo[: max(0, over)]
            self._lost = True
        if self._watermark_reached():
            self._latched |= _WATERMARK
