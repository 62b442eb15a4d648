"""The words of the report, the same for PDF and HTML."""

from ..language import wording

KIND = "Poise · wear report"
DOCUMENT = "Poise report, {}"
NOT_A_DIAGNOSIS = (
    "This is a training log and reminder. It does not diagnose or treat headache, cannot tell whether a symptom is"
    " serious, and does not replace your clinician. Prototype: not a cleared or CE-marked medical device."
)
# Site -> (what is worn where, what it measures, what that cannot say).
SITES = {
    "collar": (
        "Clip on the collar",
        "It measures the tilt of the collar and upper back from the wearer's own start position. That is not neck"
        " flexion, and not the position of the head.",
        "Tilt of the collar follows the upper back: looking down with a still trunk hardly shows, and slumping shows"
        " without looking down.",
    ),
    "head": (
        "Clip on the head",
        "It measures the tilt of the head from the wearer's own start position, against gravity. That is neck flexion"
        " only while the trunk is still and upright.",
        "Tilt of the head contains that of the trunk: leaning forward as a whole looks like looking down.",
    ),
    "unknown": (
        "Wear site not set",
        "It measures the tilt of whatever the clip was on, from its own start position.",
        "Without a wear site nobody can tell which part of the body tilted.",
    ),
}
LIMITS_HEAD = "What these numbers cannot say"
LIMITS = (
    "Angles refer to the start position taken when the clip was put on. A clip that slips shifts all that follow.",
    "No tilt and no duration on this page marks a posture as good, bad, safe or harmful.",
    "Nothing here measures muscles, force, load, discs, damage or headache.",
    "Sensed: the clip followed the movement. Self-reported: the wearer’s word. Not worn does not mean not done.",
)
ZONE = "Times and days in {}."

PLAN = "Plan"
PLAN_NONE = "none set"
PLAN_VERSION = "{mark} (version {version})"
PATIENT = "Patient"
THERAPIST = "Therapist"
WORN = "Worn"
TILT = "Middle tilt (P50)"
TILT_NOTE = "P10 {low}, P90 {high}"
TILT_NONE = "nothing measured"
LONGEST = "Longest time bent forward"
LONGEST_NOTE = "without a break"
HELD = "Held past the set limit"

CLASSES = "Time at each tilt"
CLASSES_HEADS = ("tilt", "share", "time")
CLASSES_NOTE = (
    "Of {time} worn with a start position. P10, P50, P90: of all that time, read off these shares."
)
LEFT_OUT = {
    "collar": "Left out: {} with the clip on the collar.",
    "head": "Left out: {} with the clip on the head.",
    "unknown": "Left out: {} with the wear site not set.",
}
STATES_HEAD = "What the clip saw"
STATES_HEADS = ("state", "time", "share")
STATES = {
    "neutral": "worn, near neutral",
    "flexed": "worn, bent forward",
    "moving": "worn, moving",
    "uncalibrated": "no start position taken yet",
    "not_worn": "not worn",
    "off": "clip off, or not recorded",
}
STATES_NOTE = "Shares of all {} h of the period."
PARTS = {"day": "Day by day", "week": "Week by week", "month": "Month by month"}
PARTS_WORN = "hours worn"
PARTS_BENT = "bent forward"
PARTS_BAR = "{bent} of {worn}"
# The two placeholders become samples of the colours.
PARTS_NOTE = "Hours worn; {bent} the time of them bent forward, {rest} the rest."

EXERCISES = "Exercises"
EXERCISES_NOTE = (
    "Of what was prescribed and had come, by the plan in force then; with or without a reminder."
)
PRESCRIBED = "Exercises prescribed"
DONE = "Done"
DONE_SHARE = "{times} ({share})"
SOURCES = {"sensed": "sensed", "partly": "partly sensed", "self_reported": "self-reported"}
EXCUSED = "Days ill, away or stopped, left out"
REMINDERS = "Reminders shown"
ANSWERS = {"done": "tapped done", "snoozed": "snoozed", "skipped": "skipped", "open": "no answer"}
CHOICE = "Reminders, as the patient chose"
QUALITY = "Gaps and faults"
LOST = "Records lost"
UNTIMED = "Minutes without a known time"
CLOCK = "Clock known to within"
FAULTS = "Sensor and storage faults"
STARTS = "Starts of the clip"
POSITIONS = "Start positions taken"
POSITIONS_REFUSED = "{taken}, refused {refused}"
WRONG_TIMES = "Wrong times given to the clip"
WRONG_TIMES_COUNT = "{}, not used"
CRASHES = "Firmware crashes"
NODS = "Nods felt by the sensor"
NONE = "none"

MADE = "Made {when} by Poise. Clip {clip}."
MADE_BY_FIRMWARE = "Made {when} by Poise. Clip {clip}, firmware {firmware}."
MADE_UNKNOWN = "at a time that this machine does not know"

wording.translate(__name__)
