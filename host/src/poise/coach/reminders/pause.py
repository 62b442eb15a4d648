"""The patient's pause of all reminders: for an hour, for today, or until a day. Pure.

No reminder, move break or question for the diary comes before its end, so none is missed or counts as ignored. What is
prescribed stays prescribed.
"""

from dataclasses import dataclass

from ..plan.moments import HOUR_MS

PREFERENCE = "reminder_pause"  # name of this choice among the patient's preferences


@dataclass(frozen=True)
class Pause:
    """A pause from the moment of its choice. Times: UTC milliseconds."""

    from_utc_ms: int
    until_utc_ms: int

    @property
    def value(self) -> str:
        """The pause as the store keeps it, beside the time of the choice."""
        return str(self.until_utc_ms)

    def holds_at(self, utc_ms: int) -> bool:
        """True during the pause. A clock that was set back to before the choice ends it."""
        return self.from_utc_ms <= utc_ms < self.until_utc_ms


def parse_pause(value: str, chosen_utc_ms: int) -> Pause | None:
    """Return the pause with this `Pause.value`; None for "", the choice of no pause. Raises ValueError."""
    return Pause(chosen_utc_ms, int(value)) if value else None


def for_an_hour(now_utc_ms: int) -> Pause:
    """Return a pause of an hour from now on."""
    return Pause(now_utc_ms, now_utc_ms + HOUR_MS)
