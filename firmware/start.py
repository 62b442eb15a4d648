"""Start of the firmware: chooses a slot and runs it. Stands beside main.py, outside of both slots.

An update does not replace this file: every firmware has the modules and names that it imports.
"""

import gc

gc.threshold(4096)  # first: otherwise importing leaves lasting objects scattered over the heap

import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import board  # noqa: E402


def slots() -> "Slots":
    """Return the Slots of the board's file system."""
    return __import__("slots").Slots(board.filesystem_root(), os)


def main(radio_failure: "int | None") -> None:
    """Run the firmware until it ends, then restart it if it asked for that. `radio_failure`: see `main.start_radio`."""
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
    board.watchdog(
        14_400_000
    )  # the watchdog cannot be stopped: this leaves a developer four hours at the prompt
