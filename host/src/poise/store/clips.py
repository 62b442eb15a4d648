"""The clips whose records the store holds."""

import sqlalchemy as sa

from . import schema
from .engine import Database


class Clips:
    """The clips known to the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ids(self) -> list[str]:
        """Return the clip ids (16 hex digits) in the order in which they were first seen."""
        query = sa.select(schema.clips.c.clip_id).order_by(schema.clips.c.first_seen_utc_ms)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def erase(self, clip_id: str) -> int:
        """Delete everything that came from this clip. Return the number of log records deleted."""
        with self._database.write() as connection:
            for table in (
                schema.minutes,
                schema.clock_pairs,
                schema.gaps,
                schema.nudge_marks,
                schema.log_parts,
            ):
                connection.execute(sa.delete(table).where(table.c.clip_id == clip_id))
            gone = connection.execute(
                sa.delete(schema.records).where(schema.records.c.clip_id == clip_id)
            )
            connection.execute(sa.delete(schema.clips).where(schema.clips.c.clip_id == clip_id))
            return gone.rowcount
