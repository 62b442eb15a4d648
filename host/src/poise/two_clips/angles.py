"""True neck flexion from two clips: head relative to trunk at the same times, with its error budget. Pure numpy.

Definition (ISO 11226): neck flexion is head inclination minus trunk inclination in the sagittal plane, each from its
own upright. Here it is the tilt of the trunk's upright in the head's frame. In the sagittal plane this equals that
difference, and it stays right when the wearer also leans to a side. The clips do not measure heading: head and trunk
are assumed to face the same way. The collar moves a little with the neck; `COLLAR_SHARE` corrects for this. Vectors are
in the wearer's frame at the upright: right, forward, up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..insight.classes import CLASSES, EDGES_DEG

Array = NDArray[np.float64]

GAP_MS = 300.0  # a longer gap in either stream is not interpolated
MAX_LATERAL_DEG = 60.0  # beyond, the axes of flexion and lateral flexion come together
COVERAGE = 2.0  # the stated error is twice the standard uncertainty: about 95 %

# Standard uncertainties, or limits, which divided by the square root of 3 become one (uniform distribution).
FILTER_DEG = 0.41  # inclination RMSE of one clip's filter: docs/BENCHMARKS.md, on moving samples
OFFSET_DEG = 1.15  # the accelerometer's zero-g level, typically 20 mg (DS12814 4.1), as an angle
SAMPLE_AGE_MS = 5.0  # limit: a frame holds the newest sample of a 208 Hz FIFO
# Share of the neck's flexion that the collar follows: from 0 for a stiff collar to that of T1 to T4 beneath it
# (4.4 degrees of 55, docs/therapists/neck.md). The middle is subtracted, the half width is a limit.
COLLAR_SHARE, COLLAR_SPREAD = 0.04, 0.04
HEADING_DEG = 10.0  # usual rotation of the head against the trunk
DEFAULT_SPREAD_DEG = 1.0  # the largest spread that a clip accepts at its calibration


@dataclass(frozen=True)
class Stream:
    """One clip's angles from its upright, by rising time; arrays of shape (n,).

    `time_uncertainty_ms` is that of the clock map, a limit. `spread_deg` is the standard deviation of the pose during
    calibration. `valid` is True where the clip is worn and calibrated.
    """

    t_utc_ms: Array
    flexion_deg: Array
    lateral_deg: Array
    valid: NDArray[np.bool_]
    time_uncertainty_ms: Array
    spread_deg: Array


@dataclass(frozen=True)
class Angle:
    """An angle with its error. `deg` is NaN where unknown. `terms_deg` has the standard uncertainties by name.

    `error_deg` is COVERAGE times the root of their sum of squares.
    """

    deg: Array
    terms_deg: Mapping[str, Array]
    error_deg: Array


@dataclass(frozen=True)
class Neck:
    """The neck's angles at the head clip's times, arrays of shape (n,).

    `both` is True where both clips are worn and calibrated, the trunk's stream has no gap, and neither leans to a side
    by more than MAX_LATERAL_DEG.
    """

    t_utc_ms: Array
    flexion: Angle
    lateral: Angle
    head_flexion_deg: Array
    trunk_flexion_deg: Array
    both: NDArray[np.bool_]


@dataclass(frozen=True)
class NeckExposure:
    """Exposure in minutes. All shares are of `valid_min`. Percentiles are None without valid time."""

    recorded_min: float  # from the first to the last sample of the head
    valid_min: float
    class_min: dict[str, float]
    p10_deg: float | None
    p50_deg: float | None
    p90_deg: float | None

    def share(self, angle_class: str) -> float | None:
        """Return this class's share of the valid time, 0 to 1; None without valid time."""
        return self.class_min[angle_class] / self.valid_min if self.valid_min else None


def up_vectors(flexion_deg: Array, lateral_deg: Array) -> Array:
    """Return up vectors (n, 3) in the segment's frame, from the clip's two angles (as `firmware/motion` forms them)."""
    f, s = np.radians(flexion_deg), np.radians(lateral_deg)
    return np.stack([-np.sin(s), -np.cos(s) * np.sin(f), np.cos(s) * np.cos(f)], axis=-1)


def angles_of(up: Array) -> tuple[Array, Array]:
    """Return (flexion, lateral flexion) in degrees of up vectors (n, 3). The inverse of `up_vectors`."""
    right, forward, along = np.moveaxis(up, -1, 0)
    flexion = np.degrees(np.arctan2(-forward, along))
    return flexion, np.degrees(np.arctan2(-right, np.hypot(forward, along)))


def neck_angles(head_up: Array, trunk_up: Array, turned_deg: float = 0.0) -> tuple[Array, Array]:
    """Return (flexion, lateral flexion) of the head relative to the trunk in degrees. Up vectors (n, 3) have length 1.

    `turned_deg` is the head's rotation to the right of the trunk. Forward and to the right are positive.
    """
    right, forward, along = np.moveaxis(_world(trunk_up)[..., 2], -1, 0)  # the trunk's own upright
    c, s = np.cos(np.radians(turned_deg)), np.sin(np.radians(turned_deg))
    upright = np.stack([c * right - s * forward, s * right + c * forward, along], axis=-1)
    # The rows of `_world` are the level axes as the segment sees them.
    return angles_of(np.einsum("...w,...ws->...s", upright, _world(head_up)))


def _world(up: Array) -> Array:
    """Return rotations (n, 3, 3) from the segment's frame to a level frame with the heading of its right axis."""
    right = np.array([1.0, 0.0, 0.0]) - up[..., :1] * up
    right = right / np.maximum(np.linalg.norm(right, axis=-1, keepdims=True), 1e-9)
    forward = np.cross(up, right).astype(np.float64)
    return np.stack([right, forward, up], axis=-2)


def align(head: Stream, trunk: Stream) -> Neck:
    """Return the angles of the head relative to the trunk at the head's times.

    The trunk's angles are interpolated, but not over gaps. Raises ValueError if the trunk has no samples.
    """
    at = _Between.of(trunk, head.t_utc_ms)
    head_up = up_vectors(head.flexion_deg, head.lateral_deg)
    trunk_up = at.mixed(up_vectors(trunk.flexion_deg, trunk.lateral_deg))
    trunk_up = trunk_up / np.linalg.norm(trunk_up, axis=-1, keepdims=True)
    trunk_flexion, trunk_lateral = angles_of(trunk_up)
    level = np.maximum(np.abs(head.lateral_deg), np.abs(trunk_lateral)) <= MAX_LATERAL_DEG
    both = head.valid & at.known & level
    faced = neck_angles(head_up, trunk_up)
    values = (faced[0] / (1 - COLLAR_SHARE), faced[1])
    shares = (COLLAR_SPREAD, COLLAR_SHARE + COLLAR_SPREAD)  # no correction to the side
    turned = [neck_angles(head_up, trunk_up, way) for way in (HEADING_DEG, -HEADING_DEG)]
    offset = np.hypot(_tilt(head_up), _tilt(trunk_up)) * OFFSET_DEG
    spreads = (head.spread_deg, at.mixed(trunk.spread_deg))
    angles: list[Angle] = []
    for axis, name in enumerate(("flexion_deg", "lateral_deg")):
        terms = _terms(head, trunk, at, name)
        terms["head start position"], terms["trunk start position"] = spreads
        terms["filter"] = np.full(len(both), FILTER_DEG * np.sqrt(2))
        terms["offset"] = offset
        terms["collar"] = _limit(shares[axis] * np.abs(values[axis]))
        off = [np.abs(_wrapped(one[axis] - faced[axis])) for one in turned]
        terms["heading"] = np.maximum(*off)
        error = COVERAGE * np.sqrt(np.sum([term**2 for term in terms.values()], axis=0))
        known = {term: np.where(both, value, np.nan) for term, value in terms.items()}
        angles.append(
            Angle(np.where(both, values[axis], np.nan), known, np.where(both, error, np.nan))
        )
    trunk_seen = np.where(at.known, trunk_flexion, np.nan)
    return Neck(head.t_utc_ms, angles[0], angles[1], head.flexion_deg, trunk_seen, both)


def exposure(neck: Neck) -> NeckExposure:
    """Return minutes by angle class and percentiles of the neck's flexion, where `neck.both` is True.

    A sample stands for the time until the next one, if the next one is known too and there is no gap between them.
    """
    t_ms = neck.t_utc_ms
    if len(t_ms) < 2:
        return NeckExposure(0.0, 0.0, dict.fromkeys(CLASSES, 0.0), None, None, None)
    step_ms = np.diff(t_ms)
    held = neck.both[:-1] & neck.both[1:] & (step_ms <= GAP_MS)
    weights = np.where(held, step_ms, 0.0) / 60_000
    values = np.where(held, neck.flexion.deg[:-1], 0.0)
    place = np.searchsorted(EDGES_DEG, values, side="right")
    minutes = np.bincount(place, weights, minlength=len(CLASSES))
    p10, p50, p90 = (_weighted_quantile(values, weights, q) for q in (0.1, 0.5, 0.9))
    return NeckExposure(
        float(t_ms[-1] - t_ms[0]) / 60_000,
        float(weights.sum()),
        dict(zip(CLASSES, map(float, minutes), strict=True)),
        p10,
        p50,
        p90,
    )


def _weighted_quantile(values: np.ndarray, weights: np.ndarray, q: float) -> float | None:
    """Return the smallest value with at least the share `q` of the weight at or below it; None without weight.

    Shapes (n,).
    """
    total = weights.sum()
    if total <= 0:
        return None
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= q * total
    return float(values[order][np.argmax(reached)])


# --- one stream at the other's times


@dataclass(frozen=True)
class _Between:
    """Positions of times among a stream's samples: between indices `left` and `right`, at the fraction `part`."""

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    part: Array
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, stream: Stream, t_ms: Array) -> "_Between":
        own = stream.t_utc_ms
        if len(own) == 0:
            raise ValueError("a stream without samples")
        right = np.clip(np.searchsorted(own, t_ms), 0, len(own) - 1)
        left = np.where(own[right] > t_ms, np.maximum(right - 1, 0), right)
        span = own[right] - own[left]
        part = np.where(span > 0, (t_ms - own[left]) / np.maximum(span, 1e-9), 0.0)
        inside = (t_ms >= own[left]) & (t_ms <= own[right]) & (span <= GAP_MS)
        return cls(left, right, part, inside & stream.valid[left] & stream.valid[right])

    def mixed(self, values: Array) -> Array:
        """Return a column (n,) or rows (n, 3) interpolated linearly."""
        part = self.part.reshape(-1, *[1] * (values.ndim - 1))
        return values[self.left] * (1 - part) + values[self.right] * part

    def largest(self, values: Array) -> Array:
        """Return the larger of the two neighbours' values."""
        return np.maximum(values[self.left], values[self.right])


def _terms(head: Stream, trunk: Stream, at: _Between, name: str) -> dict[str, Array]:
    """Return the uncertainties in degrees due to time: alignment and interpolation."""
    lag_head = head.time_uncertainty_ms + SAMPLE_AGE_MS
    lag_trunk = at.largest(trunk.time_uncertainty_ms) + SAMPLE_AGE_MS
    values = np.unwrap(getattr(trunk, name), period=360.0)
    rate_trunk = at.largest(rates_dps(trunk.t_utc_ms, values))
    rate_head = rates_dps(head.t_utc_ms, np.unwrap(getattr(head, name), period=360.0))
    alignment = np.hypot(rate_head * lag_head, rate_trunk * lag_trunk) / 1000
    bend = at.largest(_bends(trunk.t_utc_ms, values))
    span_ms = trunk.t_utc_ms[at.right] - trunk.t_utc_ms[at.left]
    curved = bend * at.part * (1 - at.part) * span_ms**2 / 2
    half = (
        np.abs(values[at.right] - values[at.left]) / 2
    )  # used if a neighbour's neighbour is missing
    interpolation = np.where(np.isfinite(curved), curved, half)
    return {"alignment": _limit(alignment), "interpolation": _limit(interpolation)}


def rates_dps(t_ms: Array, values_deg: Array) -> Array:
    """Return the steeper of the two slopes at each sample, in degrees per second. A slope over a gap counts as 0."""
    if len(t_ms) < 2:
        return np.zeros(len(t_ms))
    step_ms = np.diff(t_ms)
    slope = np.abs(np.diff(values_deg)) / np.maximum(step_ms, 1.0) * 1000
    slope = np.where(step_ms > GAP_MS, 0.0, slope)
    return np.maximum(np.append(slope, 0.0), np.append(0.0, slope))


def _bends(t_ms: Array, values_deg: Array) -> Array:
    """Return the size of the second derivative in degrees per ms², by three samples; NaN beside a gap or an end."""
    bend = np.full(len(t_ms), np.nan)
    if len(t_ms) < 3:
        return bend
    step = np.maximum(np.diff(t_ms), 1e-9)
    slope = np.diff(values_deg) / step
    near = (step[:-1] <= GAP_MS) & (step[1:] <= GAP_MS)
    bend[1:-1] = np.where(near, 2 * np.abs(np.diff(slope)) / (step[:-1] + step[1:]), np.nan)
    return bend


def _tilt(up: Array) -> Array:
    """Return the chord of the inclination: the share of the sensor's offset that the upright no longer cancels."""
    return np.linalg.norm(up - np.array([0.0, 0.0, 1.0]), axis=-1)


def _limit(value: Array | float) -> Array:
    return np.asarray(value) / np.sqrt(3)


def _wrapped(degrees: Array) -> Array:
    return (degrees + 180.0) % 360.0 - 180.0
