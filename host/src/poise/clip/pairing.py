"""Pairing with a clip: tries again while its wearer finds the button and holds it."""

import asyncio
from collections.abc import Awaitable, Callable

from ..errors import PoiseError
from .client import ClipClient, Identity
from .reconnect import ATTENDED_S, PASSING_IN_PAIRING, Search

WITHIN_S = 90.0  # time for the wearer to hold the button


async def pair(
    connect: Callable[[], ClipClient],
    hold_button: Callable[[], Awaitable[None]] | None = None,
    within_s: float = WITHIN_S,
) -> Identity:
    """Pair this computer with the clip and return the clip's identity.

    `connect` makes a client that pairs anew. `hold_button` has a virtual clip's button held; None where a person does
    it. Raises PoiseError: at once for an error that the button does not solve, else that of the last try.
    """
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + within_s
    search = Search(longest_s=ATTENDED_S)
    while True:
        if hold_button:
            await hold_button()
        client = connect()
        try:
            identity = await client.open()
        except PoiseError as error:
            if error.reason not in PASSING_IN_PAIRING or loop.time() > deadline_s:
                raise
            await asyncio.sleep(search.pause_s(loop.time(), error))
            continue
        await client.close()
        return identity
