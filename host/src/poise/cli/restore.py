"""Command `poise restore`: goes back to a copy of the store; lists the copies."""

from pathlib import Path

import typer

from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..store.restore import Restored
from ..wear.lock import holder
from .backup import told
from .context import clock, data_folder, new_app, print_json, stamp, store_place

app = new_app(_("Go back to a copy of the store; list the copies."))


@app.command()
def restore(
    file: Path = typer.Argument(None, help=_("A copy; else the newest that is whole.")),
    list_: bool = typer.Option(False, "--list", help=_("Show the copies and change nothing.")),
    replace: bool = typer.Option(
        False, "--replace", help=_("Also over a store that is whole and newer, or another one.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Put a copy in the store's place. What was there stays beside it, under another name.

    Of a damaged store, what is whole and newer than the copy is taken along. A store that is whole and newer is not
    replaced without --replace, and none while another program has it open. On a database server a copy comes into an
    empty database only.
    """
    place = store_place()
    if "://" in str(place):
        _to_server(str(place), None if list_ else file, as_json=as_json)
        return
    path = Path(place).absolute()
    if list_:
        _list(path, as_json=as_json)
        return
    running = holder(data_folder())
    if running:
        raise PoiseError(
            Reason.ALREADY_RUNS,
            _("`poise wear` is running and has the store open"),
            _("End it first: `poise wear --stop`."),
        )
    from ..store.restore import restore as go_back

    done = go_back(path, file.absolute() if file else None, stamp(), replace=replace)
    with Store.open_whole(path) as store:
        copy = done.source.name if done.source else ""
        store.audit.put_for_all("restored", clock().utc_ms(), copy)
    if as_json:
        print_json(
            {
                "source": done.source,
                "aside": done.aside,
                "counts": done.found.counts,
                "rescued": done.rescued.__dict__,
            }
        )
        return
    for line in _lines(done):
        typer.echo(line)


def _to_server(url: str, file: Path | None, *, as_json: bool) -> None:
    """Bring a file to a server's empty database. Raises PoiseError BAD_INPUT, STORE_*."""
    if file is None:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("the store is on a database server, where nothing is replaced"),
            _("Name the file that `poise backup` wrote; it comes into a database that is empty."),
        )
    with Store.open_whole(url) as store:
        found = store.bring(file.absolute(), data_folder())
    if as_json:
        print_json({"source": file, "counts": found.counts})
        return
    typer.echo(
        _("Brought from {file} and compared row by row: {counts}.").format(
            file=file, counts=told(found)
        )
    )


def _lines(done: Restored) -> list[str]:
    counts = told(done.found)
    if done.source:
        out = [_("Restored from {file}: {counts}.").format(file=done.source, counts=counts)]
    else:
        out = [_("Made anew, for there was no copy: {counts}.").format(counts=counts)]
    rescued = done.rescued
    if rescued.anything:
        if rescued.tables:
            line = _("Taken along from the damaged store: {records} log records, and {tables}.")
        else:
            line = _("Taken along from the damaged store: {records} log records.")
        out.append(line.format(records=rescued.records, tables=_words(rescued.tables)))
    if rescued.left:
        out.append(
            _("Not whole there, so as the copy has it: {tables}.").format(
                tables=_words(rescued.left)
            )
        )
    if done.aside:
        out.append(_("What was there before: {file}").format(file=done.aside))
    out.append(
        _("What the clip still has of its log comes back with `poise wear` or `poise download`.")
    )
    return out


def _words(tables: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in tables)


def _list(path: Path, *, as_json: bool) -> None:
    from ..store import copies
    from ..store.examine import examine

    rows = []
    for file in copies.known(path):
        try:
            found = examine(file)
            fault = found.faults[0] if found.faults else ""
            rows.append((file, fault, told(found)))
        except PoiseError as error:
            rows.append((file, str(error), ""))
    if as_json:
        print_json(
            [{"file": str(file), "whole": not fault, "fault": fault} for file, fault, _ in rows]
        )
        return
    for file, fault, counts in rows:
        said = _("not whole: {fault}").format(fault=fault) if fault else counts
        typer.echo(f"{file}  {said}")
    if not rows:
        typer.echo(
            _(
                "No copy yet: one is made on each day on which something is stored. `poise backup` "
                "makes one now."
            )
        )
