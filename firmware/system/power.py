"""Power modes of the clip, and the choice of the mode that is due. Pure: time and observations are arguments.

live       a host is connected, the clip was used a short while ago, or it charges: full rate, radio on
saver      none of these: the sensor samples slowly, the chip sleeps between bursts, the radio is on now and then
no_radio   the battery is low: as saver, and the radio only for a minute after a press of the button
no_buzz    very low: nothing buzzes, too
log_only   nearly empty: the radio stays off
"""

LIVE, SAVER, NO_RADIO, NO_BUZZ, LOG_ONLY = range(5)

WINDOW_MS = 5_000  # radio on in saver, once every WINDOW_EVERY_MS
WINDOW_EVERY_MS = 300_000
PRESS_MS = 60_000  # radio on after a press when the battery is low
_STAGES_PCT = (15, 8, 4)  # no radio, no buzz, log only: from here down
_HYSTERESIS_PCT = 3
_UNKNOWN_PCT = 255


class Power:
    """The current power mode: `mode` is one of the constants above, in the order of wire ENUMS "power"."""

    def __init__(self, now_ms: int) -> None:
        self.mode = LIVE
        self._stage = 0
        self._used_ms = self._pressed_ms = now_ms

    def used(self, now_ms: int, pressed: bool = False) -> None:
        """Take note that somebody is near: a host spoke, or (`pressed`) the button was pressed."""
        self._used_ms = now_ms
        if pressed:
            self._pressed_ms = now_ms

    def step(
        self, now_ms: int, connected: bool, charging: bool, battery_pct: int, linger_s: int
    ) -> bool:
        """Choose the mode; return True when it has changed.

        `linger_s`: seconds in live mode after the last use; 0: without end.
        """
        before, stage = self.mode, self._stage
        self._weigh(battery_pct, charging)
        if self._stage and not stage and connected:
            self._pressed_ms = (
                now_ms  # the connected host has a minute to fetch the records it lacks
            )
        if connected or charging:
            self._used_ms = now_ms
        if self._stage:
            self.mode = SAVER + self._stage
        elif not linger_s or now_ms - self._used_ms < 1000 * linger_s:
            self.mode = LIVE
        else:
            self.mode = SAVER
        return self.mode != before

    @property
    def saving(self) -> bool:
        """True if the sensor samples slowly and the chip sleeps."""
        return self.mode != LIVE

    @property
    def silent(self) -> bool:
        """True if no pattern may be played."""
        return self.mode >= NO_BUZZ

    def radio(self, now_ms: int, connected: bool = False) -> bool:
        """Return True if the radio must be on. A low battery ends a link, too."""
        if self.mode == LIVE:
            return True
        if self.mode == SAVER:  # a host that connected in a window may go on and authenticate
            return connected or now_ms % WINDOW_EVERY_MS < WINDOW_MS
        return self.mode < LOG_ONLY and now_ms - self._pressed_ms < PRESS_MS

    def _weigh(self, battery_pct: int, charging: bool) -> None:
        if charging or battery_pct == _UNKNOWN_PCT:
            self._stage = 0
            return
        stage = 0
        for least_pct in _STAGES_PCT:
            spare = _HYSTERESIS_PCT if self._stage > stage else 0
            if battery_pct <= least_pct + spare:
                stage += 1
            else:
                break
        self._stage = stage
