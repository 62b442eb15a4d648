"""What the numbers themselves say of a recording: gravity's length, the recorder's own full scale, how it was worn."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .samples import Reading, bad
from .scale import G_M_S2
from .trace import Trace

_GRAVITY_G = (0.3, 3.0)  # a mean force beyond that is no gravity, or in another unit
_USUAL_G = (0.8, 1.25)
_SHARE = 90  # percentile: a broken sensor's zeros may be most of a recording
_FULL_SCALES = {"acc": (2, 4, 8, 16), "gyr": (125, 250, 500, 1000, 2000)}
_OF_FULL = (0.97, 1.05)  # a converter's last value, of the nominal full scale
_STILL_S = 0.9  # the clip's watch: drivers/health.py
_NOISE_ACC_G, _NOISE_GYR_DPS = (
    0.001,
    0.1,
)  # less is no sensor's: the LSM6DSOX has about 2 mg and 0.07 °/s
_NOISE_SHARE = (
    95  # percentile: between the samples of one that was resampled there are straight lines
)
_ENDS = 3  # samples in a row at one extreme: that is no motion


def checked(trace: Trace, path: Path, reading: Reading) -> Trace:
    """The same, turned as it was worn, with what its numbers say in its notes.

    Raises PoiseError (BAD_INPUT) for one without gravity in it, or with other units than it says.
    """
    notes = [*trace.notes, *_gravity(trace, path), *_saturated(trace)]
    trace = replace(trace, notes=tuple(notes))
    return trace if reading.mount is None else _turned(trace, path, reading.mount)


def _gravity(trace: Trace, path: Path) -> list[str]:
    acc = trace.acc_m_s2
    if not np.ptp(acc, axis=0).any():
        return []  # a sensor that stands still: the clip's watch says so
    second = max(1, min(round(trace.rate_hz), len(acc)))
    count = len(acc) // second
    means = acc[: count * second].reshape(count, second, 3).mean(axis=1)
    length_g = float(np.percentile(np.linalg.norm(means, axis=1), _SHARE)) / G_M_S2
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


def _saturated(trace: Trace) -> list[str]:
    """The recorder's own ends of scale; the clip's scales are wider, so the filter would not see them."""
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
        if full is None or _longest(at_end) < _ENDS:
            continue
        option = "--acc-range-g" if sensor == "acc" else "--gyr-range-dps"
        name = "accelerometer" if sensor == "acc" else "gyroscope"
        notes.append(
            f"{int(at_end.sum())} samples stand at the {name}'s own end of scale, {extreme:.4g} {unit}; "
            f"{option} {full} lets the filter see it"
        )
    return notes


def without_noise(trace: Trace) -> bool:
    """Whether it was computed, not recorded: it stands still to the last bit where a sensor would have noise.

    Not where it stands still without gravity: that is no simulation of anything.
    """
    both = np.hstack([trace.acc_m_s2, trace.gyr_rad_s])
    same = np.append(False, (np.diff(both, axis=0) == 0).all(axis=1))
    if _longest(same) < _STILL_S * trace.rate_hz or same[1:].all():
        return False
    if (np.linalg.norm(trace.acc_m_s2[same], axis=1) < _GRAVITY_G[0] * G_M_S2).any():
        return False
    limits = (_NOISE_ACC_G * G_M_S2, math.radians(_NOISE_GYR_DPS))
    for values, limit in zip((trace.acc_m_s2, trace.gyr_rad_s), limits, strict=True):
        rough = np.abs(np.diff(values, 2, axis=0)).max(axis=1)[~same[2:]]
        if len(rough) and np.percentile(rough, _NOISE_SHARE) > limit:
            return False
    return True


def _longest(flags: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _turned(trace: Trace, path: Path, mount: str) -> Trace:
    """Its axes as the clip has them: x to the wearer's right, y up, z backwards."""
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
