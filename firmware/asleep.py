"""What stands in the sampler's place in safe mode and during an update; loaded only then."""

import gc
import sys

_OF_THE_SENSOR = ("sampler", "zero", "motion.", "drivers.imu", "drivers.health")


def fall_asleep(clip):
    """Ends the measuring until the next start, and gives what it needed back to the heap."""
    clip.sampler = Asleep()
    for name in list(sys.modules):
        if name.startswith(_OF_THE_SENSOR):
            package, _, module = name.rpartition(".")
            del sys.modules[name]
            if package in sys.modules and hasattr(sys.modules[package], module):
                delattr(sys.modules[package], module)
    gc.collect()


class Asleep:
    """There is no sensor, and nothing is measured."""

    state = "off"
    activity = fit = "unknown"
    imu = "none"
    silent = True
    flexion_cdeg = overruns = nudges_today = 0
    period_ms = 1000

    def sample(self):
        """There is nothing to read."""

    def end_minute(self):
        """Nothing was measured."""

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
