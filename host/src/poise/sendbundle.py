"""Sends a bundle to a clip, over any link; goes on where an earlier attempt stopped."""

from collections.abc import Callable

from .clip import ClipClient
from .errors import PoiseError, Reason
from .wire import codec

REPLY_S = 60.0  # the clip computes for some seconds to check the signature
_HEAD = codec.MESSAGE_HEAD + 4  # bytes of an update_data before its data
# Details of the error `bad_update`: firmware/update.py.
_WHY = {
    1: ("it is not laid out as this clip expects", "Make it with a poise of the clip's version."),
    2: (
        "its signature is not by the key that this clip trusts",
        "Get it from who flashed the clip.",
    ),
    3: ("a file came damaged", "Try again."),
    4: ("it is for another board", "Make it with --board for this one."),
    5: ("it is older than what runs", "Only the cable puts an older firmware on a clip."),
    6: ("this clip trusts no key", "`poise flash firmware --trust KEY` over the cable."),
    7: ("the transfer lost its place", "Try again."),
    8: ("something is missing at its end", "Try again."),
    9: ("the last update is still on trial", "Wait a minute, and try again."),
    10: ("it ran out of memory", "It has started again: try again."),
}


async def send(client: ClipClient, data: bytes, tell: Callable[[int, int], None]) -> None:
    """The whole bundle; the clip then restarts from it. `tell(bytes, of)` after each piece.

    Raises PoiseError (REFUSED with the clip's reason, LINK_LOST, TIMEOUT).
    """
    piece = client.transport.max_payload - _HEAD
    try:
        there = (await client.request("update_begin", size=len(data)))["value"]
        while there < len(data):
            tell(there, len(data))
            part = data[there : there + piece]
            there = (await client.request("update_data", offset=there, data=part))["value"]
        await client.request("update_end")
    except PoiseError as error:
        raise _explained(error) from None
    tell(there, len(data))


def _explained(error: PoiseError) -> PoiseError:
    why = _WHY.get(error.detail or 0)
    if error.reason != Reason.REFUSED or why is None or "bad update" not in str(error):
        return error
    return PoiseError(Reason.REFUSED, f"the clip refused the update: {why[0]}", why[1])
