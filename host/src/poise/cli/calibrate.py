"""Command `poise calibrate`: takes the wearer's start position."""

import asyncio
from typing import Any

import typer

from ..clip.client import ClipClient
from ..errors import PoiseError, Reason
from ..wire import codec
from ..words.records import REFUSALS
from .context import ble_client, new_app, print_json, run, usb_client

app = new_app("Take the wearer's start position: hold still, then nod twice.")

_WITHIN_S = 60.0  # longest wait; the clip itself gives up after at most 43 s


@app.command()
def calibrate(
    clip: str = typer.Option(
        None, "--clip", help="Its name or the end of it; else the first one found."
    ),
    site: str = typer.Option(
        None, "--site", help="Where it is worn: head or collar; else as it is set."
    ),
    upright_only: bool = typer.Option(
        False, "--upright-only", help="The pose alone: the clip sits the same way round as before."
    ),
    usb: bool = typer.Option(False, "--usb", help="Over USB instead of Bluetooth."),
    port: str = typer.Option(None, "--port", help="Serial port, for USB."),
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
) -> None:
    """Take the wearer's start position: sit upright, look ahead, hold still for 5 s; then nod forward twice."""
    if site not in (None, "head", "collar"):
        raise PoiseError(Reason.BAD_INPUT, f"no site '{site}'", "There are head and collar.")
    client = usb_client(port) if usb or port else ble_client(clip)
    if not as_json:
        then = "." if upright_only else ", then, at three short buzzes, nod forward twice."
        typer.echo("Sit upright, look ahead and hold still for 5 seconds" + then)
    record = run(_calibrate(client, site or "unknown", "upright" if upright_only else "full"))
    if as_json:
        print_json(record)
    if record["result"] != "accepted":
        why, hint = REFUSALS[record["result"]]
        raise PoiseError(Reason.REFUSED, f"the start position was not taken: {why}", hint)
    if not as_json:
        typer.echo(
            f"The start position is taken: quality {record['quality_pct']} %, still within"
            f" {record['spread_cdeg'] / 100:.1f}°, {record['shift_cdeg'] / 100:.0f}° from the one before."
        )


async def _calibrate(client: ClipClient, site: str, scope: str) -> dict[str, Any]:
    identity = await client.open()
    try:
        await client.request("calibrate", site=site, scope=scope)
        # No acknowledgement: this command does not store the records, and another host still needs them.
        await client.begin_log(identity.next_seq, 0, follow=True)
        async with asyncio.timeout(_WITHIN_S):
            return await _outcome(client)
    except TimeoutError:
        raise PoiseError(
            Reason.TIMEOUT, "the clip told no outcome", "See `poise status`, and try again."
        ) from None
    finally:
        await client.close()


async def _outcome(client: ClipClient) -> dict[str, Any]:
    while True:
        name, fields = await client.take_log(_WITHIN_S)
        if name != "log_data":
            continue
        raw, at = fields["records"], 0
        while at < len(raw):
            record, at = codec.parse_record(raw, at)
            if record["kind"] == "calibration":
                return record
