"""Command `poise diary import`: reads the headache diary of another tracker."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer

from ..coach.diary import MEDICATION, is_backfilled
from ..coach.diary_import import merge
from ..coach.diary_import.merge import Change, Day
from ..coach.diary_import.rows import ROLES, OtherDiary, Reading, read
from ..errors import PoiseError, Reason
from ..files.text import read_text
from ..language import _
from ..store import Store
from ..store.diary import DiaryRow
from ..timebase.calendar import local_date
from .context import clock, open_store, print_json, the_zone

_OTHERS = (".xlsx", ".xls", ".ods", ".json", ".pdf", ".numbers")
_ROLES = ", ".join(ROLES)
_SCALE_MAX = 1000


def import_file(
    file: Path = typer.Argument(..., help=_("A CSV with a line for each attack, or for each day.")),
    *,
    write: bool = typer.Option(
        False, "--write", help=_("Bring it in; else only tell what would be.")
    ),
    dates: str = typer.Option("", "--dates", help=_("Order of its dates: ymd, dmy or mdy.")),
    scale: float = typer.Option(
        0.0, "--scale", help=_("The greatest strength that the tracker knows, such as 10.")
    ),
    column: list[str] = typer.Option(
        [],
        "--column",
        help=_("ROLE=NAME of a column; roles: {roles}. May be repeated.").format(roles=_ROLES),
    ),
    medicine: list[str] = typer.Option(
        [], "--medicine", help=_("NAME=CLASS of a medicine, or NAME=none. May be repeated.")
    ),
    strength: list[str] = typer.Option(
        [], "--strength", help=_("WORD=0 to 10, for strengths in words. May be repeated.")
    ),
    free_days: bool = typer.Option(
        False, "--free-days", help=_("Days between without a line had no headache.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Bring in the headache diary of another tracker. Without --write it only tells. What you wrote yourself stays."""
    if file.suffix.lower() in _OTHERS:
        cure = _("Export or save the diary as CSV, and bring that in.")
        raise PoiseError(Reason.BAD_INPUT, _("{file} is no CSV").format(file=file), cure)
    if not 0 <= scale <= _SCALE_MAX:  # nor "nan"
        cure = _("Give the greatest strength that the tracker knows, such as 10.")
        raise PoiseError(Reason.BAD_INPUT, _("a scale of {scale:g}").format(scale=scale), cure)
    text = read_text(file, _("Name a CSV file."))
    with open_store() as store:
        now = clock().utc_ms()
        zone = the_zone(store)
        today = local_date(now, zone)
        reading = Reading(
            zone, _columns(column), _order(dates), scale, _strengths(strength), _medicines(medicine)
        )
        found = read(text, file.name, reading, today)
        days = merge.by_day(found.attacks)
        free = merge.free_between(days)
        if free_days:
            days |= {day: (Day(headache=False), []) for day in free}
        changes = [merge.change(day, *days[day], store.diary.changes(day)) for day in sorted(days)]
        if write:
            _put(store, changes, now, today)
    if as_json:
        print_json(_as_plain(found, changes, written=write))
        return
    for line in _told(file.name, found, changes, [] if free_days else free):
        typer.echo(line)
    typer.echo(_end(changes, written=write))


def _put(store: Store, changes: Sequence[Change], now: int, today: dt.date) -> None:
    for each in changes:
        if each.entry is not None:
            late = is_backfilled(each.day, today)
            entry = DiaryRow(
                each.day, **each.entry.__dict__, entered_utc_ms=now, backfilled=late, via=each.via
            )
            store.diary.put(entry)


# --- description of the file


def _pairs(given: Sequence[str], wrong: str, like: str) -> list[tuple[str, str]]:
    """Return the pairs NAME=VALUE. `wrong` says in words that a `{text}` is none; `like` is an example."""
    found = []
    for text in given:
        name, mark, value = text.rpartition("=")
        if not mark or not name.strip() or not value.strip():
            raise PoiseError(
                Reason.BAD_INPUT,
                wrong.format(text=text),
                _("Write it like {like}.").format(like=like),
            )
        found.append((name.strip(), value.strip()))
    return found


def _columns(given: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        role, _mark, title = (part.strip() for part in text.partition("="))
        if role not in ROLES or not title:
            cure = _("Write ROLE=NAME; roles: {roles}.").format(roles=_ROLES)
            raise PoiseError(Reason.BAD_INPUT, _("'{text}' is no column").format(text=text), cure)
        found.setdefault(role, []).append(title)
    return found


def _order(given: str) -> str:
    if given not in ("", "ymd", "dmy", "mdy"):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{given}' is no order").format(given=given),
            _("Give ymd, dmy or mdy."),
        )
    return given


def _strengths(given: Sequence[str]) -> dict[str, int]:
    pairs = _pairs(given, _("'{text}' is no strength"), "--strength moderate=5")
    return {name.casefold(): _number(value) for name, value in pairs}


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) > 10:
        raise PoiseError(
            Reason.BAD_INPUT, _("a strength of {text}").format(text=text), _("From 0 (none) to 10.")
        )
    return int(text)


def _medicines(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for name, value in _pairs(given, _("'{text}' is no medicine"), "--medicine 'Imigran=triptan'"):
        if value not in MEDICATION and value != "none":
            known = _("Classes: {classes}, or none.").format(classes=", ".join(MEDICATION))
            raise PoiseError(
                Reason.BAD_INPUT, _("no class of medicine '{value}'").format(value=value), known
            )
        found[name.casefold()] = "" if value == "none" else value
    return found


# --- output


def _told(
    name: str, found: OtherDiary, changes: Sequence[Change], free: Sequence[dt.date]
) -> list[str]:
    counts = {"name": name, "lines": len(found.attacks), "days": len(changes)}
    if changes:
        said = _("{name}: {lines} lines, {days} days, {first} to {last}.")
        lines = [said.format(**counts, first=changes[0].day, last=changes[-1].day)]
    else:
        lines = [_("{name}: {lines} lines, {days} days.").format(**counts)]
    taken = ", ".join(
        _("{title} as {role}").format(title=title, role=role) for title, role in found.taken.items()
    )
    lines.append(_("Columns: {taken}.").format(taken=taken))
    lines += [
        _("Not brought in: column {title}, {count} values.").format(title=title, count=n)
        for title, n in found.left.items()
    ]
    for each in changes:
        fresh = _("new") if each.is_new else _("added")
        state = _("nothing new") if each.entry is None else fresh
        lines.append(f"{each.day}  {state}{': ' if each.told else ''}{', '.join(each.told)}")
    if free:
        lines.append(
            _(
                "{count} days between have no line and stay unanswered; --free-days says that they "
                "were without a headache."
            ).format(count=len(free))
        )
    return lines


def _end(changes: Sequence[Change], *, written: bool) -> str:
    new = _count(changes, lambda each: each.entry is not None and each.is_new)
    added = _count(changes, lambda each: each.entry is not None and not each.is_new)
    figures = _("{new} new days, {added} added to, {unchanged} as they were").format(
        new=new, added=added, unchanged=len(changes) - new - added
    )
    if written:
        return _("Brought in: {figures}.").format(figures=figures)
    return _(
        "Nothing is written yet ({figures}). Run it again with --write to bring it in."
    ).format(figures=figures)


def _count(changes: Sequence[Change], what: Callable[[Change], bool]) -> int:
    return sum(1 for each in changes if what(each))


def _as_plain(found: OtherDiary, changes: Sequence[Change], *, written: bool) -> dict[str, Any]:
    return {
        "written": written,
        "columns": dict(found.taken),
        "left": dict(found.left),
        "days": [
            {
                "day": each.day,
                "changed": each.entry is not None,
                "new": each.is_new,
                "told": each.told,
                **({} if each.entry is None else each.entry.__dict__),
            }
            for each in changes
        ],
    }
