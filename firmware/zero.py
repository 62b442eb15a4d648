"""The wearer's zero: its calibration, whether the clip still sits as it was taken, and the seat it follows."""

from motion import posture
from motion.fit import CHECKING, SHIFTED, TURNED, UNKNOWN, Fit
from motion.nodaxis import NodAxis
from motion.seat import Seat
from motion.vectors import angle_cdeg
from unload import unload

_MAX_SHIFT_CDEG = 18_000
_REFUSED = {
    "moving": "refused_moving",
    "tilted": "refused_tilted",
    "no_nods": "refused_nods",
    "uneven_nods": "refused_nods",
    "sensor_fault": "refused_sensor",
}


class Zero:
    """`taken`: there is a calibration for this site. `doubtful`: no nudges now. `clip`: notes, settings, `neutral`."""

    def __init__(self, clip):
        self._clip = clip
        self._fit = Fit()
        self._seat = Seat()
        self._nods = NodAxis()
        self._attempt = None
        self._worn = True
        self._fit_changed = False
        self.taken = False

    # --- at every burst

    def step(self, angles, dt_ms, worn, state):
        """Watches donnings, the fit and the seat. Allocates nothing."""
        if not self.taken:
            return
        fit = self._fit
        if worn and not self._worn:
            self._seat.reset()
            if fit.state is not TURNED:
                fit.donned()
        self._worn = worn
        rate = angles.gyro_rms_cdps
        x, y, z = angles.up(0), angles.up(1), angles.up(2)
        if worn and fit.step(dt_ms, x, y, z, rate, angles.acc_deviation_mg):
            self._fit_changed = True
        self._seat.step(dt_ms, state is posture.NEUTRAL, angles.flexion_cdeg, rate)
        quiet = state is not posture.MOVING and state is not posture.NOT_WORN
        nodded = self._nods.step(
            dt_ms, angles.rate_cdps(0), angles.rate_cdps(1), angles.rate_cdps(2)
        )
        if nodded and quiet and fit.nod(self._nods.axis, x, y, z):
            self._fit_changed = True

    @property
    def doubtful(self):
        """No nudge may come of the angle."""
        state = self._fit.state
        return state is CHECKING or state is SHIFTED or state is TURNED

    @property
    def seat_cdeg(self):
        """Where the neutral is now, from the calibrated zero."""
        return self._seat.offset_cdeg

    @property
    def fit(self):
        """Wire ENUMS "fit"."""
        return self._fit.state

    # --- what comes of it

    def follow(self, angles, dt_ms):
        """Notes what `step` has found, and carries a calibration on."""
        if self._fit_changed:
            self._fit_changed = False
            self._note_fit(angles)
        if self._attempt and angles.ready:
            self._carry_on(angles, dt_ms)

    def _note_fit(self, angles):
        state = self._fit.state
        shift = 0
        if state is SHIFTED:
            shift = angle_cdeg(angles.up_q14, self._clip.neutral.up_q14)
        fields = {"site": self._clip.settings.get("site"), "fit": state, "shift_cdeg": shift}
        doubt = state is SHIFTED or state is TURNED
        self._clip.note("fit", fields, buzz="check_fit" if doubt else None)

    # --- calibration

    def begin(self, full):
        """Starts a calibration; false while one is under way. Without one before, it is always a full one."""
        if self._attempt:
            return False
        # Needed for half a minute at a time: not kept on the heap.
        from motion.calibration import Calibration

        neutral = self._clip.neutral
        before = (neutral.up_q14, neutral.right_q14) if self.taken else None
        self._attempt = Calibration(before, full or before is None)
        return True

    def cancel(self):
        """The sensor is gone."""
        self._end()

    def _end(self):
        self._attempt = None
        unload("motion.calibration")

    def _carry_on(self, angles, dt_ms):
        attempt = self._attempt
        nodding = attempt.nodding
        rates = (angles.rate_cdps(0), angles.rate_cdps(1), angles.rate_cdps(2))
        result = attempt.step(
            dt_ms,
            angles.up_q14,
            rates,
            angles.gyro_rms_cdps,
            angles.acc_deviation_mg,
            angles.acc_norm_mg,
        )
        if result:
            self._end()
            self._settle(result, attempt, angles)
        elif attempt.nodding and not nodding:
            self._clip.buzz("nod_now", 0)

    def _settle(self, result, attempt, angles):
        clip = self._clip
        site = clip.settings.get("site")
        up, right = attempt.up_q14, attempt.right_q14
        shift = self._shift(up)
        if result == "accepted":
            self._take(attempt, site, angles)
        clip.note(
            "calibration",
            {
                "site": site,
                "result": result,
                "up_x_q14": up[0],
                "up_y_q14": up[1],
                "up_z_q14": up[2],
                "right_x_q14": right[0],
                "right_y_q14": right[1],
                "right_z_q14": right[2],
                "spread_cdeg": attempt.spread_cdeg,
                "shift_cdeg": shift,
                "quality_pct": attempt.quality_pct,
            },
            buzz=_REFUSED.get(result, "calibrated"),
        )

    def _shift(self, up_q14):
        before = self._clip.neutral.up_q14
        if before is None or up_q14 == (0, 0, 0):
            return 0
        return min(_MAX_SHIFT_CDEG, angle_cdeg(up_q14, before))

    def _take(self, attempt, site, angles):
        clip = self._clip
        try:
            clip.neutral.store(
                site, attempt.quality_pct, attempt.up_q14, attempt.right_q14, clip.utc_s()
            )
        except OSError as error:
            clip.fault("flash_write", error.args[0])  # counts until the next start
        self._apply(angles, True)

    def load(self, angles):
        """Takes the stored calibration if it is of the site that is set."""
        neutral = self._clip.neutral
        of_site = neutral.up_q14 is not None and neutral.site == self._clip.settings.get("site")
        if not of_site:
            self.taken = False
            self._fit.forget()
        elif not self.taken or self._fit.state is UNKNOWN:
            self._apply(angles, False)
        else:
            angles.set_reference(neutral.right_q14, neutral.up_q14)

    def _apply(self, angles, checked):
        neutral = self._clip.neutral
        angles.set_reference(neutral.right_q14, neutral.up_q14)
        self.taken = True
        self._seat.reset()
        self._fit.calibrated(neutral.up_q14, neutral.right_q14, checked)
