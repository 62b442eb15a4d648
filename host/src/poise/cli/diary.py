"""Command `poise diary`: asks for headache, neck pain and medicine of a day."""

import datetime as dt
import sys
from collections.abc import Sequence
from typing import Any

import typer

from ..coach import diary
from ..coach.diary import (
    MEDICATION,
    TREATMENTS,
    check,
    check_outcome,
    is_backfilled,
    merged,
    replaced,
    with_classes,
)
from ..coach.diary_import.merge import VIA
from ..coach.measures import MEASURES
from ..coach.plan.days import parsed
from ..errors import PoiseError, Reason
from ..history.overview import headache_marks
from ..language import _
from ..store import Store
from ..store.diary import DiaryRow
from ..text import capitalized
from ..timebase.calendar import local_date
from .context import NUMBER_MAX, clock, new_app, open_store, print_json, the_zone
from .diaryimport import import_file

app = new_app(_("Ten seconds a day: headache, neck pain, medicine days."))
app.command("import")(import_file)
_CLASSES = ", ".join(MEDICATION)
_DAY = typer.Option(None, "--day", help=_("YYYY-MM-DD; else today."))
_JSON = typer.Option(False, "--json", help=_("For scripts."))


@app.command()
def add(
    *,
    headache: bool | None = typer.Option(
        None, "--headache/--no-headache", help=_("A headache that day?")
    ),
    intensity: int | None = typer.Option(None, "--intensity", help=_("Of the headache, 0 to 10.")),
    neck: int | None = typer.Option(None, "--neck", help=_("Neck pain, 0 to 10.")),
    medicine: list[str] = typer.Option(
        [],
        "--medicine",
        help=_(
            "A class taken that day: {classes}. May be repeated; adds to those of the day."
        ).format(classes=_CLASSES),
    ),
    no_medicine: bool = typer.Option(
        False, "--no-medicine", help=_("None was taken, or only what --medicine names.")
    ),
    note: str = typer.Option(None, "--note", help=_("A few words of your own.")),
    day: str = _DAY,
) -> None:
    """Write a day down. What is not named stays as it was. On a terminal, without options, it asks."""
    given = {"headache": headache, "headache_nrs": intensity, "neck_nrs": neck, "note": note}
    said = {name: value for name, value in given.items() if value is not None}
    with open_store() as store:
        today = _today(store, clock().utc_ms())
        about = _day(day, today)
        if not said and not medicine and not no_medicine:
            if not sys.stdin.isatty():
                raise PoiseError(
                    Reason.BAD_INPUT,
                    _("nothing to write down"),
                    _("Give --headache or --no-headache, --neck 0 to 10; --help lists the rest."),
                )
            said, medicine = _ask(about, today, _entry(store, about))
        before = _entry(store, about)
        said["medication"] = with_classes(None if no_medicine else before, medicine)
        row = DiaryRow(
            **merged(before, said),
            day=about,
            entered_utc_ms=clock().utc_ms(),
            backfilled=is_backfilled(about, today),
            via="terminal",
        )
        check(row, today)
        store.diary.put(row)
    typer.echo(
        _("Written down for {day}: {answers}.").format(
            day=about, answers=_told(row, replaced(before, row))
        )
    )


@app.command("list")
def show(
    days: int = typer.Option(28, "--days", min=1, max=3660, help=_("How many, up to today.")),
    as_json: bool = _JSON,
) -> None:
    """Show the last days, with treatments and scores."""
    with open_store() as store:
        today = _today(store, clock().utc_ms())
        first = today - dt.timedelta(days - 1)
        rows = store.diary.days(first, today)
        treated = store.treatments.between(first, today)
        scores = [row for row in store.outcomes.history() if first <= row.day <= today]
        marks = headache_marks(store, first, today, the_zone(store))
    if as_json:
        listed = {"diary": rows, "treatments": treated, "scores": scores}
        told = {name: [row.__dict__ for row in found] for name, found in listed.items()}
        print_json({**told, "marks": [moment.isoformat() for moment in marks]})
        return
    lines: list[tuple[dt.date, str]] = [(row.day, _told(row, {})) for row in rows]
    lines += [
        (row.day, f"{_(diary.TREATMENTS[row.kind])}: {row.text} [{row.treatment_id}]")
        for row in treated
    ]
    lines += [
        (
            row.day,
            _("{measure} {score:g}, by {who}").format(
                measure=row.measure, score=row.score, who=row.who
            ),
        )
        for row in scores
    ]
    lines += [
        (
            moment.date(),
            _("headache marked at the clip, {time}").format(time=f"{moment:%H:%M}"),
        )
        for moment in marks
    ]
    for day, text in sorted(lines, key=lambda line: line[0]):
        typer.echo(f"{day}  {text}")
    if not lines:
        typer.echo(_("Nothing yet. `poise diary add` asks two or three questions."))


@app.command()
def treatment(
    kind: str = typer.Argument(..., help=_("One of {kinds}.").format(kinds=", ".join(TREATMENTS))),
    text: str = typer.Argument("", help=_("What it was.")),
    day: str = _DAY,
) -> None:
    """Put another treatment on the time line, or a day ill or away, on which nothing is asked for."""
    if kind not in TREATMENTS:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no kind '{kind}'").format(kind=kind),
            _("Kinds: {kinds}.").format(kinds=", ".join(TREATMENTS)),
        )
    with open_store() as store:
        now = clock().utc_ms()
        about = _day(day, _today(store, now))
        number = store.treatments.add(about, kind, text, now)
    typer.echo(
        _("{treatment} on {day}, number {number}.").format(
            treatment=capitalized(_(diary.TREATMENTS[kind])), day=about, number=number
        )
    )


@app.command()
def remove(
    number: int = typer.Argument(
        ..., min=1, max=NUMBER_MAX, help=_("Of the treatment, as listed.")
    ),
    undo: bool = typer.Option(False, "--undo", help=_("Put it back on the time line.")),
) -> None:
    """Take a treatment off the time line that was entered by mistake."""
    with open_store() as store:
        if undo:
            done = store.treatments.restore(number)
        else:
            done = store.treatments.remove(number, clock().utc_ms())
    if not done:
        raise PoiseError(
            Reason.BAD_INPUT,
            (
                _("no treatment {number} was taken off") if undo else _("no treatment {number}")
            ).format(number=number),
            _("`poise diary list` shows the numbers."),
        )
    if undo:
        typer.echo(_("Treatment {number} is back.").format(number=number))
    else:
        typer.echo(
            _(
                "Treatment {number} is taken off. Back with: poise diary remove {number} --undo"
            ).format(number=number)
        )


@app.command()
def score(
    measure: str = typer.Argument(..., help=_("One of {kinds}.").format(kinds=", ".join(MEASURES))),
    value: float = typer.Argument(..., help=_("The total; of the psfs the mean.")),
    by: str = typer.Option(..., "--by", help=_("Who took it.")),
    item: list[str] = typer.Option(
        [], "--item", help=_("Of the psfs: 'activity=4'. May be repeated.")
    ),
    day: str = _DAY,
) -> None:
    """Keep the score of a questionnaire. Of the licensed ones Poise holds the total, never the questions."""
    detail = _items(item)
    check_outcome(measure, value, detail)
    with open_store() as store:
        now = clock().utc_ms()
        about = _day(day, _today(store, now))
        known = [row for row in store.outcomes.history(measure) if row.day == about]
        store.outcomes.add(about, measure, value, detail, by, now)
    before = "".join(
        " " + _("(before: {score:g}, by {who})").format(score=row.score, who=row.who)
        for row in known
    )
    typer.echo(
        _("{measure} {value:g} on {day}, by {who}{before}.").format(
            measure=measure, value=value, day=about, who=by, before=before
        )
    )


def _items(given: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given:
        name, _equals, value = text.rpartition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            name = ""
        if not name.strip():
            raise PoiseError(
                Reason.BAD_INPUT,
                _("'{text}' is no item").format(text=text),
                _("Write it as 'activity=4'."),
            )
    return found


def _today(store: Store, now_utc_ms: int) -> dt.date:
    return local_date(now_utc_ms, the_zone(store))


def _day(given: str | None, today: dt.date) -> dt.date:
    if given is None:
        return today
    day = parsed(given)
    if day > today:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{day} is still to come").format(day=day),
            _("Give today or before."),
        )
    return day


def _entry(store: Store, day: dt.date) -> DiaryRow | None:
    return next(iter(store.diary.days(day, day)), None)


def _ask(day: dt.date, today: dt.date, before: DiaryRow | None) -> tuple[dict[str, Any], list[str]]:
    """Return the answers, and the classes of medicine. Enter alone leaves an earlier answer."""
    asked = _("A headache today?") if day == today else _("A headache on {day}?").format(day=day)
    if before:
        typer.echo(
            _("So far: {answers}. Just Enter leaves an answer as it is.").format(
                answers=_told(before, {})
            )
        )
    said: dict[str, Any] = {}
    said["headache"] = typer.confirm(asked, default=before.headache if before else None)
    if said["headache"]:
        strength = before.headache_nrs if before else None
        said["headache_nrs"] = typer.prompt(
            _("How strong, 0 to 10"), value_proc=_rating, default=strength
        )
    neck = before.neck_nrs if before else None
    said["neck_nrs"] = typer.prompt(_("Neck pain, 0 to 10"), value_proc=_rating, default=neck)
    taken = typer.prompt(
        _("Medicine for it, by class, with commas between ({classes}; none: just Enter)").format(
            classes=_CLASSES
        ),
        default="",
        show_default=False,
        value_proc=_classes,
    )
    return {
        name: value for name, value in said.items() if value != getattr(before, name, None)
    }, taken


def _rating(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 10:
        raise typer.BadParameter(_("a number from 0 to 10"))
    return value


def _classes(text: str) -> list[str]:
    found = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in found if name not in MEDICATION]
    if unknown:
        raise typer.BadParameter(_("no class '{unknown}'").format(unknown=unknown[0]))
    return found


def _headache(row: DiaryRow) -> str:
    if not row.headache:
        return _("no headache")
    if row.headache_nrs is None:
        return _("headache")
    return _("headache {rating}/10").format(rating=row.headache_nrs)


def _told(row: DiaryRow, before: dict[str, str]) -> str:
    """Return the entry in a line. `before`: earlier answers that it replaces."""
    parts: dict[str, str] = {}
    if row.headache is not None:
        parts["headache"] = _headache(row)
    if row.neck_nrs is not None:
        parts["neck_nrs"] = _("neck pain {rating}/10").format(rating=row.neck_nrs)
    if row.medication or "medication" in before:
        parts["medication"] = ", ".join(row.medication) or _("no medicine")
    if row.note or "note" in before:
        # A note with line breaks would look like another day.
        parts["note"] = " ".join((row.note or _("no note")).split())
    words = [
        _("{text} (before: {before})").format(text=text, before=before[name])
        if name in before
        else text
        for name, text in parts.items()
    ]
    if VIA in row.via:
        words.append(_("(brought in from another diary)"))
    elif row.backfilled:
        words.append(_("(filled in later)"))
    return ", ".join(words)
