"""Texts of the plan editor, which the therapist reads, and of the patient's copy of the plan."""

from ..language import ngettext, wording

NOTE = (
    "Nothing here changes the plan in force until you sign. What you have begun stays here while the clinic's "
    "pages run."
)
UNREADABLE = "The plan in force can't be read here, so this begins with an empty one:"
EMPTY = "There is no exercise yet."
EMPTY_DO = "Choose one from the library below, or add your own."

ADD = "Add an exercise"
ADD_OWN = "Add an exercise of your own"
OWN_NAME = "My exercise"
ADD_LABEL = "Add {name}"
ADD_SHORT = "Add"
PHASES_OF_LIBRARY = {
    1: "Precision at low load",
    2: "Coordination and posture",
    3: "Strength and endurance",
}
USUAL = "Usual start: {dose}"

FIELDS = {
    "name": "Name",
    "instructions": "Instructions for the patient",
    "precaution": "Precaution for this exercise",
    "reps": "Repetitions",
    "sets": "Sets",
    "hold_s": "Hold (s)",
    "rest_s": "Rest (s)",
    "load": "Load or band",
    "side": "Side",
    "target_deg": "Angle to reach (°)",
    "level": "Level of the nod",
    "starts": "First day",
    "ends": "Last day",
    "every_days": "Every so many days",
    "times_a_day": "Times a day",
    "phase": "Phase",
}
NOTES = {
    "rest_s": "Empty: 30",
    "load": "Such as 1 kg, or red band",
    "target_deg": "0: none",
    "level": "0 to 4",
}
SIDES = {"": "as usual", "left": "left", "right": "right", "each": "each side"}
WAY = "When on a day"
WAYS = {"times": "At given times", "hours": "Within hours", "needed": "As needed"}
NEEDED_NOTE = "Nothing reminds of it, and it does not count as prescribed."
TIME = "Time {number}"
HABIT = "Habit"
TIME_ADD = "Add a time"
TIME_REMOVE = "Remove"
TIME_REMOVE_LABEL = "Remove time {number}"
FROM = "From"
TO = "To"
DAYS_WAY = "On which days"
DAYS_WAYS = {"daily": "Every day", "weekdays": "Weekdays", "interval": "Every so many days"}
DAYS = "Days"
EVERY_PHASE = "every phase"
PHASE_OPTION = "{number}: {name}"
MORE = "Text, precaution, dates"
UP, DOWN, REMOVE = "Up", "Down", "Remove"
MOVE_UP = "Move {name} up"
MOVE_DOWN = "Move {name} down"
REMOVE_LABEL = "Remove {name}"
REMOVED = "{name} is taken out of the draft."
UNDO = "Bring it back"

PROGRAMME = "Programme"
GOAL = "The patient's goal"
THERAPIST = "Therapist"
PATIENT = "Patient's pseudonym"
TIMEZONE = "Time zone"
QUIET = "Quiet hours"
DIARY = "Time of the diary's question (empty: none)"
PRECAUTIONS = "Precautions"
PRECAUTION = "Precaution {number}"
PRECAUTION_ADD = "Add a precaution"
PRECAUTION_REMOVE = "Remove"
PRECAUTION_REMOVE_LABEL = "Remove precaution {number}"
PHASES = "Phases"
PHASES_NOTE = "An exercise of no phase belongs to every phase."
PHASE_NOW = "Phase now"
PHASE_NAME = "Name of phase {number}"
PHASE_WEEKS = "Weeks"
PHASE_ADD = "Add a phase"
PHASE_REMOVE = "Remove phase {number}"
PHASE_NEW = "Phase {number}"
ALERTS = "Alerts"
ALERTS_NOTE = "From these numbers on, the visit says so. 0: never."
ALERT = {
    "neck_pain": "Neck pain on a day, of 10",
    "missed_days": "Prescribed days missed in a row",
    "headache_days": "Headache days in 28",
}
BUZZ = "Buzzes"
BUZZ_ON = "Posture buzzes"
BUZZ_OPTIONS = {"on": "on", "off": "off"}
BUZZ_FIELDS = {
    "threshold_deg": "From an angle (°)",
    "per_hour": "At most an hour",
    "per_day": "At most a day",
    "strength_pct": "Strength (%)",
}
MORE_PROGRAMME = "More"
LATER = "After the programme"
TAPER = "Taper to {step} times a week"
TAPER_NOTE = "Now up to {now} times a week. The steps are 14, 7, 3 and 2."
END = "End the programme"
END_NOTE = (
    "Every exercise stays, as needed; the patient is asked again after 1, 3, 6 and 12 months."
)
RESUME = "Begin the programme again"
ENDED = "The programme ended on {day}."
CHECK_INS = "Check-ins: {days}"

SIGN = "Check and sign"
NO_CHANGE = "Nothing is different from the plan in force."
CHANGES = "What changes"
FIRST = "This is the first plan. It prescribes:"
NOTES_HEAD = "Notes"
BY = "Your name"
BY_NOTE = "Kept with this version, with date and time."
SIGN_BUTTON = "Sign: put it in force"
SIGNED = "In force: plan {mark}, signed by {who}."
COPY = "The patient's copy"
COPY_PDF = "PDF, A4"
COPY_LETTER = "PDF, Letter"
DISCARD = "Drop the draft"
FILE = "The draft as a file"
RECENT = "Plan {mark} is in force since {since}, by {who}."

REFERENCE = "Reference repetitions"
REFERENCE_NONE = "none yet"
REFERENCE_KEPT = "recorded on {day} by {who}, clip at {site}"
REFERENCE_RECORD = "Record them"
REFERENCE_RECORD_LABEL = "Record reference repetitions of {name}"
REFERENCE_HOW = (
    "The clip is worn at the head, without a cable, and its start position is taken. Then five slow repetitions, with "
    "a moment at the start between two; three are enough."
)
REFERENCE_BEGIN = "Connect and begin"
REFERENCE_SEARCH = "Looking for the clip over the air. Press its button."
REFERENCE_NOT_IN_PLAN = "The plan in force does not have this exercise."
REFERENCE_BACK = "Back to the plan"
REFERENCE_UNSEEN = "The clip measures no repetition of this exercise."

COPY_TITLE = "My exercises"
COPY_PLAN = "Plan {mark}, from {therapist}, {day}"
COPY_GOAL = "My goal: {goal}"
COPY_DOSE = "How much"
COPY_WHEN = "When"
COPY_CARE = "Take care"
COPY_STOP = "Stop and call"
COPY_STOP_NOW = "Call the emergency number at once for:"
COPY_STOP_CLINIC = "Stop, and talk to your clinic before you go on, for:"
COPY_QR = "Plan {mark}"
COPY_QR_NOTE = "The code holds the plan's short name and nothing else."


def faults(count: int) -> str:
    """Return how many faults keep the draft from being a plan."""
    return ngettext(
        "{count} fault, told beside its field. The plan can be signed when it is mended.",
        "{count} faults, each told beside its field. The plan can be signed when they are mended.",
        count,
    ).format(count=count)


wording.translate(__name__)
