# Runs in MicroPython: the whole sampling path, from the FIFO to the posture's events, with the heap locked.
import micropython
from chip import Chip
from drivers.lsm6dsox import LSM6DSOX
from app.sampler import Sampler
from motion import poses
from motion.accelerometer import Accelerometer
from storage.limits import TABLE

GYR, ACC = 1, 2
BURSTS = 400  # 16 samples each, about half a minute
ONE_G = LSM6DSOX.acc_lsb_per_g


class Settings:
    def get(self, name):
        return TABLE[name][0]


class Upright:
    up_q14 = (0, 16384, 0)
    right_q14 = (16384, 0, 0)
    site = TABLE["site"][0]


class Kept:
    """An accelerometer that is known to be a little off: its error is taken off each sample."""

    def read(self):
        known = Accelerometer()
        known.error = (5, 8, -10, 2, -1, 3)
        return poses.dump(known, LSM6DSOX.name)


class Clip:
    """What the sampler needs of the clip: settings, what is stored, a clock that the test moves."""

    settings = Settings()
    upright = Upright()
    accelerometer = Kept()
    ms = 0

    def ticks_ms(self):
        return self.ms

    def ticks_diff(self, a, b):
        return a - b

    def now_ms(self):
        return self.ms

    def fault(self, name, detail):
        raise AssertionError((name, detail))


def fill(chip, burst):
    chip.start = chip.words = 0
    for n in range(16):
        # Upright, then bent forward by about 30 degrees: sensor y up, z backwards.
        y, z = (ONE_G, 0) if burst < BURSTS // 2 else (ONE_G * 866 // 1000, ONE_G // 2)
        chip.push(GYR, n & 3, n - 8, 8 - n, 3)
        chip.push(ACC, n & 3, n - 8, y + (n & 3), z + (n & 1))


chip = Chip()
chip.st_acc_lsb, chip.st_gyr_lsb = 3000, 5000
clip = Clip()
sampler = Sampler(clip, chip, (0x6A,), lambda ms: None)
sampler.open()
states = set()
for burst in range(BURSTS):
    fill(chip, burst)
    clip.ms += 77
    micropython.heap_lock()
    sampler.sample_once()
    micropython.heap_unlock()
    states.add(sampler.state)
assert sampler._chain.accelerometer.error[2] == -10
print("no allocation", sorted(states), sampler.flexion_cdeg // 1000)
