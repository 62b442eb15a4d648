"""Reliable cancellation of asyncio tasks."""

import asyncio
from collections.abc import Coroutine
from typing import Any

_AGAIN_S = 3.0  # long enough for a task to close its link


async def end(*tasks: asyncio.Task[Any] | asyncio.Future[Any]) -> None:
    """Cancel the tasks and wait until all have ended. Their errors and results are dropped.

    A task that does not end is cancelled again every 3 s. Before Python 3.12 `asyncio.wait_for`, which the Bluetooth
    stacks use, can swallow a cancellation that comes together with its result.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_S)
    for task in tasks:
        retrieved(task)


async def uninterrupted(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end, also when this task is cancelled meanwhile; the cancellation follows then."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def retrieved(done: asyncio.Future[Any]) -> None:
    """Look at the error of a task that has ended, so that asyncio does not report that nobody did."""
    if not done.cancelled():
        done.exception()
