"""Beside a twin's main.py: runs the firmware of the active slot with a task of the bench beside it."""

import os
import sys
import time


def run(beside):
    """Run the firmware with the task that `beside(sleep_ms, clip)` returns, until it ends."""
    import board

    board.guard_flash()
    firmware = __import__("slots").Slots(board.filesystem_root(), os).start(sys.path)
    import asyncio

    from app.clip import Clip
    from app.equip import equip
    from app.tasks import go

    clip = Clip(board, time.ticks_ms, time.ticks_diff, firmware)
    equip(clip, time.sleep_ms)
    del equip
    asyncio.create_task(beside(asyncio.sleep_ms, clip))
    go(clip)
    board.reset()
