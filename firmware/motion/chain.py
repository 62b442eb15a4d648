"""The processing of every burst, in order: attitude, worn or not, fit, activity, posture, exposure, nods.

The clip's sampler and the host's replay both run this, so a replayed trace gives the clip's results.
"""

from motion.accelerometer import Accelerometer, measured, true
from motion.activity import Activity
from motion.donning import Donning
from motion.exposure import Exposure
from motion.nod import Nod
from motion.periodic import shaking
from motion.posture import Posture
from motion.worn import Worn

# Event bits beside those of motion.posture.
NOD = 8
ACTIVITY = 16


class Chain:
    """Motion state of one wearer. `attitude` may be replaced when a sensor with other scales is found.

    `settings.get(name)` returns the wire's settings as integers; `calibrated`: the attitude has this site's upright.
    """

    def __init__(self, attitude: "Attitude", settings: "Settings") -> None:
        self._settings = settings
        self.attitude = attitude
        self.worn = Worn()
        self.posture = Posture(settings)
        self.exposure = Exposure()
        self.nod = Nod()
        self.donning = Donning()
        self.activity = Activity()
        self.accelerometer = Accelerometer()
        self.calibrated = False
        self.upright_q14 = (0, 0, 0)  # up at the calibration, as the sensor measures it
        self._right_q14 = (0, 0, 0)
        self.charging = False  # a charging clip counts as not worn, however it moves
        self.settings_changed()

    def take(self, up_q14: "Vector", right_q14: "Vector", checked: bool) -> None:
        """Use a calibration from now on. `checked`: it was taken just now. Raises ValueError if right is along up."""
        axes = self.attitude.set_upright(up_q14, right_q14)
        self.donning.calibrated(axes, checked)
        self.upright_q14 = measured(up_q14, self.accelerometer.error)
        self._right_q14 = right_q14
        self.calibrated = True

    def correct(self, samples: "IntBuffer", n: int) -> None:
        """Take the accelerometer's error off `n` samples in place, before `step` gets them."""
        self.accelerometer.take_off(samples, n, self.attitude.acc_lsb_per_g)

    def learn(self, poses: "PosesModule") -> bool:
        """Let the module `motion.poses`, which the caller loads, look at the pose that is due. Return True if the
        accelerometer's error has changed. Allocates."""
        before = poses.learn(self.accelerometer)
        if before is None:
            return False
        error = self.accelerometer.error
        self.attitude.turn_force(lambda force: true(measured(force, before), error))
        self.renew()
        return True

    def renew(self) -> None:
        """Refer the angles to the upright again: the attitude or the accelerometer's error is another."""
        if not self.calibrated:
            return
        up = true(self.upright_q14, self.accelerometer.error)
        axes = self.attitude.set_upright(up, self._right_q14)
        self.donning.renewed(axes)

    def settings_changed(self) -> None:
        """Read the settings again."""
        self.posture.settings_changed()
        self._nod_enabled = self._settings.get("nod_enabled")

    def step(self, dt_ms: int, samples: "IntBuffer", n: int) -> int:
        """Take a burst of `n` samples of six int16, `dt_ms` after the last one; return event bits. Allocates
        nothing."""
        angles = self.attitude
        angles.update(samples, n)
        flexion = angles.flexion_cdeg
        rate = angles.gyro_rms_cdps
        shake = angles.acc_deviation_mg
        within = angles.force_mg(shaking(samples, n))
        worn = self.worn.step(dt_ms, rate, within, angles.inclination_cdeg) and not self.charging
        calibrated = self.calibrated and angles.ready
        self.donning.step(angles, dt_ms, worn, self.posture.state)
        self.accelerometer.step(dt_ms, angles)
        doing = self.activity
        moving = self.posture.moving
        changed = doing.step(
            dt_ms,
            angles,
            within,
            worn=worn,
            charging=self.charging,
            moving=moving,
            calibrated=calibrated,
        )
        self.posture.muted = self.donning.doubtful or doing.busy
        self.posture.walking = doing.walking
        from_neutral = flexion - self.donning.drift_cdeg
        known = calibrated and not doing.lying
        shaken = 0 if doing.trembling else shake
        events = self.posture.step(dt_ms, from_neutral, rate, shaken, known, worn)
        if changed:
            events |= ACTIVITY
        self.exposure.step(dt_ms, self.posture.state, flexion, shake)
        if self._nod_enabled and self.nod.step(dt_ms, flexion) and worn and calibrated:
            events |= NOD
        return events

    def judge(self, attempt: "Calibration", dt_ms: int) -> "str | None":
        """Give a `calibration.Calibration` this burst's results; return its outcome's wire name, None while it goes
        on."""
        angles = self.attitude
        if not angles.ready:
            return None
        return attempt.step(
            dt_ms,
            angles.up_q14,
            (angles.rate_cdps(0), angles.rate_cdps(1), angles.rate_cdps(2)),
            angles.gyro_rms_cdps,
            angles.acc_deviation_mg,
            angles.acc_norm_mg,
        )
