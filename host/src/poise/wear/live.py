"""State of the running day that views show: one object, changed in place."""

import logging
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ..coach.reminders.facts import Wearer
from ..errors import Reason
from ..language import N_
from ..notify import Notice

SHOWN_EVENTS = 8
MOVED_MS = 30_000  # a movement at least this long is a break
_AWAY = {"not_worn", "off"}
_log = logging.getLogger(__name__)


@dataclass
class Live:
    """State of the clip and the runner for a view. Angles in degrees, times in UTC milliseconds, None if unknown."""

    link: str = N_("looking for the clip")  # a text that `_` translates where it is shown
    warning: str = ""  # the first of `warnings`
    # Problems that the user should solve, by source: link, store, clock, battery, reminders, unshown, timetable,
    # letters, dashboard.
    warnings: dict[str, str] = field(default_factory=dict[str, str])
    link_fault: Reason | None = None  # why the last search found no link; None if it did
    connected: bool = False
    # The clip saves power and was here in its last window, so what it said last still holds.
    resting: bool = False
    lent_to: str = ""  # the command that borrows the clip, "" if the runner has it
    clip_id: str = ""
    unknown_clip: str = (
        ""  # id of a clip that connects, and of which nobody has said that it is this patient's
    )
    firmware: str = ""
    site: str = "unknown"
    state: str = "off"
    activity: str | None = None  # wire ENUMS "activity"; None until this link sends one
    still_since_utc_ms: int | None = None  # worn since then without a movement of MOVED_MS or more
    fit: str = "unknown"  # does the clip sit as calibrated? wire ENUMS "fit"
    quality_pct: int | None = None  # quality of the calibration
    calibrations: int = (
        0  # results that came in this run, and the last one: wire ENUMS "calibration"
    )
    calibration: str = ""
    flexion_deg: float | None = None  # updated only while a view subscribes: `Runner.subscribe`
    battery_pct: int | None = None
    charging: bool = False
    power: str = ""  # wire ENUMS "power"
    # Earliest and latest time at which the battery will be empty, calculated.
    battery_until_utc_ms: tuple[int, int] | None = None
    last_status_utc_ms: int | None = None  # when the clip last reported battery, fit and power
    last_sync_utc_ms: int | None = None  # when the clip's clock was last set
    last_record_utc_ms: int | None = None  # when records last came
    last_seen_utc_ms: int | None = None  # when the clip was last connected
    # (UTC in milliseconds, None if before the clip's present boot; kind; fields)
    events: deque[tuple[int | None, str, dict[str, Any]]] = field(
        default_factory=lambda: deque(maxlen=SHOWN_EVENTS)
    )
    reminder: Notice | None = None
    waits_because: str = (
        ""  # why a reminder that is due is not shown now (notify.reasons); "" if none waits
    )
    last_answer: str = ""
    next_reminder_utc_ms: int | None = None
    on_hold: bool = False  # a stop of the programme is open, so no exercise is offered
    letters: int = 0  # that were taken in this run
    records: int = 0
    connections: int = 0  # to the clip, in this run
    searches: int = 0  # attempts to reach the clip
    jumps: int = 0  # times that this computer slept, or its clock was set
    reminders_fired: int = 0
    reminders_answered: int = 0
    overruns: int = 0
    unreadable: int = 0  # records that this version's wire table cannot parse
    total_events: int = 0  # all events so far; `events` holds only the last ones
    _moving_since_utc_ms: int = 0

    @property
    def wearer(self) -> Wearer:
        """The wearer's state for the reminder policy. All its fields are unknown once the clip is out of reach."""
        if not (self.connected or self.resting):
            return Wearer()
        return Wearer(
            worn=self.state not in _AWAY,
            still=self.state != "moving",
            activity=self.activity,
            still_since_utc_ms=self.still_since_utc_ms,
        )

    def is_in(self, state: str, utc_ms: int) -> None:
        """Note that the wearer is in `state` (wire ENUMS "state") since `utc_ms`.

        A movement shorter than MOVED_MS does not end stillness.
        """
        was, self.state = self.state, state
        if state == was:
            return
        if state == "moving":
            self._moving_since_utc_ms = utc_ms
        elif state in _AWAY:
            self.still_since_utc_ms = None
        elif self.still_since_utc_ms is None or (
            was == "moving" and utc_ms - self._moving_since_utc_ms >= MOVED_MS
        ):
            self.still_since_utc_ms = utc_ms

    def warn(self, source: str, text: str) -> None:
        """Set the warning of `source`; "" clears it."""
        before = self.warnings.pop(source, "")
        if text:
            self.warnings[source] = text
        if text != before:
            _log.info("%s: %s", source, text or "well again")
        self.warning = next(iter(self.warnings.values()), "")
