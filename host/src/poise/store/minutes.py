"""Minutes of exposure, as numpy columns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from ..timebase.clip_clock import ClockMap
from . import parts
from .cliplog import clip_log
from .owned import ClipKey, PatientDatabase

if TYPE_CHECKING:
    import numpy as np

_KINDS = ("minute", "quiet")


@dataclass(frozen=True)
class Extent:
    """Times of the first and last minute in UTC ms (None without any), and the number of minutes of unknown time."""

    first_utc_ms: int | None
    last_utc_ms: int | None
    untimed: int


class Minutes:
    """The minutes that the clips have logged."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def columns(
        self, clip_id: str, from_utc_ms: int | None = None, to_utc_ms: int | None = None
    ) -> dict[str, "np.ndarray"]:
        """Return field name -> int64 array of shape (n,), in the order of the log, with `utc_ms`, the minute's end.

        The minutes end from `from_utc_ms` on and before `to_utc_ms`; None sets no bound. `state` and `site` are codes
        of the wire's enumerations. A minute of unknown time has `utc_ms` -1 and is included only if no bound is given.
        """
        clip = self._database.clip(clip_id)
        with self._database.read() as connection:
            log = clip_log(self._database.whole, connection, clip)
            chosen = log.between(from_utc_ms, to_utc_ms)
            out = _columns(connection, clip, chosen, log.clock)
        if from_utc_ms is None and to_utc_ms is None:
            return out
        keep = out["utc_ms"] >= max(from_utc_ms or 0, 0)
        if to_utc_ms is not None:
            keep &= out["utc_ms"] < to_utc_ms
        return {name: column[keep] for name, column in out.items()}

    def extent(self, clip_id: str) -> Extent:
        """Return the times of the first and last minute. Reads only the parts of the log that can hold them."""
        clip = self._database.clip(clip_id)
        with self._database.read() as connection:
            log = clip_log(self._database.whole, connection, clip)
            known = [part for part in log.parts if part.count(_KINDS)]
            clock = log.clock

            def utc_ms(part: parts.Part) -> "np.ndarray":
                return _columns(connection, clip, [part], clock)["utc_ms"]

            untimed = sum(int((utc_ms(part) < 0).sum()) for part in known if part.is_untimed(clock))
            first = _least(
                known, lambda part: part.bounds(clock)[0], lambda part: _timed(utc_ms(part))
            )
            last = _least(
                known, lambda part: -part.bounds(clock)[1], lambda part: -_timed(utc_ms(part))
            )
        return Extent(first, None if last is None else -last, untimed)


def _columns(
    connection: Connection, clip: ClipKey, chosen: list[parts.Part], clock: ClockMap
) -> dict[str, "np.ndarray"]:
    from .minute_columns import columns  # numpy takes a fifth of a second to import

    minutes, quiet = (parts.raws(connection, clip, chosen, (kind,)) for kind in _KINDS)
    return columns(minutes, quiet, clock)


def _timed(utc_ms: "np.ndarray") -> "np.ndarray":
    return utc_ms[utc_ms >= 0]


def _least(
    known: Iterable[parts.Part],
    bound: Callable[[parts.Part], float],
    values: "Callable[[parts.Part], np.ndarray]",
) -> int | None:
    """Return the least of all values, None without any. No value is below its part's `bound`, so few parts are read."""
    found: int | None = None
    for part in sorted(known, key=bound):
        if found is not None and found <= bound(part):
            break
        told = values(part)
        if len(told):
            found = int(told.min()) if found is None else min(found, int(told.min()))
    return found
