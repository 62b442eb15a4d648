"""Runs on the clip: reads the sensor in bursts, as the firmware does, and prints a line for each."""

from array import array
import binascii
import select
import sys
import time

import board
import micropython
from drivers.imu import MAX_BURST
from drivers.search import find

_HOST_MS = 5_000  # how long the end waits for the host before the clip restarts by itself


def record(limit_ms):
    """Record until `limit_ms` are over or a byte comes.

    Prints `sensor NAME RATE ACC GYR`, then lines `ms overruns base64 crc`. At the end it waits for the host's byte: a
    host that has died sends none, and the clip restarts.
    """
    say = sys.stdout.write
    imu = find(board.i2c(), board.IMU_ADDRESSES)
    samples = array("h", [0] * (6 * MAX_BURST))
    raw = memoryview(samples)
    wait_ms = 1000 * imu.watermark // imu.rate_hz
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    micropython.kbd_intr(-1)  # the host's byte is no interrupt
    try:
        told = (imu.name, imu.rate_hz, imu.acc_lsb_per_g, imu.gyr_lsb_per_dps)
        say("sensor %s %s %s %s\n" % told)
        imu.start(imu.rate_hz)
        begin = time.ticks_ms()
        while not poll.poll(0):
            time.sleep_ms(wait_ms)
            n = imu.read_burst(samples, MAX_BURST)
            at = time.ticks_diff(time.ticks_ms(), begin)
            if n:
                data = bytes(raw[: 6 * n])
                text = binascii.b2a_base64(data).decode().strip()
                say("%d %d %s %d\n" % (at, imu.overruns, text, binascii.crc32(data)))
            if at >= limit_ms:
                break
        say("end\n")
        if not poll.poll(_HOST_MS):
            board.reset()
        sys.stdin.read(1)
    finally:
        micropython.kbd_intr(3)
