"""Command `poise audit`: who saw and changed what."""

import os

import typer

from ..language import _
from ..text import printable
from ..words.audit import act
from .context import local_time, new_app, open_store, print_json

app = new_app(_("Who saw and changed what in the store."))


@app.command()
def audit(as_json: bool = typer.Option(False, "--json", help=_("For scripts."))) -> None:
    """List who saw and changed what: of one patient with --patient, else of all. Nothing in it can be changed."""
    one = bool(os.environ.get("POISE_PATIENT"))
    with open_store(whole=not one) as store:
        rows = store.audit.history() if one else store.audit.everybody()
    if as_json:
        print_json([row.__dict__ for row in rows])
        return
    for row in rows:
        words = (row.who, row.patient, act(row.act), row.detail)
        told = ", ".join(printable(word) for word in words if word)
        typer.echo(f"{local_time(row.when_utc_ms, seconds=False)}  {told}")
    if not rows:
        typer.echo(_("Nothing was noted yet."))
