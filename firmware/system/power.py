"""Power modes of the clip, and the choice of the mode that is due. Pure: time and observations are arguments.

live       a host needs the clip now, the clip was used a short while ago, or it charges: full rate, radio on
saver      none of these: the sensor samples slowly, the chip sleeps between bursts, the radio is on in windows
no_radio   the battery is low: as saver, and the radio only for a minute after a press of the button, and for some
           seconds after an event that a host wants
no_buzz    very low: nothing buzzes, too
log_only   nearly empty: the radio stays off

The radio's windows begin at multiples of their period on the clip's clock. A host that knows the clock knows them all:
every NEAR_EVERY_MS while a host has been here in the last NEAR_FOR_MS, every AWAY_EVERY_MS otherwise. An event that a
host wants opens one at once. A host that connects in a window and is gone within VISIT_MS has made a visit, which
leaves the mode as it is.
"""

LIVE, SAVER, NO_RADIO, NO_BUZZ, LOG_ONLY = range(5)

WINDOW_MS = 2_000  # radio on in saver, once in each period, or until a visit ends: a host needs most of it to connect
NEAR_EVERY_MS = 60_000
AWAY_EVERY_MS = (
    300_000  # a multiple of NEAR_EVERY_MS, so that a host that was away a while knows these windows
)
NEAR_FOR_MS = 600_000
VISIT_MS = 10_000  # a host that stays longer needs the clip, even if it does not say so
AFTER_MS = 600  # radio on after a link's end, for the next host
CALL_MS = (
    3_000  # radio on after an event that a host wants: a window, and the time until the radio is on
)
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
        self._near_ms = now_ms - NEAR_FOR_MS  # the last moment with a host
        self._open_ms = now_ms  # the radio is on until then, whatever the window
        self._came_ms: "int | None" = (
            None  # the present host's coming, or its goodbye; None: no host
        )

    def used(self, now_ms: int, pressed: bool = False) -> None:
        """Take note that somebody is near: a host spoke, or (`pressed`) the button was pressed."""
        self._used_ms = now_ms
        if pressed:
            self._pressed_ms = now_ms

    def call(self, now_ms: int) -> None:
        """Open a window now: a host wants to hear at once of what has happened.

        With a low battery it is twice as long, because its end ends a visit, too.
        """
        self._open_ms = now_ms + CALL_MS
        self._pressed_ms = max(self._pressed_ms, now_ms + 2 * CALL_MS - PRESS_MS)

    def goodbye(self, now_ms: int) -> None:
        """Take note that no host needs the clip any longer: it saves at once. A host that stays makes a new visit."""
        self._used_ms = now_ms - 86_400_000  # longer ago than any setting `saver_after_s`
        self._came_ms = now_ms

    def step(
        self,
        now_ms: int,
        connected: bool,
        charging: bool,
        battery_pct: int,
        linger_s: int,
        needed: bool = False,
    ) -> bool:
        """Choose the mode; return True when it has changed.

        `linger_s`: seconds in live mode after the last use; 0: without end. `needed`: the host follows the angle.
        """
        before, stage = self.mode, self._stage
        self._weigh(battery_pct, charging)
        if self._stage and not stage and connected:
            # The connected host has a minute to fetch the records it lacks.
            self._pressed_ms = now_ms
        if self._host_stays(now_ms, connected, needed) or charging:
            self._used_ms = now_ms
        if self._stage:
            self.mode = SAVER + self._stage
        elif not linger_s or now_ms - self._used_ms < 1000 * linger_s:
            self.mode = LIVE
        else:
            self.mode = SAVER
        return self.mode != before

    def _host_stays(self, now_ms: int, connected: bool, needed: bool) -> bool:
        came_ms = self._came_ms
        if not connected:
            if came_ms is not None:
                self._open_ms = max(self._open_ms, now_ms + AFTER_MS)
                self._came_ms = None
            return False
        self._near_ms = now_ms
        if came_ms is None:
            came_ms = self._came_ms = now_ms
        return needed or now_ms - came_ms >= VISIT_MS

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
            return connected or now_ms < self._open_ms or self._window_left_ms(now_ms) > 0
        return self.mode < LOG_ONLY and now_ms - self._pressed_ms < PRESS_MS

    def every_ms(self, now_ms: int) -> int:
        """Return the present period of the windows."""
        return NEAR_EVERY_MS if now_ms - self._near_ms < NEAR_FOR_MS else AWAY_EVERY_MS

    def radio_changes_in_ms(self, now_ms: int) -> int:
        """Return the time until the present window ends, or until the next begins."""
        if now_ms < self._open_ms:
            return self._open_ms - now_ms
        every_ms = self.every_ms(now_ms)
        return self._window_left_ms(now_ms) or every_ms - now_ms % every_ms

    def _window_left_ms(self, now_ms: int) -> int:
        since_ms = now_ms % self.every_ms(now_ms)
        if since_ms >= WINDOW_MS or self._near_ms >= now_ms - since_ms:
            return 0
        return WINDOW_MS - since_ms

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
