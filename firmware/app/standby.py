"""Replacement of the sampler in safe mode and during an update. Loaded only then."""

import gc
import sys

from system.unload import unload
from update.trust import trusted
from wire.table import names

_SENSING = ("app.sampler", "app.calibrating")
_STAY = ("drivers.haptic", "drivers.battery", "drivers.button")


def update(clip: "Clip", fields: "Fields", refusal: "Refusal") -> int:
    """Return the value that answers update_begin, update_data or update_end. Raises `refusal`.

    A clip that refuses to begin an update goes on measuring. Otherwise it measures nothing until the restart.
    """
    begins = "size" in fields
    keys = trusted() if begins else b""
    if not begins and not clip.updating:
        raise _refused(refusal, "order")
    if begins and not keys:
        raise _refused(refusal, "no_key")
    if begins and not clip.updating and clip.on_trial:
        raise _refused(refusal, "on_trial")
    if not clip.updating:
        enter_standby(clip)  # first: the installer needs the freed heap
    try:
        from update.installer import answer
    except MemoryError:
        clip.request_restart()
        raise refusal("busy", 0) from None
    return answer(clip, fields, keys, refusal)


def _refused(refusal: "Refusal", why: str) -> Exception:
    """Return `refusal` with the number of `why` in wire ENUMS "update_refusal" as its detail."""
    return refusal("bad_update", names("update_refusal").index(why))


def enter_standby(clip: "Clip") -> None:
    """End the measuring until the next start, and give its memory back to the heap."""
    clip.sampler = Standby(clip)
    clip.updating = True
    for name in list(sys.modules):
        sensing = name in _SENSING or name.startswith(("motion.", "drivers."))
        if sensing and name not in _STAY:
            unload(name)
    gc.collect()


class Standby:
    """A sampler without a sensor: it measures nothing. It keeps a press that snoozes in a file for the next start."""

    state = "off"
    activity = fit = "unknown"
    imu = "none"
    silent = True
    _chain = None
    flexion_cdeg = overruns = nudges_today = 0
    pause_ms = 1000
    slow = behind = False

    def __init__(self, clip: "Clip") -> None:
        self._clip = clip

    def sample(self) -> None:
        """Do nothing: there is nothing to read."""

    def save(self, slow: bool) -> None:
        """Do nothing: there is no rate to change."""

    def end_minute(self) -> None:
        """Note nothing: nothing was measured."""

    def calibrate(self, full: bool = True) -> bool:
        """Return False: there is no sensor."""
        return False

    def cancel_calibration(self) -> None:
        """Do nothing: there is no calibration."""

    def settings_changed(self) -> None:
        """Do nothing: no setting matters without a sensor."""

    def hurry(self, rate_hz: int) -> None:
        """Do nothing: there is no burst to read earlier."""

    def snooze(self) -> None:
        """Keep the snooze for the next start, which nudges again."""
        from app.nudge_budget import keep

        unload("app.nudge_budget")
        keep(self._clip)

    def hush(self) -> None:
        """Do nothing: there are no nudges."""
