"""A clip's log as a whole: its parts and its clock. Cached until something is written to the store."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..timebase.clip_clock import ClockMap, ClockPair
from . import parts, witness
from .engine import Database
from .owned import ClipKey
from .parts import Part
from .schema import clock_pairs, records

_KEPT_WITHIN_MS = 50  # a pair this soon after the boot record is the time that the clip itself kept


@dataclass(frozen=True)
class ClipLog:
    """A clip's log: all its parts in order, and its clock."""

    parts: tuple[Part, ...]
    clock: ClockMap

    def between(self, from_utc_ms: int | None, to_utc_ms: int | None) -> list[Part]:
        """Return the parts that may hold records of that time; all parts if both bounds are None."""
        if from_utc_ms is None and to_utc_ms is None:
            return list(self.parts)
        return [part for part in self.parts if part.has(self.clock, from_utc_ms, to_utc_ms)]


def clip_log(database: Database, connection: Connection, clip: ClipKey) -> ClipLog:
    """Return the clip's log as this connection sees it. A cached log serves while the store's change count is equal."""
    now = witness.age(connection)
    kept = database.memory.get(clip)
    if now is not None and kept is not None and kept[0] == now:
        return kept[1]
    known = tuple(parts.of_clip(connection, clip))
    log = ClipLog(known, _clock_map(connection, clip, known))
    database.memory[clip] = (now, log)
    return log


def clock_of(connection: Connection, clip: ClipKey) -> ClockMap:
    """Return the clip's clock, including this connection's uncommitted writes. Not cached, since they may be undone."""
    return _clock_map(connection, clip, tuple(parts.of_clip(connection, clip)))


def _clock_map(connection: Connection, clip: ClipKey, known: Iterable[parts.Part]) -> ClockMap:
    """Return the clip's clock from its clock records and the last time of each boot. `known`: all parts of its log."""
    # A pair right after `boot`, with at most a segment's mark between, is the clip's own: no host has connected yet.
    start = records.alias("start")
    kept = sa.exists().where(
        clip.rows(start),
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
    ).where(clip.rows(clock_pairs))
    last_t_ms = parts.last_t_ms(known)
    found: dict[tuple[int, int, int, int], bool] = {}
    for *told, is_kept in connection.execute(pairs):
        # Each segment's `block` repeats the pair. Only the pair's own record tells if the clip kept the time itself.
        pair = tuple(told)
        found[pair] = found.get(pair, False) or bool(is_kept)
    return ClockMap((ClockPair(*pair, kept) for pair, kept in found.items()), last_t_ms)
