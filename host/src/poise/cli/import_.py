"""Command `poise import`: brings a raw log file into the store."""

from pathlib import Path

import typer

from ..errors import PoiseError, Reason
from ..language import _
from .context import clock, new_app, open_store, print_json

app = new_app(_("Bring a raw log file into the store."))


@app.command()
def import_file(
    file: Path = typer.Argument(..., help=_("Raw records, as `poise download --out` writes them.")),
    clip: str = typer.Option(
        ..., "--clip", help=_("Whose they are: the clip's id, 16 hexadecimal digits.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Bring a raw log file into the store. A damaged file gives what is intact, and says where it breaks."""
    if len(clip) != 16 or any(digit not in "0123456789abcdef" for digit in clip.lower()):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{clip}' is no clip id").format(clip=clip),
            _("It has 16 hexadecimal digits: see `poise status`."),
        )
    if file.suffix.lower() in (".csv", ".tsv", ".txt"):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{file} is no raw log").format(file=file),
            _(
                "A headache diary comes in with `poise diary import`; raw records have no such name."
            ),
        )
    with open_store() as store:
        done = store.records.import_file(clip.lower(), file, clock().utc_ms())
    result = {
        "new": done.imported.new,
        "duplicate": done.imported.duplicate,
        "next_seq": done.imported.next_seq,
    }
    if as_json:
        print_json({**result, "damage": done.damage})
    else:
        typer.echo(
            _("{new} new records, {duplicate} known already.").format(
                new=result["new"], duplicate=result["duplicate"]
            )
        )
    if done.damage:
        raise PoiseError(
            Reason.BAD_LOG,
            done.damage,
            _("The intact part is in the store; download the log again for the rest."),
        )
