"""The wearer's activity, as far as an IMU shows it: walking, lying, in a vehicle, exercising and so on.

docs/developers/activity.md has the rules' sources and a confusion table. Takes a burst's results at least 8 times a
second. Integers only; `step` allocates nothing.
"""

from motion.rhythm import Rhythm

# Activities; the names are the wire's.
NOT_WORN = "not_worn"
STILL = "still"
WALKING = "walking"
VEHICLE = "vehicle"
LYING = "lying"
EXERCISING = "exercising"
MOVING = "moving"
CHARGING = "charging"

# Steps: the length of the specific force swings to and fro, regularly.
STEP_MG = 50  # to each side of its mean
STEP_MIN_MS = 300  # a run
STEP_MAX_MS = 1_000  # a stroll
STEPS = 6  # regular steps begin walking; an irregular one counts two back
STEPS_GO_ON = 3  # fewer end walking
STEPS_KNOWN = 10  # more are not counted
NO_STEP_MS = 2_000  # this long without a step ends walking

# A vehicle: the specific force never comes to rest, and the head hardly turns.
VIBRATION_MG = (
    22  # least deviation of a window, above what a sitting body and the sensors' noise leave
)
VEHICLE_CDPS = 1_500
WINDOW_MS = 2_000
VEHICLE_WINDOWS = 10
STOPPED_WINDOWS = 15  # a red light is shorter

# Lying: far from upright, for a while. Forward, the limit is higher: a bent head also leans forward.
LYING_CDEG = 5_500
LYING_FORWARD_CDEG = 7_500
LYING_BACK_CDEG = 1_000  # lying ends this far below its limit
FORWARD_CDEG = 3_000
LYING_MS = 20_000


class Steps:
    """Step detector: `walking` is current after each `step`."""

    def __init__(self) -> None:
        self.walking = False
        self._mean_mg = 1_000
        self._part = 0
        self._swing_mg = 0  # swing of the last burst
        self._low = False
        self._count = 0
        self._since_ms = NO_STEP_MS  # since the force last rose through its mean
        self._late_ms = 0  # time since the current rise through the mean
        self._interval_ms = 0

    def step(self, dt_ms: int, norm_mg: int) -> None:
        """Take the length of a burst's mean specific force."""
        # A mean over about a second. The division's remainder is kept, or slow changes would be lost.
        self._part += (norm_mg - self._mean_mg) * min(dt_ms, 500)
        self._mean_mg += self._part // 1_000
        self._part %= 1_000
        self._since_ms = min(self._since_ms + dt_ms, NO_STEP_MS)
        if self._since_ms >= NO_STEP_MS:
            self._count = 0
        swing = norm_mg - self._mean_mg
        self._late_ms += dt_ms
        if swing >= 0 and self._swing_mg < 0:
            # Bursts are far apart for a step: when in between it was is interpolated.
            self._late_ms = dt_ms * swing // (swing - self._swing_mg)
        self._swing_mg = swing
        if swing < -STEP_MG:
            self._low = True
        elif swing > STEP_MG and self._low:
            self._low = False
            self._stepped(self._since_ms - self._late_ms)
            self._since_ms = self._late_ms
        if self._count >= STEPS:
            self.walking = True
        elif self._count < STEPS_GO_ON:
            self.walking = False

    def _stepped(self, interval_ms: int) -> None:
        regular = abs(interval_ms - self._interval_ms) * 5 <= self._interval_ms
        self._interval_ms = interval_ms
        if not STEP_MIN_MS <= interval_ms <= STEP_MAX_MS:
            self._count = 0
        elif regular:
            self._count = min(self._count + 1, STEPS_KNOWN)
        else:
            self._count = max(0, self._count - 2)


class Vibration:
    """Vehicle detector: `driving` is current after each `step`."""

    def __init__(self) -> None:
        self.driving = False
        self._windows = 0  # windows in a row that contradict `driving`
        self._restart()

    def _restart(self) -> None:
        self._window_ms = 0
        self._least_mg = 1 << 20
        self._turned = 0  # 0.01 degrees times 1,000

    def step(self, dt_ms: int, deviation_mg: int, gyro_rms_cdps: int, walking: bool) -> None:
        """Take a burst's results."""
        dt_ms = min(dt_ms, WINDOW_MS)
        self._window_ms += dt_ms
        self._least_mg = min(self._least_mg, deviation_mg)
        self._turned += min(gyro_rms_cdps, 20_000) * dt_ms
        if self._window_ms < WINDOW_MS:
            return
        calm = self._turned < VEHICLE_CDPS * self._window_ms
        shaken = self._least_mg >= VIBRATION_MG and calm and not walking
        self._restart()
        self._windows = self._windows + 1 if shaken is not self.driving else 0
        # Walking means that the wearer has left the vehicle.
        if walking or self._windows >= (STOPPED_WINDOWS if self.driving else VEHICLE_WINDOWS):
            self.driving = shaken
            self._windows = 0


class Activity:
    """The wearer's activity: `now` is one of the names above.

    After `step` has returned True, `previous` and `lasted_ms` describe the activity before.
    """

    def __init__(self) -> None:
        self.now = self.previous = STILL
        self.lasted_ms = 0
        self.lying = False
        self._steps = Steps()
        self._vibration = Vibration()
        self._rhythm = Rhythm()
        self._lying_ms = 0
        self._since_ms = 0
        self._told = STILL

    def step(
        self,
        dt_ms: int,
        angles: "Attitude",
        worn: bool,
        charging: bool,
        moving: bool,
        calibrated: bool,
    ) -> bool:
        """Take a burst's `Attitude`; return True when the activity changes. Still and moving count as one.

        `moving`: the posture's gate; `calibrated`: the angles refer to a calibrated neutral.
        """
        rate = angles.gyro_rms_cdps
        shake = angles.acc_deviation_mg
        self._steps.step(dt_ms, angles.acc_norm_mg)
        walking = self._steps.walking
        self._vibration.step(dt_ms, shake, rate, walking)
        flexion = angles.flexion_cdeg
        self._rhythm.step(dt_ms, flexion, angles.lateral_cdeg, angles.rotation_cdeg, rate, shake)
        self._lie(dt_ms, angles.inclination_cdeg, flexion, calibrated and not walking)
        self.now = self._classify(worn, charging, moving)
        self._since_ms = min(self._since_ms + dt_ms, 1 << 29)
        told = STILL if self.now is MOVING else self.now
        if told is self._told:
            return False
        self.previous, self._told = self._told, told
        self.lasted_ms, self._since_ms = self._since_ms, 0
        return True

    def _classify(self, worn: bool, charging: bool, moving: bool):
        if charging:
            return CHARGING
        if not worn:
            return NOT_WORN
        if self._steps.walking:
            return WALKING
        if self.lying:
            return LYING
        if self._vibration.driving:
            return VEHICLE
        if self._rhythm.going:
            return EXERCISING
        return MOVING if moving else STILL

    def _lie(self, dt_ms: int, inclination_cdeg: int, flexion_cdeg: int, known: bool) -> None:
        limit = LYING_FORWARD_CDEG if flexion_cdeg > FORWARD_CDEG else LYING_CDEG
        if self.lying:
            limit -= LYING_BACK_CDEG
        if not known or inclination_cdeg < limit:
            self._lying_ms = 0
            self.lying = False
            return
        self._lying_ms = min(self._lying_ms + dt_ms, LYING_MS)
        self.lying = self._lying_ms >= LYING_MS

    @property
    def busy(self) -> bool:
        """True if the activity rules out a nudge."""
        return self.now is not STILL

    @property
    def silent(self) -> bool:
        """True if nobody would feel a buzz: the clip is not worn, or it charges."""
        return self.now is NOT_WORN or self.now is CHARGING
