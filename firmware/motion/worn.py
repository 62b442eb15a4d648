"""Detector of a worn clip, as far as an IMU shows it: a living wearer is never quite still.

Not worn: nothing above the noise floor for five minutes; or for one minute when the clip also lies far from the
wearer's zero, as on a table. Not detected: a very still wearer lying down, or a clip in a bag that is carried about.
"""

QUIET_CDPS = 30  # rate; the sensor's noise is about 7, a worn head's sway is above
QUIET_MG = 12  # deviation of the specific force, summed over the axes
NOT_WORN_MS = 300_000
LYING_MS = 60_000
LYING_CDEG = 7_500  # inclination from the zero
PICKED_UP_MS = 2_000  # this much movement means that the clip is worn again
_CAP_MS = 1 << 29


class Worn:
    """Worn detector: `worn` is current after each `step`. Starts as worn."""

    def __init__(self) -> None:
        self.worn = True
        self._quiet_ms = 0
        self._active_ms = 0

    def step(self, dt_ms: int, gyro_rms_cdps: int, acc_deviation_mg: int, inclination_cdeg: int):
        """Take one burst's results; return `worn`. Allocates nothing."""
        if gyro_rms_cdps <= QUIET_CDPS and acc_deviation_mg <= QUIET_MG:
            self._quiet_ms = min(self._quiet_ms + dt_ms, _CAP_MS)
            self._active_ms = max(0, self._active_ms - dt_ms)
        else:
            self._quiet_ms = 0
            self._active_ms = min(self._active_ms + dt_ms, PICKED_UP_MS)
        lying = inclination_cdeg > LYING_CDEG
        if self._quiet_ms >= (LYING_MS if lying else NOT_WORN_MS):
            self.worn = False
            self._active_ms = 0
        elif self._active_ms >= PICKED_UP_MS:
            self.worn = True
        return self.worn
