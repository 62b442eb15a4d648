"""Posture nudges of a clip with what followed each, read from the store."""

from ..coach.ledger import CORRECTED_MS, Entry, ledger
from ..store import Store

KINDS = ("nudge", "posture", "button")


def nudges(
    store: Store, clip_id: str, from_utc_ms: int | None = None, to_utc_ms: int | None = None
) -> list[Entry]:
    """Return the ledger of one clip's nudges from `from_utc_ms` until before `to_utc_ms`, oldest first."""
    # What follows a nudge comes later than it.
    last = None if to_utc_ms is None else to_utc_ms + CORRECTED_MS
    events = store.records.events(clip_id, from_utc_ms, last, KINDS)
    found = ledger(events, store.nudge_marks.all(clip_id))
    if to_utc_ms is None:
        return found
    return [entry for entry in found if entry.utc_ms is not None and entry.utc_ms < to_utc_ms]
