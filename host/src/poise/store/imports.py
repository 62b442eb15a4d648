"""Import of raw log records: checked, all or nothing. A record is stored once, however often it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import PoiseError, Reason
from ..language import N_, _
from . import parts
from .clip_answers import ClipAnswer, is_news, keep_news
from .cliplog import clock_of
from .decode import Decoded, RecordRow, decode
from .schema import MINUTE_FIELDS, clips, clock_pairs, gaps, minutes, records

FIRST_SEQ = 1  # a clip's first sequence number
SOURCE_BITS = {"ble": 1, "usb": 2, "file": 4}
_RERUN = N_("Read the log from the clip again: `poise download`. What was stored before is intact.")


@dataclass(frozen=True)
class Imported:
    """Result of an import: records stored, records already there, first sequence number still missing.

    `answers` are the newly stored answers to reminders that the wearer gave at the clip.
    """

    new: int
    duplicate: int
    next_seq: int
    answers: tuple[ClipAnswer, ...] = ()


@dataclass(frozen=True)
class FileImport:
    """Result of an import from a file. `damage` says where and why it ended early; None for a whole file."""

    imported: Imported
    damage: str | None


def decode_whole(raw: bytes) -> Decoded:
    """Return the rows of all of `raw`. Raises PoiseError BAD_LOG at the first damage."""
    rows = decode(raw)
    if rows.damage is not None:
        raise PoiseError(
            Reason.BAD_LOG,
            _("The log is damaged at byte {offset} of {all}: {damage}.").format(
                offset=rows.offset, all=len(raw), damage=rows.damage
            ),
            _(_RERUN),
        )
    return rows


def decode_file(path: Path) -> tuple[Decoded, str | None]:
    """Return the rows of a log file's intact part, and a description of the damage after it or None.

    Raises PoiseError BAD_INPUT (cannot be read), BAD_LOG (no intact record at its start).
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("Cannot read {path}: {reason}.").format(path=path, reason=error.strerror),
            _("Check the file's name and rights."),
        ) from error
    rows = decode(raw)
    if not rows.records:
        if rows.damage:
            why = _("{damage} at byte {offset}").format(damage=rows.damage, offset=rows.offset)
        else:
            why = _("it is empty")
        raise PoiseError(
            Reason.BAD_LOG,
            _("{path} holds no log record: {why}.").format(path=path, why=why),
            _(_RERUN),
        )
    if rows.damage is None:
        return rows, None
    return rows, _("{path} is damaged at byte {offset} of {all}: {damage}").format(
        path=path, offset=rows.offset, all=len(raw), damage=rows.damage
    )


def store_rows(
    connection: Connection,
    clip_id: str,
    rows: Decoded,
    source: str,
    received_utc_ms: int,
) -> Imported:
    """Insert the new records, and add `source` to those already stored.

    Raises PoiseError BAD_LOG if a record differs from the stored one of the same number.
    """
    bit = SOURCE_BITS[source]
    start = _clip(connection, clip_id, received_utc_ms)
    known = _known(connection, clip_id, rows)
    fresh: dict[int, RecordRow] = {}
    repeated: set[int] = set()
    for row in rows.records:
        seq, raw = row[0], row[5]
        before = fresh[seq][5] if seq in fresh else known.get(seq)
        if before is None:
            fresh[seq] = row
            continue
        if before != raw:
            raise _contradiction(clip_id, seq)
        repeated.add(seq)
    _insert(connection, clip_id, rows, fresh, bit, received_utc_ms)
    parts.note(connection, clip_id, fresh.values())
    _mark(connection, clip_id, repeated - fresh.keys(), bit)
    following = first_missing(connection, clip_id, start)
    if following != start:
        connection.execute(
            sa.update(clips).where(clips.c.clip_id == clip_id).values(next_seq=following)
        )
    news = [row for row in fresh.values() if is_news(row)]
    kept = keep_news(connection, clock_of(connection, clip_id), news) if news else ()
    return Imported(len(fresh), len(rows.records) - len(fresh), following, kept)


def first_missing(connection: Connection, clip_id: str, seq: int) -> int:
    """Return the first sequence number from `seq` on that is neither stored nor reported lost by the clip."""
    at = sa.bindparam("at", type_=sa.BigInteger)
    following = records.alias("following")
    last_of_run = (
        sa.select(records.c.seq)
        .where(records.c.clip_id == clip_id, records.c.seq >= at)
        .where(
            ~sa.exists().where(following.c.clip_id == clip_id, following.c.seq == records.c.seq + 1)
        )
        .order_by(records.c.seq)
        .limit(1)
    )
    here = sa.select(records.c.seq).where(records.c.clip_id == clip_id, records.c.seq == at)
    gone = sa.select(sa.func.max(gaps.c.last_seq)).where(
        gaps.c.clip_id == clip_id, gaps.c.first_seq <= at, gaps.c.last_seq >= at
    )
    while True:
        if connection.scalar(here, {"at": seq}) is not None:
            seq = connection.scalars(last_of_run, {"at": seq}).one() + 1
        last_gone = connection.scalar(gone, {"at": seq})
        if last_gone is None:
            return seq
        seq = last_gone + 1


def _clip(connection: Connection, clip_id: str, now_utc_ms: int) -> int:
    start = connection.scalar(sa.select(clips.c.next_seq).where(clips.c.clip_id == clip_id))
    if start is not None:
        return start
    values = {"clip_id": clip_id, "first_seen_utc_ms": now_utc_ms, "next_seq": FIRST_SEQ}
    connection.execute(sa.insert(clips).values(values))
    return FIRST_SEQ


def _known(connection: Connection, clip_id: str, rows: Decoded) -> dict[int, bytes]:
    if not rows.records:
        return {}
    seqs = [row[0] for row in rows.records]
    query = sa.select(records.c.seq, records.c.raw).where(
        records.c.clip_id == clip_id, records.c.seq.between(min(seqs), max(seqs))
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _insert(
    connection: Connection,
    clip_id: str,
    rows: Decoded,
    fresh: Mapping[int, RecordRow],
    bit: int,
    received_utc_ms: int,
) -> None:
    _bulk(
        connection,
        records,
        ("clip_id", "seq", "boot", "t_ms", "kind", "fields", "raw", "sources", "received_utc_ms"),
        [(clip_id, *row, bit, received_utc_ms) for row in fresh.values()],
    )
    for table, names, of_seq in (
        (minutes, ("boot", "t_ms", *MINUTE_FIELDS), rows.minutes),
        (clock_pairs, ("boot", "t_ms", "utc_ms", "uncertainty_ms"), rows.pairs),
        (gaps, ("first_seq", "last_seq", "reason"), rows.gaps),
    ):
        values = [(clip_id, seq, *row) for seq, row in of_seq.items() if seq in fresh]
        _bulk(connection, table, ("clip_id", "seq", *names), values)


def _bulk(
    connection: Connection, table: sa.Table, names: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    # Tuples go straight to the driver: a dictionary for each row costs four times the insert itself.
    if not rows:
        return
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join([mark] * len(names))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
    connection.exec_driver_sql(statement, rows)


def _mark(connection: Connection, clip_id: str, seqs: set[int], bit: int) -> None:
    if not seqs:
        return
    statement = (
        sa.update(records)
        .where(records.c.clip_id == clip_id, records.c.seq == sa.bindparam("at_seq"))
        .values(sources=records.c.sources.bitwise_or(bit))
    )
    connection.execute(statement, [{"at_seq": seq} for seq in sorted(seqs)])


def _contradiction(clip_id: str, seq: int) -> PoiseError:
    return PoiseError(
        Reason.BAD_LOG,
        _(
            "Record {seq} of clip {clip_id} differs from the one that is stored. Nothing of this "
            "part was stored."
        ).format(seq=seq, clip_id=clip_id),
        _(
            "Was the clip's flash erased? Then keep this data folder and start a new one with "
            "--data."
        ),
    )
