"""Detector of a worn clip, as far as an IMU shows it: a living wearer is never quite still.

Not worn: hardly anything above the noise floor for five minutes; or for one minute when the clip also lies far from
the wearer's upright, as on a table. A table is knocked now and then: a loud moment takes back LOUD_COST times its
length, so up to 3 % of the time may be loud; of a worn clip nearly all is. Not detected: a very still wearer lying
down, or a clip in a bag that is carried about.
"""

QUIET_CDPS = 30  # rate; the sensor's noise is about 7, a worn head's sway is above
QUIET_MG = 12  # variation of the specific force within a burst, summed over the axes
NOT_WORN_MS = 300_000
LYING_MS = 60_000
LYING_CDEG = 7_500  # inclination from the upright
PICKED_UP_MS = 2_000  # this much movement means that the clip is worn again
LOUD_COST = 30


class Worn:
    """Worn detector: `worn` is current after each `step`. Starts as worn."""

    def __init__(self) -> None:
        self.worn = True
        self._quiet_ms = 0
        self._active_ms = 0

    def step(self, dt_ms: int, gyro_rms_cdps: int, shake_mg: int, inclination_cdeg: int) -> bool:
        """Take one burst's results; return `worn`. Allocates nothing."""
        if gyro_rms_cdps <= QUIET_CDPS and shake_mg <= QUIET_MG:
            self._quiet_ms = min(self._quiet_ms + dt_ms, NOT_WORN_MS)
            self._active_ms = max(0, self._active_ms - dt_ms)
        else:
            self._quiet_ms = max(0, self._quiet_ms - LOUD_COST * min(dt_ms, NOT_WORN_MS))
            self._active_ms = min(self._active_ms + dt_ms, PICKED_UP_MS)
        lying = inclination_cdeg > LYING_CDEG
        if self._quiet_ms >= (LYING_MS if lying else NOT_WORN_MS):
            self.worn = False
            self._active_ms = 0
        elif self._active_ms >= PICKED_UP_MS:
            self.worn = True
            self._quiet_ms = 0
        return self.worn
