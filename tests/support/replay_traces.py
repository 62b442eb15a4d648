"""Traces to replay, and the VMs that replay them."""

from pathlib import Path

import numpy as np
import pytest

from poise.replay import run, scale, whatif
from poise.replay.trace import Trace
from tests.conftest import vm_or_skip

RATE_HZ = 208.0
G = scale.G_M_S2
EVERY_VM = [
    pytest.param(64, marks=pytest.mark.vm),
    pytest.param(32, marks=pytest.mark.vm32),
]


def nodding(seconds: float = 40.0) -> Trace:
    """A clip that is still for 5 s, then pitched by 30 degrees to and fro about its x axis; the truth with it."""
    t_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    swing = np.where(t_s < 5, 0.0, np.sin(2 * np.pi * 0.25 * (t_s - 5)))
    speed = np.where(t_s < 5, 0.0, np.cos(2 * np.pi * 0.25 * (t_s - 5)) * 2 * np.pi * 0.25)
    pitch = np.radians(30) * swing  # forward: about -x
    up = np.stack([0 * t_s, np.cos(pitch), np.sin(pitch)], axis=1)
    gyr = np.stack([-np.radians(30) * speed, 0 * t_s, 0 * t_s], axis=1)
    # Sensor to earth (z up): a turn about x by 90 degrees less the pitch.
    half = (np.pi / 2 - pitch) / 2
    q = np.stack([np.cos(half), np.sin(half), 0 * t_s, 0 * t_s], axis=1)
    return Trace("nodding", up * G, gyr, RATE_HZ, t_s, q, t_s >= 5)


def write_npz(path: Path, trace: Trace, **other) -> Path:
    arrays = {
        "acc_m_s2": trace.acc_m_s2,
        "gyr_rad_s": trace.gyr_rad_s,
        "sampling_rate_hz": trace.rate_hz,
        "q_ref_wxyz": trace.q_ref_wxyz,
        "moving": trace.moving,
        **other,
    }
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


def plan(bits: int = 64, **given) -> run.Plan:
    flags = {"--" + name.replace("_", "-"): value for name, value in given.items()}
    return run.Plan(scale.CLIP, whatif.settings_for(vm_or_skip(bits), None, flags))
