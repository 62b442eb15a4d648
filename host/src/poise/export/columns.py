"""The tables of an export, defined once: the files, their types and the data dictionary come from here.

Names and meanings are English in every language: programs read them, and studies are put together from several places.
A time is given twice: in UTC, and as the patient's clock showed it, with its offset. A day is one of the patient's.
"""

from dataclasses import dataclass

from ..wire.prose import FIELDS, UNITS
from ..wire.rows import RECORDS

# Type of a column -> what its cells hold.
TYPES = {
    "integer": "a whole number",
    "number": "a number with a point",
    "text": "text",
    "day": "a date, YYYY-MM-DD",
    "utc": "a time in UTC, ISO 8601",
    "local": "the same time on the patient's clock, ISO 8601 with the offset from UTC",
    "yes_no": "true or false",
}


@dataclass(frozen=True)
class Column:
    """One column. An empty cell: not known, or not answered. `unit`: "" without one."""

    name: str
    kind: str  # of TYPES
    unit: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table of the export: a file of each format."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


def _moment(name: str, meaning: str) -> tuple[Column, Column]:
    return (
        Column(f"{name}_utc", "utc", "", f"{meaning}, in UTC"),
        Column(f"{name}_local", "local", "", f"{meaning}, on the patient's clock"),
    )


def _count(name: str, meaning: str, unit: str = "1") -> Column:
    return Column(name, "integer", unit, meaning)


def _measure(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "number", unit, meaning)


def _text(name: str, meaning: str) -> Column:
    return Column(name, "text", "", meaning)


def _nrs(name: str, meaning: str) -> Column:
    return Column(name, "integer", "{score}", f"{meaning}, 0 (none) to 10 (worst)")


_DAY = Column("day", "day", "", "the patient's day, in the plan's time zone")
_CLIP = _text("clip_id", "id of the clip, 16 hexadecimal digits")
_SITE = _text("site", "where the clip was worn: head, collar; its angles are that segment's tilt")
_VALID = "of the valid time: worn, calibrated and measured"

_EXPOSURE = Table(
    "exposure_days",
    "What the clip measured, by day up to yesterday, at the site with the most measured time of all days.",
    (
        _CLIP,
        _DAY,
        _SITE,
        _measure("worn_min", "min", "time worn at any site"),
        _measure("valid_min", "min", "measured time at this site: what shares and angles are of"),
        _measure("extension_share", "1", f"share below 0°, {_VALID}"),
        _measure("under_10_share", "1", f"share from 0 to 10°, {_VALID}"),
        _measure("under_20_share", "1", f"share from 10 to 20°, {_VALID}"),
        _measure("under_30_share", "1", f"share from 20 to 30°, {_VALID}"),
        _measure("under_45_share", "1", f"share from 30 to 45°, {_VALID}"),
        _measure("over_45_share", "1", f"share at 45° and more, {_VALID}"),
        _measure("p10_deg", "deg", f"10th percentile of the angle, {_VALID}"),
        _measure("p50_deg", "deg", f"median of the angle, {_VALID}"),
        _measure("p90_deg", "deg", f"90th percentile of the angle, {_VALID}"),
        _count("longest_bout_s", "longest time bent without a break", "s"),
    ),
)
_EXERCISE_DAYS = Table(
    "exercise_days",
    "Exercises prescribed and done, by day, since the first plan.",
    (
        _DAY,
        _count("prescribed", "exercises prescribed for the day"),
        _count("sensed", "of them done, and judged by the clip"),
        _count("partly", "of them done, and judged by the clip in part"),
        _count("self_reported", "of them done by the patient's own account"),
        Column("excused", "yes_no", "", "a day ill or away, which sums leave out"),
    ),
)
_SESSIONS = Table(
    "sessions",
    "Every exercise session.",
    (
        *_moment("started", "begin of the session"),
        *_moment("ended", "end of the session"),
        _text("exercise_id", "the plan's id of the exercise"),
        _text("source", "who judged it: sensed (the clip), partly, self_reported"),
        _SITE,
        _text("outcome", "done, partly, stopped_pain, stopped_flag"),
        _count("reps_prescribed", "repetitions prescribed"),
        _count("reps_done", "repetitions done"),
        _count("hold_prescribed_s", "hold of each repetition prescribed", "s"),
        _count("hold_done_s", "mean hold of the repetitions done", "s"),
        _nrs("pain_before", "pain before"),
        _nrs("pain_after", "pain after"),
        _text("via", "where it was entered"),
    ),
)
_DIARY = Table(
    "diary",
    "The diary: the entry of each day that counts. A day without a line was not answered.",
    (
        _DAY,
        Column("headache", "yes_no", "", "a headache on that day"),
        _nrs("headache_nrs", "strongest headache of the day"),
        _nrs("neck_nrs", "neck pain of the day"),
        _text("medication", "classes of acute medicine taken, with a space between them"),
        _text("note", "the patient's note"),
        Column("backfilled", "yes_no", "", "entered later than on the following day"),
        *_moment("entered", "time of the entry"),
        _text("via", "where it was entered"),
    ),
)
_TREATMENTS = Table(
    "treatments",
    "Visits, treatments beside the exercises, and days ill or away.",
    (
        _DAY,
        _text("kind", "visit, injection, new_drug, other, ill, away"),
        _text("text", "what it was"),
        *_moment("entered", "time of the entry"),
    ),
)
_SCORES = Table(
    "scores",
    "Scores of outcome measures, as they were entered. The items of a measure are not here.",
    (
        _DAY,
        _text("measure", "name of the measure, such as ndi"),
        _measure("score", "{score}", "the score, in the measure's own range"),
        _text("who", "who entered it"),
        *_moment("entered", "time of the entry"),
    ),
)
_STOPS = Table(
    "stops",
    "Stops of the programme, and who ended them.",
    (
        *_moment("raised", "time of the stop"),
        _text("reason", "pain, red_flag, unwell"),
        _text("detail", "what the patient wrote or felt"),
        *_moment("cleared", "time at which it was ended; empty while it is open"),
        _text("cleared_by", "who ended it"),
        _text("clear_note", "why, in that person's words"),
    ),
)
_PLANS = Table(
    "plans",
    "Every version of the plan that was in force.",
    (
        *_moment("set", "time from which it was in force"),
        _text("mark", "short name of the version, from its text"),
        _text("who", "who prescribed it"),
        _text("text", "the plan, in TOML"),
    ),
)
_REMINDERS = Table(
    "reminders",
    "Reminders, and their answers. A silent one was due and on purpose not shown.",
    (
        *_moment("due", "time for which it was prescribed"),
        *_moment("shown", "time at which it was shown"),
        _text("exercise_ids", "exercises that it was for"),
        _text("cause", "clock (prescribed for that time) or dose (the wearer was still for long)"),
        Column("silent", "yes_no", "", "not shown, for comparison"),
        _text("answer", "done, snoozed, skipped; empty: none"),
        *_moment("answered", "time of the answer"),
    ),
)


def _minute_column(name: str) -> Column:
    unit = next((UNITS[end] for end in sorted(UNITS, key=len) if name.endswith(end)), "1")
    short = {"seconds": "s", "degrees": "deg", "thousandths of standard gravity": "m[g]"}
    return Column(name, "integer", short.get(unit, unit), FIELDS.get(name, name.replace("_", " ")))


MINUTE_NUMBERS = tuple(
    name
    for row in RECORDS
    if row.name == "minute"
    for name in (field.partition(":")[0] for field in row.fields)
    if name not in ("state", "site")
)
_MINUTES = Table(
    "minutes",
    "Every minute that the clip logged, as it logged it.",
    (
        _CLIP,
        *_moment("ends", "end of the minute; empty where nobody knows the time"),
        _text(
            "state",
            "what was true for most of it: off, uncalibrated, not_worn, moving, neutral, flexed",
        ),
        _SITE,
        *(_minute_column(name) for name in MINUTE_NUMBERS),
    ),
)

TABLES = (
    _EXPOSURE,
    _EXERCISE_DAYS,
    _SESSIONS,
    _DIARY,
    _TREATMENTS,
    _SCORES,
    _STOPS,
    _PLANS,
    _REMINDERS,
    _MINUTES,
)
