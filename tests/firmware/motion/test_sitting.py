"""Someone who sits: slow sway and lean are tilt, not gyroscope bias, for which VQF's rest detection takes them."""

import numpy as np

from poise.replay import filters, run
from poise.replay.scale import G_M_S2, choose
from poise.replay.score import inclination_error_deg
from poise.replay.trace import Trace
from poise.replay.whatif import settings_for

RATE_HZ = 208.0
SECONDS = 150
SETTLED = int(20 * RATE_HZ)
T_S = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ


def sway(amplitude_deg: float, hz: float, phase: float = 0.3) -> np.ndarray:
    return amplitude_deg * np.sin(2 * np.pi * hz * T_S + phase)


def triangle(dps: float) -> np.ndarray:
    """Down and up by 30 degrees, always at this rate."""
    return np.abs((T_S * dps) % 60 - 30)


def poses(seed: int, low: float, high: float) -> np.ndarray:
    """Another pose every 10 s, reached within 2 s."""
    steps = np.repeat(np.random.default_rng(seed).uniform(low, high, 15), int(10 * RATE_HZ))
    window = np.hanning(int(2 * RATE_HZ))
    return np.convolve(np.pad(steps, 300, "edge"), window / window.sum(), "same")[300:-300]


# Flexion and lateral flexion, degrees; the bias, degrees a second.
CASES = {
    "sway": (30 + sway(0.5, 0.3), sway(0.3, 0.39, 1.0), (0, 0, 0)),
    "slow sway": (sway(1.0, 0.2), sway(0.6, 0.26, 1.0), (1.5, -1, 0.8)),
    "wide sway": (15 + sway(5, 0.05), sway(3, 0.065, 1.0), (1.5, -1, 0.8)),
    "lean 0.5": (triangle(0.5), 0 * T_S, (0, 0, 0)),
    "lean 2": (triangle(2), 0 * T_S, (1.5, -1, 0.8)),
    "lean 3": (triangle(3), 0 * T_S, (1.5, -1, 0.8)),
    "poses": (poses(1, -10, 40) + sway(0.6, 0.08), poses(2, -10, 10), (1.5, -1, 0.8)),
    "table": (0 * T_S, 0 * T_S, (1.5, -1, 0.8)),
}


def trace_of(
    flexion_deg: np.ndarray, lateral_deg: np.ndarray, bias_dps
) -> tuple[Trace, np.ndarray]:
    """The signals of a clip at the back, as `poise.twin.world.wearer` has its axes; and up in its frame."""
    rng = np.random.default_rng(1)
    flexion, lateral = np.radians(flexion_deg), np.radians(lateral_deg)
    up = np.stack(
        [-np.sin(lateral) * np.cos(flexion), np.cos(lateral) * np.cos(flexion), np.sin(flexion)], 1
    )
    forward, side = np.gradient(flexion, T_S), np.gradient(lateral, T_S)
    rate = np.stack([-forward * np.cos(lateral), -forward * np.sin(lateral), -side], 1)
    acc = up * G_M_S2 + rng.normal(0, 0.01, up.shape)
    gyr = rate + np.radians(rng.normal(0, 0.07, up.shape) + np.array(bias_dps))
    return Trace("sitting", acc, gyr, RATE_HZ, T_S), up


def rmse_deg(up: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean(inclination_error_deg(up, truth)[SETTLED:] ** 2)))


def test_sway_is_no_bias(vm):
    ours, vqf = {}, {}
    for name, case in CASES.items():
        trace, truth = trace_of(*case)
        done = run.replay(trace, run.Plan(choose(trace), settings_for(vm, None, {})), vm)
        assert done.up is not None
        ours[name] = rmse_deg(done.up, truth)
        vqf[name] = rmse_deg(filters.vqf(trace)[1], truth)
    assert max(ours.values()) < 0.2, ours
    assert np.mean(list(ours.values())) < 0.2 * np.mean(list(vqf.values())), (ours, vqf)
