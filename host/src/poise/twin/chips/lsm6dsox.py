"""ST LSM6DSOX at its registers, as a driver sees it on I2C. Section names are those of datasheet DS12814."""

import numpy as np

from .imu import Array, Counts, ImuChip, Make

ADDRESS = 0x6A
WHO_AM_I, CHIP_ID = 0x0F, 0x6C
FIFO_CTRL1, FIFO_CTRL2, FIFO_CTRL3, FIFO_CTRL4 = 0x07, 0x08, 0x09, 0x0A
INT1_CTRL = 0x0D
CTRL1_XL, CTRL2_G, CTRL3_C, CTRL5_C = 0x10, 0x11, 0x12, 0x14
STATUS = 0x1E
OUT_TEMP, OUT_G, OUT_A = 0x20, 0x22, 0x28
FIFO_STATUS1, FIFO_STATUS2 = 0x3A, 0x3B
FIFO_DATA_OUT = 0x78
_WORD = 7  # tag and three int16
DEPTH_WORDS = 512  # 3 kB without compression
_READ_ONLY = {
    WHO_AM_I,
    STATUS,
    *range(OUT_TEMP, OUT_A + 6),
    FIFO_STATUS1,
    FIFO_STATUS2,
    *range(0x78, 0x7F),
}

# 4.1: sensitivities, by the FS bits.
_ACC_MG = {0: 0.061, 1: 0.488, 2: 0.122, 3: 0.244}
_GYR_MDPS = {0: 8.75, 1: 17.5, 2: 35.0, 3: 70.0}
_RATES = {1: 12.5, 2: 26.0, 3: 52.0, 4: 104.0, 5: 208.0, 6: 416.0, 7: 833.0}
# 4.1: self-test output change is 50 to 1700 mg and, at 2000 dps, 150 to 700 dps.
_SELF_TEST_MG, _SELF_TEST_DPS = 420.0, 380.0
_SIGN = {1: 1.0, 2: -1.0, 3: -1.0}  # 9.17
_PARITY = np.array([value.bit_count() & 1 for value in range(256)])


class Lsm6dsox(ImuChip):
    """One LSM6DSOX; see `ImuChip`."""

    # 4.1: zero-g level ±20 mg, zero-rate level ±1 dps, noise at ±8 g about 110 µg/√Hz, gyroscope 3.8 mdps/√Hz.
    make = Make(12, 0.35, 0.11, 0.0038)

    def _reset(self) -> None:
        self._registers = bytearray(0x80)
        self._registers[WHO_AM_I] = CHIP_ID
        self._registers[CTRL3_C] = 0x04
        self._fifo = bytearray()
        self._latched = self._overrun = False
        self._batches = 0  # samples that went to the FIFO, for TAG_CNT
        self._fresh = 0  # STATUS bits

    # --- bus

    def _read(self, register: int, size: int) -> bytes:
        # 0x7E rolls over to FIFO_DATA_OUT_TAG.
        if FIFO_DATA_OUT <= register < FIFO_DATA_OUT + _WORD:
            return self._read_fifo(size)
        self._refresh(register)
        out = bytes(self._registers[register : register + size])
        if register <= FIFO_STATUS2 < register + size:
            self._latched = False  # 9.42: the latch is reset by reading
        for first, bit in ((OUT_A, 1), (OUT_G, 2)):
            if register <= first < register + size:
                self._fresh &= ~bit
        return out

    def _int1(self) -> bool:
        """Return the level of INT1: the FIFO threshold, when routed there."""
        return bool(self._registers[INT1_CTRL] & 0x08) and self._watermark_reached()

    def _write_one(self, register: int, value: int) -> None:
        if register in _READ_ONLY or register >= 0x80:
            return
        if register == CTRL3_C and value & 0x01:
            self.power_on()
            return
        before = self._registers[register]
        self._registers[register] = value
        if register == FIFO_CTRL4 and not value & 0x07:
            self._fifo.clear()
            self._overrun = self._latched = False
        if register in (CTRL1_XL, CTRL2_G) and before >> 4 != value >> 4:
            self._restart()

    def _refresh(self, register: int) -> None:
        """Update the registers that follow from the state, before they are read."""
        if register > FIFO_STATUS2 or register + 16 < STATUS:
            return
        words = len(self._fifo) // _WORD
        flags = self._watermark_reached() << 7 | self._overrun << 6 | (words >= DEPTH_WORDS) << 5
        self._registers[FIFO_STATUS1] = words & 0xFF
        self._registers[FIFO_STATUS2] = flags | self._latched << 3 | words >> 8
        self._registers[STATUS] = self._fresh | 4
        temperature = round((self._temperature_c - 25.0) * 256)
        self._registers[OUT_TEMP : OUT_TEMP + 2] = temperature.to_bytes(2, "little", signed=True)
        self._registers[OUT_G : OUT_A + 6] = self._last.astype("<i2").tobytes()

    def _read_fifo(self, size: int) -> bytes:
        out = bytes(self._fifo[:size])
        del self._fifo[: -(-len(out) // _WORD) * _WORD]
        if self.recorder:
            self.recorder.read(len(self._fifo) // (2 * _WORD), self._now_us() * 1e-6)
        self._overrun = False
        return out + bytes(size - len(out))

    def _watermark_reached(self) -> bool:
        watermark = self._registers[FIFO_CTRL1] | (self._registers[FIFO_CTRL2] & 1) << 8
        return bool(watermark) and len(self._fifo) // _WORD >= watermark

    # --- sampling

    @property
    def rate_hz(self) -> float:
        """Rate of both sensors as set, in Hz, 0 when off."""
        odr = max(self._registers[CTRL1_XL] >> 4, self._registers[CTRL2_G] >> 4)
        return _RATES.get(odr, 0.0)

    def _scales(self) -> tuple[float, float]:
        full_scale = self._registers[CTRL2_G]
        mdps = 4.375 if full_scale & 2 else _GYR_MDPS[full_scale >> 2 & 3]
        return _ACC_MG[self._registers[CTRL1_XL] >> 2 & 3], mdps

    def _pushed(self) -> tuple[Array, Array]:
        control = self._registers[CTRL5_C]
        acc = np.full(3, _SELF_TEST_MG * _SIGN.get(control & 3, 0.0))
        return acc, np.full(3, _SELF_TEST_DPS * _SIGN.get(control >> 2 & 3, 0.0))

    def _depth(self) -> int:
        return DEPTH_WORDS // 2

    @property
    def _batching(self) -> bool:
        return self._registers[FIFO_CTRL4] & 7 == 6 and bool(self._registers[FIFO_CTRL3])

    def _waiting(self) -> int | None:
        return len(self._fifo) // (2 * _WORD) if self._batching else None

    def _batch(self, counts: Counts, skipped: int) -> None:
        """Put tagged words into the FIFO (9.74). Continuous mode drops the oldest."""
        self._fresh |= 3
        if not self._batching:
            return
        n = len(counts)
        slot = (self._batches + skipped + np.arange(n)) & 3
        words = np.empty((n, 2, _WORD), np.uint8)
        for place, sensor in ((0, 0x01), (1, 0x02)):
            tag = sensor << 3 | slot << 1
            words[:, place, 0] = tag | _PARITY[tag]
        words[:, :, 1:] = np.ascontiguousarray(counts, dtype="<i2").view(np.uint8).reshape(n, 2, 6)
        self._batches += skipped + n
        self._fifo += words.tobytes()
        over = len(self._fifo) - DEPTH_WORDS * _WORD
        if over > 0 or skipped:
            del self._fifo[: max(0, over)]
            self._overrun = self._latched = True
