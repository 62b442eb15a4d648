"""In a VM: samples from standard input through the attitude filter; up to standard output now and then.

argv: rate_hz, acc_lsb_per_g, gyr_lsb_per_dps, samples a burst, bursts between two outputs.
Input: int16 rows (ax, ay, az, gx, gy, gz). Output: x, y, z of up, int16 Q14.
"""

import sys
from array import array

from motion.attitude import Attitude

rate_hz, acc_lsb, gyr_lsb = (float(text) for text in sys.argv[1:4])
burst, every = int(sys.argv[4]), int(sys.argv[5])
attitude = Attitude(rate_hz, acc_lsb, gyr_lsb)
samples = array("h", bytes(12 * burst))
turn = 0
while sys.stdin.buffer.readinto(samples) == 12 * burst:
    attitude.update(samples, burst)
    turn += 1
    if turn == every:
        turn = 0
        sys.stdout.buffer.write(array("h", attitude.up_q14))
