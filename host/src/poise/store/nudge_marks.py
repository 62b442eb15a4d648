"""The wearer's marks on nudges that were wrong."""

import sqlalchemy as sa

from .owned import PatientDatabase
from .schema import nudge_marks


class NudgeMarks:
    """Marks by the nudge record's clip and sequence number. A new mark replaces the old one."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def put(self, clip_id: str, seq: int, mark: str, utc_ms: int) -> None:
        """Store a mark ("wrong"); "" removes it."""
        clip = self._database.clip(clip_id)
        this = clip.rows(nudge_marks) & (nudge_marks.c.seq == seq)
        values = {**clip.values, "seq": seq, "mark": mark, "marked_utc_ms": utc_ms}
        with self._database.write() as connection:
            connection.execute(sa.delete(nudge_marks).where(this))
            if mark:
                connection.execute(sa.insert(nudge_marks).values(values))

    def all(self, clip_id: str) -> dict[int, str]:
        """Return sequence number -> mark of this clip's nudges."""
        query = sa.select(nudge_marks.c.seq, nudge_marks.c.mark).where(
            self._database.clip(clip_id).rows(nudge_marks)
        )
        with self._database.read() as connection:
            return {row.seq: row.mark for row in connection.execute(query)}
