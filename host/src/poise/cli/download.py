"""Command `poise download`: brings the clip's log into the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import typer

from ..clip.client import NO_TIME
from ..errors import PoiseError
from ..files.whole import whole
from ..language import _, formats, ngettext
from ..text import terminal, visible
from ..timebase.clock import SystemClock
from ..wear.bring_in import BringIn, Progress
from ..wear.letters import Mail
from .context import ble_client, data_folder, new_app, open_store, print_json, run, usb_client
from .mail import tell_mail

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
    with open_store() as store, _copy_to(out) as copy:
        mail = Mail(store, data_folder())
        transfer = BringIn(
            store,
            lambda: ble_client(clip) if ble else usb_client(port),
            SystemClock(),
            everything=everything,
            copy=copy,
            watch=watch,
            interrupted=pulled,
            afterwards=mail.exchange,
        )
        result = run(transfer.run())
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
    tell_mail(mail.last)


def watch(progress: Progress) -> None:
    """Show a person how far the transfer is, in one line that stays for as long as it runs."""
    screen = terminal()
    if screen is None:
        return
    text = "" if progress.records == progress.total else progress_line(progress)
    screen.write(f"\r\x1b[K{visible(text)}")
    screen.flush()


def progress_line(progress: Progress) -> str:
    """Return in one line: records of how many, the rate, and the time left."""
    rate = formats.number(progress.bytes_s / 1000, 1)
    left = round(progress.left_s or 0)
    return _("{records} of {total} records, {rate} kB/s, {minutes}:{seconds:02d} min left").format(
        records=progress.records,
        total=progress.total,
        rate=rate,
        minutes=left // 60,
        seconds=left % 60,
    )


def pulled(error: PoiseError, progress: Progress) -> None:
    """Say that the link has ended early, and what is safe."""
    typer.echo(str(error), err=True)
    typer.echo(
        _(
            "{records} of {total} records are in the store already, and safe. Plug the clip in again: it goes on by "
            "itself. Ctrl-C ends it, and the next download goes on from there."
        ).format(records=progress.records, total=progress.total),
        err=True,
    )


@contextmanager
def _copy_to(path: Path | None) -> Iterator[BinaryIO | None]:
    """Open the file for the raw records. An older file stays until the transfer is complete."""
    if path is None:
        yield None
        return
    cure = _("Name another file with --out; what came is in the store, and --all brings it again.")
    with whole(path, cure) as copy:
        yield copy
