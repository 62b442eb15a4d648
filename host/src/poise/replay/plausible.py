"""Plausibility checks of a recording: gravity's length, units and axes, the recorder's own full scale, its mount."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .samples import Array, Reading, bad, longest
from .scale import G_M_S2
from .trace import Trace

_GRAVITY_G = (0.3, 3.0)  # a mean force outside is not gravity, or in another unit
_USUAL_G = (0.8, 1.25)
_BLOCK_S = 0.25
_BLOCKS = 8  # fewer blocks are too few to compare
_TURN_DEG = 4.0  # from one block to the next; a smaller turn is sway and noise
_ALIKE = 0.8  # correlation; a weaker one has other reasons, such as steps
_OTHER_UNIT = 15.0  # times
_FULL_SCALES = {"acc": (2, 4, 8, 16), "gyr": (125, 250, 500, 1000, 2000)}
_OF_FULL = (0.97, 1.05)  # a converter's last value, of the nominal full scale
_STILL_S = 0.9  # the clip's watch: drivers/health.py
_NOISE_ACC_G, _NOISE_GYR_DPS = (
    0.001,
    0.1,
)  # less is no sensor's: the LSM6DSOX has about 2 mg and 0.07 °/s
_NOISE_SHARE = 95  # percentile: a resampled recording has straight lines between its samples
_ENDS = 3  # this many samples in a row at one extreme are not motion


def checked(trace: Trace, path: Path, reading: Reading) -> Trace:
    """Return the trace with the findings in its notes, and with its axes turned as `reading.mount` says.

    Raises PoiseError (BAD_INPUT) for a trace without gravity, or in other units than it says.
    """
    notes = [*trace.notes, *_gravity(trace, path), *_agreement(trace, path), *_saturated(trace)]
    trace = replace(trace, notes=tuple(notes))
    return trace if reading.mount is None else _turned(trace, path, reading.mount)


def _gravity(trace: Trace, path: Path) -> list[str]:
    acc = trace.acc_m_s2
    if not np.ptp(acc, axis=0).any():
        return []  # a stuck sensor: the clip's health watch reports it
    length_g = _quiet_length(acc, max(1, min(round(trace.rate_hz), len(acc)))) / G_M_S2
    low, high = _GRAVITY_G
    if length_g < low:
        raise bad(
            path,
            f"its mean force is {length_g:.2g} g: gravity is not in it, so there is no angle",
            "Record the accelerometer with gravity (not the linear or user acceleration), or give --acc-unit.",
        )
    if length_g > high:
        raise bad(
            path,
            f"its mean force is {length_g:.3g} g: its unit is another",
            "Correct its unit (--acc-unit).",
        )
    if not _USUAL_G[0] < length_g < _USUAL_G[1]:
        return [
            f"its mean force is {length_g:.2f} g instead of 1 g: the angles are as wrong as its accelerometer"
        ]
    return []


def _quiet_length(acc: Array, second: int) -> float:
    """Return the median length of the mean force in the quieter seconds, without those constant to the last bit."""
    count = len(acc) // second
    blocks = acc[: count * second].reshape(count, second, 3)
    spread = blocks.std(axis=1).sum(axis=1)
    alive = spread > 0 if (spread > 0).any() else np.ones(count, bool)
    quiet = alive & (spread <= np.median(spread[alive]))
    return float(np.median(np.linalg.norm(blocks[quiet].mean(axis=1), axis=1)))


def _agreement(trace: Trace, path: Path) -> list[str]:
    """Compare the accelerometer's turns with the gyroscope's; return notes. Raises PoiseError (BAD_INPUT).

    A force that is fixed in the world changes by -w x a in the sensor. The ratio of the two sides shows units or axes
    that do not match, provided that the wearer turned enough.
    """
    block = max(1, round(trace.rate_hz * _BLOCK_S))
    count = len(trace) // block
    if count < _BLOCKS:
        return []
    acc, gyr = (
        v[: count * block].reshape(count, block, 3).mean(axis=1)
        for v in (trace.acc_m_s2, trace.gyr_rad_s)
    )
    angle = (gyr[1:] + gyr[:-1]) / 2 * block / trace.rate_hz
    told = -np.cross(angle, (acc[1:] + acc[:-1]) / 2)
    seen = np.diff(acc, axis=0)
    turned = np.linalg.norm(seen, axis=1) > math.radians(_TURN_DEG) * G_M_S2
    told, seen = told[turned], seen[turned]
    power = float(np.sqrt((told**2).sum() * (seen**2).sum()))
    if len(seen) < _BLOCKS or not 0 < power < math.inf:
        return []
    alike = float((told * seen).sum()) / power
    times = float(np.sqrt((seen**2).sum() / (told**2).sum()))
    if abs(alike) < _ALIKE:
        return []
    if not 1 / _OTHER_UNIT < times < _OTHER_UNIT:
        raise bad(
            path,
            f"its accelerometer turns {times:.2g} times as far as its gyroscope says: one of their units is another",
            "Give --gyr-unit (a degree is 1/57 of a radian) or --acc-unit.",
        )
    if alike < 0:
        return [
            "its accelerometer turns the other way than its gyroscope says: their axes are not of a piece"
        ]
    return []


def _saturated(trace: Trace) -> list[str]:
    """Return notes of samples at the recorder's own ends of scale.

    The clip's scales are wider, so the filter would not see them.
    """
    notes = []
    for sensor, values, unit in (
        ("acc", trace.acc_m_s2 / G_M_S2, "g"),
        ("gyr", np.degrees(trace.gyr_rad_s), "°/s"),
    ):
        extreme = float(np.abs(values).max())
        full = next(
            (f for f in _FULL_SCALES[sensor] if _OF_FULL[0] * f <= extreme <= _OF_FULL[1] * f), None
        )
        ends = np.abs(np.abs(values) - extreme) <= 1e-6 * extreme
        at_end: NDArray[np.bool_] = np.any(ends, axis=1)
        if full is None or longest(at_end) < _ENDS:
            continue
        option = "--acc-range-g" if sensor == "acc" else "--gyr-range-dps"
        name = "accelerometer" if sensor == "acc" else "gyroscope"
        notes.append(
            f"{int(at_end.sum())} samples stand at the {name}'s own end of scale, {extreme:.4g} {unit}; "
            f"{option} {full} lets the filter see it"
        )
    return notes


def without_noise(trace: Trace) -> bool:
    """True if the trace was computed, not recorded: an axis is constant to the last bit where a sensor has noise, and
    the others have none either.

    False if it is constant without gravity: that simulates nothing.
    """
    both = np.hstack([trace.acc_m_s2, trace.gyr_rad_s])
    alike = np.diff(both, axis=0, prepend=np.nan) == 0
    same = alike.all(axis=1)
    longest_alike = max(longest(axis) for axis in alike.T)
    if longest_alike < _STILL_S * trace.rate_hz or same[1:].all():
        return False
    if (np.linalg.norm(trace.acc_m_s2[same], axis=1) < _GRAVITY_G[0] * G_M_S2).any():
        return False
    limits = (_NOISE_ACC_G * G_M_S2, math.radians(_NOISE_GYR_DPS))
    for values, limit in zip((trace.acc_m_s2, trace.gyr_rad_s), limits, strict=True):
        rough = np.abs(np.diff(values, 2, axis=0)).max(axis=1)[~same[2:]]
        if len(rough) and np.percentile(rough, _NOISE_SHARE) > limit:
            return False
    return True


def _turned(trace: Trace, path: Path, mount: str) -> Trace:
    """Return the trace in the clip's axes: x to the wearer's right, y up, z backwards. Raises PoiseError
    (BAD_INPUT)."""
    rows = [_axis(name) for name in mount.split(",")]
    turn = np.array([row for row in rows if row is not None])
    if turn.shape != (3, 3) or not math.isclose(float(np.linalg.det(turn)), 1.0):
        raise bad(
            path,
            f"--mount {mount}: these are not the sensor's axes to the wearer's right, up and back",
            "Name three, such as x,y,z (as the clip) or -x,z,y; right, up and back are right-handed.",
        )
    truth = trace.q_ref_wxyz
    if truth is not None:
        raise bad(path, "--mount: it has a true orientation, in its own axes", "Leave out --mount.")
    note = f"its axes {mount} are taken as the wearer's right, up and back"
    return replace(
        trace,
        acc_m_s2=trace.acc_m_s2 @ turn.T,
        gyr_rad_s=trace.gyr_rad_s @ turn.T,
        notes=(*trace.notes, note),
    )


def _axis(name: str) -> list[float] | None:
    text = name.strip().lower()
    sign = -1.0 if text.startswith("-") else 1.0
    axis = text.lstrip("+-")
    return [sign * (axis == known) for known in "xyz"] if axis in ("x", "y", "z") else None
