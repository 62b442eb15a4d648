"""Log records: their import, the next one to fetch, and events with their UTC."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..timebase.clip_clock import ClockMap, Instant
from ..wire import codec
from ..wire.rows import RECORDS
from . import imports, parts
from .cliplog import clip_log
from .clips import FIRST_SEQ, check_owner
from .decode import HEADER, plain
from .imports import SOURCE_BITS, FileImport, Imported
from .log_file import LogFile
from .owned import PatientDatabase
from .schema import clips, records


@dataclass(frozen=True)
class Event:
    """One record with its time. `utc_ms` is None if no clock pair bounds it. `fields` are those of the wire's table."""

    seq: int
    boot: int
    t_ms: int
    kind: str
    fields: dict[str, Any]
    utc_ms: int | None
    uncertainty_ms: int | None


class Records:
    """The log records of the patient's clips, each stored once."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def import_raw(self, clip_id: str, raw: bytes, source: str, received_utc_ms: int) -> Imported:
        """Store whole raw records, all of them or none. `source` is ble, usb or file.

        Raises PoiseError BAD_LOG (a damaged record, or one that contradicts a stored one), OTHER_PATIENT, STORE_*.
        """
        rows = imports.decode_whole(raw)
        clip = self._database.clip(clip_id)
        with self._database.write() as connection:
            check_owner(connection, clip)
            return imports.store_rows(connection, clip, rows, source, received_utc_ms)

    def import_file(self, clip_id: str, file: LogFile, received_utc_ms: int) -> FileImport:
        """Store the intact records of a file of raw records. The result says where the file is damaged.

        Raises PoiseError BAD_LOG (no intact record, or one that contradicts a stored one), OTHER_PATIENT, STORE_*.
        """
        rows, damage = imports.decode_file(file)
        clip = self._database.clip(clip_id)
        with self._database.write() as connection:
            check_owner(connection, clip)
            done = imports.store_rows(connection, clip, rows, "file", received_utc_ms)
        return FileImport(done, damage)

    def next_seq(self, clip_id: str, oldest_seq: int = 0) -> int:
        """Return the first missing sequence number that the clip may still have. `oldest_seq` is the clip's oldest."""
        clip = self._database.clip(clip_id)
        query = sa.select(clips.c.next_seq).where(clip.rows(clips))
        with self._database.read() as connection:
            start = max(connection.scalar(query) or FIRST_SEQ, oldest_seq)
            return imports.first_missing(connection, clip, start)

    def raws(self, clip_id: str) -> list[tuple[int, bytes]]:
        """Return (seq, raw record) of every record, in the order of import."""
        query = (
            sa.select(records.c.seq, records.c.raw)
            .where(self._database.clip(clip_id).rows(records))
            .order_by(records.c.record_id)
        )
        with self._database.read() as connection:
            return [(seq, raw) for seq, raw in connection.execute(query)]

    def delivered_by(self, clip_id: str, source: str) -> list[int]:
        """Return the sequence numbers that came by `source` (ble, usb or file), ascending.

        A record may have come by several sources.
        """
        came = records.c.sources.bitwise_and(SOURCE_BITS[source]) != 0
        query = (
            sa.select(records.c.seq)
            .where(self._database.clip(clip_id).rows(records), came)
            .order_by(records.c.seq)
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def count(self, clip_id: str) -> int:
        """Return the number of stored records of this clip."""
        query = sa.select(sa.func.count()).where(self._database.clip(clip_id).rows(records))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def clock_map(self, clip_id: str) -> ClockMap:
        """Return the clip's clock, from its clock records."""
        with self._database.read() as connection:
            return clip_log(self._database.whole, connection, self._database.clip(clip_id)).clock

    def events(
        self,
        clip_id: str,
        from_utc_ms: int | None = None,
        to_utc_ms: int | None = None,
        kinds: tuple[str, ...] | None = None,
    ) -> list[Event]:
        """Return records in the order of their numbers, from `from_utc_ms` until before `to_utc_ms`.

        Without `kinds`, all but minutes and the marks of the log's segments. A record of unknown time is included
        only if no bound is given.
        """
        clip = self._database.clip(clip_id)
        with self._database.read() as connection:
            log = clip_log(self._database.whole, connection, clip)
            chosen = log.between(from_utc_ms, to_utc_ms)
            raws = parts.raws(connection, clip, chosen, kinds or _COMMON)
        timed = from_utc_ms is not None or to_utc_ms is not None
        timely = ((raw, _when(raw, log.clock)) for raw in raws)
        return [
            _event(raw, when)
            for raw, when in timely
            if not timed or _within(when, from_utc_ms, to_utc_ms)
        ]


def _when(raw: bytes, clock: ClockMap) -> Instant | None:
    boot, t_ms = HEADER.unpack_from(raw)[3:]
    return clock.instant(boot, t_ms)


def _event(raw: bytes, when: Instant | None) -> Event:
    """Return the event of one whole raw record that `parts.raws` has checked."""
    code, _, seq, boot, t_ms = HEADER.unpack_from(raw)
    layout = codec.record_layout(code)
    fields = layout.unpack(raw[codec.RECORD_HEAD : -codec.RECORD_TAIL])
    return Event(
        seq=seq,
        boot=boot,
        t_ms=t_ms,
        kind=layout.name,
        fields={name: plain(value) for name, value in fields.items()},
        utc_ms=None if when is None else when.utc_ms,
        uncertainty_ms=None if when is None else when.uncertainty_ms,
    )


_FREQUENT = {"minute", "quiet", "block"}
_COMMON = tuple(row.name for row in RECORDS if row.name not in _FREQUENT)


def _within(when: Instant | None, from_utc_ms: int | None, to_utc_ms: int | None) -> bool:
    if when is None:
        return False
    return (from_utc_ms is None or when.utc_ms >= from_utc_ms) and (
        to_utc_ms is None or when.utc_ms < to_utc_ms
    )
