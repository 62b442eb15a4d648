"""A clip's log as a whole: its parts and its clock. Kept for as long as nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..timebase.clip_clock import ClockMap, ClockPair
from . import parts, witness
from .engine import Database
from .parts import Part
from .schema import clock_pairs, records

_KEPT_WITHIN_MS = 50  # of the start's record: the clip's own note of the time that it kept


@dataclass(frozen=True)
class ClipLog:
    """`parts`: all of them, in order."""

    parts: tuple[Part, ...]
    clock: ClockMap

    def between(self, from_utc_ms: int | None, to_utc_ms: int | None) -> list[Part]:
        """Those that can have something of that time; all of them without a bound."""
        if from_utc_ms is None and to_utc_ms is None:
            return list(self.parts)
        return [part for part in self.parts if part.has(self.clock, from_utc_ms, to_utc_ms)]


def clip_log(database: Database, connection: Connection, clip_id: str) -> ClipLog:
    """As this connection sees it. The store's count of changes says whether an earlier answer still holds."""
    now = witness.age(connection) if database.path is not None else None
    kept = database.memory.get(clip_id)
    if now is not None and kept is not None and kept[0] == now:
        return kept[1]
    known = tuple(parts.of_clip(connection, clip_id))
    log = ClipLog(known, _clock_map(connection, clip_id, known))
    database.memory[clip_id] = (now, log)
    return log


def clock_of(connection: Connection, clip_id: str) -> ClockMap:
    """The clip's clock with what this connection has written, too: not kept, as the store has not taken it yet."""
    return _clock_map(connection, clip_id, tuple(parts.of_clip(connection, clip_id)))


def _clock_map(connection: Connection, clip_id: str, known: Iterable[parts.Part]) -> ClockMap:
    """The clip's clock, from its clock records and the last time of each boot. `known`: all of its log's parts."""
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
    last_t_ms = parts.last_t_ms(known)
    found: dict[tuple[int, int, int, int], bool] = {}
    for *told, is_kept in connection.execute(pairs):
        # A pair comes again with each segment's `block`; its own record says where it is from.
        pair = tuple(told)
        found[pair] = found.get(pair, False) or bool(is_kept)
    return ClockMap((ClockPair(*pair, kept) for pair, kept in found.items()), last_t_ms)
