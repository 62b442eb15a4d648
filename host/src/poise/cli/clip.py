"""Command `poise clip`: lends a clip, takes it back, wipes it."""

from pathlib import Path

import typer

from ..language import _
from ..timebase.clock import SystemClock
from ..wear import lending
from ..wear import receipt as receipts
from ..wear.bring_in import BringIn
from .context import (
    data_folder,
    local_time,
    new_app,
    open_store,
    print_json,
    run,
    stamp,
    usb_client,
)
from .download import pulled, watch

app = new_app(_("Lend a clip, take it back, wipe it."))
_PORT = typer.Option(None, "--port", help=_("Serial port, when there are several."))
_LOST = typer.Option(
    0, "--lose-records", min=0, metavar="N", help=_("Give up so many records that the store lacks.")
)
_LOSE_LETTER = typer.Option(
    False,
    "--lose-letter",
    help=_("Give up the clip's letter to the clinic, which holds the diary."),
)
_JSON = typer.Option(False, "--json", help=_("For scripts."))
_OUT = typer.Option(
    None, "--out", help=_("File of the receipt; else in the data folder, named after the clip.")
)


@app.command()
def lend(port: str = _PORT) -> None:
    """Hand the plugged-in clip to the patient (--patient). A clip of somebody else's is refused."""
    client = usb_client(port)
    with open_store() as store:
        identity = run(lending.lend(client, store))
        patient = store.patient.name
    typer.echo(
        _("Clip {clip} is with {patient} now.").format(clip=identity.clip_id, patient=patient)
    )


@app.command("return")
def return_(
    port: str = _PORT,
    lost: int = _LOST,
    lose_letter: bool = _LOSE_LETTER,
    out: Path = _OUT,
    as_json: bool = _JSON,
) -> None:
    """Take the plugged-in clip back from the patient (--patient): bring log and letter in, wipe it, write a receipt.

    Refused while the clip has records that the store lacks, or a letter that can't be taken.
    """
    with open_store() as store:
        if not lost:  # else it may be a log that can't be read
            brought = BringIn(
                store, lambda: usb_client(port), SystemClock(), watch=watch, interrupted=pulled
            )
            run(brought.run())
        receipt = run(
            lending.take_back(usb_client(port), store, data_folder(), lost, lose_letter=lose_letter)
        )
    _hand_out(receipt, out, as_json=as_json)


@app.command()
def wipe(
    port: str = _PORT,
    lost: int = _LOST,
    lose_letter: bool = _LOSE_LETTER,
    out: Path = _OUT,
    as_json: bool = _JSON,
) -> None:
    """Wipe the plugged-in clip and bring nothing in: for a clip of nobody in the store."""
    receipt = run(lending.wipe(usb_client(port), lost, lose_letter=lose_letter))
    with open_store(whole=True) as store:
        store.audit.put_for_all("clip_wiped", receipt.returned_utc_ms, receipt.clip_id)
    _hand_out(receipt, out, as_json=as_json)


def _hand_out(receipt: receipts.Receipt, out: Path | None, *, as_json: bool) -> None:
    path = out or data_folder() / receipts.receipt_name(receipt, stamp())
    cure = _("The clip is wiped. Name another file with --out next time.")
    receipts.keep(receipt, path, cure)
    if as_json:
        print_json(receipt.plain())
    else:
        for line in receipts.lines(receipt, lambda at: local_time(at, seconds=False)):
            typer.echo(line)
        typer.echo(_("Written: {path}").format(path=path))
    receipt.check()
