"""The wearer's activity, as far as an IMU shows it: walking, lying, in a vehicle, exercising and so on.

docs/developers/activity.md has the rules' sources and a confusion table. Takes a burst's results at least 8 times a
second. Integers only; `step` allocates nothing.
"""

from motion.gait import Gait
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

# A vehicle: the clip is shaken and never comes to rest, and the head hardly turns.
VIBRATION_MG = 32  # least of a window's half seconds; a desk's stays under 28 for 20 s
VEHICLE_CDPS = 1_500
# A road lifts and drops the clip; a tremor turns it about the neck, mostly sideways: the force's length hardly changes.
LIFTED_PART = 16  # of the vibration, from one burst to the next
HALF_MS = 500
WINDOW_MS = 2_000
VEHICLE_WINDOWS = 10
STOPPED_WINDOWS = 15  # a red light is shorter

# Lying: far from upright, for a while. Who writes bends the head forward as far as one who lies on the front does,
# but never so quietly.
LYING_CDEG = 6_000
LYING_FORWARD_CDEG = 7_500
LYING_BACK_CDEG = 1_000  # lying ends this far below its limit
FORWARD_CDEG = 3_000
LYING_MS = 20_000
PRONE_CDPS = 150  # mean rate over some seconds
PRONE_OVER_CDPS = 300
PRONE_MEAN_MS = 5_000
PRONE_MOST_CDPS = 400  # a turn is soon forgotten


class Vibration:
    """Vehicle detector: `driving` is current after each `step`."""

    def __init__(self) -> None:
        self.driving = False
        self._windows = 0  # windows in a row that contradict `driving`
        self._half_ms = self._shaken = 0  # mg times ms
        self._last_mg = 1_000
        self._restart()

    def _restart(self) -> None:
        self._window_ms = 0
        self._least_mg = 1 << 20
        self._turned = 0  # 0.01 degrees times 1,000
        self._lifted = 0  # mg times ms, beyond the least for a road

    def step(self, dt_ms: int, shake_mg: int, norm_mg: int, gyro_rms_cdps: int, gait: Gait) -> None:
        """Take a burst's results. `shake_mg`: variation within the burst; `norm_mg`: its mean force's length."""
        dt_ms = min(dt_ms, WINDOW_MS)
        # What is too slow to show within a burst shows from one to the next.
        swing_mg = abs(norm_mg - self._last_mg)
        self._last_mg = norm_mg
        self._shaken += min(shake_mg + 2 * swing_mg, 10_000) * dt_ms
        self._lifted += min(LIFTED_PART * swing_mg - shake_mg, 10_000) * dt_ms
        self._half_ms += dt_ms
        self._window_ms += dt_ms
        self._turned += min(gyro_rms_cdps, 20_000) * dt_ms
        if self._half_ms >= HALF_MS:
            self._least_mg = min(self._least_mg, self._shaken // self._half_ms)
            self._half_ms = self._shaken = 0
        if self._window_ms < WINDOW_MS:
            return
        calm = self._turned < VEHICLE_CDPS * self._window_ms
        walking = gait.walking
        shaken = self._least_mg >= VIBRATION_MG and self._lifted >= 0
        shaken = shaken and calm and not walking and not gait.trembling
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
        self._gait = Gait()
        self._vibration = Vibration()
        self._rhythm = Rhythm()
        self._lying_ms = 0
        self._rate_cdps = 0  # mean of some seconds
        self._since_ms = 0
        self._told = STILL

    @property
    def walking(self) -> bool:
        """True while there are steps, whatever else holds."""
        return self._gait.walking

    @property
    def trembling(self) -> bool:
        """True while the head trembles: it moves the clip, and changes no posture."""
        return self._gait.trembling

    def step(
        self,
        dt_ms: int,
        angles: "Attitude",
        shake_mg: int,
        *,
        worn: bool,
        charging: bool,
        moving: bool,
        calibrated: bool,
    ) -> bool:
        """Take a burst's `Attitude`; return True when the activity changes. Still and moving count as one.

        `shake_mg`: variation of the force within the burst; `moving`: the posture's gate; `calibrated`: the angles
        refer to an upright.
        """
        rate = angles.gyro_rms_cdps
        norm = angles.acc_norm_mg
        self._gait.step(dt_ms, norm, rate)
        walking = self._gait.walking
        self._vibration.step(dt_ms, shake_mg, norm, rate, self._gait)
        flexion = angles.flexion_cdeg
        self._rhythm.step(
            dt_ms,
            flexion,
            angles.lateral_cdeg,
            angles.rotation_cdeg,
            rate,
            angles.acc_deviation_mg,
        )
        self._lie(dt_ms, angles.inclination_cdeg, flexion, rate, calibrated and not walking)
        self.now = self._classify(worn, charging, moving)
        self._since_ms = min(self._since_ms + dt_ms, 1 << 29)
        told = STILL if self.now is MOVING else self.now
        if told is self._told:
            return False
        self.previous, self._told = self._told, told
        self.lasted_ms, self._since_ms = self._since_ms, 0
        return True

    def _classify(self, worn: bool, charging: bool, moving: bool) -> str:
        if charging:
            return CHARGING
        if not worn:
            return NOT_WORN
        if self._gait.walking:
            return WALKING
        if self.lying:
            return LYING
        if self._vibration.driving:
            return VEHICLE
        if self._rhythm.going:
            return EXERCISING
        return MOVING if moving or self._gait.swinging else STILL

    def _lie(
        self, dt_ms: int, inclination_cdeg: int, flexion_cdeg: int, rate_cdps: int, known: bool
    ) -> None:
        part_ms = min(dt_ms, 1_000)
        self._rate_cdps += (
            (min(rate_cdps, PRONE_MOST_CDPS) - self._rate_cdps) * part_ms // PRONE_MEAN_MS
        )
        forward = flexion_cdeg > FORWARD_CDEG
        limit = LYING_FORWARD_CDEG if forward else LYING_CDEG
        if self.lying:
            limit -= LYING_BACK_CDEG
        restless = self._rate_cdps > (PRONE_OVER_CDPS if self.lying else PRONE_CDPS)
        if not known or inclination_cdeg < limit or (forward and restless):
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
