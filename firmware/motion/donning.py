"""The clip's fit since it was put on, compared with its calibration, and the drift of the neutral."""

from motion.placement import CHECKING, SHIFTED, TURNED, UNKNOWN, Placement
from motion.posture import NEUTRAL
from motion.neutral_drift import NeutralDrift


class Donning:
    """State of one wear. `changed`: the fit has changed since a caller set this to False. `step` allocates nothing."""

    def __init__(self) -> None:
        self.changed = False
        self._placement = Placement()
        self._drift = NeutralDrift()
        self._worn = True

    def calibrated(self, axes_q14: "Vector", checked: bool) -> None:
        """Compare with these axes from now on (`Placement.calibrated`); `checked`: they were taken just now."""
        self._drift.reset()
        self._placement.calibrated(axes_q14, checked)

    def renewed(self, axes_q14: "Vector") -> None:
        """Go on with these axes: the same upright, of another attitude or by an accelerometer without its error."""
        self._placement.axes = axes_q14

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

    @property
    def fit(self) -> str:
        """The clip's fit, wire ENUMS "fit"."""
        return self._placement.state

    @property
    def doubtful(self) -> bool:
        """True if the fit is in doubt, so that no nudge may follow from the angle."""
        state = self._placement.state
        return state is CHECKING or state is SHIFTED or state is TURNED

    @property
    def drift_cdeg(self) -> int:
        """The neutral's offset from the upright in hundredths of a degree, + forward."""
        return self._drift.offset_cdeg
