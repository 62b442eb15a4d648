"""Texts of the clinic's pages and of `poise visit`: what the therapist reads.

Neutral words: a text gives a count with its period and does not judge it.
"""

from collections.abc import Sequence
from typing import Protocol

from ..coach.diary import TREATMENTS, Symptoms
from ..coach.progression import Suggestion
from ..coach.safety import REASONS
from ..insight.diary_period import Comparison, Days, DiaryPeriod, Rating
from ..insight.visit import Figures, Flag, Spread
from ..language import _, formats, ngettext, wording

DESK = "Clinic"
HOME = "Poise, to the list of patients"
NAV = {"patients": "Patients"}
TABS = {"visit": "Visit", "plan": "Plan"}
TABS_LABEL = "Pages of this patient"
TO_LIST = "All patients"
NO_PATIENT = "No such patient"

PATIENTS_NONE = "There is no patient yet."
PATIENTS_NONE_DO = "Add one: a pseudonym such as P-017, no name of a person."
SEARCH = "Search"
SEARCH_NONE = "No patient's pseudonym has these letters."
SHOW_ARCHIVED = "Show archived patients"
HIDE_ARCHIVED = "Hide archived patients"
ADD = "Add a patient"
ADD_LABEL = "Pseudonym"
ADD_NOTE = "Such as P-017. No name of a person."
ADD_BUTTON = "Add"
ARCHIVE = "Archive"
ARCHIVED = "Archived: {}. Nothing is removed."
BRING_BACK = "Bring back"
BROUGHT_BACK = "Brought back: {}."
UNDO = "Undo"
LIST = "Patients"
LIST_HEADS = ("Patient", "Last visit", "Newest from the clip", "Attention", "Archive")
LIST_FLAGS = {
    "open_stop": "exercises stopped",
    "medicine": "medicine days to talk about",
    "no_plan": "no plan",
    "not_seen": "no visit for {} weeks",
}
NEVER = "never"
NO_PSEUDONYM = "(no pseudonym yet)"
NAMED = "{act}: {patient}"

WHO = "Who"
WHO_PLAN = "Plan in force"
WHO_PLAN_VALUE = "{mark} (version {version}), by {who}, since {since}"
WHO_CLIP = "Clip"
WHO_NO_CLIP = "no clip"
WHO_NO_PLAN = "no plan"
WHO_LAST = "Last visit"
WHO_FIRST = "This is the first visit."

TRAY = "Clips that are plugged in"
TRAY_CLIP = "Clip …{}"
TRAY_SOMETHING = "Something on USB"
TRAY_VISIT = "To the visit"
TRAY_NEW = "New records have come in. This page stays as it is while you work on it."
TRAY_NEW_SHOW = "Show the new records"
TRAY_PROGRESS = "Log of {}"
TRAY_WHOSE = "Whose is it?"
TRAY_NOBODY = "choose a patient"
TRAY_CHOOSE = "Choose a patient first."
TRAY_GIVE = "It is this patient's"
TRAY_SOMEBODY = "somebody"
TRAY_ELSEWHERE = (
    "By its own account this clip is with {}, handed out elsewhere. It is not read here: who handed it out "
    "takes it back."
)
TRAY_STATES = {
    "asking": "It is asked who it is.",
    "whose": "Nobody here has it. Nothing is read from it until you say whose it is.",
    "bringing": "Its log is coming in: {came} of {expected} records, {rate} kB/s, {left} left.",
    "bringing_first": "Its log is coming in.",
    "done": "Its log is in the store: {new} new records.",
    "done_none": "Its log is in the store: nothing new.",
    "pulled": "The cable was pulled: {came} of {expected} records are safe in the store. Plug it in, and it goes on.",
    "pulled_first": "The cable was pulled before anything came. Plug it in, and it begins anew.",
    "silent": "Nothing here answers as a clip.",
    "failed": "{trouble}",
}
TRAY_BATTERY = "battery {} %"
TRAY_CHARGING = "battery {} %, charging"
TRAY_HELD = "{} records on it"

READING = "The days are being read."
SINCE = "Since the last visit"
SINCE_NONE = "Since the first record"
PERIOD = "{span}, {days}"
NOTHING_YET = "Nothing is recorded of a whole day yet."
NOTHING_YET_DO = "The next visit shows what happened between the two."
ATTENTION = "Asks for attention"
ATTENTION_NONE = "Nothing does, by the rules that Poise looks at."
ADVICE = "What the plan's rules suggest"
ADVICE_NOTE = "They suggest and never act: you decide, in the plan."
ADVICE_STOPPED = "The exercises are stopped: nothing is suggested until the stop is ended."
ADVICE_NO_PLAN = "Without a plan nothing is suggested."
PROGRAMME = "Programme"
FLAGS = {
    "open_stop": "The exercises have been stopped since {day}, because of {reason}.",
    "medicine": "Acute medicine on {days} of the last 30 days: worth a talk with the doctor who prescribes it.",
    "pain_rise": "Neck pain was {mean} on average in the last 7 days, and {usual} in the fortnight before.",
    "no_plan": "No plan is in force.",
    "plan_ended": "No exercise of the plan in force has a day to come.",
    "review_due": "By the plan's rules a review was due on {day}.",
    "clip_quiet": "The newest minutes of the clip are of {day}.",
    "clip_empty": "No minute of the clip has a known time yet.",
    "lost_records": "{count} records of the clip's log are lost in this period.",
    "battery": "The clip's battery is low: it saves its power.",
    "check_in": "The programme has ended, and a check-in was due on {day}.",
    "alert_pain": "Neck pain reached {most} of 10; the plan's alert is at {limit}.",
    "alert_missed": "{days} prescribed days in a row passed with nothing done; the plan's alert is at {limit}.",
    "alert_headache": "Headache on {days} of the last 28 days; the plan's alert is at {limit}.",
}

DONE_VISIT = "This visit is done"
DONE_NOTE = "Notes a visit today. The next one then shows what happened since."
DONE_WHO = "Your name"
DONE_WHO_MISSING = "Type your name first: the visit is noted under it."
DONE_NOTED = "Noted: visit on {}, by {}."
DONE_UNDONE = "The visit is taken out again."
DONE_ALREADY = "A visit is noted today, by {}."

MORE = "More"
MORE_SHOW = "Take the clip back, give data out, erase"
MORE_NOTE = "Each of these is one command in a terminal. To erase, end `poise clinic` first. The audit notes each."
MORE_ACTS = {
    "everything": "everything of this patient, encrypted; it asks twice for the words that open it",
    "audit": "who saw and changed what",
    "erase": "erase the patient everywhere here, and search for what is left",
}

RETURN = "Take the clip back"
RETURN_ASK = "Its log and letter come in first. Then the clip is wiped for its next wearer: {}. That can't be undone."
RETURN_YES = "Take it back and wipe it"
RETURN_NO = "Leave it"
RETURN_BUSY = "The clip is being read, then wiped. Leave it plugged in."
RETURN_DONE = "The clip is back, and can be given to the next patient."
RETURN_KEPT = "The receipt is in {}"
RETURN_NOT_KEPT = "The clip is wiped. Note it by hand."

TIME_LINE = "Time line"
TIME_LINE_NOTE = "Each day a column. Keys: Tab to the buttons, Enter to press; the table below has the same numbers."
ZOOM = "Stretch that is shown"
ZOOM_IN = "Closer"
ZOOM_OUT = "Wider"
EARLIER = "Earlier"
LATER = "Later"
WHOLE = "All"
SINCE_VISIT = "Since the last visit"
LANES = {
    "exposure": "Time at each tilt",
    "worn": "Hours worn",
    "exercises": "Exercises done of prescribed",
    "headache": "Headache, intensity 0 to 10",
    "medicine": "Medicine days",
    "events": "Events",
}
MARKS = {
    **TREATMENTS,
    "plan": "plan",
    "stop": "stop",
    "cleared": "stop ended",
}
CLASSES = {  # of acute medicine, short
    "simple": "simple",
    "combination": "combined",
    "triptan": "triptan",
    "ergot": "ergotamine",
    "opioid": "opioid",
}
NOT_LOGGED = "not logged"
KEY_HEADACHE = "headache"
KEY_MEDICINE = "acute medicine"
SOURCES = {"sensed": "sensed", "partly": "partly sensed", "self_reported": "self-reported"}
KEY_PRESCRIBED = "prescribed"
KEY_PAUSED = "ill, away or stopped"
DAYS_TABLE = "The same as a table"
DAYS_HEADS = ("Day", "Worn", "20° and more", "Done", "Headache", "Neck pain", "Medicine", "Events")
LABEL = "Time line from {first} to {last}: {days}"

COMPARE = "Compare two periods"
COMPARE_NOTE = (
    "Lines show the error: for headache days and done of prescribed Wilson's 95 % interval, as if days and times were "
    "independent; for ratings, which are medians, the middle half of the days; for all else the spread from day to day "
    "(one standard deviation). Overlap or not: this picture alone does not say that anything changed."
)
COMPARE_FROM = "{} from"
COMPARE_TO = "{} to"
COMPARE_A = "Before"
COMPARE_B = "Now"
COMPARE_MEASURE = "Figure"
MEASURES = {
    "headache": "Headache days per 28",
    "headache_nrs": "Intensity of the headaches",
    "neck_nrs": "Neck pain",
    "medicine": "Medicine days",
    "done": "Done of prescribed",
    "worn": "Hours worn a day",
    "flexed": "Time at 20° and more",
    "stops": "Stops",
}
BAD_DAYS = "Give two days, the first one first."
DASH = "–"


def days(count: int) -> str:
    """Return a number of days in words."""
    return ngettext("{count} day", "{count} days", count).format(count=count)


def period(found: Figures) -> str:
    """Return the period of these figures in words; "" for none."""
    if not found.days:
        return ""
    return _(PERIOD).format(span=formats.span(found.first, found.last), days=days(found.days))


def sentences(now: Figures, earlier: Comparison | None, open_stops: int) -> list[str]:
    """Return what happened in three sentences: headache, exercises, stops. `earlier`: the diary before, if any."""
    return [
        _headache(now.diary.headache, earlier and earlier.period.headache),
        _exercises(now),
        _stops(now.stops, open_stops),
    ]


def _headache(now: Days, before: Days | None) -> str:
    if not now.logged:
        return _("No day of the diary is answered.")
    if now.per_28 is None:
        return ngettext(
            "Headache on {count} of the {told} days logged: too few for a number in 28 days.",
            "Headache on {count} of the {told} days logged: too few for a number in 28 days.",
            now.days,
        ).format(count=now.days, told=now.logged)
    if before is None or before.per_28 is None:
        told = _(
            "Headache on {count} of the {told} days logged, {rate} in 28 days; before that too few days are logged."
        )
        return told.format(count=now.days, told=now.logged, rate=rate(now))
    told = _(
        "Headache on {count} of the {told} days logged, {rate} in 28 days; {rate_before} in the {days} before."
    )
    return told.format(
        count=now.days,
        told=now.logged,
        rate=rate(now),
        rate_before=rate(before),
        days=days(before.of),
    )


def rate(found: Days) -> str:
    """Return days per 28 with their interval; a dash without enough days."""
    if found.per_28 is None or found.low is None or found.high is None:
        return DASH
    return _("{rate} ({low} to {high})").format(
        rate=formats.number(found.per_28, 1),
        low=formats.number(found.low),
        high=formats.number(found.high),
    )


def _exercises(now: Figures) -> str:
    done = now.exercises
    if done.done_pct is None:
        return _("No exercise was prescribed in this period.")
    told = _(
        "Done {done} of {prescribed} prescribed times ({share} %): {sensed} sensed, {partly} partly sensed, "
        "{self_reported} self-reported."
    )
    if done.excused:
        told = _(
            "Done {done} of {prescribed} prescribed times ({share} %): {sensed} sensed, {partly} partly sensed, "
            "{self_reported} self-reported. Left out, because ill, away or stopped: {days}."
        )
    return told.format(
        done=done.done,
        prescribed=done.prescribed,
        share=f"{done.done_pct:.0f}",
        sensed=done.sensed,
        partly=done.partly,
        self_reported=done.self_reported,
        days=days(done.excused),
    )


def _stops(count: int, still_open: int) -> str:
    if still_open:
        return ngettext(
            "{count} stop in this period; the exercises are stopped now.",
            "{count} stops in this period; the exercises are stopped now.",
            count,
        ).format(count=count)
    if not count:
        return _("No stop.")
    return ngettext(
        "{count} stop in this period, ended since.",
        "{count} stops in this period, ended since.",
        count,
    ).format(count=count)


def flag(found: Flag) -> str:
    """Return what asks for attention in words."""
    named = dict(found.fields)
    kind = found.kind
    if kind == "clip_quiet" and named["day"] is None:
        kind = "clip_empty"
    for name, value in named.items():
        if name == "day" and value is not None:
            named[name] = formats.long_date(value)  # type: ignore[arg-type]
        elif name == "reason":
            named[name] = _(REASONS.get(str(value), str(value)))
        elif isinstance(value, float):
            named[name] = formats.number(value, 1)
    return _(FLAGS[kind]).format(**named)


def reasons(found: Suggestion | None, done: int, prescribed: int) -> list[str]:
    """Return the figures behind the rules' word on an exercise; for "keep" what was done in the last week."""
    if found is not None:
        return list(found.why)
    if not prescribed:
        return []
    told = _("Done {done} of {prescribed} prescribed times in 7 days.")
    return [told.format(done=done, prescribed=prescribed)]


def spread(found: Spread, decimals: int = 1, factor: float = 1.0) -> str:
    """Return a value with its spread from day to day; a dash without a value."""
    if found.value is None:
        return DASH
    value = formats.number(factor * found.value, decimals)
    if found.deviation is None:
        return value
    return f"{value} ± {formats.number(factor * found.deviation, decimals)}"


def rating(found: Rating) -> str:
    """Return a median with the middle half of the ratings; a dash without a rating."""
    if found.median is None:
        return DASH
    if found.low is None or found.high is None:
        return formats.number(found.median, 1)
    return _("{rate} ({low} to {high})").format(
        rate=formats.number(found.median, 1),
        low=formats.number(found.low, 1),
        high=formats.number(found.high, 1),
    )


class Clip(Protocol):
    """What the words read of a clip in the tray."""

    battery_pct: int | None
    charging: bool
    held: int
    came: int
    expected: int
    new: int
    bytes_s: float | None
    left_s: float | None
    trouble: str


def tray_line(state: str, clip: Clip) -> str:
    """Return what is true of a clip in the tray; `state`: a value of clinic.tray.State."""
    key = state
    if (state == "bringing" and clip.left_s is None) or (state == "pulled" and not clip.came):
        key = f"{state}_first"
    elif state == "done" and not clip.new:
        key = "done_none"
    told = _(TRAY_STATES[key]).format(
        came=formats.number(clip.came),
        expected=formats.number(clip.expected),
        new=formats.number(clip.new),
        rate=formats.number((clip.bytes_s or 0) / 1000, 1),
        left=seconds(clip.left_s or 0),
        trouble=clip.trouble,
    )
    facts = []
    if clip.battery_pct is not None:
        battery = TRAY_CHARGING if clip.charging else TRAY_BATTERY
        facts.append(_(battery).format(clip.battery_pct))
    if clip.held:
        facts.append(_(TRAY_HELD).format(formats.number(clip.held)))
    return f"{told} ({', '.join(facts)})" if facts else told


def seconds(value: float) -> str:
    """Return a time to go in words: seconds, from two minutes on minutes."""
    if value >= 120:
        return _("{minutes} min").format(minutes=round(value / 60))
    return _("{seconds} s").format(seconds=round(value))


def hours(value: float) -> str:
    """Return hours in words."""
    return _("{hours} h").format(hours=formats.number(value, 1))


def headache(entry: Symptoms | None) -> str:
    """Return a day's answer about headache in words."""
    if entry is None or entry.headache is None:
        return _(NOT_LOGGED)
    if not entry.headache:
        return _("no")
    return _("yes") if entry.headache_nrs is None else f"{entry.headache_nrs}/10"


def classes(names: Sequence[str]) -> str:
    """Return the classes of the acute medicines of a day; a dash for none."""
    return ", ".join(_(CLASSES[name]) for name in names) or DASH


def medicine(found: DiaryPeriod) -> str:
    """Return the days with acute medicine, by class."""
    if not found.medicine.days:
        return "0" if found.medicine.logged else DASH
    named = [f"{_(CLASSES[name])} {each.days}" for name, each in found.by_class.items()]
    return f"{found.medicine.days} ({'; '.join(named)})"


def measures(found: Figures) -> dict[str, str]:
    """Return the figures of a period in words, by key of MEASURES."""
    done = found.exercises
    share = DASH if done.done_pct is None else f"{done.done_pct:.0f} %"
    return {
        "headache": rate(found.diary.headache),
        "headache_nrs": rating(found.diary.headache_nrs),
        "neck_nrs": rating(found.diary.neck_nrs),
        "medicine": medicine(found.diary),
        "done": f"{done.done}/{done.prescribed} ({share})" if done.prescribed else DASH,
        "worn": spread(found.worn_h),
        "flexed": f"{spread(found.flexed_share, 0, 100)} %" if found.flexed_share.days else DASH,
        "stops": str(found.stops),
    }


wording.translate(__name__)
