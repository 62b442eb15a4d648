"""The motion filter beside VQF on recordings with faults put in: `python -m bench.robust DIR` prints the table.

Each fault is one that sensors have: in time, in scale, in their axes, in their bias and offset.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from poise.replay import filters
from poise.replay.load import load
from poise.replay.run import Plan, replay
from poise.replay.scale import G_M_S2, choose
from poise.replay.score import inclination_rmse_deg
from poise.replay.trace import Trace
from poise.replay.whatif import settings_for
from poise.twin.machine.vm import find_vm

JITTER = 0.2  # of a sample's time, either way
LOST = 0.02
STEP_S = 60.0


def turned(axis: int, degrees: float) -> np.ndarray:
    """Return the matrix (3, 3) that turns rows about an axis."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    one, other = (axis + 1) % 3, (axis + 2) % 3
    matrix[one, one] = matrix[other, other] = cosine
    matrix[one, other], matrix[other, one] = sine, -sine
    return matrix


def faulty(trace: Trace) -> Iterator[tuple[str, Trace]]:
    """Yield (what is wrong, the trace with it), the same each time."""
    acc, gyr, t_s = trace.acc_m_s2, trace.gyr_rad_s, trace.t_s
    rng = np.random.default_rng(1)
    yield "as recorded", trace
    late_s = t_s + rng.uniform(-JITTER, JITTER, len(trace)) / trace.rate_hz
    moved = [
        np.stack([np.interp(late_s, t_s, part) for part in rows.T], axis=1) for rows in (acc, gyr)
    ]
    yield (
        "samples up to a fifth of their time early or late",
        replace(trace, acc_m_s2=moved[0], gyr_rad_s=moved[1]),
    )
    kept = np.maximum(0, np.arange(len(trace)) - (rng.random(len(trace)) < LOST))
    yield (
        "one sample in 50 lost, the one before instead",
        replace(trace, acc_m_s2=acc[kept], gyr_rad_s=gyr[kept]),
    )
    yield "gyroscope's scale 2 % off", replace(trace, gyr_rad_s=gyr * 1.02)
    yield "accelerometer's scale 2 % off on one axis", replace(trace, acc_m_s2=acc * [1, 1.02, 1])
    askew = gyr @ turned(0, 1.0) @ turned(1, 1.0)
    yield "gyroscope's axes askew by 1° about two axes", replace(trace, gyr_rad_s=askew)
    drift = np.radians(0.2) * (t_s / 60)[:, None]
    yield "bias drifts by 0.2 °/s a minute", replace(trace, gyr_rad_s=gyr + drift)
    step = np.radians(2.0) * (t_s > STEP_S)[:, None]
    yield "bias steps by 2 °/s after a minute", replace(trace, gyr_rad_s=gyr + step)
    offset = np.array([0, 50, 80]) / 1_000 * G_M_S2
    yield "accelerometer off by (0, 50, 80) mg", replace(trace, acc_m_s2=acc + offset)


def main(folder: Path) -> None:
    """Print the mean RMSE of all recordings for each fault, and the worst ratio."""
    vm = find_vm(64)
    settings = settings_for(vm, "head", {})
    found = defaultdict(list)
    for path in sorted(folder.glob("*.npz")):
        for name, trace in faulty(load(path)):
            ours = replay(trace, Plan(choose(trace), settings), vm).rmse_deg
            assert ours is not None, path
            _, up = filters.vqf(trace)
            vqf = inclination_rmse_deg(up, trace)
            assert vqf is not None, path
            found[name].append((ours[0], vqf[0]))
    print("| fault | Poise | VQF 6D | worst Poise / VQF |\n|---|---|---|---|")
    for name, pairs in found.items():
        both = np.array(pairs)
        ours, vqf = both.mean(axis=0)
        print(f"| {name} | {ours:.2f}° | {vqf:.2f}° | {(both[:, 0] / both[:, 1]).max():.2f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
