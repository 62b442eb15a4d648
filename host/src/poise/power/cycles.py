"""Duty cycles of the clip's modes, as rates and shares of the time, from the twin's meter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

LIVE, ALONE, NEAR, AWAY = "live", "alone", "near", "away"
MODES = {
    LIVE: "live, a host looks",
    ALONE: "live, no host",
    NEAR: "saver, a host near",
    AWAY: "saver, no host",
}
_SAMPLE_BYTES = 14  # LSM6DSOX


@dataclass(frozen=True)
class DutyCycle:
    """A duty cycle. Fields in `_hz` are rates per second; the others are shares of the time, 0 to 1.

    The shares are those of the twin, whose processor takes no time. `slow_clock`: the processor's clock is the slow one
    (`board.set_clock`), and it does not sleep. `wakes_hz` counts all ends of a wait, `light_sleeps_hz` those of a light
    sleep, `bursts_hz` the reads of the FIFO. `motor` is weighted by duty. `slow_imu` is True if the sensor is in its
    low-power mode.
    """

    slow_clock: float = 0.0
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
    adverts_hz: float = 0.0
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
        slow_clock=share("slow_clock_us"),
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
        adverts_hz=a_second("adverts"),
        connected=share("connected_us"),
        sent_hz=a_second("ble_sent"),
        sent_bytes_hz=a_second("ble_sent_bytes"),
        received_hz=a_second("ble_received"),
        slow_imu=slow_imu,
    )


def with_windows(saver: DutyCycle, every_s: float) -> DutyCycle:
    """Return a duty cycle of saver mode with the same radio windows at another period. Their visits come with them."""
    more = 1 / (saver.radio_starts_hz * every_s)
    return replace(
        saver,
        slow_clock=saver.slow_clock * more,
        light_sleep=saver.light_sleep - saver.radio * (more - 1),
        radio=saver.radio * more,
        radio_starts_hz=saver.radio_starts_hz * more,
        adverts_hz=saver.adverts_hz * more,
        connected=saver.connected * more,
        sent_hz=saver.sent_hz * more,
        sent_bytes_hz=saver.sent_bytes_hz * more,
        received_hz=saver.received_hz * more,
    )


def measured(mode: str) -> dict[str, Any] | None:
    """Return a mode's measurement by `python -m bench.power`: `counts` and the run's conditions; None without one."""
    file = files("poise.power") / "measured" / f"{mode}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


@cache
def duty_cycles() -> dict[str, DutyCycle]:
    """Return the duty cycle of each of MODES. Raises ValueError if one was not measured."""
    return {mode: _counted(mode) for mode in MODES}


def _counted(mode: str) -> DutyCycle:
    run = measured(mode)
    if run is None:
        raise ValueError(f"no measurement of {mode}: run python -m bench.power {mode}")
    return from_counts(run["counts"], slow_imu=mode in (NEAR, AWAY))
