"""The records of a start and of the firmware on trial. Each is used once, then unloaded."""

import os

from system.rtc import kept_time
from system.unload import unload
from wire import codec


def note_start(clip: "Clip") -> None:
    """Note the start, the time if the board kept it, and the faults known so far."""
    cause = clip.cause
    fields = {"cause": cause, "firmware": clip.version, "wire_hash": codec.definition_hash()}
    clip.note("boot", fields)
    found = kept_time(clip.board.kept_time(), cause)
    if found:
        from app.requests import set_time

        unload("app.requests")
        set_time(clip, *found)
    if clip.reverted:
        note_reverted(clip, os)
    if clip.settings.corrupt:
        clip.fault("settings_corrupt", 0)
    if clip.crashes.safe:
        clip.fault("safe_mode", clip.crashes.count)
    if clip.log.errno:
        clip.fault("log_failed", clip.log.errno)


def note_reverted(clip: "Clip", os_module: "Os") -> None:
    """Note that the previous firmware was put back. Once the record is stored, no later start notes it again."""
    from slots import Slots

    clip.crashes.forget()  # another firmware crashed
    clip.note("update", {"result": "reverted", "slot": clip.slot})
    clip.log.sync()
    try:
        Slots(clip.board.filesystem_root(), os_module).told()
    except OSError:
        pass  # the next start notes it again


def check_in(clip: "Clip", os_module: "Os") -> None:
    """Keep the firmware that is on trial, because it runs well."""
    from slots import Slots

    try:
        Slots(clip.board.filesystem_root(), os_module).keep()
    except OSError:
        return  # the next call tries again
    clip.on_trial = False
    unload("slots")
    clip.note("update", {"result": "kept", "slot": clip.slot})
