"""Command `poise download`: brings the clip's log into the store."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import typer

from ..clip.client import NO_TIME, ClipClient
from ..errors import PoiseError, Reason
from ..language import _, ngettext
from ..store import Store
from ..wear.bringing import bring_in
from .context import ble_client, new_app, open_store, print_json, run, usb_client

app = new_app(_("Bring the clip's log into the store."))


@app.command()
def download(
    ble: bool = typer.Option(False, "--ble", help=_("Over Bluetooth instead of USB.")),
    port: str = typer.Option(None, "--port", help=_("Serial port, when there are several.")),
    clip: str = typer.Option(None, "--clip", help=_("Clip's name, over Bluetooth.")),
    everything: bool = typer.Option(
        False, "--all", help=_("From the oldest record on, not only what is missing.")
    ),
    out: Path = typer.Option(None, "--out", help=_("Write the raw records to this file as well.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Bring the clip's log into the store. Run again after an interruption: it resumes."""
    client = ble_client(clip) if ble else usb_client(port)
    with open_store() as store, _copy_to(out) as copy:
        result = run(fetch(client, store, everything=everything, copy=copy))
    if not result["time_given"]:
        typer.echo(_(NO_TIME), err=True)
    if as_json:
        print_json(result)
        return
    typer.echo(
        _("{records} records came, {new} of them new; the store has all before {next_seq}.").format(
            records=result["records"], new=result["new"], next_seq=result["next_seq"]
        )
    )
    if result["unexplained"]:
        typer.echo(
            ngettext(
                "{count} record in between is gone, and the clip has not noted why.",
                "{count} records in between are gone, and the clip has not noted why.",
                result["unexplained"],
            ).format(count=result["unexplained"])
        )


async def fetch(
    client: ClipClient, store: Store, *, everything: bool = False, copy: BinaryIO | None = None
) -> dict[str, Any]:
    """Transfer the log into `store` once; an interrupted transfer keeps its records. Raises PoiseError."""
    identity = await client.open()
    try:
        done = await bring_in(client, store, identity, everything=everything, copy=copy)
    finally:
        await client.close()
    return {"clip_id": identity.clip_id, **asdict(done), "by": client.transport.source}


@contextmanager
def _copy_to(path: Path | None) -> Iterator[BinaryIO | None]:
    """Open the file for the raw records. An older file stays until the transfer is complete."""
    if path is None:
        yield None
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as copy:
            yield copy
        part.replace(path)
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} can't be written: {reason}").format(path=path, reason=error.strerror),
            _(
                "Name another file with --out; what came is in the store, and --all brings it again."
            ),
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
