"""Detection of moments at which nobody wants to be interrupted: a call, a presentation, do-not-disturb.

`hold` joins them with presence.py. While the platform gives no answer, a reminder may be shown.
"""

import asyncio
import contextlib
import sys

from . import presence
from .ask import ASK_S
from .base import Hold
from .reasons import CALL, LOCKED, PRESENTING

_FREE = Hold()


async def hold() -> Hold:
    """Return what keeps this computer from showing a reminder now.

    In a call and during a presentation the clip does not buzz either. It does when nobody is at the computer, and in
    do-not-disturb, which is about the computer.
    """
    away, busy = await asyncio.gather(presence.away(), _asked())
    return joined(away, busy)


def joined(away: str, busy: str) -> Hold:
    """Return the hold for these two reasons. In a call nobody touches a key for minutes, so it precedes idleness."""
    if away == LOCKED:
        return Hold(away)
    if busy in {CALL, PRESENTING}:
        return Hold(busy, buzz_too=True)
    why = away or busy
    return Hold(why) if why else _FREE


async def _asked() -> str:
    """Return CALL, PRESENTING, QUIET or ""."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ASK_S):
            if sys.platform == "win32":
                from . import windows

                return windows.busy()
            if sys.platform == "darwin":
                from . import macos

                return await macos.busy()
            from . import linux

            return await linux.busy()
    return ""
