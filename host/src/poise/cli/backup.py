"""Command `poise backup`: copies the store."""

from pathlib import Path

import typer

from ..language import _
from ..store import Store
from ..store.examine import COUNTED, Contents
from .context import data_folder, new_app, print_json, stamp, store_place

app = new_app(_("Copy the store: log, plan, diary, exercises."))


@app.command()
def backup(
    file: Path = typer.Argument(None, help=_("Where to; else into `copies` in the data folder.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Copy the store into one file, of one moment, looked through before it gets its name. Others may go on writing.

    A copy a day is made by itself, and seven are kept: this is for another disk, or before something bold.
    """
    from ..store import copies

    place = store_place()
    with Store.open_whole(place) as store:  # opening updates the store before the copy
        path = store.path or data_folder() / "server.db"
        target = (file or copies.folder_of(path) / f"{path.stem}-by-hand-{stamp()}.db").absolute()
        copies.refuse_existing(target)
        found = store.copy_to(target)
    if as_json:
        print_json({"file": str(target), "counts": found.counts, "size": target.stat().st_size})
        return
    typer.echo(_("Written: {target} ({told}).").format(target=target, told=told(found)))


def told(found: Contents) -> str:
    """Return the number of records, diary entries, sessions and plans of a store, in words."""
    shown = ("records", "diary_entries", "exercise_sessions", "plans")
    return ", ".join(f"{found.counts.get(name, 0)} {_(COUNTED[name])}" for name in shown)
