"""Texts of the clinic's pages and of `poise visit`: what the therapist reads.

Neutral words: a text gives a count with its period and does not judge it.
"""

from ..language import wording

DESK = "Clinic"
HOME = "Poise, to the list of patients"
NAV = {"patients": "Patients"}
TABS = {"visit": "Visit", "plan": "Plan"}
TABS_LABEL = "Pages of this patient"
TO_LIST = "All patients"
NO_PATIENT = "No such patient"

PATIENTS_NONE = "There is no patient yet."
PATIENTS_NONE_DO = "Add one: a pseudonym such as P-017, no name of a person."

wording.translate(__name__)
