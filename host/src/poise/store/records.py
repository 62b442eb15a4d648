"""Log records: import, what is still missing, and events with their UTC."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from poise.clockmap import ClockMap, ClockPair
from poise.wire import codec

from . import imports
from .decode import Decoded
from .engine import Database
from .imports import SOURCE_BITS, FileImport, Imported
from .schema import clips, clock_pairs, records


@dataclass(frozen=True)
class Event:
    """One record with its time. `utc_ms` is None when no clock pair bounds it; `fields` as in the wire's table."""

    seq: int
    boot: int
    t_ms: int
    kind: str
    fields: dict[str, Any]
    utc_ms: int | None
    uncertainty_ms: int | None


_KEPT_WITHIN_MS = 50  # of the start's record: the clip's own note of the time that it kept


class Records:
    """Every record of every clip, once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def import_raw(self, clip_id: str, raw: bytes, source: str, received_utc_ms: int) -> Imported:
        """Stores whole raw records, all of them or none; `source` is ble, usb or file.

        Raises PoiseError BAD_LOG (a damaged record, or one that contradicts a stored one), STORE_*.
        """
        rows = imports.decode_whole(raw)
        with self._database.write() as connection:
            return _stored(connection, clip_id, rows, source, received_utc_ms)

    def import_file(self, clip_id: str, path: Path, received_utc_ms: int) -> FileImport:
        """Stores the intact part of a file of raw records and says where damage begins.

        Raises PoiseError BAD_INPUT (cannot be read), BAD_LOG (no intact record at its start), STORE_*.
        """
        rows, damage = imports.decode_file(path)
        with self._database.write() as connection:
            done = _stored(connection, clip_id, rows, "file", received_utc_ms)
        return FileImport(done, damage)

    def next_seq(self, clip_id: str, oldest_seq: int = 0) -> int:
        """First missing sequence number that the clip can still have (`oldest_seq`: its oldest)."""
        query = sa.select(clips.c.next_seq).where(clips.c.clip_id == clip_id)
        with self._database.read() as connection:
            start = max(connection.scalar(query) or imports.FIRST_SEQ, oldest_seq)
            return imports.first_missing(connection, clip_id, start)

    def raws(self, clip_id: str) -> list[tuple[int, bytes]]:
        """(seq, raw record) of every record, in the order of import."""
        query = (
            sa.select(records.c.seq, records.c.raw)
            .where(records.c.clip_id == clip_id)
            .order_by(records.c.record_id)
        )
        with self._database.read() as connection:
            return [(seq, raw) for seq, raw in connection.execute(query)]

    def delivered_by(self, clip_id: str, source: str) -> list[int]:
        """Sequence numbers that came by ble, usb or file, ascending; a record may have come by several."""
        came = records.c.sources.bitwise_and(SOURCE_BITS[source]) != 0
        query = (
            sa.select(records.c.seq)
            .where(records.c.clip_id == clip_id, came)
            .order_by(records.c.seq)
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def count(self, clip_id: str) -> int:
        """Records stored."""
        query = sa.select(sa.func.count()).where(records.c.clip_id == clip_id)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def clock_map(self, clip_id: str) -> ClockMap:
        """The clip's clock, from its clock records."""
        with self._database.read() as connection:
            return clock_map(connection, clip_id)

    def events(
        self,
        clip_id: str,
        from_utc_ms: int | None = None,
        to_utc_ms: int | None = None,
        kinds: tuple[str, ...] | None = None,
    ) -> list[Event]:
        """Records in the order of their numbers, from `from_utc_ms` until before `to_utc_ms`.

        Without `kinds`: all but minutes and the marks of the log's segments. A record whose time is not known is
        there only when no bound is given.
        """
        with self._database.read() as connection:
            clock = clock_map(connection, clip_id)
            chosen = list(connection.execute(_events_query(clip_id, kinds)))
        found = (_event(row, clock) for row in chosen)
        return [event for event in found if _within(event, from_utc_ms, to_utc_ms)]


def _stored(
    connection: Connection, clip_id: str, rows: Decoded, source: str, received_utc_ms: int
) -> Imported:
    return imports.store_rows(
        connection, clip_id, rows, source, received_utc_ms, lambda: clock_map(connection, clip_id)
    )


def clock_map(connection: Connection, clip_id: str) -> ClockMap:
    """The clip's clock, from its clock records and the last time of each boot."""
    # Right after `boot`, with at most a segment's mark between: no host can have spoken yet.
    start = records.alias("start")
    kept = sa.exists().where(
        start.c.clip_id == clip_id,
        start.c.seq.between(clock_pairs.c.seq - 2, clock_pairs.c.seq - 1),
        start.c.kind == "boot",
        start.c.boot == clock_pairs.c.boot,
        clock_pairs.c.t_ms - start.c.t_ms <= _KEPT_WITHIN_MS,
    )
    pairs = sa.select(
        clock_pairs.c.boot,
        clock_pairs.c.t_ms,
        clock_pairs.c.utc_ms,
        clock_pairs.c.uncertainty_ms,
        kept,
    ).where(clock_pairs.c.clip_id == clip_id)
    ends = (
        sa.select(records.c.boot, sa.func.max(records.c.t_ms))
        .where(records.c.clip_id == clip_id)
        .group_by(records.c.boot)
    )
    last_t_ms = {row[0]: row[1] for row in connection.execute(ends)}
    found: dict[ClockPair, bool] = {}
    for boot, t_ms, utc_ms, uncertainty_ms, is_kept in connection.execute(pairs):
        # A pair comes again with each segment's `block`; its own record says where it is from.
        pair = ClockPair(boot, t_ms, utc_ms, uncertainty_ms)
        found[pair] = found.get(pair, False) or bool(is_kept)
    return ClockMap((replace(pair, kept=kept) for pair, kept in found.items()), last_t_ms)


def _events_query(clip_id: str, kinds: tuple[str, ...] | None) -> sa.Select:
    wanted = records.c.kind.in_(kinds) if kinds else records.c.kind.not_in(_FREQUENT)
    return (
        sa.select(
            records.c.seq,
            records.c.boot,
            records.c.t_ms,
            records.c.kind,
            records.c.fields,
            records.c.raw,
        )
        .where(records.c.clip_id == clip_id, wanted)
        .order_by(records.c.seq)
    )


def _event(row: sa.Row, clock: ClockMap) -> Event:
    fields = row.fields
    if fields is None:  # a minute or a clock pair: the raw record has them too
        parsed, _ = codec.parse_record(row.raw)
        fields = {name: value for name, value in parsed.items() if name not in _HEAD}
    when = clock.instant(row.boot, row.t_ms)
    return Event(
        seq=row.seq,
        boot=row.boot,
        t_ms=row.t_ms,
        kind=row.kind,
        fields=fields,
        utc_ms=None if when is None else when.utc_ms,
        uncertainty_ms=None if when is None else when.uncertainty_ms,
    )


_HEAD = {"kind", "seq", "boot", "t_ms"}
_FREQUENT = ("minute", "quiet", "block")


def _within(event: Event, from_utc_ms: int | None, to_utc_ms: int | None) -> bool:
    if from_utc_ms is None and to_utc_ms is None:
        return True
    if event.utc_ms is None:
        return False
    return (from_utc_ms is None or event.utc_ms >= from_utc_ms) and (
        to_utc_ms is None or event.utc_ms < to_utc_ms
    )
