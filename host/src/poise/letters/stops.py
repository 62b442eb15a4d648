"""Who may end a stop: once a clinic is known, only the clinic, by a letter that it signs"""

from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from .keys import CLINIC


def end_stop(store: Store, hold_id: int, who: str, note: str, utc_ms: int) -> bool:
    """Store the therapist's clearance. Return False for a stop that is unknown or ended already.

    Raises PoiseError ON_HOLD on a patient's computer that knows the clinic.
    """
    refuse_at_the_patients(store)
    return store.holds.clear(hold_id, who, note, utc_ms)


def refuse_at_the_patients(store: Store) -> None:
    """Raise PoiseError ON_HOLD if a clinic is known here, whose letter alone ends a stop."""
    if store.letters.correspondent(CLINIC) is None:
        return
    raise PoiseError(
        Reason.ON_HOLD,
        _("Only your clinic ends this stop, by a letter that it signs"),
        _(
            "Call your clinic; the letter comes by the clip, or as a file: `poise letter import FILE`."
        ),
    )
