"""Duty cycles of the clip's modes, as rates and shares of the time, from the twin's meter or the design's numbers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

LIVE, ALONE, SAVER = "live", "alone", "saver"
MODES = {
    LIVE: "live, a host listens",
    ALONE: "live, no host",
    SAVER: "saver",
}

# Saver mode as designed. A measurement of the real mode (`measured/saver.json`) replaces these numbers.
SAVER_RATE_HZ = 52
SAVER_BURST_S = 2.0
SAVER_READ_SAMPLES = 32  # drivers/imu.py MAX_BURST: a burst is read in several pieces
SAVER_WINDOW_S, SAVER_EVERY_S = 3.0, 60.0
_SAMPLE_BYTES = 14  # LSM6DSOX
_READ_BITS, _REGISTER_BYTES = 30, 2  # as in poise.twin.machine.meter
_BIT_S = 2.5e-6


@dataclass(frozen=True)
class DutyCycle:
    """A duty cycle. Fields in `_hz` are rates per second; the others are shares of the time, 0 to 1.

    The shares are those of the twin, whose processor takes no time. `wakes_hz` counts all ends of a wait,
    `light_sleeps_hz` those of a light sleep, `bursts_hz` the reads of the FIFO. `motor` is weighted by duty. `slow_imu`
    is True if the sensor is in its low-power mode.
    """

    light_sleep: float = 0.0
    light_sleeps_hz: float = 0.0
    wakes_hz: float = 0.0
    bursts_hz: float = 0.0
    samples_hz: float = 0.0
    i2c: float = 0.0
    flash_programs_hz: float = 0.0
    flash_erases_hz: float = 0.0
    motor: float = 0.0
    radio: float = 0.0
    radio_starts_hz: float = 0.0
    advertising: float = 0.0
    connected: float = 0.0
    sent_hz: float = 0.0
    sent_bytes_hz: float = 0.0
    received_hz: float = 0.0
    slow_imu: bool = False


def from_counts(
    counts: Mapping[str, float], sample_bytes: int = _SAMPLE_BYTES, *, slow_imu: bool = False
) -> DutyCycle:
    """Return the duty cycle from the meter's `boot` or `total`, or from the difference of two readings.

    Raises ValueError if no time has passed.
    """
    seconds = counts["uptime_us"] / 1e6
    if seconds <= 0:
        raise ValueError("the meter has counted no time")

    def a_second(name: str) -> float:
        return counts[name] / seconds

    def share(name: str) -> float:
        return counts[name] / counts["uptime_us"]

    return DutyCycle(
        light_sleep=share("light_sleep_us"),
        light_sleeps_hz=a_second("light_sleeps"),
        wakes_hz=a_second("wakes"),
        bursts_hz=a_second("bursts"),
        samples_hz=a_second("burst_bytes") / sample_bytes,
        i2c=share("i2c_us"),
        flash_programs_hz=a_second("flash_programs"),
        flash_erases_hz=a_second("flash_erases"),
        motor=share("motor_us"),
        radio=share("radio_us"),
        radio_starts_hz=a_second("radio_starts"),
        advertising=share("advertising_us"),
        connected=share("connected_us"),
        sent_hz=a_second("ble_sent"),
        sent_bytes_hz=a_second("ble_sent_bytes"),
        received_hz=a_second("ble_received"),
        slow_imu=slow_imu,
    )


def saver_as_designed(
    alone: DutyCycle, burst_s: float = SAVER_BURST_S, every_s: float = SAVER_EVERY_S
) -> DutyCycle:
    """Return the duty cycle of saver mode as designed; records and nudges as in `alone`.

    Every `burst_s` the clip leaves light sleep to read samples of 52 Hz; every `every_s` it opens a radio window.
    """
    samples = SAVER_RATE_HZ * burst_s
    reads = -(-samples // SAVER_READ_SAMPLES)  # rounded up
    bits = reads * 2 * _READ_BITS + 9 * (reads * _REGISTER_BYTES + samples * _SAMPLE_BYTES)
    window = SAVER_WINDOW_S / every_s
    return replace(
        alone,
        light_sleep=1 - window,
        light_sleeps_hz=1 / burst_s,
        wakes_hz=(1 + reads) / burst_s,
        bursts_hz=reads / burst_s,
        samples_hz=float(SAVER_RATE_HZ),
        i2c=bits * _BIT_S / burst_s,
        radio=window,
        radio_starts_hz=1 / every_s,
        advertising=window,
        connected=0.0,
        sent_hz=0.0,
        sent_bytes_hz=0.0,
        received_hz=0.0,
        slow_imu=True,
    )


def measured(mode: str) -> dict[str, Any] | None:
    """Return a mode's measurement by `python -m bench.power`: `counts` and the run's conditions; None without one."""
    file = files("poise.power") / "measured" / f"{mode}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def duty_cycles() -> dict[str, DutyCycle]:
    """Return the duty cycle of each of MODES. Raises ValueError if live or alone was not measured."""
    found = {}
    for mode in (LIVE, ALONE):
        run = measured(mode)
        if run is None:
            raise ValueError(f"no measurement of {mode}: run python -m bench.power")
        found[mode] = from_counts(run["counts"])
    saver = measured(SAVER)
    found[SAVER] = (
        from_counts(saver["counts"], slow_imu=True) if saver else saver_as_designed(found[ALONE])
    )
    return found
