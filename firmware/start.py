"""Takes the board and runs the firmware of one slot. Stands beside main.py, outside of both slots.

An update does not replace it: every firmware has the modules and names that it imports.
"""

import gc

gc.threshold(4096)  # first: else what stays is strewn over the heap among what importing leaves

import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import board  # noqa: E402


def slots():
    return __import__("slots").Slots(board.filesystem_root(), os)


def main(radio_failure):
    """`radio_failure`: why the radio is off, or None."""
    board.guard_flash()
    firmware = slots().start(sys.path)
    clip = None
    try:
        from app.clip import Clip
        from app.equip import equip
        from app.tasks import go

        clip = Clip(board, time.ticks_ms, time.ticks_diff, firmware)
        equip(clip, time.sleep_ms)
        del equip
        go(clip, radio_failure)
    except Exception as error:
        if clip:
            clip.crash(error)
        elif not slots().give_way():
            raise
    if not clip or clip.restarting:
        board.reset()
    board.watchdog(14_400_000)  # it cannot be stopped: a developer has four hours at the prompt
