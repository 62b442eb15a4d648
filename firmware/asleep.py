"""What stands in the sampler's place in safe mode and during an update; loaded only then."""

import gc
import sys

_STAY = ("drivers.haptic", "drivers.battery", "drivers.button")


def trusted_key():
    """The public key whose updates are taken (32 bytes), or None: only the cable writes it, beside main.py."""
    try:
        with open("key", "rb") as file:
            return file.read()
    except OSError:
        return None


def fall_asleep(clip):
    """Ends the measuring until the next start, and gives what it needed back to the heap."""
    clip.sampler = Asleep()
    clip.asleep = True
    for name in list(sys.modules):
        if name in ("sampler", "zero") or name.startswith(("motion.", "drivers.")):
            if name in _STAY:
                continue
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
    pause_ms = 1000
    slow = behind = False

    def sample(self):
        """There is nothing to read."""

    def save(self, slow):
        """There is no rate."""

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

    def hush(self):
        """There are none."""
