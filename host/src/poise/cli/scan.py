"""Command `poise scan`: lists the clips around."""

import typer

from ..language import _
from .context import hci, new_app, print_json, run

app = new_app(_("List the clips around."))


@app.command()
def scan(
    seconds: float = typer.Option(5.0, min=1.0, max=60.0, help=_("How long to listen.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """List the clips around, the nearest first."""
    from ..clip.transport.ble import scan as look

    found = run(look(seconds, hci()))
    if as_json:
        print_json(
            [
                {"name": clip.name, "address": clip.address, "rssi_dbm": clip.rssi_dbm}
                for clip in found
            ]
        )
        return
    for clip in found:
        typer.echo(f"{clip.name:<16} {clip.address}  {clip.rssi_dbm} dBm")
    if not found:
        typer.echo(_("No clip heard. Wake it by a press of its button, and try again."))
