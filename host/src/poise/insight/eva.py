"""Exposure variation analysis (EVA): angle class by uninterrupted duration; bouts beyond the holding time. Pure numpy.

A run is a row of minutes whose 60 seconds are all of one class. The order of seconds in a mixed minute is unknown, so
its time counts as under a minute. A duration is thus never overestimated; a long run loses up to a minute at each end
(docs/developers/insight-errors.md).
Bouts are exact: the clip logs the beginning and the end of a posture.
Sources: Mathiassen and Winkel's EVA (as in Samani 2013); ISO 11226 holding times.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from .classes import CLASSES

_DURATIONS = 4  # under 1 min, to 2 min, to 8 min, over 8 min
_LIMITS_MIN = (2, 8)
_FULL_S = 60  # fewer seconds may hide a break: with 55, 12 % of the time was falsely "over 8 min"
_MINUTE_MS = 60_000
_HELD = ("flexed",)


def eva(minutes: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return minutes of worn, calibrated time, shape (6 classes, 4 durations).

    `minutes`: ordered by time, with `utc_ms`.
    """
    seconds = np.array([minutes[f"{name}_s"] for name in CLASSES], dtype=float)
    out = np.zeros((len(CLASSES), _DURATIONS))
    full = seconds >= _FULL_S
    out[:, 0] = np.where(full, 0.0, seconds).sum(axis=1) / 60
    follows = np.diff(minutes["utc_ms"]) < 1.5 * _MINUTE_MS
    for row in range(len(CLASSES)):
        for begin, end in _runs(full[row], follows):
            out[row, _bin(end - begin)] += seconds[row, begin:end].sum() / 60
    return out


def _runs(full: np.ndarray, follows: np.ndarray) -> list[tuple[int, int]]:
    """Return beginnings and ends of runs of full minutes without a hole between them."""
    if not len(full):
        return []
    joined = full[1:] & full[:-1] & follows
    begins = np.flatnonzero(full & ~np.concatenate([[False], joined]))
    ends = np.flatnonzero(full & ~np.concatenate([joined, [False]])) + 1
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


def _bin(length_min: int) -> int:
    return 1 + sum(length_min >= limit for limit in _LIMITS_MIN)


def holding_time_s(angle_deg: float, site: str) -> float | None:
    """Return the longest holding time of an inclination by ISO 11226, seconds; None: no limit, 0: none allowed.

    Head: 8 min at 25° down to 1 min at 85°. Collar: the standard's trunk row, 4 min at 20° to 1 min at 60°, as a proxy.
    """
    first, last, most_s = (25, 85, 480) if site == "head" else (20, 60, 240)
    if angle_deg <= first:
        return None
    if angle_deg > last:
        return 0.0
    return most_s - (most_s - 60) * (angle_deg - first) / (last - first)


class Event(Protocol):
    """The fields read of an event: `store.records.Event` has them."""

    @property
    def kind(self) -> str:
        """Kind of the record, such as "posture"."""
        ...

    @property
    def fields(self) -> Mapping[str, Any]:
        """Values of the record by name."""
        ...


def bouts_beyond(events: Iterable[Event]) -> tuple[int, int, float]:
    """Return (bouts, bouts beyond their holding time, the longest in s). `events`: posture and sustained, in log order.

    A bout's angle is that of its sustained record, or else the angle at its beginning.
    """
    bouts = beyond = 0
    longest_s, angle_deg = 0.0, 0.0
    for event in events:
        fields = event.fields
        if event.kind == "sustained":
            angle_deg = fields["flexion_cdeg"] / 100
        elif event.kind == "posture" and fields["previous"] in _HELD:
            lasted_s = fields["lasted_ms"] / 1000
            limit_s = holding_time_s(angle_deg, fields["site"])
            bouts += 1
            beyond += limit_s is not None and lasted_s > limit_s
            longest_s = max(longest_s, lasted_s)
        if event.kind == "posture":
            angle_deg = fields["flexion_cdeg"] / 100
    return bouts, beyond, longest_s


def changes_an_hour(events: Iterable[Event], worn_min: float) -> float | None:
    """Return the changes between postures in an hour of worn time; None without worn time."""
    if not worn_min:
        return None
    kinds = {"neutral", "flexed", "moving"}
    count = sum(
        1
        for event in events
        if event.kind == "posture" and {event.fields["state"], event.fields["previous"]} <= kinds
    )
    return 60 * count / worn_min
