"""From the sensor's FIFO to posture events: what happens at every burst, and what is noted of it."""

from array import array

from drivers.health import Health
from drivers.imu import MAX_BURST, Absent, ImuError, find
from motion import posture
from motion.attitude import Attitude
from motion.calibration import Calibration, angle_cdeg
from motion.exposure import Exposure
from motion.nod import Nod
from motion.posture import Posture
from motion.wear import Wear

_RETRY_MS = 5_000  # a sensor that does not answer is looked for again after so long
_OFF = "off"
_NOD = 8  # beside the events of motion.posture
_MAX_SHIFT_CDEG = 18_000


class Sampler:
    """Owns the sensor and all that is computed from it. `clip`: notes, settings, the stored zero and the clock."""

    def __init__(self, clip, i2c, addresses, sleep_ms):
        self._clip = clip
        self._i2c = i2c
        self._addresses = addresses
        self._sleep_ms = sleep_ms
        self._running = False
        self._retry_at_ms = 0
        self._samples = array("h", bytes(12 * MAX_BURST))
        self._tuned = None
        self._take(Absent())
        self.period_ms = self._period_ms
        self._wear = Wear()
        self._posture = Posture(clip.settings)
        self._exposure = Exposure()
        self._nod = Nod()
        self._calibration = None
        self._calibrated = False
        self._nudges = 0  # in this minute
        self._overruns = 0  # noted so far
        self._last_ticks = 0
        self._looked_ticks = 0
        self._fault = None
        self._errno = 0
        self.settings_changed()

    # --- the sensor

    def open(self):
        """Finds, tests and starts the sensor; a fault record when it does not do as it should."""
        try:
            if self._imu.name:
                self._imu.probe()
            else:
                self._take(find(self._i2c, self._addresses))
                self.settings_changed()
            self._imu.self_test(self._sleep_ms)
            self._imu.start(self._imu.rate_hz)
        except ImuError as error:
            self._missing(error.fault, error.detail)
            return
        except OSError as error:
            self._missing("imu_missing", error.args[0])
            return
        self._attitude.restart()
        self._health.restart()
        self._last_ticks = self._looked_ticks = self._clip.ticks_ms()
        self._running = True

    def _take(self, imu):
        """This sensor from now on, and a filter for its rate and scales."""
        self._imu = imu
        self._period_ms = 1000 * imu.watermark // imu.rate_hz
        tuned = (imu.rate_hz, imu.acc_lsb_per_g, imu.gyr_lsb_per_dps)
        if tuned != self._tuned:
            self._tuned = tuned
            self._attitude = Attitude(*tuned)
            self._health = Health(imu.rate_hz)

    def _missing(self, fault, detail):
        self._running = False
        self._calibration = None
        self._retry_at_ms = self._clip.now_ms() + _RETRY_MS
        self._clip.fault(fault, detail)

    def sample(self):
        """All that waits in the FIFO, and the records and frames that come of it."""
        if not self._running:
            if self._clip.now_ms() >= self._retry_at_ms:
                self.open()
            return
        events = self.sample_once()
        if self._fault:
            self._missing(self._fault, self._errno)
            return
        if self._imu.overruns != self._overruns:
            self._overruns = self._imu.overruns
            self._attitude.restart()  # the samples do not join
            self._clip.fault("fifo_overrun", self._overruns)
        if events:
            self._note(events)
        if self._calibration:
            self._calibrate()
        if self._clip.service.motion_rate_hz:
            self._clip.service.send_motion(self._clip.now_ms(), self._motion_fields())

    def sample_once(self):
        """One burst through the filter and the state machines; event bits. Allocates nothing."""
        n = self._burst()
        ticks = self._clip.ticks_ms()
        looked_ms = self._clip.ticks_diff(ticks, self._looked_ticks)
        self._looked_ticks = ticks
        self._fault = self._health.step(looked_ms, n, self._samples)
        if not n or self._fault:
            return 0
        dt_ms = self._clip.ticks_diff(ticks, self._last_ticks)
        self._last_ticks = ticks
        self._dt_ms = dt_ms
        angles = self._attitude
        angles.update(self._samples, n)
        flexion = angles.flexion_cdeg
        rate = angles.gyro_rms_cdps
        shake = angles.acc_deviation_mg
        worn = self._wear.step(dt_ms, rate, shake, angles.inclination_cdeg)
        calibrated = self._calibrated and angles.ready
        events = self._posture.step(dt_ms, flexion, rate, shake, calibrated, worn)
        self._exposure.step(dt_ms, self._posture.state, flexion, shake)
        if self._nod_enabled and self._nod.step(dt_ms, flexion) and worn and calibrated:
            events |= _NOD
        return events

    def _burst(self):
        """How many samples came; a bus that fails gives none, and the health watch says when that is too long."""
        try:
            n = self._imu.read_burst(self._samples, MAX_BURST)
        except OSError as error:
            self._errno = error.args[0]
            return 0
        self._errno = 0
        return n

    # --- what is noted

    def _note(self, events):
        clip = self._clip
        now = self._posture
        site = clip.settings.get("site")
        flexion = self._attitude.flexion_cdeg
        if events & posture.CHANGED:
            fields = {"state": now.state, "previous": now.previous, "lasted_ms": now.lasted_ms}
            clip.note("posture", dict(fields, site=site, flexion_cdeg=flexion))
        if events & _NOD:
            nod = {"peak_cdeg": self._nod.peak_cdeg, "duration_ms": self._nod.duration_ms}
            clip.note("nod", dict(nod, site=site))
        held = {"site": site, "flexion_cdeg": flexion, "held_ms": now.held_ms}
        if events & posture.SUSTAINED:
            clip.note("sustained", dict(held, limit_ms=now.limit_ms))
        if events & posture.NUDGE:
            self._nudges += 1
            left = {"left_hour": now.left_hour, "left_day": now.left_day}
            clip.note("nudge", dict(held, **left), buzz="nudge")

    def end_minute(self):
        """The minute's exposure as a record; seconds without samples are `off`."""
        self._clip.note(
            "minute", self._exposure.end_minute(self._clip.settings.get("site"), self._nudges)
        )
        self._nudges = 0

    def _motion_fields(self):
        angles = self._attitude
        return {
            "t_ms": self._clip.now_ms(),
            "flexion_cdeg": angles.flexion_cdeg,
            "lateral_cdeg": angles.lateral_cdeg,
            "inclination_cdeg": angles.inclination_cdeg,
            "rotation_cdeg": angles.rotation_cdeg,
            "state": self.state,
            "overruns": self._imu.overruns & 0xFFFF,
        }

    # --- the zero

    def calibrate(self):
        """Starts a calibration; false while one is under way or there is no sensor."""
        if self._calibration or not self._running:
            return False
        self._calibration = Calibration(self._attitude.mount_up_q14)
        return True

    def _calibrate(self):
        angles = self._attitude
        attempt = self._calibration
        if not angles.ready:
            return
        result = attempt.step(
            self._dt_ms,
            angles.up_q14,
            angles.gyro_rms_cdps,
            angles.acc_deviation_mg,
            angles.acc_norm_mg,
        )
        if result is None:
            return
        self._calibration = None
        site = self._clip.settings.get("site")
        up = attempt.up_q14
        shift = self._shift(up)
        if result == "accepted":
            self._take_zero(site, up)
        fields = {
            "site": site,
            "result": result,
            "spread_cdeg": attempt.spread_cdeg,
            "shift_cdeg": shift,
        }
        self._clip.note(
            "calibration",
            dict(fields, up_x_q14=up[0], up_y_q14=up[1], up_z_q14=up[2]),
            buzz="calibrated" if result == "accepted" else "refused",
        )

    def _shift(self, up_q14):
        before = self._clip.neutral.up_q14
        if before is None or up_q14 == (0, 0, 0):
            return 0
        return min(_MAX_SHIFT_CDEG, angle_cdeg(up_q14, before))

    def _take_zero(self, site, up_q14):
        self._attitude.zero(up_q14)
        self._calibrated = True
        try:
            self._clip.neutral.store(site, up_q14)
        except OSError as error:
            self._clip.fault("flash_write", error.args[0])  # holds until the next start

    # --- what others ask

    def settings_changed(self):
        """Takes the settings; a zero counts only at the site where it was taken."""
        clip = self._clip
        self._posture.settings_changed()
        self._nod_enabled = clip.settings.get("nod_enabled")
        neutral = clip.neutral
        self._calibrated = neutral.up_q14 is not None and neutral.site == clip.settings.get("site")
        if self._calibrated:
            self._attitude.zero(neutral.up_q14)

    def hurry(self, rate_hz):
        """Bursts at least so often, for a motion stream; 0: at the FIFO's own pace."""
        period_ms = self._period_ms
        self.period_ms = min(period_ms, 1000 // rate_hz) if rate_hz else period_ms

    def snooze(self):
        """No nudges for a while: the setting `snooze_s`."""
        self._posture.snooze()

    @property
    def state(self):
        """State of the wearer, wire ENUMS "state"."""
        return self._posture.state if self._running else _OFF

    @property
    def flexion_cdeg(self):
        """Flexion from the zero, + forward."""
        return self._attitude.flexion_cdeg

    @property
    def overruns(self):
        """FIFO overruns since the start."""
        return self._imu.overruns

    @property
    def nudges_today(self):
        """Nudges in the last 24 h."""
        return self._posture.nudges_today
