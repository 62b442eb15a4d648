"""Command `poise update`: gives a clip a signed firmware, by Bluetooth or USB."""

from pathlib import Path

import typer

from ..build import signed, trust
from ..clip import update as send
from ..clip.client import ClipClient
from ..errors import PoiseError, Reason
from ..files.text import read_bytes
from ..language import _
from ..text import terminal
from .context import ble_client, new_app, print_json, run, usb_client

app = new_app(_("Give a clip a signed firmware, by Bluetooth or USB."))


@app.command()
def update(
    path: Path = typer.Argument(
        ..., metavar="FILE", help=_("A signed bundle, or a public file of keys.")
    ),
    clip: str = typer.Option(
        None, "--clip", help=_("Its name or the end of it; else the first one found.")
    ),
    usb: bool = typer.Option(False, "--usb", help=_("Over USB instead of Bluetooth.")),
    port: str = typer.Option(None, "--port", help=_("Serial port, for USB.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Update a clip. It checks the signature itself, and keeps its log, settings, start position, plan and bonds.

    It goes back to the firmware before if the new one does not run well. It measures nothing until it has restarted.
    """
    data = read_bytes(path)
    bundle = None
    if trust.is_public_file(data):
        data = _changes(path)
    else:
        bundle = signed.read(data)
    client = usb_client(port) if usb or port else ble_client(clip)
    client.reply_s = send.REPLY_S
    client.any_version = True
    run(_update(client, data, quiet=as_json))
    if as_json:
        what = {"version": bundle.version, "build": bundle.build} if bundle else {}
        print_json({**what, "bytes": len(data)})
        return
    if bundle is None:
        typer.echo(_("The clip trusts the keys of {path}, and restarts.").format(path=path))
        return
    typer.echo(
        _(
            "Firmware {version} (build {build}) is on the clip, which restarts with it. It is "
            "kept once it has run well for a minute: `poise events --kind update` tells."
        ).format(version=bundle.version, build=bundle.build)
    )


def _changes(path: Path) -> bytes:
    """Return the statements of a public file of keys. Raises PoiseError (BAD_INPUT) if there is none to give."""
    changes = trust.read(path).changes
    if changes:
        return changes
    raise PoiseError(
        Reason.BAD_INPUT,
        _("{path} names no key that was replaced").format(path=path),
        _(
            "Only the cable gives a clip its first keys: `poise flash firmware --trust {path}`."
        ).format(path=path),
    )


async def _update(client: ClipClient, data: bytes, *, quiet: bool) -> None:
    shown = -1

    def tell(there: int, total: int) -> None:
        nonlocal shown
        percent = 100 * there // total
        screen = terminal()
        if percent != shown and not quiet and screen:
            shown = percent
            screen.write(f"\r{percent:3d} %")
            screen.flush()

    await client.open()
    try:
        await send.send(client, data, tell)
    finally:
        await client.close()
        if shown >= 0:
            typer.echo()
