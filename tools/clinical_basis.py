"""Fills the tables of docs/therapists/basis.md: each number from the place where the code defines it.

`python -m tools.clinical_basis` writes them between the page's marks; a test compares.
"""

import importlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from poise.coach.measures import MEASURES
from poise.coach.plan import pain
from poise.coach.plan.plan import KEPT_UP, Plan, parse_plan
from poise.coach.progression import CHECK_IN_MONTHS, PAUSE_AFTER, PAUSE_WINDOW, TAPER_A_WEEK
from poise.coach.safety import PAIN_RISE
from poise.insight import diary_period, medication
from poise.insight.eva import holding_time_s
from poise.insight.trend import ERRORS
from poise.sensing import movements, quality, repetitions
from tests.support import firmware_path  # noqa: F401  (finds the clip's own limits)

PAGE = Path(__file__).parents[1] / "docs/therapists/basis.md"
OURS = "ours **[D]**"
_MARKED = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.S)
_HOLD_DEG = {"head": (25, 45, 65, 85), "collar": (20, 40, 60)}
_NAMES = {"psfs": "PSFS", "ndi": "NDI", "hit6": "HIT-6"}

Row = tuple[str, str, str]


def plan() -> Plan:
    """A plan that says nothing but what it must: all else is the default."""
    return parse_plan(
        'patient = "P"\ntherapist = "T"\nversion = 1\ntimezone = "Europe/Berlin"\n'
        '[[exercises]]\nid = "nod"\nname = "Nod"\nreps = 1\ntimes = ["08:00"]\n'
    )


def buzzes() -> list[Row]:
    """When the clip buzzes."""
    nudge = plan().nudge
    hysteresis_cdeg = importlib.import_module("storage.limits").TABLE["hysteresis_cdeg"][0]
    held = {
        site: ", ".join(f"{angle}°: {_minutes(angle, site)}" for angle in angles)
        for site, angles in _HOLD_DEG.items()
    }
    return [
        ("head bent forward for longer than", held["head"], "ISO 11226, head inclination [1]"),
        (
            "collar tilted for longer than",
            held["collar"],
            "ISO 11226, trunk inclination, borrowed [1]",
        ),
        (
            "tilt that counts as bent",
            f"from {nudge.threshold_deg}°",
            "upper class of RULA and REBA [2, 3]",
        ),
        ("back upright", f"{hysteresis_cdeg / 100:g}° below that", OURS),
        ("time between two buzzes", f"{nudge.refractory_min} min at least", OURS),
        (
            "buzzes and reminders",
            f"{nudge.per_hour} an hour, {nudge.per_day} a day at most",
            "prompts wear off [4]",
        ),
        (
            "a break from sitting still",
            f"after {plan().reminders.move_break_min} min",
            "breaks every 20 to 40 min [5]",
        ),
    ]


def exercises() -> list[Row]:
    """Dose, more, less, and the end."""
    more, end = plan().progression, plan().graduation
    levels = ", ".join(f"{each} %" for each in movements.NOD_LEVELS_PCT)
    return [
        (
            "exercises at a time",
            f"more than {KEPT_UP} are noted",
            "two to four are kept up at home [6]",
        ),
        (
            "a hold goes up to",
            f"{more.max_reps} × {more.max_hold_s} s",
            "craniocervical flexion training [7]",
        ),
        (
            "levels of a nod",
            f"{levels} of the person's own full nod",
            "first and last stage of the test [8]; between them evenly",
        ),
        ("a nod's hold counts within", f"± {movements.NOD_BAND_PCT} % of the level", OURS),
        (
            "suggest more",
            f"{more.adherence_pct} % done in 7 days, {more.sessions} full sessions,"
            f" pain at most {more.pain_max}",
            OURS,
        ),
        (
            "suggest less",
            f"neck pain up by {more.rise_max}, or {more.missed_days} days missed",
            "error of a rating [9], and ours **[D]**",
        ),
        ("suggest a pause", f"{PAUSE_AFTER} times less in {PAUSE_WINDOW.days} days", OURS),
        ("review", f"every {end.review_weeks} weeks", "length of the trials [10, 11]"),
        (
            "suggest the end",
            f"{end.weeks} weeks alike, {end.adherence_pct} % done,"
            f" headache days down by {end.headache_down_pct} %",
            "convention for a response [12], and ours **[D]**",
        ),
        (
            "after it",
            f"{_listed(TAPER_A_WEEK)} times a week; asked again after {_listed(CHECK_IN_MONTHS)} months",
            "gains of one year lasted three [13]; steps ours **[D]**",
        ),
    ]


def pains() -> list[Row]:
    """Pain, headache and medicine."""
    weaker, stronger = (f"{round(100 * each)} %" for each in diary_period.CONVENTIONS)
    return [
        (
            "fewer and smaller repetitions",
            f"pain of {pain.MODERATE_PAIN} or {pain.STOP_AT_PAIN - 1} of 10",
            "traffic light of physiotherapy",
        ),
        ("stop the programme", f"pain of {pain.STOP_AT_PAIN} and more", "the same"),
        ("tell the therapist", f"pain up by {PAIN_RISE} after an exercise", OURS),
        (
            "headache days are given per",
            f"{diary_period.PER_DAYS} days, from {diary_period.LEAST_LOGGED} logged days on",
            OURS,
        ),
        (
            "named as conventions",
            f"{weaker} and {stronger} fewer headache days",
            "chronic and other headache [12]",
        ),
        (
            "medicine days worth a talk",
            f"in {medication.WINDOW_DAYS} days {medication.NOTE_FROM} with more than simple pain relievers,"
            f" or {medication.NOTE_FROM_SIMPLE} with any",
            "before ICHD-3's 10 and 15 a month [14]; how long before is ours **[D]**",
        ),
    ]


def errors() -> list[Row]:
    """Differences that a measurement makes by itself."""
    rows = [
        (
            "median tilt",
            f"{ERRORS['flexion_deg']:g}°",
            "smallest detectable change of two clips 2.9 to 5.7° [15]",
        ),
        (
            "share of time",
            f"{100 * ERRORS['share']:g} points",
            "a start position that is 3° off; ours **[D]**",
        ),
        (
            "neck pain, headache strength",
            f"{ERRORS['neck_nrs']:g} of 10",
            "cervicogenic headache [9]",
        ),
        (
            "range of motion",
            f"{quality.CHANGE_CDEG / 100:g}°, and {quality.TREND_SESSIONS} sessions",
            "natural variation of 12 to 20° in three weeks [16]",
        ),
        (
            "another direction went along",
            f"over {repetitions.COMPENSATED_PERMILLE / 10:g} % of the way",
            OURS,
        ),
    ]
    for key, name in _NAMES.items():
        one = MEASURES[key]
        error = "not known" if one.error is None else f"{one.error:g}"
        sources = dict.fromkeys(filter(None, (one.error_source, one.meaningful_source)))
        said = f"error {error}; smallest meaningful change {one.meaningful:g}"
        rows.append((name, said, "; ".join(sources)))
    return rows


TABLES: dict[str, Callable[[], list[Row]]] = {
    "buzzes": buzzes, "exercises": exercises, "pain": pains, "errors": errors
}  # fmt: skip


def _minutes(angle_deg: float, site: str) -> str:
    seconds = holding_time_s(angle_deg, site)
    if seconds is None:  # the standard's first angle is the last without a limit
        seconds = holding_time_s(angle_deg + 1e-6, site)
    assert seconds is not None
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min" if not rest else f"{minutes} min {rest} s"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table of Markdown."""
    lines = [("rule", "default", "where it comes from"), ("---", "---", "---"), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def fill(text: str) -> str:
    """Return the page with its tables as the code has them now."""
    return _MARKED.sub(lambda m: f"{m[1]}\n{table(TABLES[m[2]]())}\n{m[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
