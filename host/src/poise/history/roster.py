"""The list of patients with what asks for attention, from the store's counts over all of them."""

import datetime as dt
from dataclasses import dataclass

from ..insight.medication import WINDOW_DAYS, share_by_medicines
from ..store import Store
from ..store.roster import RosterRow
from ..timebase.calendar import local_date, local_zone

NOT_SEEN_WEEKS = (
    6  # since the last visit: the plan's own rule of review is looked at on the patient's page
)


@dataclass(frozen=True)
class Listed:
    """A patient in the list. `newest`: day on which the newest record of a clip arrived here.

    `flags`: keys of words.clinic.LIST_FLAGS, each with the number that its words name (0: none).
    """

    patient_id: int
    pseudonym: str
    archived: bool
    last_visit: dt.date | None
    newest: dt.date | None
    flags: tuple[tuple[str, int], ...]


def listed(store: Store, now_utc_ms: int) -> list[Listed]:
    """Return all patients by pseudonym, archived ones too. Days are this computer's. Raises PoiseError STORE_*."""
    zone = local_zone()
    today = local_date(now_utc_ms, zone)
    return [_listed(row, today, zone) for row in store.roster.rows(today, WINDOW_DAYS)]


def _listed(row: RosterRow, today: dt.date, zone: dt.tzinfo) -> Listed:
    received = row.received_utc_ms
    return Listed(
        patient_id=row.patient_id,
        pseudonym=row.pseudonym,
        archived=row.archived_utc_ms is not None,
        last_visit=row.last_visit,
        newest=None if received is None else local_date(received, zone),
        flags=tuple(_flags(row, today)) if row.archived_utc_ms is None else (),
    )


def _flags(row: RosterRow, today: dt.date) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    if row.stopped_utc_ms is not None:
        found.append(("open_stop", 0))
    if share_by_medicines(row.medicine):
        found.append(("medicine", 0))
    if not row.has_plan:
        found.append(("no_plan", 0))
    weeks = (today - row.last_visit).days // 7 if row.last_visit else 0
    if weeks >= NOT_SEEN_WEEKS:
        found.append(("not_seen", weeks))
    return found
