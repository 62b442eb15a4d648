"""In the VM: steps and vibration of a file of bursts.

argv: samples file (n x six int16), samples a burst, ms a burst. Prints a line a burst: the shaking in LSB, 1 while
walking, 1 while swinging; and at the end the correlations.
"""

import sys
from array import array

from motion.gait import Gait
from motion.periodic import shaking

source, n, dt_ms = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
samples = array("h", bytes(12 * n))
gait = Gait()
with open(source, "rb") as data:
    while data.readinto(samples) == 12 * n:
        # One axis serves as the length: the sensor's own is not wanted here.
        gait.step(dt_ms, abs(samples[1]), abs(samples[3]))
        print(shaking(samples, n), int(gait.walking), int(gait.swinging))
        print(*gait._alike)
        print(*gait._slow)
