"""Transfer of a firmware bundle to a clip over any link. It resumes where an earlier attempt stopped.

The host sends a piece only after the clip has answered the piece before, so the data under way always fit the clip's
input buffer. If no answer comes, the host asks the clip how many bytes it has.
"""

import logging
from collections.abc import Callable

from ..errors import PoiseError, Reason
from ..language import N_, _
from ..wire import codec, rows
from .client import ClipClient, Identity

REPLY_S = 60.0  # the clip needs some seconds to check the signature
_log = logging.getLogger(__name__)
_ASK_S = 8.0  # of silence, after which the host asks the clip for an answer
_SILENCES = 4  # in a row without progress; after more, the transfer fails
_LOST_PLACE = "order"
_HEAD = codec.MESSAGE_HEAD + 4  # bytes of an update_data before its data
# Wire ENUMS "update_refusal" -> meaning and remedy.
_WHY = {
    "format": (
        N_("it is not laid out as this clip expects"),
        N_("Make it with a poise of the clip's version."),
    ),
    "signature": (
        N_("its signature is not by the key that this clip trusts"),
        N_("Get it from who flashed the clip."),
    ),
    "hash": (N_("a file came damaged"), N_("Try again.")),
    "board": (
        N_("it is for another board"),
        N_("Make one with `--board {board}`; for a twin with `--board twin`."),
    ),
    "older": (
        N_("it is older than what runs"),
        N_("Only the cable puts an older firmware on a clip."),
    ),
    "no_key": (
        N_("this clip trusts no key"),
        N_("`poise flash firmware --trust KEY` over the cable."),
    ),
    _LOST_PLACE: (N_("the transfer lost its place"), N_("Try again.")),
    "unfinished": (N_("something is missing at its end"), N_("Try again.")),
    "on_trial": (N_("the last update is still on trial"), N_("Wait a minute, and try again.")),
    "memory": (N_("it ran out of memory"), N_("It has started again: try again.")),
}


async def send(client: ClipClient, data: bytes, tell: Callable[[int, int], None]) -> None:
    """Send the whole bundle; the clip then restarts from it. Calls `tell(sent, total)`, in bytes, after each piece.

    Raises PoiseError (REFUSED with the clip's reason, LINK_LOST, TIMEOUT).
    """
    patience_s = client.reply_s
    client.reply_s = min(patience_s, _ASK_S)
    try:
        await _send(client, data, tell, patience_s)
    except PoiseError as error:
        raise _explained(error, client.identity) from None
    finally:
        client.reply_s = patience_s


async def _send(
    client: ClipClient, data: bytes, tell: Callable[[int, int], None], patience_s: float
) -> None:
    piece = client.transport.max_payload - _HEAD
    runs = await _running(client)
    there = await _place(client, data)
    _log.info("update: the clip has %d of %d bytes, %s runs", there, len(data), runs)
    silences = 0
    while there < len(data):
        tell(there, len(data))
        part = data[there : there + piece]
        try:
            answer = await client.request_patiently(
                patience_s, "update_data", offset=there, data=part
            )
            there, silences = answer["value"], 0
            continue
        except PoiseError as error:
            silences += 1
            _log.info("update: no answer at byte %d (%s)", there, error.reason.name)
            if not _may_be_lost(error) or silences > _SILENCES:
                raise
        await client.check_start()  # else another start would be given the rest
        now_there = await _place(client, data)
        if now_there > there:
            silences = 0
        there = now_there
    await _end(client, runs, patience_s)
    _log.info("update: sent; the clip restarts")
    tell(there, len(data))


async def _place(client: ClipClient, data: bytes) -> int:
    """Return how many bytes of this bundle the clip has. The first call begins the update."""
    there = (await client.request("update_begin", size=len(data)))["value"]
    if not 0 <= there <= len(data):
        raise PoiseError(
            Reason.BAD_MESSAGE,
            _("the clip has {there} of {all} bytes").format(there=there, all=len(data)),
            _("Restart it."),
        )
    return there


async def _running(client: ClipClient) -> str:
    """Return what tells the firmware that runs: its slot; the hash of its table if that is another than ours."""
    identity = client.identity
    if identity and not identity.agrees:
        return identity.wire
    return (await client.status())["slot"]


async def _end(client: ClipClient, runs: str, patience_s: float) -> None:
    """Make the clip start from the bundle, no longer from what `runs`. The clip restarts a second after its answer."""
    for last in (False, True):
        try:
            await client.request_patiently(patience_s, "update_end")
            return
        except PoiseError as error:
            if await _started_anew(client, error, runs):
                return  # only the clip's answer was lost
            if error.reason != Reason.TIMEOUT or last:
                raise


async def _started_anew(client: ClipClient, error: PoiseError, before: str) -> bool:
    """Return whether `error` of the last request means that the clip runs what it was given."""
    if error.reason == Reason.LINK_LOST:
        return await _running(client) != before
    return error.reason == Reason.WRONG_VERSION  # before, the versions agreed


def _may_be_lost(error: PoiseError) -> bool:
    """Return whether the piece or its answer may be lost, or may have arrived twice."""
    return error.reason == Reason.TIMEOUT or _refusal(error) == _LOST_PLACE


def _refusal(error: PoiseError) -> str:
    """Return the clip's reason to refuse the update (wire ENUMS "update_refusal"), "" for any other error."""
    if error.reason != Reason.REFUSED or "bad update" not in str(error):
        return ""
    detail = error.detail or 0
    known = rows.ENUMS["update_refusal"]
    return known[detail] if 0 <= detail < len(known) else ""


def _explained(error: PoiseError, clip: Identity | None) -> PoiseError:
    why = _WHY.get(_refusal(error))
    if why is None:
        return error
    board = clip.board if clip else ""
    return PoiseError(
        Reason.REFUSED,
        _("the clip refused the update: {why}").format(why=_(why[0])),
        _(why[1]).format(board=board or "BOARD"),
    )
