"""Postural adjustments of the wearer: glances and shifts, and the small motion between them, at a desk and on foot.

The numbers are fitted to 40 minutes of eight people who read, write, type and browse with a sensor at the temple of
their glasses (ClassyGlass, MU-Smart, CC BY 4.0). `python -m bench.wearer_fit DIR` prints what was measured, and
`python -m bench.wearer DIR` how near the wearer comes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .script import Segment
from .sines import Sines

Array = NDArray[np.float64]

# Between the movements: °/s RMS in each band of flexion, lateral flexion and rotation. What is slower is the sway.
BANDS_HZ = ((0.6, 1.5), (1.5, 3.0), (3.0, 6.0), (6.0, 12.0))
WOBBLE_DPS = ((0.35, 0.38, 0.43), (0.46, 0.45, 0.55), (0.48, 0.45, 0.63), (0.28, 0.30, 0.23))
_SINES = 3  # in each band
SHAKE_MG = 4.0  # RMS, each way: from trunk and hands
_SWELL = 0.6  # standard deviation of the logarithm of wobble and shake: now less, now more,
_SWELL_HZ = (0.02, 0.3)  # this fast


@dataclass(frozen=True)
class Restlessness:
    """How often and how far somebody moves beside what they mean to do."""

    per_minute: float  # glances and shifts; a glance is two movements
    median_deg: float
    spread: float  # standard deviation of the size's logarithm
    share: tuple[float, float, float]  # of flexion, lateral flexion and rotation
    most_deg: tuple[float, float, float]  # from the pose that is meant


RESTLESS = {
    "desk": Restlessness(20.0, 6.5, 0.95, (0.6, 0.5, 0.95), (20.0, 12.0, 45.0)),
    "walk": Restlessness(40.0, 45.0, 0.8, (0.4, 0.2, 0.95), (15.0, 10.0, 80.0)),
}
_GLANCES = 0.7  # share of the movements that are taken back
_BACK_S = 1.2  # median time until they are,
_BACK_SPREAD = 0.6  # and the standard deviation of its logarithm
_STAYS = 0.5  # share of a shift that the next one leaves


def adjusted(segment: Segment, times: float, rng: np.random.Generator) -> Iterator[Segment]:
    """Yield the segment in pieces, each a movement and the rest after it; in one if nobody moves in its activity.

    `times`: how often, compared with the people's median. The pieces last as long together.
    """
    kind = RESTLESS.get(segment.activity)
    meant = np.array([segment.flexion_deg, segment.lateral_deg, segment.rotation_deg])
    offset, at_s, move_s = np.zeros(3), 0.0, segment.move_s
    for begin_s, to_deg, takes_s in _movements(segment, kind, times, rng) if kind else ():
        yield _piece(segment, begin_s - at_s, meant + offset, move_s)
        offset, at_s, move_s = to_deg, begin_s, takes_s
    yield _piece(segment, segment.duration_s - at_s, meant + offset, move_s)


def _movements(
    segment: Segment, kind: Restlessness, times: float, rng: np.random.Generator
) -> Iterator[tuple[float, Array, float]]:
    """Yield when each movement begins, its offset from the pose that is meant in degrees, and how long it takes."""
    offset, free_s = np.zeros(3), segment.move_s
    while True:
        begin_s = free_s + rng.exponential(60 / kind.per_minute / times)
        way = rng.normal(size=3) * kind.share
        size = kind.median_deg * np.exp(kind.spread * rng.normal())
        glance = rng.random() < _GLANCES
        to_deg = (offset if glance else offset * _STAYS) + way / np.linalg.norm(way) * size
        to_deg = np.clip(to_deg, -np.array(kind.most_deg), kind.most_deg)
        takes_s = _lasting_s(to_deg - offset)
        back_s = begin_s + takes_s + _BACK_S * np.exp(_BACK_SPREAD * rng.normal())
        free_s = back_s + takes_s if glance else begin_s + takes_s
        if free_s >= segment.duration_s:
            return
        yield begin_s, to_deg, takes_s
        if glance:
            yield back_s, offset, takes_s
        else:
            offset = to_deg


def _lasting_s(turn_deg: Array) -> float:
    """Return how long a movement lasts: longer ones are faster, as with the eyes and the hand."""
    return 0.32 * max(float(np.linalg.norm(turn_deg)), 1.0) ** 0.4


def _piece(segment: Segment, duration_s: float, pose_deg: Array, move_s: float) -> Segment:
    flexion, lateral, rotation = (float(angle) for angle in pose_deg)
    return replace(
        segment, duration_s=duration_s, flexion_deg=flexion, lateral_deg=lateral, rotation_deg=rotation, move_s=move_s
    )  # fmt: skip


class Wobble:
    """The small motion of a head that nobody moves on purpose, now less and now more; sines by chance."""

    def __init__(self, rng: np.random.Generator) -> None:
        low, high = np.array(BANDS_HZ).T
        self._omega = 2 * np.pi * rng.uniform(low, high, (3, _SINES, len(BANDS_HZ))).reshape(3, -1)
        self._phase = rng.uniform(0, 2 * np.pi, self._omega.shape)
        rms = np.radians(np.array(WOBBLE_DPS)).T
        self._rate = np.repeat(rms[:, None] * np.sqrt(2 / _SINES), _SINES, axis=1).reshape(3, -1)
        self._size = Sines(rng.uniform(*_SWELL_HZ, 6), rng)

    def at(self, t_s: Array) -> tuple[Array, Array]:
        """Return angles (rad) and rates (rad/s) of flexion, lateral flexion and rotation, (N, 3)."""
        turns = t_s[:, None, None] * self._omega + self._phase
        angles = (np.sin(turns) * (self._rate / self._omega)).sum(axis=2)
        rates = (np.cos(turns) * self._rate).sum(axis=2)
        size = np.exp(_SWELL * self._size.value(t_s))[:, None]
        growing = size * _SWELL * self._size.derivative(t_s)[:, None]
        return size * angles, size * rates + growing * angles


class Shake:
    """How trunk and hands shake the clip without turning it, now less and now more; sines by chance."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._axes = [Sines(rng.uniform(0.5, 8.0, 9), rng) for _ in range(3)]
        self._size = Sines(rng.uniform(*_SWELL_HZ, 6), rng)

    def at(self, t_s: Array) -> Array:
        """Return the clip's acceleration (g) to the right, up and back, (N, 3)."""
        each = np.stack([sines.value(t_s) for sines in self._axes], axis=1)
        return np.exp(_SWELL * self._size.value(t_s))[:, None] * each * SHAKE_MG / 1000
