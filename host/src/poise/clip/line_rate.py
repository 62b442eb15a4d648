"""A faster serial line, for as long as much is to come: the clip and the port change their rates together."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from ..errors import PoiseError, Reason
from .client import ClipClient
from .transport.serial import BAUD, SerialTransport

# Tried in this order. Not every serial chip, driver and cable carries the first.
BAUDS = (921_600, 460_800, 230_400)
_SETTLE_S = 0.05  # between the reply at the old rate and the first byte at the new one
_ANSWER_S = 1.0


@contextlib.asynccontextmanager
async def fast_line(client: ClipClient) -> AsyncGenerator[int]:
    """Raise the rate of the client's cable to the first of BAUDS that works; yield it, 0 where there is no such line.

    Afterwards the usual rate is back. Raises PoiseError as a request does.
    """
    line = client.transport
    if not isinstance(line, SerialTransport):
        yield 0
        return
    baud = await _raise(client, line)
    try:
        yield baud
    finally:
        if baud and client.linked:
            with contextlib.suppress(PoiseError):  # the clip goes back by itself
                await client.request("baud_set", baud=BAUD)
                await line.set_baud(BAUD)


async def _raise(client: ClipClient, line: SerialTransport) -> int:
    for baud in BAUDS:
        try:
            await client.request("baud_set", baud=baud)
        except PoiseError as error:
            if error.reason == Reason.REFUSED:  # native USB has no rate
                return 0
            raise
        carried = await line.set_baud(baud)
        await asyncio.sleep(_SETTLE_S)
        if carried and await client.answers(_ANSWER_S):
            return baud
        # The clip takes what is said at the usual rate for noise at first, and then goes back to it.
        await line.set_baud(BAUD)
        await client.hello()
    return 0
