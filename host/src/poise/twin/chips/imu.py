"""Base class of the twin's IMUs: the wearer sampled at the chip's own rate, bias, noise, quantising, and faults.

Samples are made on demand: up to the virtual now, at the chip's own rate (a little off the nominal one). A subclass
adds the registers, the scales, the FIFO's format and the effect of its self-test.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Counts = NDArray[np.int16]  # (N, 2, 3): gyroscope, accelerometer

_BLOCK = 4096  # samples of noise made at once
_FELT_BLOCK = 256  # samples of the wearer made at once: a burst of 16 costs nearly as much
_NOISY_STREAM = 11  # of random numbers, for the fault `noisy`


class Signals(Protocol):
    """The wearer's signals."""

    def sample(self, t_s: Array) -> tuple[Array, Array]:
        """Return (specific force in g, angular rate in dps), each (N, 3). The same times always give the same
        values."""
        ...


class Recorder(Protocol):
    """Receives the samples that enter the FIFO and those that are read. `waiting`: whole samples in the FIFO
    afterwards."""

    def made(self, t_s: Array, counts: Counts, waiting: int, rate_hz: float) -> None:
        """Take the samples of these times, which entered the FIFO."""
        ...

    def read(self, waiting: int, now_s: float) -> None:
        """Take note that the firmware has read the FIFO."""
        ...


@dataclass(frozen=True)
class Make:
    """Quality of a chip, from its datasheet: standard deviations of the biases, noise densities."""

    acc_bias_mg: float
    gyr_bias_dps: float
    acc_noise_mg_rt_hz: float
    gyr_noise_dps_rt_hz: float
    lowest: int = -32768  # of its 16 bits


class ImuChip(ABC):
    """One IMU, which senses `signals`. `now_us` is the virtual clock.

    The same `seed` gives the same noise and offsets. `rate_error_ppm`: error of its sample rate, + too fast.

    Faults, to be set at any time: `dead` and, from `disconnect_at_us` on, no answer; `stuck`: the last sample again and
    again; `noisy`: random samples; `self_test_broken`: the self-test moves nothing.
    `acc_bias_mg`: the accelerometer's own offset, (3,).
    """

    make: Make
    # Name -> content of what a clip with this chip has beside `main.py`.
    files: ClassVar[Mapping[str, Callable[[], bytes]]] = {}

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
        self.acc_bias_mg = rng.normal(0, self.make.acc_bias_mg, 3)
        self._gyr_bias_dps = rng.normal(0, self.make.gyr_bias_dps, 3)
        # As many blocks as a whole FIFO can touch.
        self._noise_block = lru_cache(2)(self._make_noise)
        self._felt_block = lru_cache(4)(self._make_felt)
        self.dead = self.stuck = self.noisy = self.self_test_broken = False
        self.disconnect_at_us: int | None = None
        self.recorder: Recorder | None = None
        self.power_on()

    # --- what a chip of its own says

    @abstractmethod
    def _reset(self) -> None:
        """Set all registers to their defaults and empty the FIFO."""

    @abstractmethod
    def _read(self, register: int, size: int) -> bytes: ...

    @abstractmethod
    def _write_one(self, register: int, value: int) -> None: ...

    @abstractmethod
    def _int1(self) -> bool: ...

    @property
    @abstractmethod
    def rate_hz(self) -> float:
        """Rate of both sensors as set, in Hz, 0 when off. (They are clocked together here.)"""

    @abstractmethod
    def _scales(self) -> tuple[float, float]:
        """(mg, mdps) per LSB as set."""

    @abstractmethod
    def _pushed(self) -> tuple[Array, Array]:
        """Return the self-test's present addition: (mg, dps), each (3,)."""

    def _offset_dps(self) -> Array:
        """Return the offset registers' addition to the gyroscope, in dps."""
        return np.zeros(3)

    @abstractmethod
    def _batch(self, counts: Counts, skipped: int) -> None:
        """Take new samples, oldest first; `skipped` earlier ones would have been overwritten already."""

    @abstractmethod
    def _depth(self) -> int:
        """Number of samples that the FIFO holds."""

    def _waiting(self) -> int | None:
        """Samples in the FIFO, for a recorder; None if nothing enters it, or the chip cannot be recorded."""
        return None

    # --- the bus and the pin

    def power_on(self) -> None:
        """Set all registers to their defaults and empty the FIFO."""
        self._last = np.zeros((2, 3), np.int16)
        self._restart()
        self._reset()

    def read(self, register: int, size: int) -> bytes:
        """Return `size` bytes from `register` on. Raises OSError when dead."""
        self._alive()
        self._update()
        return self._read(register, size)

    def write(self, register: int, data: bytes) -> None:
        """Write bytes into `register` and the following ones. Raises OSError when dead."""
        self._alive()
        self._update()
        for offset, value in enumerate(data):
            self._write_one(register + offset, value)

    def level_int1(self) -> int:
        """Level of the INT1 pin."""
        self._update()
        return int(self._int1())

    def _alive(self) -> None:
        gone = self.disconnect_at_us is not None and self._now_us() >= self.disconnect_at_us
        if self.dead or gone:
            raise OSError(19, "no acknowledge")  # ENODEV, as MicroPython's I2C gives it

    # --- sampling

    def _restart(self) -> None:
        """Count samples from now on, because the rate has changed."""
        self._start_us = self._now_us()
        self._made = 0

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
        keep = min(wanted, self._depth() + 1)
        first = self._made + wanted - keep + 1
        counts = self._counts(np.arange(first, first + keep), rate_hz)
        self._made = due
        self._last = counts[-1]
        self._batch(counts, wanted - keep)
        waiting = self._waiting()
        if self.recorder and waiting is not None:
            t_s = self._start_us * 1e-6 + np.arange(first, first + keep) / rate_hz
            self.recorder.made(t_s, counts, waiting, self.rate_hz)

    def _counts(self, index: NDArray[np.int64], rate_hz: float) -> Counts:
        """Return the raw outputs, saturated at the ends of scale."""
        if self.stuck:
            return np.broadcast_to(self._last, (len(index), 2, 3)).astype(np.int16)
        lowest = self.make.lowest
        if self.noisy:
            rng = np.random.default_rng([self._seed, _NOISY_STREAM, int(index[0])])
            return rng.integers(lowest, 32768, (len(index), 2, 3)).astype(np.int16)
        start_us = self._start_us
        felt = _in_blocks(index, _FELT_BLOCK, lambda n: self._felt_block(n, start_us, rate_hz))
        acc, gyr = felt[:, 0], felt[:, 1]
        noise = _in_blocks(index, _BLOCK, self._noise_block)
        band = np.sqrt(rate_hz / 2)
        acc_mg = acc * 1000 + self.acc_bias_mg + noise[:, 0] * self.make.acc_noise_mg_rt_hz * band
        bias_dps = self._gyr_bias_dps + self._offset_dps()
        gyr_dps = gyr + bias_dps + noise[:, 1] * self.make.gyr_noise_dps_rt_hz * band
        if not self.self_test_broken:
            push_mg, push_dps = self._pushed()
            acc_mg, gyr_dps = acc_mg + push_mg, gyr_dps + push_dps
        mg, mdps = self._scales()
        both = np.stack([gyr_dps * 1000 / mdps, acc_mg / mg], axis=1)
        return np.clip(np.rint(both), lowest, 32767).astype(np.int16)

    def _make_felt(self, block: int, start_us: int, rate_hz: float) -> Array:
        """(_FELT_BLOCK, 2, 3): specific force in g, angular rate in dps."""
        index = np.arange(block * _FELT_BLOCK, (block + 1) * _FELT_BLOCK)
        return np.stack(self._signals.sample(start_us * 1e-6 + index / rate_hz), axis=1)

    def _make_noise(self, block: int) -> Array:
        """(_BLOCK, 2, 3) standard normal, a function of the samples' numbers alone."""
        return np.random.default_rng([self._seed, block]).standard_normal((_BLOCK, 2, 3))


def _in_blocks(index: NDArray[np.int64], size: int, made: Callable[[int], Array]) -> Array:
    """Return the rows with these numbers, in order, from blocks of `size` rows."""
    blocks = range(int(index[0]) // size, int(index[-1]) // size + 1)
    pools = [made(block) for block in blocks]
    pool = pools[0] if len(pools) == 1 else np.concatenate(pools)
    return pool[index - blocks[0] * size]


class I2cBus:
    """The I2C bus: addresses and the chips there."""

    def __init__(self) -> None:
        self.devices: dict[int, ImuChip] = {}

    def read(self, payload: bytes) -> bytes:
        """Answer a request: address, register, size u16 -> bytes."""
        return self._device(payload[0]).read(payload[1], payload[2] | payload[3] << 8)

    def write(self, payload: bytes) -> bytes:
        """Answer a request: address, register, data."""
        self._device(payload[0]).write(payload[1], payload[2:])
        return b""

    def _device(self, address: int) -> ImuChip:
        if address not in self.devices:
            raise OSError(19, "no acknowledge")
        return self.devices[address]
