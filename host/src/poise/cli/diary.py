"""poise diary"""

import datetime as dt
import sys
from collections.abc import Sequence
from typing import Any

import typer

from ..coach.broughtin import VIA
from ..coach.days import parsed
from ..coach.diary import MEDICATION, OUTCOMES, TREATMENTS, check, check_outcome, is_backfilled
from ..errors import PoiseError, Reason
from ..lookback import headache_marks
from ..store import Store
from ..store.diary import DiaryRow
from .context import clock, new_app, open_store, print_json, the_zone
from .diaryimport import import_file

app = new_app("Ten seconds a day: headache, neck pain, medicine days.")
app.command("import")(import_file)
_CLASSES = ", ".join(MEDICATION)
_DAY = typer.Option(None, "--day", help="YYYY-MM-DD; else today.")
_MOST = 2**31 - 1  # of a number in the store
_JSON = typer.Option(False, "--json", help="For scripts.")


@app.command()
def add(
    headache: bool | None = typer.Option(
        None, "--headache/--no-headache", help="A headache that day?"
    ),
    intensity: int | None = typer.Option(None, "--intensity", help="Of the headache, 0 to 10."),
    neck: int | None = typer.Option(None, "--neck", help="Neck pain, 0 to 10."),
    medicine: list[str] = typer.Option(
        [], "--medicine", help=f"A class taken that day: {_CLASSES}. May be repeated."
    ),
    note: str = typer.Option("", "--note", help="A few words of your own."),
    day: str = _DAY,
) -> None:
    """Write a day down. On a terminal, without options, it asks."""
    with open_store() as store:
        now = clock().utc_ms()
        today = _today(store, now)
        nothing = headache is None and intensity is None and neck is None and not medicine
        if nothing and not note and sys.stdin.isatty():
            headache, intensity, neck, medicine = _ask()
        elif nothing and not note:
            raise PoiseError(
                Reason.BAD_INPUT,
                "nothing to write down",
                "Give --headache or --no-headache, --neck 0 to 10; --help lists the rest.",
            )
        about = _day(day, today)
        row = DiaryRow(
            day=about,
            headache=True if headache is None and intensity else headache,
            headache_nrs=intensity,
            neck_nrs=neck,
            medication=tuple(dict.fromkeys(medicine)),
            note=note,
            entered_utc_ms=now,
            backfilled=is_backfilled(about, today),
            via="terminal",
        )
        check(row, today)
        store.diary.put(row)
    late = " (filled in later, and marked so)" if row.backfilled else ""
    typer.echo(f"Written down for {about}{late}.")


@app.command("list")
def show(
    days: int = typer.Option(28, "--days", min=1, max=3660, help="How many, up to today."),
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
    lines: list[tuple[dt.date, str]] = [(row.day, _told(row)) for row in rows]
    lines += [
        (row.day, f"{TREATMENTS[row.kind]}: {row.text} [{row.treatment_id}]") for row in treated
    ]
    lines += [(row.day, f"{row.measure} {row.score:g}, by {row.who}") for row in scores]
    lines += [(moment.date(), f"headache marked at the clip, {moment:%H:%M}") for moment in marks]
    for day, text in sorted(lines, key=lambda line: line[0]):
        typer.echo(f"{day}  {text}")
    if not lines:
        typer.echo("Nothing yet. `poise diary add` asks two or three questions.")


@app.command()
def treatment(
    kind: str = typer.Argument(..., help=f"One of {', '.join(TREATMENTS)}."),
    text: str = typer.Argument("", help="What it was."),
    day: str = _DAY,
) -> None:
    """Put another treatment on the time line, or a day ill or away, on which nothing is asked for."""
    if kind not in TREATMENTS:
        raise PoiseError(Reason.BAD_INPUT, f"no kind '{kind}'", f"Kinds: {', '.join(TREATMENTS)}.")
    with open_store() as store:
        now = clock().utc_ms()
        about = _day(day, _today(store, now))
        number = store.treatments.add(about, kind, text, now)
    typer.echo(f"{TREATMENTS[kind].capitalize()} on {about}, number {number}.")


@app.command()
def remove(
    number: int = typer.Argument(..., min=1, max=_MOST, help="Of the treatment, as listed."),
) -> None:
    """Take a treatment off the time line that was entered by mistake."""
    with open_store() as store:
        done = store.treatments.remove(number, clock().utc_ms())
    if not done:
        raise PoiseError(
            Reason.BAD_INPUT, f"no treatment {number}", "`poise diary list` shows the numbers."
        )
    typer.echo(f"Treatment {number} is taken off.")


@app.command()
def score(
    measure: str = typer.Argument(..., help=f"One of {', '.join(OUTCOMES)}."),
    value: float = typer.Argument(..., help="The total; of the psfs the mean."),
    by: str = typer.Option(..., "--by", help="Who took it."),
    item: list[str] = typer.Option(
        [], "--item", help="Of the psfs: 'activity=4'. May be repeated."
    ),
    day: str = _DAY,
) -> None:
    """Keep the score of a questionnaire. Of the licensed ones Poise holds the total, never the questions."""
    detail = _items(item)
    check_outcome(measure, value, detail)
    with open_store() as store:
        now = clock().utc_ms()
        about = _day(day, _today(store, now))
        store.outcomes.add(about, measure, value, detail, by, now)
    typer.echo(f"{measure} {value:g} on {about}, by {by}.")


def _items(given: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given:
        name, _, value = text.rpartition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            name = ""
        if not name.strip():
            raise PoiseError(Reason.BAD_INPUT, f"'{text}' is no item", "Write it as 'activity=4'.")
    return found


def _today(store: Store, now_utc_ms: int) -> dt.date:
    return dt.datetime.fromtimestamp(now_utc_ms / 1000, the_zone(store)).date()


def _day(given: str | None, today: dt.date) -> dt.date:
    if given is None:
        return today
    day = parsed(given)
    if day > today:
        raise PoiseError(Reason.BAD_INPUT, f"{day} is still to come", "Give today or before.")
    return day


def _ask() -> tuple[bool, int | None, int | None, list[str]]:
    headache = typer.confirm("A headache today?")
    intensity = typer.prompt("How strong, 0 to 10", type=int) if headache else None
    neck = typer.prompt("Neck pain, 0 to 10", type=int)
    taken = typer.prompt(
        f"Medicine for it, by class, with commas between ({_CLASSES}; none: just Enter)",
        default="",
        show_default=False,
    )
    return headache, intensity, neck, [name.strip() for name in taken.split(",") if name.strip()]


def _told(row: DiaryRow) -> str:
    parts: list[Any] = []
    if row.headache is not None:
        strength = f" {row.headache_nrs}/10" if row.headache_nrs is not None else ""
        parts.append(f"headache{strength}" if row.headache else "no headache")
    if row.neck_nrs is not None:
        parts.append(f"neck pain {row.neck_nrs}/10")
    parts += [*row.medication]
    if row.note:
        parts.append(" ".join(row.note.split()))  # a line of its own would look like a day
    if VIA in row.via:
        parts.append("(brought in from another diary)")
    elif row.backfilled:
        parts.append("(filled in later)")
    return ", ".join(parts)
