"""Steps: what begins and ends walking, and that both VMs and plain Python reckon the same to the last bit."""

from itertools import pairwise

import numpy as np
import pytest
from motion.gait import Gait
from numpy.typing import NDArray

from poise.twin.machine.vm import find_vm
from tests.support import motion_host

Array = NDArray[np.float64]
BURST_MS = 77
T_S = np.arange(0, 40, BURST_MS / 1000)


def stepping(times_s: Array, size_mg: float) -> Array:
    """The length of the specific force at T_S while a foot falls at each of `times_s`."""
    steps = np.interp(T_S, times_s, np.arange(len(times_s)))
    return 1_000 + size_mg * (np.sin(2 * np.pi * steps) + 0.3 * np.sin(4 * np.pi * steps + 1))


def walked(norm_mg: Array, rate_dps: float) -> tuple[float, Gait]:
    """Share of the time after 5 s that is told as walking."""
    gait, told = Gait(), []
    for value in norm_mg:
        gait.step(BURST_MS, int(value), int(100 * rate_dps))
        told.append(gait.walking)
    return float(np.mean(told[int(5_000 / BURST_MS) :])), gait


@pytest.mark.parametrize("step_s", [0.35, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("size_mg", [35, 150])
def test_steps_of_any_pace(step_s, size_mg):
    assert walked(stepping(np.arange(0, 42, step_s), size_mg), 20)[0] > 0.98


def test_a_limp_is_walking():
    times_s = np.cumsum(np.tile([0.50, 0.68], 40))
    assert walked(stepping(times_s, 150), 20)[0] > 0.9


def test_uneven_steps_are_walking():
    rng = np.random.default_rng(5)
    times_s = np.cumsum(0.8 * (1 + 0.05 * rng.normal(size=60)))
    assert walked(stepping(times_s, 50), 15)[0] > 0.9


@pytest.mark.parametrize(
    ("size_mg", "rate_dps", "why"),
    [(10, 20, "too small"), (60, 300, "turned by a hand"), (60, 130, "turned more than shaken")],
)
def test_a_rhythm_without_a_body_is_no_walking(size_mg, rate_dps, why):
    assert walked(stepping(np.arange(0, 42, 0.6), size_mg), rate_dps)[0] == 0, why


def test_swinging_without_a_rhythm_is_no_walking():
    told, swung = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        noise = np.convolve(rng.normal(size=len(T_S)), [0.25, 0.5, 0.25], "same")
        share, gait = walked(1_000 + 90 * noise, 40)
        told.append(share)
        swung.append(gait.swinging)
    assert np.mean(told) < 0.1
    assert np.mean(swung) > 0.8


def test_walking_ends_when_it_is_over():
    gait = walked(stepping(np.arange(0, 42, 0.55), 150), 20)[1]
    assert gait.walking
    quiet = 0
    while gait.walking:
        gait.step(BURST_MS, 1_000, 100)
        quiet += BURST_MS
    assert 1_000 < quiet < 4_000


def test_a_gap_ends_walking():
    gait = walked(stepping(np.arange(0, 42, 0.55), 150), 20)[1]
    for _ in range(6):
        gait.step(60_000, 1_000, 100)
    assert not gait.walking


def test_the_same_in_both_vms_and_in_python(tmp_path):
    rng = np.random.default_rng(1)
    samples = rng.integers(-32_768, 32_768, (1_600, 6))
    samples[:800, 1] = 1_000 + 200 * np.sin(np.arange(800) / 16)
    samples[:800, 3] = 2_000
    samples.astype("<i2").tofile(tmp_path / "samples")
    told = [
        motion_host.run_script(find_vm(bits), "run_gait.py", tmp_path / "samples", 16, 77)
        for bits in (64, 32)
    ]
    assert told[0] == told[1]
    lines = told[0].splitlines()
    assert {line.split()[1] for line in lines[::3]} == {"0", "1"}
    gait = Gait()
    for burst, alike, slow in zip(samples[::16], lines[1::3], lines[2::3], strict=True):
        gait.step(77, abs(int(burst[1])), abs(int(burst[3])))
        assert " ".join(map(str, gait._alike)) == alike
        assert " ".join(map(str, gait._slow)) == slow
    for line, (start, end) in zip(lines[::3], pairwise(range(0, 1_601, 16)), strict=True):
        force = samples[start:end, :3] + 32_768
        mean = (force.sum(axis=0) + 8) // 16
        assert int(line.split()[0]) == min(int(np.abs(force - mean).sum()) // 16, 32_767)
