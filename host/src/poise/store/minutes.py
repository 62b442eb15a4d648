"""Minutes of exposure as columns, ready for numpy."""

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from poise.clockmap import ClockMap
from poise.wire import codec
from poise.wire.table import RECORD_HEADER, names

from .engine import Database
from .records import clock_map
from .schema import MINUTE_FIELDS, records

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
            clock = clock_map(connection, clip_id)
            table = np.frombuffer(_raws(connection, clip_id, "minute"), dtype=_RECORD)
            quiet = np.frombuffer(_raws(connection, clip_id, "quiet"), dtype=_QUIET_RECORD)
        out = {name: table[name].astype(np.int64) for name in COLUMNS}
        if len(quiet):
            out = _merged(out, _spread(quiet))
        out["utc_ms"] = _utc_ms(clock, out["boot"], out["t_ms"])
        if from_utc_ms is None and to_utc_ms is None:
            return out
        keep = out["utc_ms"] >= max(from_utc_ms or 0, 0)
        if to_utc_ms is not None:
            keep &= out["utc_ms"] < to_utc_ms
        return {name: column[keep] for name, column in out.items()}


def _raws(connection: Connection, clip_id: str, kind: str) -> bytes:
    query = (
        sa.select(records.c.raw)
        .where(records.c.clip_id == clip_id, records.c.kind == kind)
        .order_by(records.c.seq)
    )
    return b"".join(connection.scalars(query))


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
    """UTC of each minute, -1 where it is not known."""
    known = (clock.utc_ms(boot, at) for boot, at in zip(boots.tolist(), t_ms.tolist(), strict=True))
    return np.fromiter((-1 if utc is None else utc for utc in known), np.int64, len(boots))
