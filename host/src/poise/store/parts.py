"""Parts of a clip's log: a summary of each stretch of sequence numbers, stored beside the records.

With the parts, a period is found without reading the whole log. They also reveal records that a damaged file has lost:
each part counts its records by kind, and each record has its own CRC.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..language import _
from ..timebase.clip_clock import ClockMap
from ..wire import codec
from .damage import damaged
from .decode import HEADER, RecordRow
from .owned import ClipKey
from .schema import log_parts, records

SIZE = 1024  # sequence numbers in a part
_CRC_OF_WHOLE = 0x2144DF1C  # CRC-32 of anything that ends in its own CRC-32
_LEAST = codec.RECORD_HEAD + codec.RECORD_TAIL
_MINUTE_MS = 60_000
_SLACK_MS = 60_000  # margin, so that rather a part too many is read than one too few


@dataclass
class Part:
    """SIZE sequence numbers from `number * SIZE` on. `kinds`: kind -> records; `spans`: boot -> [first, last t_ms]."""

    number: int
    kinds: dict[str, int] = field(default_factory=dict[str, int])
    spans: dict[int, list[int]] = field(default_factory=dict[int, list[int]])

    def add(self, kind: str, boot: int, t_ms: int, raw: bytes) -> None:
        """Count this record, and widen its boot's span of time to hold it."""
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        first = t_ms
        if kind == "quiet":  # stands for earlier minutes, too
            first -= (codec.parse_record(raw)[0]["minutes"] - 1) * _MINUTE_MS
        span = self.spans.setdefault(boot, [first, t_ms])
        span[0], span[1] = min(span[0], first), max(span[1], t_ms)

    def count(self, kinds: Iterable[str]) -> int:
        """Return the number of records of these kinds."""
        return sum(self.kinds.get(kind, 0) for kind in kinds)

    def has(self, clock: ClockMap, from_utc_ms: int | None, to_utc_ms: int | None) -> bool:
        """Return whether any record may lie in that time, by the ends of each boot's span. A bound of None is open."""
        return any(
            _meets(clock, boot, span, from_utc_ms, to_utc_ms) for boot, span in self.spans.items()
        )

    def bounds(self, clock: ClockMap) -> tuple[float, float]:
        """Return (lower, upper) bound in UTC ms of all records of known time; infinite if there are none."""
        ends = [[clock.utc_ms(boot, at) for at in span] for boot, span in self.spans.items()]
        firsts = [math.inf if last is None else first or 0 for first, last in ends]
        return min(firsts), max(-math.inf if last is None else last for _, last in ends)

    def is_untimed(self, clock: ClockMap) -> bool:
        """Return whether the time of some records may be unknown."""
        return any(clock.utc_ms(boot, span[0]) is None for boot, span in self.spans.items())


def _meets(
    clock: ClockMap, boot: int, span: list[int], from_utc_ms: int | None, to_utc_ms: int | None
) -> bool:
    last = clock.utc_ms(boot, span[1])
    if last is None or (from_utc_ms is not None and last < from_utc_ms - _SLACK_MS):
        return False
    first = clock.utc_ms(boot, span[0])
    return to_utc_ms is None or first is None or first < to_utc_ms + _SLACK_MS


# --- kept beside the records


def note(connection: Connection, clip: ClipKey, fresh: Iterable[RecordRow]) -> None:
    """Add new records to their parts."""
    by_part: dict[int, list[RecordRow]] = {}
    for row in fresh:
        by_part.setdefault(row[0] // SIZE, []).append(row)
    known = {part.number: part for part in of_clip(connection, clip, list(by_part))}
    for number, rows in by_part.items():
        part = known.get(number) or Part(number)
        for _clip, boot, t_ms, kind, _seq, raw in rows:
            part.add(kind, boot, t_ms, raw)
        _put(connection, clip, part, known=number in known)


def _put(connection: Connection, clip: ClipKey, part: Part, *, known: bool) -> None:
    values = {"kinds": part.kinds, "spans": part.spans}
    if known:
        at = clip.rows(log_parts) & (log_parts.c.part == part.number)
        connection.execute(sa.update(log_parts).where(at).values(values))
        return
    connection.execute(sa.insert(log_parts).values({**clip.values, "part": part.number, **values}))


def rebuild(connection: Connection) -> None:
    """Make all parts anew from the records, for a store that had none. Raises PoiseError STORE_BROKEN."""
    connection.execute(sa.delete(log_parts))
    query = sa.select(
        records.c.patient_id,
        records.c.clip_id,
        records.c.seq,
        records.c.boot,
        records.c.t_ms,
        records.c.kind,
        records.c.raw,
    ).order_by(records.c.patient_id, records.c.clip_id, records.c.seq)
    rows = connection.execute(query)
    for (clip, number), group in groupby(rows, key=lambda row: (ClipKey(*row[:2]), row[2] // SIZE)):
        part = Part(number)
        for _patient, _clip, seq, boot, t_ms, kind, raw in group:
            if not is_whole(raw):
                raise damaged(
                    _("log record {seq} of clip {clip_id}").format(seq=seq, clip_id=clip.clip_id)
                )
            part.add(kind, boot, t_ms, raw)
        _put(connection, clip, part, known=False)


# --- reading


def of_clip(
    connection: Connection, clip: ClipKey, numbers: Sequence[int] | None = None
) -> list[Part]:
    """Return the clip's parts in order; only those in `numbers` if given."""
    query = (
        sa.select(log_parts.c.part, log_parts.c.kinds, log_parts.c.spans)
        .where(clip.rows(log_parts))
        .order_by(log_parts.c.part)
    )
    if numbers is not None:
        query = query.where(log_parts.c.part.in_(numbers))
    return [
        Part(number, kinds, {int(boot): span for boot, span in spans.items()})
        for number, kinds, spans in connection.execute(query)
    ]


def last_t_ms(found: Iterable[Part]) -> dict[int, int]:
    """Return boot -> greatest t_ms of its records."""
    out: dict[int, int] = {}
    for part in found:
        for boot, (_first, last) in part.spans.items():
            out[boot] = max(out.get(boot, 0), last)
    return out


def raws(
    connection: Connection, clip: ClipKey, chosen: Iterable[Part], kinds: Sequence[str]
) -> list[bytes]:
    """Return the raw records of these kinds in these parts, in the log's order.

    Raises PoiseError STORE_BROKEN if a record is damaged or missing.
    """
    wanted = [part for part in chosen if part.count(kinds)]
    out: list[bytes] = []
    for run in _runs(wanted):
        found = _fetched(connection, clip, run, kinds)
        _check(clip.clip_id, run, kinds, found)
        out += [raw for _, _, raw in found]
    return out


def _runs(chosen: list[Part]) -> list[list[Part]]:
    """Return the parts grouped into runs of consecutive numbers."""
    out: list[list[Part]] = []
    for part in chosen:
        if out and out[-1][-1].number + 1 == part.number:
            out[-1].append(part)
        else:
            out.append([part])
    return out


def _fetched(
    connection: Connection, clip: ClipKey, run: list[Part], kinds: Sequence[str]
) -> Sequence[tuple[int, str, bytes]]:
    # Tuples come straight from the driver: SQLAlchemy's rows cost more than the reading.
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join([mark] * len(kinds))
    statement = (
        f"SELECT seq, kind, raw FROM records WHERE patient_id = {mark} AND clip_id = {mark} "
        f"AND seq >= {mark} AND seq < {mark} AND kind IN ({marks}) ORDER BY seq"
    )
    begin, end = run[0].number * SIZE, (run[-1].number + 1) * SIZE
    result = connection.exec_driver_sql(statement, (*clip, begin, end, *kinds))
    assert result.cursor is not None
    found = result.cursor.fetchall()
    result.close()
    return found


def _check(
    clip_id: str,
    run: list[Part],
    kinds: Sequence[str],
    found: Sequence[tuple[int, str, bytes]],
) -> None:
    codes = {kind: codec.record_layout(kind).code for kind in kinds}
    for seq, kind, raw in found:
        if not is_whole(raw) or HEADER.unpack_from(raw)[:3:2] != (codes[kind], seq):
            raise damaged(_("log record {seq} of clip {clip_id}").format(seq=seq, clip_id=clip_id))
    seqs = [row[0] for row in found]
    for part in run:
        begin = bisect_left(seqs, part.number * SIZE)
        end = bisect_left(seqs, (part.number + 1) * SIZE)
        if end - begin != part.count(kinds) or len(set(seqs[begin:end])) != end - begin:
            first = part.number * SIZE
            raise damaged(
                _("the log of clip {clip_id} between records {first} and {last}").format(
                    clip_id=clip_id, first=first, last=first + SIZE - 1
                )
            )


def is_whole(raw: object) -> bool:
    """Return whether `raw` is an intact record, by its own CRC."""
    return isinstance(raw, bytes) and len(raw) >= _LEAST and crc32(raw) == _CRC_OF_WHOLE
