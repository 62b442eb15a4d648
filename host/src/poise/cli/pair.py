"""Command `poise pair`: lets this computer in at the clip; lists and forgets hosts."""

import typer

from ..clip import pairing
from ..clip.client import ClipClient
from ..errors import PoiseError, Reason
from ..language import _
from .context import ble_client, new_app, print_json, run, twin_process, usb_client

app = new_app(_("Let this computer in at the clip; list and forget those that are."))

_PEER_BYTES = 7


@app.command()
def pair(
    clip: str = typer.Option(
        None, "--clip", help=_("Its name or the end of it; else the first one found.")
    ),
    listing: bool = typer.Option(False, "--list", help=_("The hosts that the clip knows.")),
    forget: str = typer.Option(
        None, "--forget", metavar="ADDRESS", help=_("A host that the clip is to forget, or `all`.")
    ),
    usb: bool = typer.Option(
        False, "--usb", help=_("List or forget over USB: for a clip that lets nobody in.")
    ),
    port: str = typer.Option(None, "--port", help=_("Serial port, for USB.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Pair: the clip gives its data only to hosts that its wearer has let in, by holding the button for 6 s."""
    over_usb = usb or port is not None
    if listing or forget is not None:
        client = usb_client(port) if over_usb else ble_client(clip)
        peers = run(_manage(client, None if forget is None else _peer(forget)))
        _show(peers, as_json=as_json)
        return
    if over_usb:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("USB needs no pairing: who holds the cable holds the clip"),
            _("Leave out --usb to pair over Bluetooth."),
        )
    if not as_json:
        typer.echo(_("Hold the clip's button for 6 seconds, until it buzzes a second time."))
    # A virtual clip has no one else to hold its button.
    virtual = twin_process()
    hold_button = virtual.hold_button if virtual else None
    clip_id = run(pairing.pair(lambda: ble_client(clip, anew=True), hold_button)).clip_id
    if as_json:
        print_json({"clip_id": clip_id})
    else:
        typer.echo(
            _("Paired with clip {clip_id}. `poise wear` follows it.").format(clip_id=clip_id)
        )


async def _manage(client: ClipClient, peer: bytes | None) -> list[str]:
    """Forget `peer` unless it is None (zeros: every host).

    Return the addresses of the hosts that the clip knows then.
    """
    await client.open()
    try:
        if peer is not None:
            await client.request("bond_forget", peer=peer)
        known = (await client.request("bond_list"))["peers"]
    finally:
        await client.close()
    return [_text(known[at : at + _PEER_BYTES]) for at in range(0, len(known), _PEER_BYTES)]


def _show(peers: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json(peers)
        return
    if not peers:
        typer.echo(_("The clip knows no host: `poise pair` lets this one in."))
    for peer in peers:
        typer.echo(peer)


def _text(peer: bytes) -> str:
    """Return an address in its usual spelling, most significant byte first; `/P` marks a public address."""
    return ":".join(f"{byte:02X}" for byte in reversed(peer[1:])) + ("" if peer[0] else "/P")


def _peer(given: str) -> bytes:
    if given == "all":
        return bytes(_PEER_BYTES)
    address, _slash, public = given.upper().partition("/")
    try:
        raw = bytes.fromhex(address.replace(":", ""))
    except ValueError:
        raw = b""
    if len(raw) != _PEER_BYTES - 1 or public not in ("", "P"):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no address '{given}'").format(given=given),
            _("`poise pair --list` shows them."),
        )
    return bytes((not public,)) + raw[::-1]
