"""Conversion of raw minute records to numpy columns. Apart from `minutes`, so that numpy loads only when needed."""

import numpy as np

from ..timebase.clip_clock import ClockMap
from ..timebase.clock import FIRST_UTC_MS
from ..wire import codec
from ..wire.table import RECORD_HEADER, names
from .schema import MINUTE_FIELDS

COLUMNS = ("seq", "boot", "t_ms", *MINUTE_FIELDS)

# numpy's layout of a raw minute. A year of raw records is fetched and decoded in a third of the time that the
# database needs to return the columns one value at a time.
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
_FAR_MS = 1 << 37  # between two clock pairs; 64 bits cannot interpolate over a longer span


def columns(minutes: list[bytes], quiets: list[bytes], clock: ClockMap) -> dict[str, np.ndarray]:
    """Return the columns as `Minutes.columns` does, of raw `minute` and `quiet` records, each in the log's order."""
    table = np.frombuffer(b"".join(minutes), dtype=_RECORD)
    quiet = np.frombuffer(b"".join(quiets), dtype=_QUIET_RECORD)
    out = {name: table[name].astype(np.int64) for name in COLUMNS}
    if len(quiet):
        out = _merged(out, _spread(quiet))
    out["utc_ms"] = _utc_ms(clock, out["boot"], out["t_ms"])
    return out


def _spread(quiet: np.ndarray) -> dict[str, np.ndarray]:
    """Return one row for each minute that a `quiet` record stands for. The last one ends at the record's own time."""
    count = quiet["minutes"].astype(np.int64)
    row = np.repeat(np.arange(len(quiet)), count)
    before = np.cumsum(count)[row] - 1 - np.arange(len(row))  # minutes to the record's last one
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
    """Return the UTC of each minute in ms as `ClockMap.utc_ms` does, -1 if unknown. Works on one boot at a time."""
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
        gained = np.diff(utc_ms) - span  # gain of UTC over the clip's clock
        between = (t_ms >= times[0]) & (t_ms < times[-1])
        at = before[between]
        out[between] += gained[at] * (t_ms[between] - times[at]) // span[at]
    return np.where(out < FIRST_UTC_MS, -1, out)
