"""The words of the report, the same for PDF and HTML."""

from ..language import wording

KIND = "Poise · report for the clinician"
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
SINCE_VISIT = "Since the last visit."
DETAILS = "Details"

# --- the numbers at the head

HEADACHE = "Headache days in 28"
MEDICINE = "Medicine days in 28"
EXERCISES_DONE = "Exercises done"
EXERCISES_DONE_OF = "{done} of {prescribed} times"
NONE_PRESCRIBED = "none prescribed"
WORN = "Clip worn"
LOGGED = "{days} of {logged} days logged"
LOGGED_FEW = "{days} of {logged} days logged: too few"

# --- the diary

DIARY = "Headache, neck pain and medicine"
DIARY_HEADS = ("from the diary", "this period", "before", "first 28 days")
DIARY_NONE = "Nothing was written in the diary in these days."
HEADACHE_CHANGE = "change since"
HEADACHE_CHANGE_BY = "{difference} days"
HEADACHE_CHANGE_PERCENT = "{difference} days ({percent} %)"
HEADACHE_CHANGE_INTERVAL = "95 % interval {low} to {high}"
CONVENTION_NONE = "30 % fewer not reached"
CONVENTION_30 = "30 % fewer reached, 50 % not"
CONVENTION_50 = "50 % fewer reached"
HEADACHE_NRS = "Headache strength, median of 0–10"
NECK_NRS = "Neck pain, median of 0–10"
TOO_FEW = "too few days to say"
RATED_NONE = "not rated"
RATED_CHANGE = "change {difference}: {reading}"
MEDICINES = {
    "simple": "simple pain reliever",
    "combination": "combined pain reliever",
    "triptan": "triptan",
    "ergot": "ergotamine",
    "opioid": "opioid",
}
DIARY_NOTE = (
    "30 % and 50 % fewer headache days are conventions of trials, and no verdict on a person. A day that was not logged"
    " counts neither as a day with a headache nor as one without."
)
MEDICINE_NOTE = (
    "In the 30 days up to {day}, acute medicine was taken on {days} days; on {other} of them not only simple pain"
    " relievers."
)
MEDICINE_SHARE = (
    "From {least} days with others than simple pain relievers, or {least_simple} of any, Poise asks the patient to"
    " share the number with a doctor."
)

# --- scores

SCORES = "Scores"
SCORES_HEADS = ("measure", "first", "latest", "change")
SCORES_NONE = "No score was entered."
SCORES_ALL = "All scores"
SCORES_ALL_HEADS = ("day", "measure", "score", "entered by")
MEASURES = {
    "psfs": "PSFS, 0–10 (higher: more able)",
    "pgic": "PGIC, 1–7 (the change as the patient rates it)",
    "halt": "HALT, days in 90",
    "ndi": "NDI, 0–50 (higher: more disability)",
    "hit6": "HIT-6, 36–78 (higher: more impact)",
}
READINGS = {
    "within": "within the measuring error ({error})",
    "beyond": "larger than the measuring error ({error})",
    "below": "smaller than what is meaningful",
    "reached": "as large as is meaningful",
    "unknown": "measuring error not known",
}
SCORE_MEANINGFUL = "smallest meaningful change {size}"

# --- what happened

HAPPENED = "In this period"
HAPPENED_NONE = "No visit, no other treatment, no change of the plan and no stop was entered."
HAPPENED_HEADS = ("day", "what", "who")
HAPPENED_ALL = "Visits, treatments, plans and stops"
HAPPENED_MORE = "All {count} stand in the details."
HAPPENED_TEXT = "{what}: {text}"
PLAN_CHANGED = "plan {mark}"
PLAN_CHANGED_VERSION = "plan {mark} (version {version})"
STOPS = {
    "pain": "stop: pain",
    "red_flag": "stop: a warning sign",
    "unwell": "stop: felt unwell",
}
STOP_WITH = "{stop} ({detail})"
STOP_OPEN = "{stop}; not ended yet"
STOP_ENDED = "{stop}; ended {day} by {who}"
EVALUATION = "Evaluation"
EVALUATION_NONE = "Not done."

# --- exposure

EXPOSURE = "Tilt"
EXPOSURE_AT = "Tilt: {site}"
EXPOSURE_NONE = "The clip was not worn in these days, or its log has not come yet."
WORN_ON = "on {worn} of {days} days, {share} of all hours"
MEASURED = "Measured with a start position"
TILT = "Middle tilt (P50)"
TILT_NOTE = "P10 {low}, P90 {high}"
BENT = "Bent forward, 20° and more"
LONGEST = "Longest time bent forward"
HELD = "Held past the set limit"
NO_BUZZ = "no buzz"

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
PARTS_HEADS = {"day": "day", "week": "week from", "month": "month"}
PARTS_WORN = "hours worn"
PARTS_BENT = "bent forward"
PARTS_BAR = "{bent} of {worn}"
# The two placeholders become samples of the colours.
PARTS_NOTE = "Hours worn; {bent} the time of them bent forward, {rest} the rest."

EXERCISES = "Exercises"
EXERCISES_EACH = "Exercises, one by one"
EXERCISES_HEADS = ("exercise", "prescribed", "done")
REMINDED = "Reminders"
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

MADE = (
    "Made {when} by Poise {software}. Log of clip {clip} (firmware {firmware}) until {clip_until}, diary until"
    " {diary_until}."
)
MADE_UNKNOWN = "at a time that this machine does not know"

wording.translate(__name__)
