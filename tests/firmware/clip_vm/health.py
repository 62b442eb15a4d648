# Runs in MicroPython: the health watch over bursts of rows from a file (six int16 a row); prints what it says and when.
import sys
from array import array

import micropython
from drivers.health import Health

path, rate_hz, burst = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
health = Health(rate_hz)
samples = array("h", bytes(12 * burst))
t_ms = 0
with open(path, "rb") as file:
    while True:
        n = file.readinto(samples) // 12
        if not n:
            break
        t_ms += 1000 * n // rate_hz
        micropython.heap_lock()
        fault = health.step(1000 * n // rate_hz, n, samples)
        micropython.heap_unlock()
        if fault:
            break
print(fault, t_ms)
silent = Health(rate_hz)
silent_ms = 0
while not silent.step(80, 0, samples):
    silent_ms += 80
print(silent.step(80, 0, samples), silent_ms + 80)
