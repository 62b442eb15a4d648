"""The sensor's full scales, and samples quantised by them: int16, saturated at the ends."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import PoiseError, Reason
from .trace import Trace

G_M_S2 = 9.80665
# LSM6DSOX, datasheet DS12814 4.1: the sensitivities of its full scales. The clip's are ±8 g and ±1000 dps, the firmware
# takes 4098 LSB/g there (drivers/lsm6dsox.py), and the others are in proportion.
_ACC_LSB_PER_G = {2: 16_392, 4: 8_196, 8: 4_098, 16: 2_049}
_GYR_UDPS_PER_LSB = {125: 4_375, 250: 8_750, 500: 17_500, 1000: 35_000, 2000: 70_000}
CLIP_ACC_G, CLIP_GYR_DPS = 8, 1000
_CHUNK = 65_536  # samples


@dataclass(frozen=True)
class Scale:
    """Full scales of the accelerometer and the gyroscope, among those of the LSM6DSOX."""

    acc_range_g: int
    gyr_range_dps: int

    @property
    def acc_lsb_per_g(self) -> int:
        """Accelerometer LSB per standard gravity."""
        return _ACC_LSB_PER_G[self.acc_range_g]

    @property
    def gyr_udps_per_lsb(self) -> int:
        """Gyroscope 0.000001 degrees/s per LSB."""
        return _GYR_UDPS_PER_LSB[self.gyr_range_dps]


CLIP = Scale(CLIP_ACC_G, CLIP_GYR_DPS)


def choose(trace: Trace, acc_range_g: int | None = None, gyr_range_dps: int | None = None) -> Scale:
    """Return the clip's full scales, or the next greater ones that fit the trace's maxima; given scales take
    precedence.

    Values beyond the greatest scale saturate. Raises PoiseError (BAD_INPUT) for a scale that the sensor does not have.
    """
    acc_g = float(np.abs(trace.acc_m_s2).max()) / G_M_S2
    gyr_dps = math.degrees(float(np.abs(trace.gyr_rad_s).max()))
    return Scale(
        _range("--acc-range-g", acc_range_g, acc_g, CLIP_ACC_G, list(_ACC_LSB_PER_G)),
        _range("--gyr-range-dps", gyr_range_dps, gyr_dps, CLIP_GYR_DPS, list(_GYR_UDPS_PER_LSB)),
    )


def _range(option: str, given: int | None, greatest: float, least: int, known: list[int]) -> int:
    if given is None:
        fits = [scale for scale in known if scale >= least and greatest < scale]
        return fits[0] if fits else known[-1]
    if given not in known:
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{option} {given}: the sensor has no such full scale",
            f"It has {', '.join(map(str, known))}.",
        )
    return given


def quantised(trace: Trace, scale: Scale) -> Iterator[NDArray[np.int16]]:
    """Yield parts of the trace as (n, 6) int16: ax, ay, az, gx, gy, gz."""
    acc_lsb = scale.acc_lsb_per_g / G_M_S2
    gyr_lsb = math.degrees(1.0) * 1e6 / scale.gyr_udps_per_lsb
    for first in range(0, len(trace), _CHUNK):
        part = slice(first, first + _CHUNK)
        raw = np.hstack([trace.acc_m_s2[part] * acc_lsb, trace.gyr_rad_s[part] * gyr_lsb])
        yield np.clip(np.rint(raw), -32768, 32767).astype("<i2")
