"""The wearer's posture as a state machine, and the nudge policy. Pure: time comes as `dt_ms`."""

from array import array

# States; the names are the wire's.
UNCALIBRATED = (
    "uncalibrated"  # worn, and the angles mean nothing: there is no upright, or the wearer lies
)
NOT_WORN = "not_worn"  # nobody moves the clip, or it charges: the angles are not the wearer's
MOVING = "moving"  # the wearer walks or turns: posture is changing, nothing is held
NEUTRAL = "neutral"  # worn, calibrated, quiet, flexion below the threshold
FLEXED = "flexed"  # worn, calibrated, quiet, flexion at or above the threshold, until it is the hysteresis below

# Events: bits of what `Posture.step` returns.
CHANGED = 1  # `state` is new; `previous` lasted `lasted_ms`
SUSTAINED = 2  # `held_ms` has passed `limit_ms`; once in a hold
NUDGE = 4  # buzz now; `left_hour` and `left_day` are the remaining nudges

MOVING_CDPS = 4_000  # rate of rotation
MOVING_MG = 200  # deviation of the specific force, summed over the axes
MOVING_AFTER_MS = 1_000
QUIET_AFTER_MS = 2_000
HUSH_S = 60  # an exercise session renews the hush again and again; after the session it runs out
MOVED_MS = 30_000  # a movement at least this long ends a stillness
RELIEF_MS = 30_000  # this long out of flexion ends a hold
COLLAR_LIMIT_MS = 240_000  # ISO 11226's trunk row: 20 degrees for 4 minutes
SITE_HEAD = 1  # wire enumeration "site"
_CAP_MS = 1 << 29
_MEAN_MS = 3_600_000  # the mean angle of a hold is settled after an hour
_RING = 200  # nudges remembered: the greatest daily budget
_DAY_S = 86_400


def holding_time_ms(flexion_cdeg: int) -> int:
    """Return the ISO 11226 holding time of a head inclination: 8 min at 25 degrees to 1 min at 85, linear."""
    angle = min(8_500, max(2_500, flexion_cdeg))
    return 480_000 - 70 * (angle - 2_500)


class Budget:
    """Times of the nudges of the last day, in seconds of the clip's own time."""

    def __init__(self) -> None:
        self._at_s = array("i", (-_DAY_S for _ in range(_RING)))
        self._next = 0

    def used(self, now_s: int, window_s: int) -> int:
        """Number of nudges within the last `window_s` seconds."""
        count = 0
        for at_s in self._at_s:
            if now_s - at_s < window_s:
                count += 1
        return count

    def spend(self, now_s: int) -> None:
        """Remember a nudge at `now_s`; it replaces the oldest one."""
        self._at_s[self._next] = now_s
        self._next = (self._next + 1) % _RING

    def since_s(self, now_s: int) -> int:
        """Seconds from the last nudge to `now_s`."""
        return now_s - self._at_s[self._next - 1]


class Posture:
    """Posture state, hold and nudges. `settings.get(name)` returns the wire's settings as integers."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self.state = UNCALIBRATED
        self.previous = UNCALIBRATED
        self.state_ms = 0
        self.lasted_ms = 0
        self.held_ms = 0
        self.limit_ms = 0
        self.left_hour = 0
        self.left_day = 0
        self._budget = Budget()
        self._now_s = 0
        self._part_ms = 0
        self._active_ms = 0
        self._quiet_ms = QUIET_AFTER_MS
        self._relief_ms = 0
        self._angle_s = 0
        self._told = False
        self._snooze_s = 0
        self.still_from_s = 0  # worn since then without a movement of MOVED_MS
        self.muted = False  # no nudge now: the upright is in doubt, or the wearer is busy
        self.walking = False  # steps, however quiet
        self.settings_changed()

    def settings_changed(self) -> None:
        """Read the settings again."""
        get = self._settings.get
        self._enabled = get("nudge_enabled")
        self._threshold = get("flexed_threshold_cdeg")
        self._release = self._threshold - get("hysteresis_cdeg")
        self._fixed_limit_ms = get("hold_limit_ms")
        self._head = get("site") == SITE_HEAD
        self._refractory_s = get("refractory_s")
        self._per_hour = get("nudges_per_hour")
        self._per_day = get("nudges_per_day")

    def snooze(self) -> None:
        """Suppress nudges for the seconds of the setting `snooze_s`."""
        self._snooze_s = self._settings.get("snooze_s")

    def hush(self) -> None:
        """Suppress nudges for HUSH_S, or for the rest of a longer snooze."""
        self._snooze_s = max(self._snooze_s, HUSH_S)

    @property
    def moving(self) -> bool:
        """True if the head or the clip moves too much for a posture to be held."""
        return self._active_ms >= MOVING_AFTER_MS

    @property
    def nudges_today(self) -> int:
        """Nudges in the last 24 h."""
        return self._budget.used(self._now_s, _DAY_S)

    def step(
        self,
        dt_ms: int,
        flexion_cdeg: int,
        gyro_rms_cdps: int,
        acc_deviation_mg: int,
        calibrated: bool,
        worn: bool,
    ) -> int:
        """Take one burst's results; returns event bits, 0 for none. Allocates nothing."""
        self._pass_time(dt_ms)
        self._gate(dt_ms, gyro_rms_cdps, acc_deviation_mg)
        events = self._become(self._classify(flexion_cdeg, calibrated, worn), dt_ms)
        self._hold(dt_ms, flexion_cdeg)
        if self.state is not FLEXED or self.held_ms < self.limit_ms:
            return events
        if not self._told:
            self._told = True
            events |= SUSTAINED
        return events | self._nudge()

    def _pass_time(self, dt_ms: int) -> None:
        self._part_ms += dt_ms
        while self._part_ms >= 1_000:
            self._part_ms -= 1_000
            self._now_s += 1
            if self._snooze_s:
                self._snooze_s -= 1

    def _gate(self, dt_ms: int, gyro_rms_cdps: int, acc_deviation_mg: int) -> None:
        if gyro_rms_cdps > MOVING_CDPS or acc_deviation_mg > MOVING_MG:
            self._active_ms = min(self._active_ms + dt_ms, MOVING_AFTER_MS)
            self._quiet_ms = 0
            return
        self._quiet_ms = min(self._quiet_ms + dt_ms, QUIET_AFTER_MS)
        if self._quiet_ms >= QUIET_AFTER_MS:
            self._active_ms = 0

    def _classify(self, flexion_cdeg: int, calibrated: bool, worn: bool) -> str:
        if not worn:
            return NOT_WORN
        if not calibrated:
            return UNCALIBRATED
        if self.moving or self.walking:
            return MOVING
        threshold = self._release if self.state is FLEXED else self._threshold
        return FLEXED if flexion_cdeg >= threshold else NEUTRAL

    def _become(self, state: str, dt_ms: int) -> int:
        self.state_ms = min(self.state_ms + dt_ms, _CAP_MS)
        if state is self.state:
            return 0
        self.previous = self.state
        self.lasted_ms = self.state_ms
        moved = self.state is MOVING and self.state_ms >= MOVED_MS
        if moved or self.state is NOT_WORN:
            self.still_from_s = self._now_s
        self.state = state
        self.state_ms = 0
        return CHANGED

    def _hold(self, dt_ms: int, flexion_cdeg: int) -> None:
        if self.state is not FLEXED:
            self._relief_ms = min(self._relief_ms + dt_ms, RELIEF_MS)
            absent = self.state is NOT_WORN or self.state is UNCALIBRATED
            if absent or self._relief_ms >= RELIEF_MS:
                self.held_ms = self._angle_s = 0
                self._told = False
            return
        self._relief_ms = 0
        if self.held_ms < _MEAN_MS:
            self._angle_s += flexion_cdeg * dt_ms // 1_000
        self.held_ms = min(self.held_ms + dt_ms, _CAP_MS)
        self.limit_ms = self._limit()

    def _limit(self) -> int:
        if self._fixed_limit_ms:
            return self._fixed_limit_ms
        if not self._head:
            return COLLAR_LIMIT_MS
        held_s = min(self.held_ms, _MEAN_MS) // 1_000
        return holding_time_ms(self._angle_s // held_s if held_s else 0)

    def withheld(self) -> "str | None":
        """Return what keeps a nudge back: "off", "muted", "snoozed", "refractory", "per_hour" or "per_day"; or None."""
        if not self._enabled:
            return "off"
        if self.muted:
            return "muted"
        if self._snooze_s:
            return "snoozed"
        if self._budget.since_s(self._now_s) < self._refractory_s:
            return "refractory"
        self.left_hour = self._per_hour - self._budget.used(self._now_s, 3_600)
        self.left_day = self._per_day - self.nudges_today
        if self.left_day <= 0:
            return "per_day"
        return "per_hour" if self.left_hour <= 0 else None

    def _nudge(self) -> int:
        if self.withheld():
            return 0
        self._budget.spend(self._now_s)
        self.left_hour -= 1
        self.left_day -= 1
        return NUDGE
