"""A trace: a sensor's samples at one rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .samples import Array

MAX_BURST = 32  # samples that the firmware takes at once


@dataclass(frozen=True)
class Trace:
    """Samples at one rate. `acc_m_s2`, `gyr_rad_s`: (N, 3) in the sensor's axes; `t_s`: (N,).

    `q_ref_wxyz`: (N, 4) true orientation, sensor to earth (z up), NaN where it is not known; `moving`: (N,) the samples
    to score. `burst_samples`, `burst_t_s`: (M,) size and reading time of each burst of the clip. All of these may be
    None. `notes`: assumptions and mends of the reading, a sentence each.
    """

    name: str
    acc_m_s2: Array
    gyr_rad_s: Array
    rate_hz: float
    t_s: Array
    q_ref_wxyz: Array | None = None
    moving: NDArray[np.bool_] | None = None
    burst_samples: NDArray[np.int64] | None = None
    burst_t_s: Array | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.acc_m_s2)

    @property
    def duration_s(self) -> float:
        """Seconds from the start of the first sample to the end of the last."""
        return float(self.t_s[-1] - self.t_s[0]) + 1 / self.rate_hz
