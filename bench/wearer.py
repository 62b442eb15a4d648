"""The twin's wearer beside recorded people: `python -m bench.wearer DIR` prints how alike their motion is.

DIR holds the recordings that docs/developers/activity.md describes. Eight wearers are drawn from the
people's range.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poise.replay.people import DESK, RECORDED_HZ, TOLD, Take, run_takes, takes, together
from poise.twin.machine.vm import find_vm
from poise.twin.world.gait import Walk
from poise.twin.world.script import Segment
from poise.twin.world.wearer import Body, Wearer

Array = NDArray[np.float64]
SECONDS = 90.0
SETTLING_S = 5.0  # the pose is reached
WEARERS = 8
# From the least to the most of the people.
RESTLESS = (0.35, 2.8)
SIZES = (0.45, 2.1)
STEP_HZ = (1.23, 1.79)
NOISE_MG, NOISE_DPS = 2.5, 0.07  # of the recordings' sensor, about
HALF = int(RECORDED_HZ / 2)
CELL = 8  # samples, as `motion.gait` has them
CELLS = 50
MEASURES = {
    "rate in half a second, °/s RMS": (10, 50, 90, 99),
    "force's length in half a second, mg, standard deviation": (10, 50, 90, 99),
    "the same in 2 s": (10, 50, 90),
    "correlation of 4 s with itself a step later, percent": (10, 50, 90),
}


def main() -> None:
    """Print each measure of people and wearers, and what the clip tells of the wearers."""
    recorded = takes(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    drawn = [take for label in ("desk", "walk") for take in wearers(label)]
    print("| at | measure | | people: median (least to most) | wearers |")
    print("|---|---|---|---|---|")
    for label, recorded_as in (("desk", DESK), ("walk", ("walk",))):
        people = [shape(take) for take in recorded if take.label in recorded_as]
        own = [shape(take) for take in drawn if take.label == label]
        for n, (name, ranks) in enumerate(MEASURES.items()):
            columns = [np.array([each[n] for each in of]).T for of in (people, own)]
            for rank, *cells in zip(ranks, *columns, strict=True):
                print(f"| {label} | {name} | P{rank} | " + " | ".join(map(_cell, cells)) + " |")
    for row in together(run_takes(drawn, find_vm())):
        shares = ", ".join(f"{name} {100 * row.shares[name]:.1f}" for name in TOLD)
        print(f"The clip tells of wearers who {row.label}, percent of the time: {shares}")


def _cell(values: Array) -> str:
    return f"{np.median(values):.1f} ({values.min():.1f} to {values.max():.1f})"


def wearers(activity: str) -> list[Take]:
    """Return takes of wearers who differ as the people do, as the people's sensor would have recorded them."""
    rng = np.random.default_rng(5)
    t_s = SETTLING_S + np.arange(int(SECONDS * RECORDED_HZ)) / RECORDED_HZ
    restless, sizes = (rng.permutation(np.geomspace(*ends, WEARERS)) for ends in (RESTLESS, SIZES))
    found = []
    for seed in range(WEARERS):
        walk = Walk(step_hz=rng.uniform(*STEP_HZ), size=sizes[seed])
        body = Body(mount_deg=(0.0, 0.0), restless=restless[seed], walk=walk)
        script = (Segment(activity, SECONDS + SETTLING_S, flexion_deg=10, activity=activity),)
        force_g, rates_dps = Wearer(script, seed, body).sample(t_s)
        force_mg = 1000 * force_g + rng.normal(0, NOISE_MG, force_g.shape)
        rates_dps = rates_dps + rng.normal(0, NOISE_DPS, rates_dps.shape)
        found.append(Take(f"wearer {seed}", activity, force_mg, rates_dps, np.zeros(3)))
    return found


def shape(take: Take) -> list[Array]:
    """Return the percentiles that MEASURES names."""
    rates = np.linalg.norm(take.gyr_dps - take.bias_dps, axis=1)
    length = np.linalg.norm(take.acc_mg, axis=1)
    halves = len(rates) // HALF
    rms = np.sqrt((rates[: halves * HALF] ** 2).reshape(halves, HALF).mean(axis=1))
    shaken = length[: halves * HALF].reshape(halves, HALF).std(axis=1)
    cells = length[: len(length) // CELL * CELL].reshape(-1, CELL).mean(axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(cells, CELLS)[::6]
    spread = windows[:, CELLS // 2 :].std(axis=1)
    alike = np.array([likeness(window - window.mean()) for window in windows])
    values = (rms, shaken, spread, 100 * alike)
    return [np.percentile(v, ranks) for v, ranks in zip(values, MEASURES.values(), strict=True)]


def likeness(cells: Array) -> float:
    """Return the highest peak of the correlation at the lag of a step, as `motion.periodic` looks for it."""
    r = np.array([1.0] + [
        2 * (cells[lag:] * cells[:-lag]).sum() / ((cells[lag:] ** 2).sum() + (cells[:-lag] ** 2).sum())
        for lag in range(1, 16)
    ])  # fmt: skip
    peaks = [
        r[lag]
        for lag in range(4, 15)
        if r[lag] - r[:lag].min() > 0.2 and r[lag] >= max(r[lag - 1], r[lag + 1])
    ]
    return max(peaks, default=0.0)


if __name__ == "__main__":
    main()
