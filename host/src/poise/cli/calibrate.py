"""Command `poise calibrate`: takes the wearer's start position."""

import asyncio
from typing import Any

import typer

from ..clip.client import ClipClient
from ..errors import PoiseError, Reason
from ..language import N_, _, formats
from ..wire import codec
from ..words import records
from .context import ble_client, new_app, print_json, run, usb_client

app = new_app(_("Take the wearer's start position: hold still, then nod twice."))

_POSE = N_("Sit upright, look ahead and hold still for 5 seconds.")
_POSE_AND_NODS = N_(
    "Sit upright, look ahead and hold still for 5 seconds, then, at three short buzzes, nod forward twice."
)
_WITHIN_S = 60.0  # longest wait; the clip itself gives up after at most 43 s


@app.command()
def calibrate(
    clip: str = typer.Option(
        None, "--clip", help=_("Its name or the end of it; else the first one found.")
    ),
    site: str = typer.Option(
        None, "--site", help=_("Where it is worn: head or collar; else as it is set.")
    ),
    upright_only: bool = typer.Option(
        False,
        "--upright-only",
        help=_("The pose alone: the clip sits the same way round as before."),
    ),
    usb: bool = typer.Option(False, "--usb", help=_("Over USB instead of Bluetooth.")),
    port: str = typer.Option(None, "--port", help=_("Serial port, for USB.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Take the wearer's start position: sit upright, look ahead, hold still for 5 s; then nod forward twice."""
    if site not in (None, "head", "collar"):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no site '{site}'").format(site=site),
            _("There are head and collar."),
        )
    client = usb_client(port) if usb or port else ble_client(clip)
    if not as_json:
        typer.echo(_(_POSE if upright_only else _POSE_AND_NODS))
    record = run(_calibrate(client, site or "unknown", "upright" if upright_only else "full"))
    if as_json:
        print_json(record)
    if record["result"] != "accepted":
        why, hint = records.REFUSALS[record["result"]]
        raise PoiseError(
            Reason.REFUSED, _("the start position was not taken: {why}").format(why=why), hint
        )
    if not as_json:
        typer.echo(
            _(
                "The start position is taken: quality {quality_pct} %, still within {spread_deg}°, "
                "{shift_deg:.0f}° from the one before."
            ).format(
                quality_pct=record["quality_pct"],
                spread_deg=formats.number(record["spread_cdeg"] / 100, 1),
                shift_deg=record["shift_cdeg"] / 100,
            )
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
            Reason.TIMEOUT, _("the clip told no outcome"), _("See `poise status`, and try again.")
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
