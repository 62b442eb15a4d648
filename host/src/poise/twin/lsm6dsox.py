"""ST LSM6DSOX at its registers: what a driver sees on I2C. Section names are those of datasheet DS12814.

Samples are made when somebody looks: up to the virtual now, at the chip's own rate (a little off the nominal one).
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

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
# 4.1: noise at ±8 g is about 110 µg/√Hz, gyroscope 3.8 mdps/√Hz, over half the rate's bandwidth.
_NOISE_MG_RT_HZ, _NOISE_DPS_RT_HZ = 0.11, 0.0038
_BLOCK = 4096  # samples of noise made at once
_PARITY = np.array([value.bit_count() & 1 for value in range(256)])


class Signals(Protocol):
    """The wearer."""

    def sample(self, t_s: Array) -> tuple[Array, Array]:
        """(specific force in g, angular rate in dps), each (N, 3)."""
        ...


class Recorder(Protocol):
    """Is told what goes into the FIFO and what is read from it; `waiting`: whole samples in it after that."""

    def made(self, t_s: Array, counts: NDArray[np.int16], waiting: int, rate_hz: float) -> None:
        """Samples of these times came: (N, 2, 3), gyroscope first."""
        ...

    def read(self, waiting: int, now_s: float) -> None:
        """The firmware has read."""
        ...


class Lsm6dsox:
    """One chip. `now_us` is the virtual clock. Faults: `dead`, `stuck`, `self_test_broken`."""

    def __init__(
        self,
        signals: Signals,
        now_us: Callable[[], int],
        *,
        seed: int = 1,
        rate_error_ppm: float = 1200.0,
        temperature_c: float = 29.0,
    ) -> None:
        self._signals = signals
        self._now_us = now_us
        self._seed = seed
        self._stretch = 1.0 + rate_error_ppm * 1e-6
        self._temperature_c = temperature_c
        rng = np.random.default_rng([seed, 7])
        self._acc_bias_mg = rng.normal(0, 12, 3)  # 4.1: zero-g level ±20 mg
        self._gyr_bias_dps = rng.normal(0, 0.35, 3)  # 4.1: zero-rate level ±1 dps
        self._noise_blocks: dict[int, Array] = {}
        self.dead = self.stuck = self.self_test_broken = False
        self.recorder: Recorder | None = None
        self.power_on()

    def power_on(self) -> None:
        """All registers at their defaults, the FIFO empty."""
        self._registers = bytearray(0x80)
        self._registers[WHO_AM_I] = CHIP_ID
        self._registers[CTRL3_C] = 0x04
        self._fifo = bytearray()
        self._latched = self._overrun = False
        self._start_us = self._now_us()
        self._made = 0  # samples since _start_us
        self._batches = 0  # samples that went to the FIFO, for TAG_CNT
        self._fresh = 0  # STATUS bits
        self._last = np.zeros((2, 3), np.int16)  # gyroscope, accelerometer

    # --- bus

    def read(self, register: int, size: int) -> bytes:
        """`size` bytes from `register` on; 0x7E rolls over to FIFO_DATA_OUT_TAG. Raises OSError when dead."""
        self._alive()
        self._update()
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

    def write(self, register: int, data: bytes) -> None:
        """Bytes into `register` and its followers. Raises OSError when dead."""
        self._alive()
        self._update()
        for offset, value in enumerate(data):
            self._write_one(register + offset, value)

    def level_int1(self) -> int:
        """The INT1 pin: FIFO threshold, when routed there."""
        self._update()
        return int(bool(self._registers[INT1_CTRL] & 0x08) and self._watermark_reached())

    def _alive(self) -> None:
        if self.dead:
            raise OSError(19, "no acknowledge")  # ENODEV, as MicroPython's I2C gives it

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
            self._start_us = self._now_us()
            self._made = 0

    def _refresh(self, register: int) -> None:
        """Registers that follow from the state, before they are read."""
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
        """Rate of both sensors as it is set, 0 when off. (They are clocked together here.)"""
        odr = max(self._registers[CTRL1_XL] >> 4, self._registers[CTRL2_G] >> 4)
        return _RATES.get(odr, 0.0)

    @property
    def _batching(self) -> bool:
        return self._registers[FIFO_CTRL4] & 7 == 6 and bool(self._registers[FIFO_CTRL3])

    def _update(self) -> None:
        """Make the samples that are due."""
        rate_hz = self.rate_hz * self._stretch
        if not rate_hz:
            return
        due = int((self._now_us() - self._start_us) * 1e-6 * rate_hz)
        wanted = due - self._made
        if wanted <= 0:
            return
        # More than the FIFO holds would be overwritten at once: only the newest are made, the loss is flagged.
        keep = min(wanted, DEPTH_WORDS // 2 + 1)
        first = self._made + wanted - keep + 1
        counts = self._counts(np.arange(first, first + keep), rate_hz)
        self._made = due
        self._last = counts[-1]
        self._fresh |= 3
        self._batch(counts, skipped=wanted - keep)
        if self.recorder and self._batching:
            t_s = self._start_us * 1e-6 + np.arange(first, first + keep) / rate_hz
            self.recorder.made(t_s, counts, len(self._fifo) // (2 * _WORD), self.rate_hz)

    def _counts(self, index: NDArray[np.int64], rate_hz: float) -> NDArray[np.int16]:
        """(N, 2, 3) raw outputs, gyroscope first, saturated at the ends of scale."""
        t_s = self._start_us * 1e-6 + index / rate_hz
        acc, gyr = self._signals.sample(t_s)
        noise = self._noise(index)
        band = np.sqrt(rate_hz / 2)
        acc_mg = acc * 1000 + self._acc_bias_mg + noise[:, 0] * _NOISE_MG_RT_HZ * band
        gyr_dps = gyr + self._gyr_bias_dps + noise[:, 1] * _NOISE_DPS_RT_HZ * band
        acc_mg, gyr_dps = self._pushed(acc_mg, gyr_dps)
        if self.stuck:
            return np.broadcast_to(self._last, (len(index), 2, 3)).astype(np.int16)
        acc_lsb = acc_mg / _ACC_MG[self._registers[CTRL1_XL] >> 2 & 3]
        full_scale = self._registers[CTRL2_G]
        gyr_lsb = gyr_dps * 1000 / (4.375 if full_scale & 2 else _GYR_MDPS[full_scale >> 2 & 3])
        both = np.stack([gyr_lsb, acc_lsb], axis=1)
        return np.clip(np.rint(both), -32768, 32767).astype(np.int16)

    def _pushed(self, acc_mg: Array, gyr_dps: Array) -> tuple[Array, Array]:
        """The self-test's electrostatic force (9.17)."""
        control = self._registers[CTRL5_C]
        if self.self_test_broken:
            return acc_mg, gyr_dps
        sign = {1: 1.0, 2: -1.0, 3: -1.0}
        acc_mg = acc_mg + _SELF_TEST_MG * sign.get(control & 3, 0.0)
        return acc_mg, gyr_dps + _SELF_TEST_DPS * sign.get(control >> 2 & 3, 0.0)

    def _noise(self, index: NDArray[np.int64]) -> Array:
        """(N, 2, 3) standard normal, a function of the sample's number alone."""
        blocks = range(int(index[0]) // _BLOCK, int(index[-1]) // _BLOCK + 1)
        pools = [self._noise_block(block) for block in blocks]
        pool = pools[0] if len(pools) == 1 else np.concatenate(pools)
        return pool[index - blocks[0] * _BLOCK]

    def _noise_block(self, block: int) -> Array:
        if block not in self._noise_blocks:
            if len(self._noise_blocks) > 1:
                self._noise_blocks.clear()
            rng = np.random.default_rng([self._seed, block])
            self._noise_blocks[block] = rng.standard_normal((_BLOCK, 2, 3))
        return self._noise_blocks[block]

    def _batch(self, counts: NDArray[np.int16], skipped: int) -> None:
        """Tagged words into the FIFO (9.74); continuous mode drops the oldest."""
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


class I2cBus:
    """The bus: addresses and what answers there."""

    def __init__(self) -> None:
        self.devices: dict[int, Lsm6dsox] = {}

    def read(self, payload: bytes) -> bytes:
        """Request of the pipe: address, register, size u16."""
        return self._device(payload[0]).read(payload[1], payload[2] | payload[3] << 8)

    def write(self, payload: bytes) -> bytes:
        """Request of the pipe: address, register, data."""
        self._device(payload[0]).write(payload[1], payload[2:])
        return b""

    def _device(self, address: int) -> Lsm6dsox:
        if address not in self.devices:
            raise OSError(19, "no acknowledge")
        return self.devices[address]
