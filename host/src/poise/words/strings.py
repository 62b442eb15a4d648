"""Texts of the dashboard. coach/safety.py has the texts about safety.

Neutral words: a text gives a count and does not judge it. One clip measures the tilt of the place where it is worn.
"""

from ..coach.adherence import Tally
from ..coach.plan.pain import EFFORT, MODERATE_PAIN, STOP_AT_PAIN
from ..language import _, ngettext, wording

APP = "Poise"
HOME = "Poise, to Today"
SKIP = "Skip to the page"
MENU = "Menu"
NAV_LABEL = "Pages"
NAV = {
    "today": "Today",
    "exercise": "Exercise",
    "diary": "Diary",
    "trends": "Trends",
    "plan": "Plan",
    "clip": "Clip",
    "help": "Help and safety",
}
THEME = "Colours"
THEMES = {"auto": "Auto", "light": "Light", "dark": "Dark"}

REFUSED_HOST = "This address is not the dashboard's."
REFUSED_ORIGIN = "Another site asked for this. It is refused."
REFUSED_TITLE = "Poise needs its own address"
REFUSED_TOKEN = (
    "Each address of the dashboard lets one browser in, once. Run <code>poise dashboard</code> for a new one: it opens "
    "the page by itself."
)
NEEDS_SCRIPT = (
    "The dashboard needs JavaScript; it is this computer's own, and nothing comes from elsewhere."
)
CROWD = (
    "another program of this computer opens connections to the dashboard and does not use them; the oldest of them are "
    "closed ({count} in the last minute)"
)

LINK_GONE = (
    "Not saved: Poise has ended or does not answer. What this page shows may be old, and nothing that is entered in it "
    "is saved. If it does not come back by itself, start Poise and run poise dashboard."
)
LINK_ANOTHER = (
    "Not saved: the Poise that this page came from has ended, and something else answers in its place. Copy what you "
    "have written here, close this page, and run poise dashboard."
)

HOLD_TITLE = "The exercises are stopped"
HOLD_TEXT = "Since {since}, because of {reason}. Your therapist decides when to go on."
HOLD_TAKE_BACK = "Take it back"
HOLD_TAKE_BACK_TEXT = "Pressed by mistake? For {:.0f} seconds you can take it back."
HOLD_TAKEN_BACK = "It is taken back. The log shows that it was a mistake."
HOLD_TOO_LATE = "It is too late to take it back: only your therapist ends the stop."
HOLD_LINK = "Warning signs, and what to do"

ZONE_NOTE = (
    "Times here are those of {zone}, where it is {time} now. This browser's time zone is {own}."
)

MINUTES = "{} min"
HOURS = "{} h {:02} min"
DASH = "—"

# --- Help and safety

HELP_EMERGENCY = "Call the emergency number now"
HELP_EMERGENCY_TEXT = "If you notice any of these, do not wait and do not exercise:"
HELP_STOP = "Stop, and call your therapist or doctor"
HELP_STOP_TEXT = "Before any more exercise, if you notice:"
HELP_ASK = "Ask first"
HELP_ASK_TEXT = "Talk to your doctor before you use Poise with any of these:"
HELP_WEAR = "Wearing the clip"
HELP_UNWELL = "I feel unwell"
HELP_CALL = "Call {}"
HELP_NUMBER = "Emergency number for medical help, {country}."
HELP_BY_ZONE = "Poise takes the country from the time zone {}: if you are elsewhere, choose it on the page Help."
HELP_BY_ZONE_HERE = (
    "Poise takes the country from the time zone {}: if you are elsewhere, choose it here."
)
HELP_NO_NUMBER = (
    "Poise does not know the emergency number of {country}. "
    "A mobile phone takes these two for emergency calls:"
)
HELP_NO_COUNTRY = "this country"
HELP_COUNTRY = "Where are you?"
HELP_COUNTRY_ZONE = "As the time zone says"
HELP_SOURCES = "Where these numbers come from"
HELP_NUMBERS_CHANGE = "Numbers can change: look up yours before you need it."
HELP_UNWELL_TEXT = (
    "This stops the programme at once: no exercise and no reminder of one "
    "until your therapist ends the stop."
)
HELP_UNWELL_LABEL = "What do you notice? (you may leave this empty)"
HELP_UNWELL_BUTTON = "Stop the programme"
HELP_UNWELL_DONE = "The programme is stopped. If a sign on this page is there, call now."
HELP_STOPPED = (
    "The programme is stopped already. Your therapist ends the stop: by a letter, or here by poise safety clear --by NAME"
)
HELP_KEYS = "Keys"
HELP_KEYS_LIST = (
    ("h or ?", "this page, from everywhere"),
    ("1 to 7", "the pages, in their order"),
    ("Tab, Enter, Space", "move and choose"),
)
HELP_KEYS_SWITCH = "Single keys work"
HELP_ABOUT = "What the clip shows"
HELP_ABOUT_TEXT = (
    "The clip shows how far your collar or your head is tilted compared with your own start position. It is not a "
    "measure of your spine, discs, muscle load or damage. No posture is dangerous. A buzz is a good moment to move."
)


# --- Trends

TRENDS_SPANS = {28: "4 weeks", 84: "12 weeks", 364: "A year"}
TRENDS_SPAN = "How far back"
TRENDS_EMPTY = "There is nothing to show yet."
TRENDS_EMPTY_DO = (
    "Wear the clip, do your exercises, write the diary: after the first day it begins to fill."
)
TRENDS_TABLE = "The numbers"
TRENDS_EXPOSURE_LABEL = "Time by angle, the numbers"
TRENDS_EXPOSURE = "Time by angle"
TRENDS_EXPOSURE_NOTE = (
    "{site}, in degrees from your own start, as a share of the time worn and calibrated. "
    "Below: hours worn."
)
SITES = {"head": "Head tilt", "collar": "Collar tilt", "unknown": "Tilt where the clip was worn"}
TRENDS_DAY = "Day"
TRENDS_WORN = "Worn"
TRENDS_MEDIAN = "Median"
TRENDS_RANGE = "P90 − P10"
TRENDS_EVA = "How long without a change"
TRENDS_EVA_NOTE = (
    "Hours of these days by angle and by how long it lasted at least. "
    "Changing position often may feel better; no posture is dangerous."
)
DURATIONS = ("under 1 min", "1 to 2 min", "2 to 8 min", "over 8 min")
TRENDS_ANGLE = "Angle"
TRENDS_ADHERENCE = "Exercises, by week"
TRENDS_ADHERENCE_NOTE = (
    "How often you did them, and how the clip could tell. Days ill, away or stopped are left out."
)
TRENDS_WEEK = "Week of"
TRENDS_DONE = "Done"
TRENDS_PRESCRIBED = "Prescribed"
TRENDS_PRESCRIBED_KEY = "prescribed"
SOURCE = {"sensed": "sensed", "partly": "partly sensed", "self_reported": "logged by you"}
TRENDS_DIARY = "Headache and neck pain"
TRENDS_DIARY_NOTE = (
    "Neck pain by day and its median of each week; days with a headache in each week."
)
TRENDS_SHARE_AXIS = "Share of the time worn and calibrated"
TRENDS_HOURS_AXIS = "Hours worn"
TRENDS_TIMES_AXIS = "Times a week"
TRENDS_NECK_AXIS = "Neck pain, 0 to 10"
TRENDS_HEADACHE_AXIS = "Headache days a week"
TRENDS_HEADACHE_DAY = "days with headache"
TRENDS_TOLD_DAY = "days you logged"
TRENDS_NECK_WEEK = "neck pain, median of a week"
TRENDS_NECK_DAY = "neck pain of a day"
TRENDS_DIARY_HEADS = (
    "Week of",
    "Neck pain, median",
    "Headache days",
    "Headache strength, median",
)
TRENDS_OF_DAYS = "{days} of {told}"


def median_of(median: str, rated_days: int) -> str:
    """Return the median of the ratings, and of how many days it is."""
    text = ngettext("{median} ({count} day)", "{median} ({count} days)", rated_days)
    return text.format(median=median, count=rated_days)


TRENDS_DIARY_SUM = "Headache on {yes} of the {told} days you logged."
TRENDS_NO_DIARY = "The diary has no entry in these days."
TRENDS_CHANGES = "Has anything changed?"
TRENDS_CHANGES_NOTE = "The second half of these days against the first."
CHANGES = {
    "flexed_share": "Share of worn time at 20° and more",
    "p50_deg": "Median angle",
    "neck_nrs": "Neck pain",
}
CHANGE_TOO_FEW = "too few days yet: four weeks are needed on each side"
CHANGE_NONE = "no change beyond the measurement's error"
CHANGE_LOWER = "lower by {amount} ({low} to {high})"
CHANGE_HIGHER = "higher by {amount} ({low} to {high})"
POINTS = "{:.0f} points"
DEGREES = "{:.0f}°"
OF_TEN = "{} of 10"
TRENDS_TOGETHER = "Do headaches go with it?"
TRENDS_TOGETHER_NOTE = (
    "Asked of your own days only. What goes together need not be cause and effect."
)
TOGETHER_TOO_FEW = (
    "Too few days to say: {days} have both a diary entry and a measured day. {least} in {weeks} weeks are needed, "
    "with at least {each} headache days and as many without."
)
TOGETHER_NONE = "No association found in {days} days. That is the usual answer."
TOGETHER_FOUND = (
    "With {what}: {effect:+.0f} headache days in 100, {when} ({low:+.0f} to {high:+.0f})."
)
TOGETHER_TALK = "Talk it over with your therapist."
EXPOSURES = {
    "flexed_share": "more time at 20° and more",
    "worn_h": "more hours worn",
    "exercises_done": "more of the exercises done",
}
LAGS = ("on the same day", "the day after")
TRENDS_MEDICINE = "Medicine days"
MEDICINE_NONE = "None in the last 30 days."


def medicine_days(count: int) -> str:
    """Return on how many of the last 30 days a medicine was taken."""
    return ngettext("{} day of the last 30", "{} days of the last 30", count).format(count)


MEDICINE_SHARE = "Please share these numbers with your doctor."
REPORT = "For your therapist or doctor"
REPORT_NOTE = (
    "These weeks on one page, with details: headache, medicine, scores, exercises and tilt. "
    "It stays on this computer until you send it."
)
REPORT_PAGE = "Look at the page"
REPORT_PDF = "Save as PDF"
REPORT_SAVED = "Your browser saves {}."


# --- Today

CLINIC_NEWS = "News from your clinic"
TILT = {"head": "Head tilt", "collar": "Collar tilt"}
TILT_UNKNOWN = "Tilt of the clip"
STATES = {
    "off": "No clip is connected.",
    "uncalibrated": "The clip has no start position yet: see Clip.",
    "not_worn": "The clip is not worn.",
    "moving": "You are moving.",
    "neutral": "You are near your start position.",
    "flexed": "You are tilted forward.",
}
RESTS = "The clip looks up once a minute; press its button to see your angle now."
FROM_START = "from your own start position"
LAST_MINUTE = "The last minute"
LEAN_PICTURE = "A figure that leans as far as the clip is tilted"
NO_RUNNER = "The live tilt needs poise wear."
NO_RUNNER_DO = "Start poise wear (or install it with poise wear --install); then open this page with poise dashboard."
REMINDER = "Reminder"
REMINDER_DONE = "Done"
REMINDER_LATER = "Later"
REMINDER_SKIP = "Skip"
REMINDER_START = "Start now"
ANSWERED = {
    "done": "Noted as done.",
    "snoozed": "It comes back in ten minutes.",
    "skipped": "Left out this time.",
}
NEXT = "Next reminder"
NEXT_NONE = "None planned"
NEXT_NOW = "At the next good moment"
NEXT_NO_PLAN = "There is no plan yet."
NEXT_NO_PLAN_DO = "Your therapist's plan is put in force with: poise plan set FILE"
NEXT_HOLD = "None while the exercises are stopped"
NEXT_ENDED = "The plan has ended: ask your therapist what comes next."
NEXT_NOTE = "It waits for a moment at which you sit still."
PAUSE = "Pause reminders"
PAUSE_NOTE = (
    "No reminder comes meanwhile, so none counts as unanswered. The clip's posture buzz goes on."
)
PAUSE_HOUR = "For 1 hour"
PAUSE_TODAY = "For today"
PAUSE_UNTIL = "First day with reminders again"
PAUSE_UNTIL_BUTTON = "Pause until that day"
PAUSE_DAY_MISSING = "Choose the day first."
PAUSED = "Reminders are paused"
PAUSED_UNTIL = "Until {}"
PAUSED_TEXT = "What is prescribed stays as it is: you can exercise at any time."
PAUSE_END = "Go on with reminders now"
NUDGES = "Posture buzzes today"
NUDGES_NOTE = "Was one wrong? Mark it, and your therapist sees how many were."
NUDGES_NONE = "None so far."
NUDGE_LINE = "{time}, {angle:.0f}° for {minutes:.0f} min"
NUDGE_FOLLOWED = {
    "corrected": "moved after {:.0f} s",
    "snoozed": "snoozed after {:.0f} s",
    "not_worn": "taken off after {:.0f} s",
    "ignored": "nothing followed",
}
NUDGE_WRONG = "It was wrong"
NUDGE_WRONG_LABEL = "The buzz at {} was wrong"
NUDGE_MARKED = "Marked as wrong"
NUDGE_UNDO = "Undo"
NUDGE_UNDO_LABEL = "Undo: the buzz at {} was not wrong"
WORN = "Worn today"
WORN_NOTE = "{share} % of it at 20° or more"
WORN_NONE = "Nothing logged yet today"
BATTERY = "Battery"
PERCENT = "{} %"
WEEK = "This week"
WEEK_TEXT = "{done} of {planned} planned so far"
WEEK_NONE = "No exercises are planned this week."
WEEK_AHEAD = "What is planned is still to come."
WEEK_OF = "of {}"
WEEK_LATER = "{} to come"
WEEK_LEFT_OUT = "left out"


def week_day(tally: Tally | None) -> tuple[str, str]:
    """Return a day's figure, and the words below it. Never 0 for a day without prescription, or still to come."""
    if tally is None or not tally.prescribed + tally.to_come:
        return DASH, ""
    if tally.excused:
        return DASH, _(WEEK_LEFT_OUT)
    if not tally.prescribed:
        return "\u00b7", _(WEEK_LATER).format(tally.to_come)
    return str(tally.done), _(WEEK_OF).format(tally.prescribed)


DIARY_OPEN = "Today's diary takes ten seconds"
DIARY_OPEN_LINK = "Write it"

# --- Diary

DIARY_FOR = "Entry for {}"
DIARY_TODAY = "Today"
DIARY_YESTERDAY = "Yesterday"
DIARY_HEADACHE = "Did you have a headache?"
DIARY_YES_NO = {"yes": "Yes", "no": "No"}
DIARY_SAID = {"yes": "yes", "no": "no"}
DIARY_NRS = "How strong was it at its worst?"
DIARY_NECK = "How was the neck pain at its worst?"
DIARY_SCALE = "0 is none, 10 the worst imaginable."
DIARY_MEDICINE = "Did you take something for it?"
DIARY_MEDICINE_NOTE = (
    "By class; the medicine that you take every day to prevent headache is not meant."
)
DIARY_MEDICINES = {
    "simple": "Simple pain reliever",
    "combination": "Combined pain reliever",
    "triptan": "Triptan",
    "ergot": "Ergotamine",
    "opioid": "Opioid",
}
DIARY_NOTE = "Anything to remember (you may leave this empty)"
DIARY_SAVE = "Save"
DIARY_SAVED = "Saved for {}."
DIARY_BEFORE = "Before: {}."
DIARY_BEFORE_NAMES = {
    "headache": "headache {}",
    "neck_nrs": "neck pain {}",
    "medication": "{}",
    "note": "“{}”",
}
DIARY_DRAFT = "What you chose here is not saved yet."
DIARY_DRAFT_DROP = "Discard it"
DIARY_DRAFTS = "Not saved yet:"
DIARY_CHANGED = "You wrote this on {}. Saving keeps both; the newer one counts."
DIARY_BACKFILL = "This day is longer ago than yesterday: the entry is marked as written later."
DIARY_BACKFILLED = "written later"
DIARY_BROUGHT_IN = "from another diary"
DIARY_LAST = "The last two weeks"
DIARY_EMPTY = "No entries yet."
DIARY_EMPTY_DO = "The first one takes ten seconds: choose Yes or No, and save."
DIARY_HEADS = ("Day", "Headache", "Neck pain", "Medicine", "Note")
DIARY_WITH = "yes, {} of 10"
DIARY_OLDER = "Another day"
DIARY_DAYS = "Day of the entry"
DIARY_NO_ENTRY = "no entry"
DIARY_MARKED = "You marked a headache at the clip: {}."
DIARY_MARKS = "marked at the clip ({})"
DIARY_UNTOLD = "Nothing is chosen yet: answer one of the questions, then save."
HAPPENED = "What else happened"
HAPPENED_NOTE = (
    "It is shown on the same time line. "
    "On days ill or away nothing is asked for and nothing counts as missed."
)
HAPPENED_WHAT = "What"
HAPPENED_WORDS = "In a few words (you may leave this empty)"
HAPPENED_ADD = "Add it to {}"
HAPPENED_REMOVE = "Remove"
HAPPENED_REMOVED = "Removed: {}, {}."
HAPPENED_UNDO = "Undo"
HAPPENED_REMOVE_LABEL = "Remove: {}, {}"
SCORES = "Scores"
SCORES_NOTE = "Of the questionnaires that you fill in with your therapist."
SCORES_NONE = "None yet."
SCORES_NONE_DO = "Your therapist enters them: poise diary score MEASURE VALUE --by NAME"
SCORES_HEADS = ("Measure", "Score", "Day")
SCORES_NAMES = {
    "psfs": "PSFS, 0 to 10",
    "pgic": "PGIC, 1 to 7",
    "halt": "HALT, days",
    "ndi": "NDI, 0 to 50",
    "hit6": "HIT-6, 36 to 78",
}

# --- Clip

CLIP_NEW = "A clip that is new here"
CLIP_NEW_TEXT = (
    "A clip connects ({clip}), and nobody has said that it is yours. Nothing is read from it or written to it until "
    "then."
)
CLIP_NEW_BUTTON = "I wear this clip now"
CLIP_NEW_NOTE = "If it is somebody else's, leave it: nothing happens."
CLIP_NEW_DONE = "Your clip is noted. Poise connects to it."
CLIP_NONE = "No clip has been seen here yet."
CLIP_LINK = "Link"
CLIP_LINK_OFF = "poise wear does not run in this process"
CLIP_NAME = "Clip"
CLIP_FIRMWARE = "Firmware"
CLIP_SITE = "Worn at"
CLIP_SITES = {"head": "the head", "collar": "the collar", "unknown": "not set yet"}
CLIP_FIT = "Sits as calibrated"
CLIP_FITS = {
    "unknown": "not known",
    "checking": "being checked",
    "fits": "yes",
    "shifted": "it has shifted: calibrate again",
    "turned": "it is turned round: calibrate again",
}
CLIP_BATTERY_NAME = "Battery"
CLIP_BATTERY_UNTIL = "{pct} %: about {least:.0f} to {most:.0f} hours left"
CLIP_BATTERY_UNKNOWN = "not known"
CLIP_LINKED = "connected"
CLIP_CALIBRATE_NONE = "none yet: take it below"
CLIP_QUALITY = "Quality of the start position"
CLIP_SEEN = "Last connected"
CLIP_CLOCK = "Its clock was set"
CLIP_FIRMWARE_TEXT = "{} (a newer one is put on with poise update)"
CLIP_NONE_DO = "Pair it as described under Pairing; then start poise wear."
CLIP_NEEDS = "This needs the clip connected, by poise wear."
CLIP_NEEDS_PRESS = "Press the clip's button, or wait up to a minute: it looks up once a minute."
CLIP_NEEDS_CLIP = "The clip is not connected now. Bring it near and press its button."
CLIP_CHARGING = "{} %, charging"
CLIP_LAST = "Last records"
CLIP_STATUS = "How it is"
CLIP_CALIBRATE = "Start position"
CLIP_CALIBRATE_TEXT = "Put the clip where you wear it. It takes about ten seconds."
CLIP_CALIBRATE_STEPS = (
    "Choose where you wear it, and press the button.",
    "Sit upright, look ahead and hold still for five seconds.",
    "At three short buzzes, nod forward twice.",
)
CLIP_CALIBRATE_BUTTON = "Take the start position"
CLIP_CALIBRATE_SITE = "Where do you wear it?"
CLIP_CALIBRATING = "The clip is measuring your start position: hold still, then nod twice."
CLIP_CALIBRATED = "The start position is taken."
CLIP_CALIBRATE_FAILED = "The start position was not taken: {}. Try again."
CLIP_CALIBRATE_WHY = {
    "moving": "you were moving",
    "tilted": "the clip was tilted too far",
    "sensor_fault": "the sensor did not answer",
    "cancelled": "it was cancelled",
    "no_nods": "no nods came",
    "uneven_nods": "the two nods were not alike",
    "timeout": "the clip told no outcome",
}
CLIP_BUZZ = "Find the clip"
CLIP_BUZZ_TEXT = "It buzzes, so that you hear where it is."
CLIP_BUZZ_BUTTON = "Let it buzz"
CLIP_BUZZED = "It buzzes now."
CLIP_PAIR = "Pairing"
CLIP_PAIR_STEPS = (
    "Hold the clip's button for six seconds, until it buzzes a second time: for a minute, a new computer may pair.",
    "Run: poise pair",
    "Confirm what your computer asks. From then on poise wear connects by itself.",
)
CLIP_TROUBLE = "If it does not connect"
CLIP_TROUBLE_STEPS = (
    "Is Bluetooth on, and the clip charged and within a few metres?",
    "poise doctor looks at this computer and tells what to do.",
    "A clip holds what it logs for weeks: nothing is lost while it is away.",
)

# --- Plan

PLAN_FAULT = "The plan can't be read:"
PLAN_NONE = "There is no plan yet."
PLAN_NONE_DO = "Your therapist writes it; it is put in force with: poise plan set FILE"
PLAN_HEAD = "Your goal"
PLAN_VERSION = "Plan {mark} (version {version}), since {since}, by {who}"
PLAN_NUMBER = "{mark} ({version})"
PLAN_DAYS = "Days"
PLAN_SEEN = "Clip"
PLAN_SEEN_TEXT = "{source} at {where}: {limits}"
PLAN_SPAN = "{} to {}"
PLAN_BUZZ_ROWS = ("Posture buzz", "Quiet hours", "At most", "Diary")
PLAN_HISTORY_NOTE = (
    "A plan's mark is made of its text: another text has another mark, whatever its number."
)
PLAN_PHASE = "Phase {number} of {of}: {name}"
PLAN_TIMES = "When"
PLAN_CARE = "Take care"
ENDED = "Your programme has ended"
ENDED_TEXT = "It ended on {day}. Exercise as you need it."
ENDED_NEXT = "Your clinic asks again on {day} how it goes."
ENDED_OPEN = "A check-in was due on {day}: tell your clinic how it went."
PLAN_DOSE = "Dose"
PLAN_HISTORY = "Versions"
PLAN_HISTORY_HEADS = ("Plan", "In force since", "By")
PLAN_BUZZ = "Buzzes and reminders"
PLAN_BUZZ_ON = "from {}°, held for longer than the standard's time"
PLAN_BUZZ_OFF = "off"
PLAN_BUZZ_LIMIT = "{hour} an hour, {day} a day"
PLAN_EVIDENCE = "Where the dose comes from"
PLAN_CHANGES = (
    "Only your therapist changes the plan. Talk to them about what is too much or too little."
)

# --- Exercise

EX_READ = "Before the first session: when to stop"
EX_READ_TEXT = "It takes a minute. From every page it is one key away: h."
EX_READ_DONE = "I have read it"
EX_NO_PLAN = "There is no plan yet."
EX_NO_PLAN_DO = "Your therapist's plan is put in force with: poise plan set FILE"
EX_STOPPED = "No session starts now"
EX_STOPPED_TEXT = "The exercises are stopped. Your therapist decides when to go on."
EX_LIST_NOTE = f"Slowly, without force. {EFFORT}"
EX_START = "Start"
EX_START_LABEL = "Start: {}"
EX_DONE_TODAY = "{done} of {planned} today"
EX_DONE_MORE = "{} today"
EX_HOW = "How to do it"
EX_REPORT = "Mark as done"
EX_REPORT_LABEL = "Mark as done: {}"
EX_REPORTED = "Noted, as you told us: {}."
EX_REPORT_UNDO = "Undo"
EX_REPORT_UNDONE = "Taken back: {}."


def report_most(name: str, times: int) -> str:
    """Return the question before an exercise is marked as done more often than the plan allows."""
    return ngettext(
        "{name}: done once today, the most that the plan allows. Did you really do it once more?",
        "{name}: done {times} times today, the most that the plan allows. Did you really do it once more?",
        times,
    ).format(name=name, times=times)


EX_REPORT_YES = "Yes, note it"
EX_REPORT_NO = "No"
EX_CLIP_YES = "The clip at {site} guides you, and buzzes the pace."
EX_CLIP_RESTS = "The clip looks up once a minute; press its button to be guided by it now. Else a timer guides you."
EX_CLIP_NO = "No clip is connected: a timer guides you, and you log what you did."

EX_PAIN_BEFORE = "How much do your neck and head hurt now?"
EX_PAIN_AFTER = "And now, after it?"
EX_PAIN_NOTE = (
    f"0 is none, 10 the worst imaginable. At {STOP_AT_PAIN} or more the programme stops, and you talk to your "
    "therapist."
)
EX_PAIN_KEYS = "With the keyboard: arrows choose, Enter answers."
EX_PAIN_SKIP = "Leave it out"
EX_REPS_DONE = "How many did you do?"
EX_REPS_DONE_BESIDE = "The clip counted {}. How many did you do beside these?"
EX_PACE = "Guidance by sound"
EX_PACES = {"off": "Off", "tones": "Tones", "voice": "Voice"}
EX_PACE_NOTE = "For an exercise with your eyes closed. This computer makes the sound itself."
EX_PACE_NO_VOICE = "This browser has no voice on this computer, so tones are played."
EX_TIMED = "Go on with the timer"
EX_TIMED_NOTE = "Poise then takes your word for the repetitions that are left."
EX_REPS_KEEP = "Save"
EX_PAUSE = "Pause"
EX_GO_ON = "Go on"
EX_STOP = "End here"
EX_UNWELL = "I feel unwell"
EX_UNWELL_NOTE = "This stops everything, until your therapist ends the stop."
EX_LEAVE = "To the exercises"
EX_REPS = "{done} of {of}"
EX_REPS_NAME = "Repetitions"
EX_SET_NAME = "Set"
EX_HOLD_NAME = "Seconds left"
EX_PICTURE = "Angle of the movement now, the target, and where a hold counts"
EX_WAITS = "Your session waits for you: {}."
EX_WAITS_LINK = "Back to it"
EX_SUMMARY = "Saved"
EX_NOTHING = "Nothing was done, nothing is saved."
EX_SUMMARY_REPS = "Repetitions"
EX_SUMMARY_HOLD = "Held, on average"
EX_SUMMARY_PAIN = "Pain before and after"
EX_SUMMARY_SOURCE = "How it is known"
EX_SUMMARY_MISSED = "Not counted"
EX_BESIDE = "Beside the repetitions recorded with your therapist"
EX_BESIDE_LINE = "{movement}: {peak:.0f}° here, {reference:.0f}° there"
EX_BESIDE_ALIKE = "within what a neck varies from day to day"
EX_SECONDS = "{} s"

EX_PHASES = {
    "ready": "Get ready: sit upright, feet on the floor",
    "neutral": "Look straight ahead, and be still",
    "out": "Slowly: {movement}",
    "hold": "Hold it there, breathing on",
    "back": "Slowly back to the start",
    "rest": "Rest",
    "paused": "Paused",
    "lost": "Nothing can be seen for now",
}
EX_LOST = {
    "link": "The clip is out of reach. It goes on by itself.",
    "not_worn": "The clip says that it is not worn.",
    "uncalibrated": "The clip has no start position: calibrate it on the page Clip.",
    "": "It goes on by itself.",
}
EX_CUES = {
    "out_of_band": "Outside the range: the timer is paused.",
    "short": "Counted. As far as is comfortable is far enough.",
    "compensated": "Your head also moved another way: smaller, and only this one.",
    "trunk_moved": "Your upper body also moved: move only the head.",
    "too_fast": "Calmer: take your time on the way.",
    "stuck": "Come back to how you sat at the start.",
    "back_again": "Here again.",
    "pain_moderate": (
        f"With {MODERATE_PAIN} to {STOP_AT_PAIN - 1}: do fewer and smaller today, and end it when it grows."
    ),
    "pain_rose": "The pain is up by {rise}. Tell your therapist when that stays for a day.",
    "stop_taken_back": "The stop is taken back.",
    "set_done": "Set {set} of {sets} is done.",
    "counted": "Counted.",
}
EX_NOT_COUNTED = {
    "too_small": "Not counted: too small to be told from sitting.",
    "other_way": "Not counted: your head moved at least as far another way.",
    "too_fast": "Not counted: too fast to be seen well. Calmer is better seen.",
    "too_long": "Not counted: it took longer than one repetition can.",
    "not_seen": "Not counted: it could not be seen to the end.",
}
MOVEMENTS = {
    "": "the exercise",
    "flexion": "chin towards the chest",
    "extension": "look up",
    "lateral_left": "left ear towards the left shoulder",
    "lateral_right": "right ear towards the right shoulder",
    "rotation_left": "look over the left shoulder",
    "rotation_right": "look over the right shoulder",
    "self_snag_left": "look left, with the strap",
    "self_snag_right": "look right, with the strap",
    "nod": "a small nod",
    "chin_tuck": "chin straight back",
    "stretch_trapezius_left": "lean the head to the left",
    "stretch_trapezius_right": "lean the head to the right",
    "stretch_levator": "chin towards the chest, turned a little",
    "isometric": "press, without moving",
    "posture_reset": "grow tall",
    "scapular_retraction": "shoulder blades back and down",
    "row": "pull the elbows back",
    "arm_raise": "raise the arms",
}

wording.translate(__name__)
