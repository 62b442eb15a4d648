"""Command `poise export`: tables, a health record, a calendar, or everything of the patient, encrypted."""

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import typer

from ..errors import PoiseError, Reason
from ..files.private import put_bytes
from ..files.whole import writing
from ..history.plan_in_force import plan_in_force
from ..language import _
from ..store import Store
from ..timebase.calendar import local_date
from .context import clock, data_folder, file_name, new_app, open_store, print_json, stamp, the_zone

app = new_app(_("Give the patient's data out: tables, a health record, a calendar, everything."))


class Format(StrEnum):
    """What an export can be."""

    CSV = "csv"
    PARQUET = "parquet"
    FHIR = "fhir"
    ICAL = "ical"
    ALL = "all"


@app.command()
def export(
    *,
    kind: Format = typer.Option(
        Format.CSV, "--format", help=_("Tables, FHIR R4B bundle, calendar of the plan, or all.")
    ),
    out: Path = typer.Option(None, "--out", help=_("Folder; else a new one in the data folder.")),
    everything: bool = typer.Option(
        False,
        "--everything",
        help=_("All that the store has of the patient, in one encrypted file."),
    ),
    to: Path = typer.Option(None, "--to", help=_("With --everything: the file, such as mine.age.")),
    recipient: str = typer.Option(
        "", "--recipient", metavar="age1...", help=_("With --everything: who can open it.")
    ),
    passphrase: bool = typer.Option(
        False, "--passphrase", help=_("With --everything: asks for words that open it.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Give the patient's data out. The files are not encrypted, except with --everything."""
    if everything:
        written = [_everything(to, recipient, passphrase=passphrase)]
    else:
        written = _formats(kind, out)
    if as_json:
        print_json({"files": written})
        return
    for path in written:
        typer.echo(_("Written: {path}").format(path=path))


def _formats(kind: Format, out: Path | None) -> list[Path]:
    wanted = [each for each in _WRITERS if kind in (each, Format.ALL)]
    with open_store() as store:
        if kind is Format.ALL and plan_in_force(store) is None:
            wanted.remove(Format.ICAL)
            typer.echo(_("No plan is set: no calendar is written."), err=True)
        files: dict[str, bytes] = {}
        for each in wanted:
            files |= _WRITERS[each](store)
        name = store.patient.pseudonym or "patient"
        folder = out or data_folder() / f"export-{file_name(name)}-{stamp()}"
        written = [_written(folder / name, data) for name, data in files.items()]
        store.audit.put("exported", clock().utc_ms(), ", ".join(wanted))
    return written


def _csv(store: Store) -> dict[str, bytes]:
    from ..export.collect import collect
    from ..export.csv_files import files

    return files(collect(store, clock().utc_ms(), the_zone(store)))


def _parquet(store: Store) -> dict[str, bytes]:
    from ..export.collect import collect
    from ..export.parquet import files

    return files(collect(store, clock().utc_ms(), the_zone(store)))


def _fhir(store: Store) -> dict[str, bytes]:
    from ..export.collect import collect
    from ..export.fhir import bundle

    held = plan_in_force(store)
    found = collect(store, clock().utc_ms(), the_zone(store))
    return {"bundle.json": bundle(found, held.plan if held else None)}


def _ical(store: Store) -> dict[str, bytes]:
    from ..export.ical import calendar

    held, current = plan_in_force(store), store.plans.current()
    if held is None or current is None:
        raise PoiseError(Reason.NO_PLAN, _("no plan is set"), _("Set one with `poise plan set`."))
    today = local_date(clock().utc_ms(), held.plan.timezone)
    return {"plan.ics": calendar(held.plan, current.when_utc_ms, today)}


_WRITERS: dict[Format, Callable[[Store], dict[str, bytes]]] = {
    Format.CSV: _csv,
    Format.PARQUET: _parquet,
    Format.FHIR: _fhir,
    Format.ICAL: _ical,
}


def _everything(to: Path | None, recipient: str, *, passphrase: bool) -> Path:
    from ..export.archive import encrypted, everything

    if to is None:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("--everything names no file"),
            _("Name one: --to mine.age."),
        )
    words = _asked() if passphrase else ""
    encrypted(b"", recipient, words)  # refuses before the work
    with open_store() as store:
        now = clock().utc_ms()
        path = _written(to, encrypted(everything(store, now), recipient, words))
        store.audit.put("exported", now, "everything")
    return path


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return typer.prompt(_("Words that open the file"), hide_input=True, confirmation_prompt=True)


def _written(path: Path, data: bytes) -> Path:
    """Write a file for its owner only, whole or not at all. Raises PoiseError BAD_INPUT."""
    with writing(path, _("Name another place with --out or --to.")):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        put_bytes(path, data)
    return path
