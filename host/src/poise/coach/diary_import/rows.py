"""The lines of another tracker's headache diary: a CSV of attacks or of days. Pure.

The reader never guesses anything that changes a number. Whoever imports the file says the order of a date's parts, the
greatest strength on the tracker's scale and the class of a medicine, unless only one reading is possible.
The reader reports every line that it does not understand, and then takes nothing of the file.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...errors import PoiseError, Reason
from ...language import _, ngettext
from ...text import printable
from . import cells as otherwords
from .cells import Unclear

ROLES = ("day", "start", "end", "headache", "strength", "neck", "medicine", "note")
LONGEST_DAYS = 31  # of one attack; a longer one is a mistake in its dates
_TOLD = 12  # faults that are listed; the others are only counted
_ALIASES = {
    "day": "date|day|datum|tag",
    "start": "start|started|started at|start time|start date|startdate|starttime|begin|began|beginning|onset|beginn"
    "|attack start|date time|datetime|timestamp|time|uhrzeit",
    "end": "end|ended|ended at|end time|end date|enddate|endtime|ende|stop|attack end",
    "headache": "headache|migraine|kopfschmerz|kopfschmerzen",
    "strength": "intensity|severity|strength|pain|pain level|pain intensity|pain severity|peak intensity|max intensity"
    "|maximum intensity|nrs|intensität|stärke|schmerzstärke",
    "neck": "neck|neck pain|nackenschmerz|nackenschmerzen",
    "medicine": "medication|medications|medicine|medicines|meds|drug|drugs|acute medication|rescue medication"
    "|pain relief|medikament|medikamente",
    "note": "note|notes|comment|comments|trigger|triggers|notiz|notizen|bemerkung|bemerkungen|auslöser",
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """The importer's description of the file. `columns`: role -> headers. `dates`: "", "ymd", "dmy" or "mdy".

    `scale`: the greatest strength, 0: not given. `strengths`: word -> 0 to 10. `medicines`: name -> class, or "" for a
    medicine that does not count.
    """

    zone: dt.tzinfo
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    dates: str = ""
    scale: float = 0.0
    strengths: Mapping[str, int] = field(default_factory=dict[str, int])
    medicines: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Attack:
    """One line of the file: from `first` to `last`, both included. `headache` False: the line says that there was none.

    `strength`, `neck`: 0 to 10. `words`: the whole line in words, for the note.
    """

    first: dt.date
    last: dt.date
    headache: bool | None
    strength: int | None
    neck: int | None
    medication: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class OtherDiary:
    """The file's lines. `taken`: header -> role. `left`: header of an unused column -> number of its values."""

    attacks: tuple[Attack, ...]
    taken: Mapping[str, str]
    left: Mapping[str, int]


def read(text: str, name: str, reading: Reading, today: dt.date) -> OtherDiary:
    """Read the file's text. Raises PoiseError BAD_INPUT that lists the faulty lines."""
    header, rows = _table(text, name)
    places = _places(header, reading, name)
    faults: list[str] = []
    cures: list[str] = []
    found: list[Attack] = []
    for line, cells in rows:
        try:
            if any(cells[len(header) :]):
                what = _("{values} values under {columns} columns")
                what = what.format(values=len(cells), columns=len(header))
                raise Unclear(what, _("Correct that line."))
            padded = [*cells, *[""] * (len(header) - len(cells))]
            found.append(_attack(padded, header, places, reading, today))
        except Unclear as unclear:
            fault = _("{file} line {line}: {fault}")
            faults.append(fault.format(file=printable(name), line=line, fault=unclear))
            cures.append(unclear.cure)
    if faults:
        count = len(faults) - _TOLD
        text = ngettext(
            "{count} more line is not understood", "{count} more lines are not understood", count
        )
        more = [text.format(count=count)] if count > 0 else []
        hint = " ".join(dict.fromkeys(cures[:_TOLD]))
        raise PoiseError(
            Reason.BAD_INPUT,
            "\n".join([*faults[:_TOLD], *more]),
            f"{hint} {_('Nothing was brought in.')}",
        )
    taken = {header[place]: role for role, listed in places.items() for place in listed}
    left = {
        title: count
        for place, title in enumerate(header)
        if title not in taken
        and (count := sum(1 for _, cells in rows if place < len(cells) and cells[place]))
    }
    return OtherDiary(tuple(found), taken, left)


def _table(text: str, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the numbered lines, without blank ones. The separator is the header's most frequent one."""
    lines = text.split("\n")
    skipped = 0
    while skipped < len(lines) and (
        not lines[skipped].strip(" ;,\t") or lines[skipped].lower().startswith(("#", "sep="))
    ):
        skipped += 1
    if skipped == len(lines):
        what = _("{file} is empty").format(file=name)
        raise PoiseError(Reason.BAD_INPUT, what, _("Name a CSV file with a header."))
    mark = max(";\t,", key=lines[skipped].count)
    reader = csv.reader(io.StringIO("\n".join(lines[skipped:])), delimiter=mark, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        while True:
            line = reader.line_num + 1 + skipped
            cells = next(reader, None)
            if cells is None:
                break
            if any(cell.strip() for cell in cells):
                rows.append((line, [" ".join(cell.split()) for cell in cells]))
    except csv.Error as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{file} line {line}: {fault}").format(
                file=name, line=reader.line_num + skipped, fault=error
            ),
            _("Correct that line, or export the diary anew."),
        ) from None
    header = rows[0][1]
    return header, rows[1:]


def _places(header: list[str], reading: Reading, name: str) -> dict[str, list[int]]:
    """Return role -> columns. Raises PoiseError BAD_INPUT."""
    columns = ", ".join(printable(title) for title in header)
    twice = {title for title in header if title and header.count(title) > 1}
    if twice:
        what = _("{file} has two columns '{name}'").format(file=name, name=min(twice))
        raise PoiseError(Reason.BAD_INPUT, what, _("Give each its own name."))
    found: dict[str, list[int]] = {}
    given = {title for titles in reading.columns.values() for title in titles}
    for role in ROLES:
        if role in reading.columns:
            missing = [title for title in reading.columns[role] if title not in header]
            if missing:
                what = _("{file} has no column '{name}'").format(file=name, name=missing[0])
                cure = _("It has: {columns}.").format(columns=columns)
                raise PoiseError(Reason.BAD_INPUT, what, cure)
            found[role] = [header.index(title) for title in reading.columns[role]]
            continue
        known = _ALIASES[role].split("|")
        hits = [
            n for n, title in enumerate(header) if _plain(title) in known and title not in given
        ]
        if len(hits) > 1 and role != "note":
            named = _(" and ").join(header[n] for n in hits)
            raise PoiseError(
                Reason.BAD_INPUT,
                _("{file}: the columns {names} may both be the {role}").format(
                    file=name, names=named, role=role
                ),
                _("Say which one: --column {role}=NAME.").format(role=role),
            )
        if hits:
            found[role] = hits
    if "day" not in found and "start" not in found:
        cure = _(
            "Say which one it is: --column start=NAME or --column day=NAME. There are: {columns}."
        ).format(columns=columns)
        what = _("{file}: no column is known as a date").format(file=name)
        raise PoiseError(Reason.BAD_INPUT, what, cure)
    return found


def _plain(title: str) -> str:
    """Return a header in small letters, without text in brackets."""
    return " ".join(re.sub(r"\(.*?\)|\[.*?\]|[_\-]", " ", title.casefold()).split())


def _attack(
    cells: list[str],
    header: list[str],
    places: dict[str, list[int]],
    reading: Reading,
    today: dt.date,
) -> Attack:
    def cell(role: str) -> str:
        return cells[places[role][0]] if role in places else ""

    start, end = _span(cell, reading)
    last = _last_day(start, end)
    if (last - start.day).days > LONGEST_DAYS:
        what = _("it would last {days} days").format(days=(last - start.day).days)
        raise Unclear(what, _("Correct its dates."))
    if last > today:
        what = _("{day} is still to come").format(day=last)
        raise Unclear(what, _("Correct its dates, or say --dates dmy or mdy."))
    strength = otherwords.strength(cell("strength"), reading.scale, reading.strengths)
    return Attack(
        first=start.day,
        last=last,
        headache=_headache(cell("headache"), strength, timed=start.time is not None),
        strength=strength or None,
        neck=otherwords.strength(cell("neck"), reading.scale, reading.strengths),
        medication=otherwords.classes(cell("medicine"), reading.medicines),
        words=_words(cell, start, end, header, cells, places),
    )


def _span(
    cell: Callable[[str], str], reading: Reading
) -> tuple[otherwords.Moment, otherwords.Moment | None]:
    day = cell("day")
    base = otherwords.moment(day, reading.dates, reading.zone) if day else None
    told = cell("start")
    on = base.day if base else None
    start = otherwords.moment(told, reading.dates, reading.zone, on) if told else base
    if start is None:
        raise Unclear(_("no date"), _("Give that line its date, or leave it out."))
    told = cell("end")
    end = otherwords.moment(told, reading.dates, reading.zone, start.day) if told else None
    if (
        end
        and start.time
        and end.time is not None
        and end.time < start.time
        and otherwords.is_time(told)
    ):
        end = otherwords.Moment(end.day + dt.timedelta(1), end.time)  # an end past midnight
    if end and (end.day, end.time or dt.time.max) < (start.day, start.time or dt.time.min):
        raise Unclear(_("it ends before it begins"), _("Correct that line."))
    return start, end


def _last_day(start: otherwords.Moment, end: otherwords.Moment | None) -> dt.date:
    """Return the last day of the attack. An end at midnight is the end of the day before."""
    if end is None:
        return start.day
    if end.time == dt.time() and end.day > start.day:
        return end.day - dt.timedelta(1)
    return end.day


def _headache(told: str, strength: int | None, *, timed: bool) -> bool | None:
    said = otherwords.yes_or_no(told)
    if said is not None:
        if said is False and strength:
            raise Unclear(_("no headache, and yet a strength"), _("Correct that line."))
        return said
    if strength is not None:
        return strength > 0
    if timed:
        return True  # a line of an attack
    raise Unclear(
        _("it does not say whether there was a headache"),
        _(
            "Say which column does with --column headache=NAME or strength=NAME, or leave such lines out."
        ),
    )


def _words(
    cell: Callable[[str], str],
    start: otherwords.Moment,
    end: otherwords.Moment | None,
    header: list[str],
    cells: list[str],
    places: dict[str, list[int]],
) -> str:
    """Return the line in words for the note, so that no value is lost."""

    def parts() -> Iterator[str]:
        if start.time:
            until = f" to {end.time:%H:%M}" if end and end.time else ""
            yield f"{start.time:%H:%M}{until}"
        for role in ("strength", "medicine"):
            if cell(role):
                yield cell(role)
        for place in places.get("note", ()):
            if cells[place]:
                plain = _plain(header[place]).startswith(("note", "comment"))
                yield cells[place] if plain else f"{header[place]}: {cells[place]}"

    return ", ".join(parts())
