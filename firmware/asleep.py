"""What stands in the sampler's place in safe mode; loaded only then."""


class Asleep:
    """There is no sensor, and nothing is measured."""

    state = "off"
    activity = fit = "unknown"
    imu = "none"
    silent = True
    flexion_cdeg = overruns = nudges_today = 0

    def calibrate(self, full=True):
        """Never: there is no sensor."""
        return False

    def cancel_calibration(self):
        """There is none."""

    def settings_changed(self):
        """Nothing follows from them."""

    def hurry(self, rate_hz):
        """There is nothing to hurry."""

    def snooze(self):
        """There are no nudges."""
