"""A recorder of the samples that the firmware reads from the twin's sensor, as a trace for `poise replay`."""

from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..chips.imu import Array

_G_M_S2 = 9.80665
# The firmware's ±8 g and ±1000 dps: drivers/lsm6dsox.py.
_ACC_LSB_PER_G = 4098
_GYR_DPS_PER_LSB = 0.035


class SampleRecorder:
    """An `imu.Recorder`. It keeps the samples since the last loss: a trace has no gaps."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, NDArray[np.int16]]] = deque()
        self._times: list[float] = []
        self._counts: list[NDArray[np.int16]] = []
        self._bursts: list[tuple[int, float]] = []
        self._rate_hz = 0.0

    def made(self, t_s: Array, counts: NDArray[np.int16], waiting: int, rate_hz: float) -> None:
        """Take samples that entered the FIFO; any beyond `waiting` were lost."""
        last = self._waiting[-1][0] if self._waiting else self._times[-1] if self._times else None
        if last is not None and t_s[0] - last > 1.5 / rate_hz:
            self._waiting.clear()
            self._forget()
        self._waiting.extend(zip(t_s.tolist(), counts, strict=True))
        self._rate_hz = rate_hz
        if len(self._waiting) > waiting:
            self._forget()
        while len(self._waiting) > waiting:
            self._waiting.popleft()

    def read(self, waiting: int, now_s: float) -> None:
        """Take note that the firmware read all but `waiting` samples."""
        taken = len(self._waiting) - waiting
        if taken <= 0:
            return
        for _ in range(taken):
            t_s, counts = self._waiting.popleft()
            self._times.append(t_s)
            self._counts.append(counts)
        self._bursts.append((taken, now_s))

    def _forget(self) -> None:
        self._times.clear()
        self._counts.clear()
        self._bursts.clear()

    def save(self, path: Path) -> None:
        """Write the trace, with `t_s` the twin's time since its own start. Writes nothing without samples."""
        if not self._times:
            return
        counts = np.array(self._counts, np.float64)
        sizes, read_s = zip(*self._bursts, strict=True)
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                acc_m_s2=counts[:, 1] / _ACC_LSB_PER_G * _G_M_S2,
                gyr_rad_s=np.radians(counts[:, 0] * _GYR_DPS_PER_LSB),
                sampling_rate_hz=self._rate_hz,
                t_s=np.array(self._times),
                burst_samples=np.array(sizes),
                burst_t_s=np.array(read_s),
            )
