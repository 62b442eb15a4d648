"""Minutes of exposure as columns, ready for numpy."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy.engine import Connection

from poise.clock import FIRST_UTC_MS
from poise.clockmap import ClockMap
from poise.wire import codec
from poise.wire.table import RECORD_HEADER, names

from . import parts
from .cliplog import clip_log
from .engine import Database
from .schema import MINUTE_FIELDS

COLUMNS = ("seq", "boot", "t_ms", *MINUTE_FIELDS)

# A raw minute as numpy reads it: a year's raw records are fetched and decoded in a third of the time that their
# columns take to come out of the database one value at a time.
_NUMPY = {"B": "u1", "b": "i1", "H": "<u2", "h": "<i2", "I": "<u4", "i": "<i4", "Q": "<u8"}
_HEADER = tuple(item.partition(":")[::2] for item in RECORD_HEADER.split())
_BODY = tuple((name, fmt) for name, fmt, _ in codec.record_layout("minute").fields)
_RECORD = np.dtype([(name, _NUMPY[fmt]) for name, fmt in (*_HEADER, *_BODY, ("crc32", "I"))])
_QUIET = codec.record_layout("quiet")
_QUIET_RECORD = np.dtype(
    [
        (name, _NUMPY[fmt])
        for name, fmt in (*_HEADER, *((f[0], f[1]) for f in _QUIET.fields), ("crc32", "I"))
    ]
)
_MINUTE_MS = 60_000
_KINDS = ("minute", "quiet")
_FAR_MS = 1 << 37  # between two clock pairs: beyond it 64 bits are too few to interpolate


@dataclass(frozen=True)
class Extent:
    """The first and the last minute whose time is known, None without one; how many have none. UTC milliseconds."""

    first_utc_ms: int | None
    last_utc_ms: int | None
    untimed: int


class Minutes:
    """The minutes that the clips logged."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def columns(
        self, clip_id: str, from_utc_ms: int | None = None, to_utc_ms: int | None = None
    ) -> dict[str, np.ndarray]:
        """Field name -> int64 array of shape (n,), in the order of the log, and `utc_ms`, the minute's end.

        `state` and `site` are the codes of the wire's enumerations. A minute whose time is not known has
        `utc_ms` -1 and is there only when no bound is given.
        """
        with self._database.read() as connection:
            log = clip_log(self._database, connection, clip_id)
            chosen = log.between(from_utc_ms, to_utc_ms)
            out = _columns(connection, clip_id, chosen, log.clock)
        if from_utc_ms is None and to_utc_ms is None:
            return out
        keep = out["utc_ms"] >= max(from_utc_ms or 0, 0)
        if to_utc_ms is not None:
            keep &= out["utc_ms"] < to_utc_ms
        return {name: column[keep] for name, column in out.items()}

    def extent(self, clip_id: str) -> Extent:
        """From when to when there are minutes; reads no more of the log than its ends."""
        with self._database.read() as connection:
            log = clip_log(self._database, connection, clip_id)
            known = [part for part in log.parts if part.count(_KINDS)]
            clock = log.clock

            def utc_ms(part: parts.Part) -> np.ndarray:
                return _columns(connection, clip_id, [part], clock)["utc_ms"]

            untimed = sum(
                int(np.count_nonzero(utc_ms(part) < 0)) for part in known if part.is_untimed(clock)
            )
            first = _least(
                known, lambda part: part.bounds(clock)[0], lambda part: _timed(utc_ms(part))
            )
            last = _least(
                known, lambda part: -part.bounds(clock)[1], lambda part: -_timed(utc_ms(part))
            )
        return Extent(first, None if last is None else -last, untimed)


def _timed(utc_ms: np.ndarray) -> np.ndarray:
    return utc_ms[utc_ms >= 0]


def _least(
    known: Iterable[parts.Part],
    bound: Callable[[parts.Part], float],
    values: Callable[[parts.Part], np.ndarray],
) -> int | None:
    """The least of all values, of which none is less than its part's bound: few parts are read."""
    found: int | None = None
    for part in sorted(known, key=bound):
        if found is not None and found <= bound(part):
            break
        told = values(part)
        if len(told):
            found = int(told.min()) if found is None else min(found, int(told.min()))
    return found


def _columns(
    connection: Connection, clip_id: str, chosen: list[parts.Part], clock: ClockMap
) -> dict[str, np.ndarray]:
    raws = {kind: parts.raws(connection, clip_id, chosen, (kind,)) for kind in _KINDS}
    table = np.frombuffer(b"".join(raws["minute"]), dtype=_RECORD)
    quiet = np.frombuffer(b"".join(raws["quiet"]), dtype=_QUIET_RECORD)
    out = {name: table[name].astype(np.int64) for name in COLUMNS}
    if len(quiet):
        out = _merged(out, _spread(quiet))
    out["utc_ms"] = _utc_ms(clock, out["boot"], out["t_ms"])
    return out


def _spread(quiet: np.ndarray) -> dict[str, np.ndarray]:
    """The minutes that stand for `quiet` records, the last of each at the record's own time."""
    count = quiet["minutes"].astype(np.int64)
    row = np.repeat(np.arange(len(quiet)), count)
    before = np.cumsum(count)[row] - 1 - np.arange(len(row))  # minutes until the run's last
    out = {name: np.zeros(len(row), np.int64) for name in COLUMNS}
    for name in ("seq", "boot", "state", "site"):
        out[name] = quiet[name][row].astype(np.int64)
    out["t_ms"] = quiet["t_ms"][row].astype(np.int64) - before * _MINUTE_MS
    for code, state in enumerate(names("state")):
        if f"{state}_s" in out:
            out[f"{state}_s"][out["state"] == code] = 60
    return out


def _merged(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    both = {name: np.concatenate((a[name], b[name])) for name in a}
    order = np.lexsort((both["t_ms"], both["seq"]))
    return {name: column[order] for name, column in both.items()}


def _utc_ms(clock: ClockMap, boots: np.ndarray, t_ms: np.ndarray) -> np.ndarray:
    """UTC of each minute, -1 where it is not known: as `ClockMap.utc_ms`, a boot at a time."""
    out = np.full(len(boots), -1, np.int64)
    for boot in np.unique(boots).tolist():
        own = boots == boot
        knots = clock.knots(boot)
        if knots is None or np.diff([at for at, _ in knots]).max(initial=0) > _FAR_MS:
            known = (clock.utc_ms(boot, at) for at in t_ms[own].tolist())
            out[own] = [-1 if utc is None else utc for utc in known]
        else:
            out[own] = _on_line(np.array(knots, np.int64), t_ms[own])
    return out


def _on_line(knots: np.ndarray, t_ms: np.ndarray) -> np.ndarray:
    times, utc_ms = knots.T
    before = np.clip(np.searchsorted(times, t_ms, side="right") - 1, 0, len(times) - 1)
    out = utc_ms[before] + t_ms - times[before]
    if len(times) > 1:
        span = np.diff(times)
        gained = np.diff(utc_ms) - span  # how much UTC went faster than the clip's clock
        between = (t_ms >= times[0]) & (t_ms < times[-1])
        at = before[between]
        out[between] += gained[at] * (t_ms[between] - times[at]) // span[at]
    return np.where(out < FIRST_UTC_MS, -1, out)
