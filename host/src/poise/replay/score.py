"""Angle between an estimated up vector and the true one."""

import numpy as np

from .samples import Array
from .trace import Trace


def up_of(quaternions: Array) -> Array:
    """Return (N, 3): the earth's up (z) in the sensor's frame, of (N, 4) sensor-to-earth quaternions w, x, y, z."""
    w, x, y, z = quaternions.T
    return np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1)


def inclination_error_deg(found: Array, true: Array) -> Array:
    """Return (N,) the angles in degrees between the vectors (N, 3)."""
    sine = np.linalg.norm(np.cross(found, true), axis=1)
    return np.degrees(np.arctan2(sine, (found * true).sum(axis=1)))


def inclination_rmse_deg(up: Array, trace: Trace) -> tuple[float, int] | None:
    """Return (RMSE of the angle between `up` and the truth, samples that count); None without a truth.

    `up`: (n, 3); the RMSE is in degrees. Samples count if they are `moving` (all, if the trace does not say) and have a
    finite reference.
    """
    if trace.q_ref_wxyz is None:
        return None
    scored = np.isfinite(trace.q_ref_wxyz).all(axis=1) & np.isfinite(up).all(axis=1)
    if trace.moving is not None:
        scored &= trace.moving
    if not scored.any():
        return None
    error = inclination_error_deg(up[scored], up_of(trace.q_ref_wxyz[scored]))
    return float(np.sqrt(np.mean(error**2))), int(scored.sum())
