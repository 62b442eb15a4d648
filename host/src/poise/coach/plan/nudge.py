"""The limits of the clip's posture buzzes, a plan's table [nudge]. Pure."""

from dataclasses import dataclass
from typing import Any

from .check import Checker

# Key of [nudge] -> (default, least, most, setting of the clip, factor into its unit).
_NUDGE = {
    "threshold_deg": (20, 10, 60, "flexed_threshold_cdeg", 100),
    "refractory_min": (20, 5, 240, "refractory_s", 60),
    "per_hour": (3, 0, 6, "nudges_per_hour", 1),
    "per_day": (10, 0, 30, "nudges_per_day", 1),
    "snooze_min": (60, 5, 480, "snooze_s", 60),
    "strength_pct": (60, 0, 100, "buzz_strength_pct", 1),
}


@dataclass(frozen=True)
class Nudge:
    """The limits of the clip's posture buzzes. Reminders share `per_hour` and `per_day` with them."""

    enabled: bool
    threshold_deg: int
    refractory_min: int
    per_hour: int
    per_day: int
    snooze_min: int
    strength_pct: int

    def settings(self) -> dict[str, int]:
        """Return names and values of the clip's settings (wire enumeration `setting`)."""
        out = {"nudge_enabled": int(self.enabled)}
        for key, (*_range, setting, factor) in _NUDGE.items():
            out[setting] = getattr(self, key) * factor
        return out


def nudge(check: Checker, data: Any) -> Nudge:
    """Read the table `[nudge]`."""
    data = check.table(("nudge",), data)
    check.known(("nudge",), data, {*_NUDGE, "enabled"})
    values = {
        key: check.integer(("nudge",), data, key, least, most, default)
        for key, (default, least, most, _, _) in _NUDGE.items()
    }
    return Nudge(enabled=check.boolean(("nudge",), data, "enabled", default=True), **values)
