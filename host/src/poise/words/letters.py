"""Texts about the letters between clinic and patient: what the therapist reads."""

from collections.abc import Mapping

from ..language import _, wording

TITLE = "Letters"
NOTE = "Plan, ended stops, next visit and note travel on the clip; the diary comes back on it."
FROM = "From the patient"
FROM_NONE = "none yet"
TO = "To the patient"
TO_NONE = "none yet"
TO_WRITTEN = "written {}"
OWN = "The clinic's fingerprint"
OTHER = "The patient's fingerprint"
NO_KEYS = "not made yet: the first letter makes the keys"
OTHER_NONE = "not known yet: the first letter brings it"
WAITS = "What was decided since is not on the clip yet. It goes onto the clip when it is plugged in next."
FIRST = "Give this clip its first letter"
FIRST_NOTE = (
    "The clip has had no letter of this clinic. With its first one it knows plan and clinic."
)
FIRST_DONE = "The clip has its first letter. Write the clinic's fingerprint down for the patient, who compares it: {}"
FIRST_PULLED = (
    "The cable was pulled before the letter was on the clip. Plug it in, and press again."
)
VISIT = "Next visit"
PATIENT_NOTE = "A note for the patient"
KEEP = "Put into the letter"
KEPT = "In the letter: the next visit and the note."
BAD_DAY = "That is no day."

TAKEN = "A letter of the patient was taken: {}."
REFUSED = "The letter on the clip was refused: {}"
NEW_KEY = "It is the first of this key: {}. Ask the patient whether their computer shows the same."
LEFT_OUT = "It had no room for the {} oldest entries; a letter by file brings them."
NOT_SENT = "It has not gone onto the clip: {}"
POSTED = {
    "on_clip": "It is on the clip.",
    "soon": "It goes onto the clip as soon as the clip's log is in.",
    "later": "It goes onto the clip when it is plugged in next.",
    "first": "No clip of this patient has had a letter yet: plug it in, and give it the first one on the visit's page.",
}

STOPS = "Open stops"
STOPS_NOTE = (
    "Only the clinic ends a stop. The name is kept with the time, and the letter tells the patient."
)
STOP = "{reason}, since {day}"
STOP_WHO = "Your name"
STOP_WHY = "Why, or what changes"
STOP_END = "End this stop"
STOP_ENDED = "The stop is ended by {}."
STOP_GONE = "This stop is ended already."

_TABLES = ("diary", "sessions", "answers", "stops", "scores")


def counts(rows: Mapping[str, int]) -> str:
    """Return what a letter of the patient brought, by table."""
    told = {
        "diary": _("diary days: {count}"),
        "sessions": _("exercises: {count}"),
        "answers": _("reminders: {count}"),
        "stops": _("stops: {count}"),
        "scores": _("scores: {count}"),
    }
    return ", ".join(told[name].format(count=rows[name]) for name in _TABLES)


wording.translate(__name__)
