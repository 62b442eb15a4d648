# Runs in MicroPython: at what rates each sensor is read, and how often at the slow one.
import sys

for name in sys.argv[1:]:
    driver = getattr(getattr(__import__("drivers." + name), name), name.upper())
    print(name, driver.rate_hz, driver.watermark, driver.slow_hz, driver.slow_ms)
