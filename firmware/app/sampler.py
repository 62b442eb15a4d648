"""Sampling: from the sensor's FIFO through the motion chain to posture events and their records."""

from array import array

from drivers.health import Health
from drivers.imu import MAX_BURST, ImuError
from motion import posture
from motion.attitude import Attitude
from motion.chain import ACTIVITY, NOD, Chain
from system.unload import unload
from app.calibrating import Calibrator

_RETRY_MS = 5_000  # pause before the next search for a sensor that does not answer
_OFF = "off"
_SLOW_BURST = 8  # samples: the state machines then run about as often as at the full rate


class Sampler:
    """Owns the sensor and the motion chain. `clip` gives `note`, the settings, the stored upright and the clock."""

    _chain: "Chain"

    def __init__(self, clip: "Clip", i2c: "I2c", addresses: "Ints", sleep_ms: "SleepMs") -> None:
        self._clip = clip
        self._i2c = i2c
        self._addresses = addresses
        self._sleep_ms = sleep_ms
        self._running = False
        self._retry_at_ms = 0
        self._samples = array("h", bytes(12 * MAX_BURST))
        self._tuned = ()
        self._take(self._search().Absent())
        self.period_ms = self._period_ms
        self._calibrator = Calibrator(clip, self._chain)
        self._nudges = 0  # nudges in the current minute
        self._overruns = 0  # overruns noted so far
        self._last_ticks = 0
        self._dt_ms = 0  # duration of the last burst; 0: no samples came
        self._looked_ticks = 0
        self._fault = None
        self._errno = 0
        self.slow = False  # the sensor samples at its slow rate and is read rarely
        self.behind = False  # samples are left in the FIFO
        self._most = MAX_BURST
        self.settings_changed()

    # --- the sensor

    def open(self) -> None:
        """Find, test and start the sensor. A sensor that fails is noted as a fault record and tried again later."""
        try:
            if self._imu.name:
                self._imu.probe()
            else:
                self._take(self._search().find(self._i2c, self._addresses))
                unload("drivers.search")
                self.settings_changed()
            # A sensor that has shown a fault starts again only once its self-test has passed.
            from drivers.self_test import self_test

            try:
                self_test(self._imu, self._sleep_ms, self._fault is not None)
            finally:
                unload("drivers.self_test")
                unload("drivers." + self._imu.name + "_self_test")
            self._go(False)
        except ImuError as error:
            self._missing(error.fault, error.detail)
            return
        except OSError as error:
            self._missing("imu_missing", error.args[0])
            return
        self._chain.attitude.restart()
        self._health.restart()
        self._running = True

    def save(self, slow: bool) -> None:
        """Switch the sensor to its slow rate, or back to the full rate. During a calibration the rate stays."""
        if slow == self.slow or not self._running or (slow and self._calibrator.busy):
            return
        try:
            self._go(slow)
        except OSError as error:
            self._missing("imu_missing", error.args[0])

    def _go(self, slow: bool) -> None:
        """Start the sensor at the slow or the full rate, and tune the filter to that rate. Raises OSError."""
        imu = self._imu
        rate_hz = imu.slow_hz if slow else type(imu).rate_hz
        imu.start(rate_hz)
        if self._chain.attitude.rate_hz != rate_hz:
            self._chain.attitude.retune()
            self._health = Health(rate_hz)
        self._most = _SLOW_BURST if slow else MAX_BURST
        self._last_ticks = self._looked_ticks = self._clip.ticks_ms()
        self.slow = slow

    def _search(self) -> "SearchModule":
        from drivers import search

        return search

    def _take(self, imu: "Imu") -> None:
        """Use this sensor from now on, with a filter for its rate and scales."""
        self._imu = imu
        rate_hz = type(
            imu
        ).rate_hz  # the full rate, even if the sensor was last started at the slow one
        self._period_ms = 1000 * imu.watermark // rate_hz
        tuned = (rate_hz, imu.acc_lsb_per_g, imu.gyr_lsb_per_dps)
        if tuned != self._tuned:
            attitude = Attitude(*tuned, slow_hz=imu.slow_hz)
            if self._tuned:
                self._chain.attitude = attitude
            else:
                self._chain = Chain(attitude, self._clip.settings)
            self._tuned = tuned
            self._health = Health(rate_hz)

    def _missing(self, fault: str, detail: int) -> None:
        self._running = False
        self._calibrator.cancel()
        self._retry_at_ms = self._clip.now_ms() + _RETRY_MS
        self._clip.fault(fault, detail)

    def sample(self) -> None:
        """Read the samples that wait in the FIFO; note the records and send the motion frames that follow."""
        if not self._running:
            if self._clip.now_ms() >= self._retry_at_ms:
                self.open()
            return
        self._chain.charging = self._clip.battery.charging()
        events = self.sample_once()
        if self._imu.overruns != self._overruns and not self._fault:
            self._overruns = self._imu.overruns
            self._chain.attitude.restart()  # samples before and after the loss are not contiguous
            self._clip.fault("fifo_overrun", self._overruns)
        if events:
            self._note(events)
        if self._fault:
            self._missing(self._fault, self._errno)
            return
        if self._dt_ms:
            self._calibrator.follow(self._dt_ms)
            if not self._calibrator.busy and self._chain.accelerometer.due:
                self._calibrator.learn()
        if self._clip.service.motion_rate_hz:
            self._clip.service.send_motion(self._clip.now_ms(), self._motion_fields())

    def sample_once(self) -> int:
        """Process one burst through the filter and the state machines; return the event bits. Allocates nothing."""
        n = self._burst()
        self.behind = n == self._most
        ticks = self._clip.ticks_ms()
        looked_ms = self._clip.ticks_diff(ticks, self._looked_ticks)
        self._looked_ticks = ticks
        self._fault = self._health.step(looked_ms, n, self._samples)
        self._dt_ms = 0
        if not n or self._fault:
            return 0
        if (
            self.slow
        ):  # several bursts wait in the FIFO: the duration follows from the number of samples
            dt_ms = n * 1000 // self._imu.rate_hz
        else:
            dt_ms = self._clip.ticks_diff(ticks, self._last_ticks)
        self._last_ticks = ticks
        self._dt_ms = dt_ms
        self._chain.correct(self._samples, n)
        events = self._chain.step(dt_ms, self._samples, n)
        self._fault = self._health.weigh(dt_ms, self._chain.attitude)
        return events

    def _burst(self) -> int:
        """Read a burst; return its number of samples. A failing bus gives 0; `Health` reports it in the end."""
        try:
            n = self._imu.read_burst(self._samples, self._most)
        except OSError as error:
            self._errno = error.args[0]
            return 0
        self._errno = 0
        return n

    # --- records

    def _note(self, events: int) -> None:
        clip = self._clip
        now = self._chain.posture
        site = clip.settings.get("site")
        flexion = self._chain.attitude.flexion_cdeg
        if events & posture.CHANGED:
            fields = {"state": now.state, "previous": now.previous, "lasted_ms": now.lasted_ms}
            clip.note("posture", dict(fields, site=site, flexion_cdeg=flexion))
        if events & ACTIVITY:
            doing = self._chain.activity
            fields = {"activity": doing.now, "previous": doing.previous}
            clip.note("activity", dict(fields, lasted_ms=doing.lasted_ms))
        if events & NOD:
            nod = {
                "peak_cdeg": self._chain.nod.peak_cdeg,
                "duration_ms": self._chain.nod.duration_ms,
            }
            clip.note("nod", dict(nod, site=site))
        held = {"site": site, "flexion_cdeg": flexion, "held_ms": now.held_ms}
        if events & posture.SUSTAINED:
            clip.note("sustained", dict(held, limit_ms=now.limit_ms))
        if events & posture.NUDGE:
            self._nudges += 1
            self._keep_nudges()
            left = {"left_hour": now.left_hour, "left_day": now.left_day}
            clip.note("nudge", dict(held, **left), buzz="nudge")

    def end_minute(self) -> None:
        """Note the minute's exposure. Seconds without samples count as `off`."""
        exposure = self._chain.exposure
        self._clip.note_minute(exposure.end_minute(self._clip.settings.get("site"), self._nudges))
        self._nudges = 0

    def _motion_fields(self) -> "Fields":
        angles = self._chain.attitude
        return {
            "t_ms": self._clip.now_ms(),
            "flexion_cdeg": angles.flexion_cdeg,
            "lateral_cdeg": angles.lateral_cdeg,
            "inclination_cdeg": angles.inclination_cdeg,
            "rotation_cdeg": angles.rotation_cdeg,
            "state": self.state,
            "overruns": self._imu.overruns & 0xFFFF,
        }

    # --- requests of others

    def calibrate(self, full: bool = True) -> bool:
        """Start a calibration (`full`: with nods). Return False while one is under way or there is no sensor."""
        return self._running and self._calibrator.begin(full)

    def cancel_calibration(self) -> None:
        """End the calibration that is under way, if any."""
        self._calibrator.cancel()

    def settings_changed(self) -> None:
        """Take the settings anew. A calibration counts only at the site where it was taken."""
        self._chain.settings_changed()
        self._calibrator.load(self._imu.name)

    def hurry(self, rate_hz: int) -> None:
        """Read bursts at `rate_hz` or faster, for a motion stream; 0: at the FIFO's own pace."""
        period_ms = self._period_ms
        self.period_ms = min(period_ms, 1000 // rate_hz) if rate_hz else period_ms

    def snooze(self) -> None:
        """Suppress nudges for the seconds of the setting `snooze_s`."""
        self._chain.posture.snooze()
        self._keep_nudges()

    def _keep_nudges(self) -> None:
        from app.nudge_budget import keep

        unload("app.nudge_budget")
        keep(self._clip)

    def hush(self) -> None:
        """Suppress nudges for a minute: an exercise session is under way."""
        self._chain.posture.hush()

    @property
    def state(self) -> str:
        """The wearer's posture state, wire ENUMS "state"."""
        return self._chain.posture.state if self._running else _OFF

    @property
    def flexion_cdeg(self) -> int:
        """Flexion from the upright in hundredths of a degree, + forward."""
        return self._chain.attitude.flexion_cdeg

    @property
    def overruns(self) -> int:
        """FIFO overruns since the start."""
        return self._imu.overruns

    @property
    def activity(self) -> str:
        """The wearer's activity, wire ENUMS "activity"."""
        return self._chain.activity.now if self._running else "unknown"

    @property
    def pause_ms(self) -> int:
        """Milliseconds until the sensor must be read again."""
        return self._imu.slow_ms if self.slow else self.period_ms

    @property
    def silent(self) -> bool:
        """True if nobody would feel a buzz: the clip is not worn, or it charges."""
        return self._chain.activity.silent

    @property
    def fit(self) -> str:
        """The clip's fit compared with its calibration, wire ENUMS "fit"."""
        return self._chain.donning.fit

    @property
    def imu(self) -> str:
        """The sensor's name, wire ENUMS "imu"."""
        return self._imu.name or "none"

    @property
    def nudges_today(self) -> int:
        """Nudges in the last 24 h."""
        return self._chain.posture.nudges_today
