"""Cells of another tracker's diary: dates, strengths, medicines. A cell with two possible meanings is refused. Pure."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ...language import _
from ..diary import MEDICATION
from ..plan.check import shown
from ..plan.days import FIRST_DAY, LAST_DAY

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})")
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap])?\.?(?:m\.?)?\s*(z|utc|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s*(?:/|of|von)\s*(\d+))?")
_DOSE = re.compile(
    r"\d+\s*[x×]\s*|[x×]\s*\d+|\(.*?\)|\d+(?:[.,]\d+)?\s*(?:mg|g|µg|mcg|ml|tablets?|pills?|tabl?\.?)?(?=\s|$)",
    re.IGNORECASE,
)
_APART = re.compile(r"\s*(?:[;,+/|&]|\band\b|\bund\b)\s*", re.IGNORECASE)
_NOTHING = {"", "-", "–", "no", "none", "nothing", "nein", "keine", "keins", "n/a"}
_YES = {"yes", "y", "true", "1", "x", "ja", "j"}
_NO = {"no", "n", "false", "0", "nein"}
# The medicines that docs/therapists/insight.md names. Whoever imports the file names the class of any other.
_KNOWN = {
    "paracetamol": "simple", "acetaminophen": "simple", "aspirin": "simple", "ibuprofen": "simple",
    "naproxen": "simple", "diclofenac": "simple", "ergotamine": "ergot", "dihydroergotamine": "ergot",
}  # fmt: skip


class Unclear(Exception):
    """A cell that cannot be read for certain. `what` says why, `cure` what would make the cell clear."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.cure = cure


@dataclass(frozen=True)
class Moment:
    """A day in the patient's time zone, and the time of day if the file has one."""

    day: dt.date
    time: dt.time | None = None


def is_time(cell: str) -> bool:
    """True if the cell is a time of day without a date."""
    return _TIME.fullmatch(cell) is not None


def moment(cell: str, order: str, zone: dt.tzinfo, on: dt.date | None = None) -> Moment:
    """Return the cell's date and time. Raises Unclear when the cell is neither, or can be read in two ways.

    `order`: "dmy" or "mdy", for a date that does not begin with the year. `on`: the day for a time without a date.
    """
    if on is not None and is_time(cell):
        return _at(on, cell, zone)
    found = _YEAR_FIRST.match(cell)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = _YEAR_LAST.match(cell)
        if found is None:
            what = _("{cell} is no date").format(cell=shown(cell))
            raise Unclear(what, _("Write dates like 2026-11-24."))
        if order not in ("dmy", "mdy"):
            raise Unclear(
                _("{cell} can be read in two ways").format(cell=shown(cell)),
                _("Say which: --dates dmy (day first) or --dates mdy (month first)."),
            )
        one, two, year = (int(part) for part in found.groups())
        day, month = (one, two) if order == "dmy" else (two, one)
        year += 2000 if year < 100 else 0
    try:
        date = dt.date(year, month, day)
    except ValueError:
        what = _("{cell} is no day of the calendar").format(cell=shown(cell))
        raise Unclear(what, _("Say --dates dmy or --dates mdy.")) from None
    if not FIRST_DAY <= date <= LAST_DAY:
        raise Unclear(
            _("{cell} is out of reach").format(cell=shown(cell)),
            _("Days from {day} on are taken.").format(day=FIRST_DAY),
        )
    rest = cell[found.end() :].strip(" T,")
    return _at(date, rest, zone) if rest else Moment(date)


def _at(day: dt.date, cell: str, zone: dt.tzinfo) -> Moment:
    found = _TIME.fullmatch(cell)
    if found is None:
        raise _no_time(cell)
    hour, minute, second, half, offset = found.groups()
    number = int(hour)
    if half:
        number = number % 12 + (12 if half.lower() == "p" else 0)
    try:
        time = dt.time(number, int(minute), int(second or 0))
    except ValueError:
        raise _no_time(cell) from None
    if not offset:
        return Moment(day, time)
    ahead = "+00:00" if offset.lower() in ("z", "utc") else offset
    there = dt.datetime.fromisoformat(f"{day}T{time}{ahead}").astimezone(zone)
    return Moment(there.date(), there.time())


def _no_time(cell: str) -> Unclear:
    what = _("{cell} is no time of day").format(cell=shown(cell))
    return Unclear(what, _("Write times like 23:15."))


def strength(cell: str, scale: float, words: Mapping[str, int]) -> int | None:
    """Return the strength, 0 to 10; a strength above 0 is at least 1. None for an empty cell.

    `scale`: the tracker's greatest strength, 0 when unknown. `words`: strengths of words. Raises Unclear.
    """
    if cell.casefold() in words:
        return words[cell.casefold()]
    if cell in ("", "-", "–"):
        return None
    found = _NUMBER.fullmatch(cell)
    if found is None:
        raise Unclear(
            _("{cell} is no strength").format(cell=shown(cell)),
            _("Say what it is of 10: --strength '{cell}=5'.").format(cell=cell),
        )
    most = float(found[2]) if found[2] else scale
    value = float(found[1].replace(",", "."))
    if not most:
        raise Unclear(
            _("a strength of {value}, and nothing says of how much").format(value=found[1]),
            _("Say the greatest that the tracker knows: --scale 10 (or 3, 4, 5, 100)."),
        )
    if value > most:
        what = _("a strength of {value} is more than {most}")
        raise Unclear(what.format(value=found[1], most=f"{most:g}"), _("Correct it, or --scale."))
    return max(1, int(10 * value / most + 0.5)) if value else 0


def yes_or_no(cell: str) -> bool | None:
    """Return the cell's yes or no; None for an empty cell. Raises Unclear for anything else."""
    if cell.casefold() in _YES:
        return True
    if cell.casefold() in _NO:
        return False
    if cell in ("", "-", "–"):
        return None
    what = _("{cell} is neither yes nor no").format(cell=shown(cell))
    raise Unclear(what, _("Write yes or no in that column."))


def classes(cell: str, said: Mapping[str, str]) -> tuple[str, ...]:
    """Return the classes of the medicines in the cell, each once. `said`: medicine -> class. Raises Unclear."""
    whole = said.get(cell.casefold())
    if whole is not None:
        return (whole,) if whole else ()
    parts = _APART.split(cell)
    try:
        found = [_class(part, said) for part in parts]
    except Unclear as unclear:
        if len(parts) > 1:
            more = _("If it is one medicine of several: --medicine '{cell}=combination'.")
            unclear.cure += " " + more.format(cell=cell)
        raise
    return tuple(dict.fromkeys(name for name in found if name))


def _class(part: str, said: Mapping[str, str]) -> str:
    bare = " ".join(_DOSE.sub(" ", part).casefold().split())
    for name in (part.casefold(), bare):
        if name in said:
            return said[name]
    if part.casefold() in _NOTHING or (bare and bare in _NOTHING):
        return ""
    if bare in MEDICATION:
        return bare
    if bare.endswith(("triptan", "triptans")):
        return "triptan"
    if bare in _KNOWN:
        return _KNOWN[bare]
    raise Unclear(
        _("the class of {cell} is not known").format(cell=shown(part)),
        _("Say it: --medicine '{name}=CLASS', a CLASS of {classes}, or none.").format(
            name=bare or part, classes=", ".join(MEDICATION)
        ),
    )
