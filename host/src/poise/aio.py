"""Ending asyncio tasks for certain."""

import asyncio
from typing import Any

_AGAIN_S = 3.0  # long enough to close a link in peace


async def end(*tasks: asyncio.Task[Any] | asyncio.Future[Any]) -> None:
    """Cancel, and wait until all have ended; their errors and results are dropped.

    Asks again until it is heeded: before Python 3.12 `asyncio.wait_for`, which the Bluetooth stacks use, can
    swallow a cancellation that comes together with its result.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_S)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # else asyncio would report it as never looked at
