"""Command `poise import`: brings a raw log file into the store."""

from pathlib import Path

import typer

from ..errors import PoiseError, Reason
from .context import clip_id_of, clock, new_app, open_store, print_json

app = new_app("Bring a raw log file into the store.")


@app.command()
def import_file(
    file: Path = typer.Argument(..., help="Raw records, as `poise download --out` writes them."),
    clip: str = typer.Option(
        ..., "--clip", help="Whose they are: the clip's id, 16 hexadecimal digits."
    ),
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
) -> None:
    """Bring a raw log file into the store. A damaged file gives what is intact, and says where it breaks."""
    clip_id = clip_id_of(clip)
    if file.suffix.lower() in (".csv", ".tsv", ".txt"):
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{file} is no raw log",
            "A headache diary comes in with `poise diary import`; raw records have no such name.",
        )
    with open_store() as store:
        done = store.records.import_file(clip_id, file, clock().utc_ms())
    result = {
        "new": done.imported.new,
        "duplicate": done.imported.duplicate,
        "next_seq": done.imported.next_seq,
    }
    if as_json:
        print_json({**result, "damage": done.damage})
    else:
        typer.echo(f"{result['new']} new records, {result['duplicate']} known already.")
    if done.damage:
        raise PoiseError(
            Reason.BAD_LOG,
            done.damage,
            "The intact part is in the store; download the log again for the rest.",
        )
