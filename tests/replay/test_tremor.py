"""A wearer with a tremor calibrates, is still for the clip, and is nudged: samples through the clip's own code."""

from collections.abc import Sequence

import numpy as np
import pytest

from poise.replay import run
from poise.replay.scale import G_M_S2, choose
from poise.replay.trace import Trace
from poise.replay.whatif import settings_for
from tests.conftest import vm_or_skip
from tests.support.motion_synth import turn

RATE_HZ = 208.0
SECONDS = 34.0
PRESS_S = 2.0
LEVER_M = (0.0, 0.12, -0.06)  # from the neck's joint to the clip: up, and behind the wearer
AXES = {"nod": [1.0, 0, 0], "shake": [0, 1.0, 0], "tilt": [0, 0, 1.0], "between": [0.6, 0.5, 0.62]}


def swings(amplitude_deg: float, hz: float, axis: str, seconds: float = SECONDS) -> np.ndarray:
    """Rotation vectors (n, 3) in degrees, of a tremor that waxes and wanes."""
    t_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    size_deg = amplitude_deg * (0.85 + 0.15 * np.sin(2 * np.pi * 0.3 * t_s))
    return (size_deg * np.sin(2 * np.pi * hz * t_s))[:, None] * np.array(AXES[axis])


def nods(seconds: float = SECONDS) -> np.ndarray:
    """Rotation vectors (n, 3) in degrees: two nods forward, 10 s after the press."""
    t_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    out = np.zeros((len(t_s), 3))
    for start_s in (12.0, 15.0):
        within = (t_s >= start_s) & (t_s < start_s + 1.6)
        out[within, 0] -= 11 * (1 - np.cos(2 * np.pi * (t_s[within] - start_s) / 1.6))
    return out


def worn(turned_deg: np.ndarray, seed: int = 3, lever_m: Sequence[float] = LEVER_M) -> Trace:
    """The clip's samples, right, up and back, while the head is turned so."""
    rng = np.random.default_rng(seed)
    n = len(turned_deg)
    sway = np.cumsum(rng.normal(0, 0.02, (n + 208, 3)), axis=0)
    sway = np.stack([np.convolve(part, np.ones(209) / 209, "valid") for part in sway.T], axis=1)[:n]
    sway -= np.linspace(0, 1, n)[:, None] * sway[-1]
    poses = np.array([turn(np.radians(v)) for v in turned_deg + 0.3 * sway])
    path_m = poses @ np.array(lever_m)
    pushed = np.gradient(np.gradient(path_m, 1 / RATE_HZ, axis=0), 1 / RATE_HZ, axis=0)
    force = np.einsum("nji,nj->ni", poses, pushed + [0, G_M_S2, 0])
    between = np.einsum("nji,njk->nik", poses[:-1], poses[1:])
    skew = (between - between.transpose(0, 2, 1)) / 2 * RATE_HZ
    rate = np.stack([skew[:, 2, 1], skew[:, 0, 2], skew[:, 1, 0]], axis=1)
    rate = np.concatenate([rate, rate[-1:]])
    acc = force + rng.normal(0, 0.02, (n, 3))
    gyr = rate + np.radians([0.2, -0.1, 0.1]) + rng.normal(0, 0.001, (n, 3))
    return Trace("tremor", acc, gyr, RATE_HZ, np.arange(n) / RATE_HZ)


def calibrated(trace: Trace, vm) -> run.Event:
    plan = run.Plan(
        choose(trace, None, None),
        settings_for(vm, "head", {}),
        calibrate_s=PRESS_S,
        each_sample=False,
    )
    upright = run.replay(trace, plan, vm).upright
    assert upright is not None
    return upright


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize(("amplitude_deg", "hz"), [(0.3, 8.0), (0.8, 5.0), (1.2, 4.0), (0.8, 6.5)])
def test_a_wearer_with_a_tremor_calibrates(amplitude_deg, hz, axis, vm):
    upright = calibrated(worn(swings(amplitude_deg, hz, axis) + nods()), vm)
    assert upright.fields["result"] == "accepted"
    up = np.array(upright.fields["up_q14"]) / 16384
    assert np.degrees(np.arccos(up[1])) < 0.7  # sway included


@pytest.mark.parametrize(
    "moved",
    [
        lambda t: 2.0 * t,  # slowly down
        lambda t: 5 * np.sin(2 * np.pi * 0.5 * t),
        lambda t: 3 * np.sin(2 * np.pi * 1.0 * t),
        lambda t: 2 * np.sin(2 * np.pi * 2.0 * t),  # the body's own sway in steps
    ],
)
def test_a_wearer_who_moves_does_not(moved, vm):
    t_s = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
    upright = calibrated(worn(moved(t_s)[:, None] * np.array([-1.0, 0, 0])), vm)
    assert upright.fields["result"] == "moving"


# Of 64 s; a tremor that sets in is taken for the first steps of a walk.
SETS_IN_S = 4.0
TREMORS = ((0.3, 8.0), (0.6, 8.0), (0.8, 5.0), (1.2, 4.0), (1.5, 3.5), (0.8, 6.5))
# From the neck's joint: the clip sits on the back of the head, at its side, at the nape.
LEVERS_M = (LEVER_M, [0.07, 0.1, 0.0], [0.0, 0.055, 0.03])


@pytest.mark.parametrize("lever_m", LEVERS_M, ids=("back", "side", "nape"))
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize(("amplitude_deg", "hz"), TREMORS)
def test_a_head_that_trembles_neither_walks_nor_drives(amplitude_deg, hz, axis, lever_m):
    trace = worn(swings(amplitude_deg, hz, axis, 64.0), lever_m=lever_m)
    vm = vm_or_skip(64)
    plan = run.Plan(choose(trace, None, None), settings_for(vm, "head", {}), each_sample=False)
    told_s = run.replay(trace, plan, vm).activity_seconds
    assert told_s.get("walking", 0) + told_s.get("vehicle", 0) < SETS_IN_S


@pytest.mark.parametrize("axis", AXES)
def test_a_wearer_with_a_tremor_is_nudged(axis, vm):
    seconds = 80.0
    bent = np.zeros((int(seconds * RATE_HZ), 3))
    bent[:, 0] = -45 * np.clip((np.arange(len(bent)) / RATE_HZ - 22) / 3, 0, 1)
    trace = worn(swings(0.8, 5.0, axis, seconds) + nods(seconds) + bent)
    settings = settings_for(vm, "head", {"--hold": 30.0})
    plan = run.Plan(choose(trace, None, None), settings, calibrate_s=PRESS_S, each_sample=False)
    assert any(event.kind == "nudge" for event in run.replay(trace, plan, vm).events)
