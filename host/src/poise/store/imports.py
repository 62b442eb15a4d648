"""Import of raw log records: checked, all or nothing. A record is stored once, however often it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import PoiseError, Reason
from ..language import N_, _, ngettext
from . import parts, server
from .clip_answers import ClipAnswer, is_news, keep_news
from .cliplog import clock_of
from .clips import FIRST_SEQ, hand_out, seqs_of_others
from .decode import Damage, Decoded, RecordRow, decode
from .log_file import LogFile
from .owned import ClipKey
from .schema import MINUTE_FIELDS, clips, clock_pairs, gaps, minutes, records

_PLACES = 3  # of damage that a message names
_STRETCH = 4096  # numbers that are looked through at once
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
    """Result of an import from a file. `damage` says where it is damaged, and why; None for a whole file."""

    imported: Imported
    damage: str | None


def decode_whole(raw: bytes) -> Decoded:
    """Return the rows of all of `raw`. Raises PoiseError BAD_LOG at the first damage."""
    rows = decode(raw)
    for damage in rows.damages:
        raise PoiseError(
            Reason.BAD_LOG,
            _("The log is damaged at byte {offset} of {all}: {damage}.").format(
                offset=damage.offset, all=len(raw), damage=damage.why
            ),
            _(_RERUN),
        )
    return rows


def decode_file(file: LogFile) -> tuple[Decoded, str | None]:
    """Return the rows of a log file's intact records, and a description of the damage or None.

    Raises PoiseError BAD_LOG (no intact record).
    """
    path, raw = file.path, file.raw
    rows = decode(raw, file.head.length if file.head else 0)
    if not rows.records:
        why = _("it is empty")
        if rows.damages:
            first = rows.damages[0]
            why = _("{damage} at byte {offset}").format(damage=first.why, offset=first.offset)
        raise PoiseError(
            Reason.BAD_LOG,
            _("{path} holds no log record: {why}.").format(path=path, why=why),
            _(_RERUN),
        )
    return rows, _damage_told(path, rows.damages, len(raw)) if rows.damages else None


def _damage_told(path: Path, damages: list[Damage], size: int) -> str:
    """Return where a file is damaged, and how much of it is left out."""
    places = "; ".join(
        _("byte {offset}: {damage}").format(offset=each.offset, damage=each.why)
        for each in damages[:_PLACES]
    )
    others = len(damages) - _PLACES
    if others > 0:
        more = ngettext("and {n} more place", "and {n} more places", others)
        places = f"{places}; {more.format(n=others)}"
    left_out = sum(each.length for each in damages)
    return _("{path} is damaged, and {bytes} of {all} bytes are left out ({places})").format(
        path=path, bytes=left_out, all=size, places=places
    )


def store_rows(
    connection: Connection,
    clip: ClipKey,
    rows: Decoded,
    source: str,
    received_utc_ms: int,
) -> Imported:
    """Insert the new records, and add `source` to those already stored.

    Raises PoiseError BAD_LOG if a record differs from the stored one of the same number.
    """
    bit = SOURCE_BITS[source]
    first, start = _start(connection, clip, received_utc_ms)
    # What came before, or is in another patient's log, is that patient's.
    seqs = [row[0] for row in rows.records] or [0]
    theirs = seqs_of_others(connection, clip, min(seqs), max(seqs))
    told = [
        row
        for row in rows.records
        if (row[0] >= first or first == FIRST_SEQ) and row[0] not in theirs
    ]
    known = _known(connection, clip, rows)
    fresh: dict[int, RecordRow] = {}
    repeated: set[int] = set()
    for row in told:
        seq, raw = row[0], row[5]
        before = fresh[seq][5] if seq in fresh else known.get(seq)
        if before is None:
            fresh[seq] = row
            continue
        if before != raw:
            raise _contradiction(clip.clip_id, seq)
        repeated.add(seq)
    _insert(connection, clip, rows, fresh, bit, received_utc_ms)
    parts.note(connection, clip, fresh.values())
    _mark(connection, clip, repeated - fresh.keys(), bit)
    following = first_missing(connection, clip, start)
    if following != start:
        connection.execute(sa.update(clips).where(clip.rows(clips)).values(next_seq=following))
    news = [row for row in fresh.values() if is_news(row)]
    kept = keep_news(connection, clip.patient_id, clock_of(connection, clip), news) if news else ()
    return Imported(len(fresh), len(told) - len(fresh), following, kept)


def first_missing(connection: Connection, clip: ClipKey, seq: int) -> int:
    """Return the first sequence number from `seq` on that is neither stored nor reported lost by the clip."""
    at = sa.bindparam("at", type_=sa.BigInteger)
    here = sa.select(records.c.seq).where(clip.rows(records), records.c.seq == at)
    gone = sa.select(sa.func.max(gaps.c.last_seq)).where(
        clip.rows(gaps), gaps.c.first_seq <= at, gaps.c.last_seq >= at
    )
    while True:
        if connection.scalar(here, {"at": seq}) is not None:
            seq = _end_of_run(connection, clip, seq)
        last_gone = connection.scalar(gone, {"at": seq})
        if last_gone is None:
            return seq
        seq = last_gone + 1


def _end_of_run(connection: Connection, clip: ClipKey, seq: int) -> int:
    """Return the first number from `seq` on that is not stored.

    A stretch at a time: to ask for the first number without a follower is one query, for which PostgreSQL reads the
    whole log.
    """
    at = sa.bindparam("at", type_=sa.BigInteger)
    query = sa.select(records.c.seq).where(clip.rows(records), records.c.seq >= at)
    stretch = query.order_by(records.c.seq).limit(_STRETCH)
    while True:
        found = connection.scalars(stretch, {"at": seq}).all()
        for there in found:
            if there != seq:
                return seq
            seq += 1
        if len(found) < _STRETCH:
            return seq


def _start(connection: Connection, clip: ClipKey, now_utc_ms: int) -> tuple[int, int]:
    """Return the log's first sequence number, and the first that it lacks. Hand out a clip that is new."""
    query = sa.select(clips.c.first_seq, clips.c.next_seq).where(clip.rows(clips))
    row = connection.execute(query).first()
    if row is None:
        hand_out(connection, clip, now_utc_ms)
        row = connection.execute(query).one()
    return row.first_seq, row.next_seq


def _known(connection: Connection, clip: ClipKey, rows: Decoded) -> dict[int, bytes]:
    if not rows.records:
        return {}
    seqs = [row[0] for row in rows.records]
    query = sa.select(records.c.seq, records.c.raw).where(
        clip.rows(records), records.c.seq.between(min(seqs), max(seqs))
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _insert(
    connection: Connection,
    clip: ClipKey,
    rows: Decoded,
    fresh: Mapping[int, RecordRow],
    bit: int,
    received_utc_ms: int,
) -> None:
    bulk(
        connection,
        records,
        (
            *ClipKey._fields,
            "seq",
            "boot",
            "t_ms",
            "kind",
            "fields",
            "raw",
            "sources",
            "received_utc_ms",
        ),
        [(*clip, *row, bit, received_utc_ms) for row in fresh.values()],
    )
    for table, names, of_seq in (
        (minutes, ("boot", "t_ms", *MINUTE_FIELDS), rows.minutes),
        (clock_pairs, ("boot", "t_ms", "utc_ms", "uncertainty_ms"), rows.pairs),
        (gaps, ("first_seq", "last_seq", "reason"), rows.gaps),
    ):
        values = [(*clip, seq, *row) for seq, row in of_seq.items() if seq in fresh]
        bulk(connection, table, (*ClipKey._fields, "seq", *names), values)


def bulk(
    connection: Connection, table: sa.Table, names: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    """Insert many rows: the values of the columns `names`, JSON and days as text."""
    # Tuples go straight to the driver: a dictionary for each row costs four times the insert itself.
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        server.copy_in(connection, table, names, rows)
        return
    marks = ", ".join(["?"] * len(names))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
    connection.exec_driver_sql(statement, rows)


def _mark(connection: Connection, clip: ClipKey, seqs: set[int], bit: int) -> None:
    if not seqs:
        return
    statement = (
        sa.update(records)
        .where(clip.rows(records), records.c.seq == sa.bindparam("at_seq"))
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
