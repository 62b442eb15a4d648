"""List of patients: who was seen when, and what asks for attention."""

from ....words import clinic as words
from ...parts import el, empty, link
from ..context import desk
from ..layout import address_of, frame


def page() -> None:
    """Draw the page."""
    with frame("patients", words.NAV["patients"]):
        known = [one for one in desk().store.patients.all() if one.archived_utc_ms is None]
        if not known:
            empty(words.PATIENTS_NONE, words.PATIENTS_NONE_DO)
        with el("ul", classes="bullets"):
            for one in known:
                with el("li"):
                    link(one.name, address_of(one.patient_id))
