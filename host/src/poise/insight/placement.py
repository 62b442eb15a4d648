"""The time in which the clip sat elsewhere than where it was calibrated: its angles are in doubt. Pure numpy.

The clip notes when it finds that it has slipped or was turned, and when it fits again. A doubt begins when it is found.
A slip to a side takes it some nine minutes of stillness; one forward is found only if it is quick
(docs/developers/motion.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from .exposure import measured_s

KINDS = ("fit", "calibration")  # records that begin or end a doubt
BEFORE_MS = 14 * 86_400_000  # a doubt may have begun before a period
_DOUBTFUL = ("shifted", "turned")


class Record(Protocol):
    """The fields read of a record: `store.records.Event` has them."""

    @property
    def kind(self) -> str:
        """A record kind of the wire."""
        ...

    @property
    def utc_ms(self) -> int | None:
        """Its time; None if unknown."""
        ...

    @property
    def fields(self) -> Mapping[str, Any]:
        """The record's own fields."""
        ...


def in_doubt_min(minutes: Mapping[str, np.ndarray], records: Iterable[Record]) -> float:
    """Return the worn minutes in doubt.

    `minutes`: columns of the store, with `utc_ms`, of one clip. `records`: its records of KINDS in the order of their
    numbers, from BEFORE_MS before the minutes on.
    """
    at = minutes["utc_ms"]
    doubtful = np.zeros(len(at), bool)
    for begin, end in _spans(records):
        doubtful |= (at > begin) & (at <= end)
    return float(measured_s(minutes)[doubtful].sum()) / 60


def _spans(records: Iterable[Record]) -> Sequence[tuple[float, float]]:
    """Return (beginning, end] of each doubt, UTC milliseconds; the last one may not have ended."""
    spans: list[tuple[float, float]] = []
    begun: int | None = None
    for record in records:
        if record.utc_ms is None or (
            record.kind == "calibration" and record.fields["result"] != "accepted"
        ):
            continue
        doubtful = record.kind == "fit" and record.fields["fit"] in _DOUBTFUL
        if doubtful and begun is None:
            begun = record.utc_ms
        elif not doubtful and begun is not None:
            spans.append((begun, record.utc_ms))
            begun = None
    if begun is not None:
        spans.append((begun, float("inf")))
    return spans
