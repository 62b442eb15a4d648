"""Duty cycles of the clip's modes, as rates and shares of the time, from the twin's meter or the design's numbers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Windows:
    """The radio's windows of saver mode, as designed: the radio comes on every `every_s`.

    It advertises for `advertising_s`, every 100 ms (`firmware/link/ble.py`). A host that answers is connected for
    `connected_s`, in which it asks `requests` times; the clip sends `sent_bytes` and writes `programs` pages to its
    flash.
    """

    every_s: float
    advertising_s: float
    connected_s: float = 0.0
    requests: int = 0
    sent_bytes: int = 0
    programs: int = 0


_ADVERT_EVERY_S = 0.105  # with the mean of the specified random delay of 0 to 10 ms
# The numbers of firmware/system/power.py. The radio starts in 0.3 s, a host that knows when connects after 0.3 s more,
# and the radio stays on for 0.6 s after it, for another one. A visit: hello, time, status, what is new of the log,
# goodbye; the clip notes a clock record.
WINDOWS = {
    NEAR: Windows(60, 0.3 + 0.3 + 0.6, connected_s=1.5, requests=8, sent_bytes=600, programs=2),
    AWAY: Windows(300, 1.2),
}


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


def with_windows(unvisited: DutyCycle, windows: Windows) -> DutyCycle:
    """Return saver mode with other windows. `unvisited`: a measurement without a host. All else stays as measured."""
    windows_hz = 1 / windows.every_s
    on = (windows.advertising_s + windows.connected_s) * windows_hz
    asked_hz = windows.requests * windows_hz
    return replace(
        unvisited,
        slow_clock=on,
        light_sleep=unvisited.light_sleep + unvisited.radio - on,
        wakes_hz=unvisited.wakes_hz + asked_hz,
        flash_programs_hz=unvisited.flash_programs_hz + windows.programs * windows_hz,
        radio=on,
        radio_starts_hz=windows_hz,
        adverts_hz=windows.advertising_s * windows_hz / _ADVERT_EVERY_S,
        connected=windows.connected_s * windows_hz,
        sent_hz=asked_hz,
        sent_bytes_hz=windows.sent_bytes * windows_hz,
        received_hz=asked_hz,
    )


def measured(mode: str) -> dict[str, Any] | None:
    """Return a mode's measurement by `python -m bench.power`: `counts` and the run's conditions; None without one."""
    file = files("poise.power") / "measured" / f"{mode}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def visits_are_measured() -> bool:
    """True if both modes of saver come from the meter; else from WINDOWS, over a measurement without visits."""
    return measured(NEAR) is not None


def duty_cycles() -> dict[str, DutyCycle]:
    """Return the duty cycle of each of MODES. Raises ValueError if one was not measured that has to be."""
    found = {mode: _counted(mode) for mode in (LIVE, ALONE)}
    unvisited = _counted(AWAY)
    if visits_are_measured():
        return {**found, NEAR: _counted(NEAR), AWAY: unvisited}
    return {**found, **{mode: with_windows(unvisited, WINDOWS[mode]) for mode in (NEAR, AWAY)}}


def _counted(mode: str) -> DutyCycle:
    run = measured(mode)
    if run is None:
        raise ValueError(f"no measurement of {mode}: run python -m bench.power {mode}")
    return from_counts(run["counts"], slow_imu=mode in (NEAR, AWAY))
