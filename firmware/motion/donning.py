"""The clip's fit since it was put on, compared with its calibration, and the drift of the neutral."""

from motion.placement import CHECKING, SHIFTED, TURNED, UNKNOWN, Placement
from motion.nodaxis import NodAxis
from motion.posture import MOVING, NEUTRAL, NOT_WORN
from motion.neutral_drift import NeutralDrift


class Donning:
    """State of one wear. `changed`: the fit has changed since a caller set this to False. `step` allocates nothing."""

    def __init__(self) -> None:
        self.changed = False
        self._placement = Placement()
        self._drift = NeutralDrift()
        self._nods = NodAxis()
        self._worn = True

    def calibrated(self, up_q14: "Vector", right_q14: "Vector", checked: bool) -> None:
        """Compare with this calibration from now on; `checked`: it was taken just now."""
        self._drift.reset()
        self._placement.calibrated(up_q14, right_q14, checked)

    def forget(self) -> None:
        """Forget the calibration."""
        self._drift.reset()
        self._placement.forget()

    def step(self, angles: "Attitude", dt_ms: int, worn: bool, state: str) -> None:
        """Take one burst's `Attitude`. `state`: the posture before this burst."""
        fit = self._placement
        if fit.state is UNKNOWN:
            return
        if worn and not self._worn:
            self._drift.reset()
            if fit.state is not TURNED:
                fit.donned()
        self._worn = worn
        rate = angles.gyro_rms_cdps
        x, y, z = angles.up(0), angles.up(1), angles.up(2)
        if worn and fit.step(dt_ms, x, y, z, rate, angles.acc_deviation_mg):
            self.changed = True
        self._drift.step(dt_ms, state is NEUTRAL, angles.flexion_cdeg, rate)
        nodded = self._nods.step(
            dt_ms, angles.rate_cdps(0), angles.rate_cdps(1), angles.rate_cdps(2)
        )
        if nodded and state is not MOVING and state is not NOT_WORN:
            self.changed = fit.nod(self._nods.axis, x, y, z) or self.changed

    @property
    def fit(self):
        """The clip's fit, wire ENUMS "fit"."""
        return self._placement.state

    @property
    def doubtful(self) -> bool:
        """True if the fit is in doubt, so that no nudge may follow from the angle."""
        state = self._placement.state
        return state is CHECKING or state is SHIFTED or state is TURNED

    @property
    def drift_cdeg(self) -> int:
        """The neutral's offset from the calibrated zero in hundredths of a degree, + forward."""
        return self._drift.offset_cdeg
