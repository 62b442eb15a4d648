"""Minutes of exposure as columns, ready for numpy."""

import numpy as np
import sqlalchemy as sa

from .engine import Database
from .records import clock_map
from .schema import MINUTE_FIELDS, minutes

COLUMNS = ("seq", "boot", "t_ms", *MINUTE_FIELDS)


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
        query = (
            sa.select(*(minutes.c[name] for name in COLUMNS))
            .where(minutes.c.clip_id == clip_id)
            .order_by(minutes.c.seq)
        )
        with self._database.read() as connection:
            clock = clock_map(connection, clip_id)
            rows = [tuple(row) for row in connection.execute(query)]
        table = np.array(rows, dtype=np.int64).reshape(len(rows), len(COLUMNS))
        out = {name: table[:, place].copy() for place, name in enumerate(COLUMNS)}
        known = (clock.utc_ms(boot, t_ms) for _, boot, t_ms, *_ in rows)
        out["utc_ms"] = np.array([-1 if utc is None else utc for utc in known], dtype=np.int64)
        if from_utc_ms is None and to_utc_ms is None:
            return out
        keep = out["utc_ms"] >= (0 if from_utc_ms is None else from_utc_ms)
        if to_utc_ms is not None:
            keep &= out["utc_ms"] < to_utc_ms
        return {name: column[keep] for name, column in out.items()}
