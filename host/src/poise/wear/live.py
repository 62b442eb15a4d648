"""What a view of the running day shows: one object, changed in place."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ..coach.reminders.policy import Wearer
from ..notify import Notice

SHOWN_EVENTS = 8
MOVED_MS = 30_000  # so long a movement is a break
_AWAY = {"not_worn", "off"}


@dataclass
class Live:
    """What a view shows. Angles in degrees, times in UTC milliseconds; None: not known."""

    link: str = "looking for the clip"
    warning: str = ""  # the first of `warnings`
    # What the user should see to, beside the link, by where it comes from: store, clock, battery, dashboard.
    warnings: dict[str, str] = field(default_factory=dict)
    connected: bool = False
    lent_to: str = ""  # the command that has the clip for a moment, "" when it is ours
    clip_id: str = ""
    firmware: str = ""
    site: str = "unknown"
    state: str = "off"
    activity: str | None = None  # wire ENUMS "activity"; None before the first of this connection
    still_since_utc_ms: int | None = None  # worn, and no longer movement since then
    fit: str = "unknown"  # whether it sits as calibrated; wire ENUMS "fit"
    quality_pct: int | None = None  # of the zero
    flexion_deg: float | None = None  # moves only while somebody watches: `Runner.subscribe`
    battery_pct: int | None = None
    charging: bool = False
    power: str = ""  # wire ENUMS "power"
    # Between these two it will be empty, by calculation.
    battery_until_utc_ms: tuple[int, int] | None = None
    last_status_utc_ms: int | None = None  # when battery, fit and power were asked for
    last_sync_utc_ms: int | None = None  # when the clip's clock was last set
    last_record_utc_ms: int | None = None  # when records last came
    last_seen_utc_ms: int | None = None  # when the clip was last connected
    # (UTC in milliseconds, None when it was before the clip's present start; kind; fields)
    events: deque[tuple[int | None, str, dict[str, Any]]] = field(
        default_factory=lambda: deque(maxlen=SHOWN_EVENTS)
    )
    reminder: Notice | None = None
    last_answer: str = ""
    next_reminder_utc_ms: int | None = None
    on_hold: bool = False  # a stop of the programme is open: no exercise is asked for
    records: int = 0
    sessions: int = 0
    searches: int = 0  # attempts to reach the clip
    jumps: int = 0  # times that this computer slept, or its clock was set
    reminders_fired: int = 0
    reminders_answered: int = 0
    overruns: int = 0
    unreadable: int = 0  # records whose fields this poise's table does not explain
    total_events: int = 0  # of those that `events` has room for only the last of
    _moving_since_utc_ms: int = 0

    @property
    def wearer(self) -> Wearer:
        """What the reminders need to know; unknown without a link."""
        if not self.connected:
            return Wearer()
        return Wearer(
            worn=self.state not in _AWAY,
            still=self.state != "moving",
            activity=self.activity,
            still_since_utc_ms=self.still_since_utc_ms,
        )

    def is_in(self, state: str, utc_ms: int) -> None:
        """The wearer is in this state (wire ENUMS "state") from now on. A short movement does not end stillness."""
        was, self.state = self.state, state
        if state == was:
            return
        if state == "moving":
            self._moving_since_utc_ms = utc_ms
        elif state in _AWAY:
            self.still_since_utc_ms = None
        elif was in _AWAY or utc_ms - self._moving_since_utc_ms >= MOVED_MS:
            self.still_since_utc_ms = utc_ms

    def warn(self, source: str, text: str) -> None:
        """Sets what is wrong there; "" when it is well again."""
        self.warnings.pop(source, None)
        if text:
            self.warnings[source] = text
        self.warning = next(iter(self.warnings.values()), "")
