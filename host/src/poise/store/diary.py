"""The diary: one entry counts for each day. A change is a new entry, and the newest entry of a day counts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .owned import PatientDatabase, columns
from .schema import diary_entries


@dataclass(frozen=True)
class DiaryRow:
    """The patient's diary entry for a day (in the plan's time zone). None means not answered. Pain is 0 to 10.

    `medication`: classes taken (coach/diary.py: MEDICATION). `backfilled`: entered later than the following day.
    """

    day: dt.date
    headache: bool | None
    headache_nrs: int | None
    neck_nrs: int | None
    medication: tuple[str, ...]
    note: str
    entered_utc_ms: int
    backfilled: bool
    via: str


_COLUMNS = tuple(column for column in columns(diary_entries) if column.name != "entry_id")


class Diary:
    """Diary entries. An entry is never changed and never removed."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def put(self, row: DiaryRow) -> None:
        """Store an entry. Check it with `coach.diary.checked` first."""
        values = {column.name: getattr(row, column.name) for column in _COLUMNS}
        values["medication"] = list(row.medication)
        with self._database.write() as connection:
            connection.execute(sa.insert(diary_entries).values(self._database.own(values)))

    def days(self, from_day: dt.date, to_day: dt.date) -> list[DiaryRow]:
        """Return the newest entry of each day from `from_day` to `to_day`, both included, oldest day first."""
        newest = (
            sa.select(sa.func.max(diary_entries.c.entry_id))
            .where(self._database.mine(diary_entries))
            .where(diary_entries.c.day.between(from_day, to_day))
            .group_by(diary_entries.c.day)
        )
        query = (
            sa.select(*_COLUMNS)
            .where(self._database.mine(diary_entries), diary_entries.c.entry_id.in_(newest))
            .order_by(diary_entries.c.day)
        )
        return self._rows(query)

    def changes(self, day: dt.date) -> list[DiaryRow]:
        """Return every entry of this day, oldest first."""
        query = sa.select(*_COLUMNS).where(
            self._database.mine(diary_entries), diary_entries.c.day == day
        )
        return self._rows(query.order_by(diary_entries.c.entry_id))

    def _rows(self, query: sa.Select[Any]) -> list[DiaryRow]:
        with self._database.read() as connection:
            found = [dict(row) for row in connection.execute(query).mappings()]
        for row in found:
            row["medication"] = tuple(row["medication"])
        return [DiaryRow(**row) for row in found]
