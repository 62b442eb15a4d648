"""The rule of steps with one person left out: `python -m bench.leave_one_out DIR` prints the table.

For each person the thresholds of `motion.gait` are chosen anew on the others, from a start that knows none of them, and
tried on the one who was left out. DIR holds the recordings that docs/developers/activity.md describes.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import tests.support.firmware_path  # noqa: F401 (the firmware's modules under CPython)

# isort: split
from motion import gait

from poise.replay.people import DESK, STEPS, STILL_S, TURN_S, Take, takes, trace_of
from poise.replay.scale import G_M_S2

BURST = 16
UNRULY = ("fidget", "chair", "sit2stand", "stand")
LEAST_FALSE = 0.005  # a share of false walking up to this costs nothing
FALSE_COST = 20
R = 8_192  # a correlation of 1, as `motion.periodic` counts it
# Where the search begins: one correlation and one size for all of a kind.
START = {
    **dict.fromkeys(("CLEAR", "STRONG_CLEAR", "CALM_CLEAR", "RUN_CLEAR"), R + R // 2),
    **dict.fromkeys(("LASTING", "STRONG_LASTING", "CALM_LASTING"), R + R // 2),
    **dict.fromkeys(("GOES_ON", "GOES_ON_LASTING"), R + R // 2),
    **dict.fromkeys(("BEGIN_MG", "GO_ON_MG"), 50),
    **dict.fromkeys(("STRONG_MG", "RUN_MG"), 200),
}
CORRELATION_STEPS = (-0.2, -0.1, -0.05, 0.05, 0.1, 0.2)
SIZE_FACTORS = (0.5, 0.75, 0.9, 1.1, 1.3, 2.0)
ROUNDS = 4


class Watched(gait.Gait):
    """The clip's step detector, which also keeps what it judges."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[tuple[int, ...], int, int, int]] = []

    def _decide(self, now: int, lasting: int) -> None:
        self.seen.append((tuple(self._results), now, lasting, self._rate_cdps))
        super()._decide(now, lasting)


class Judged(gait.Gait):
    """The clip's step detector, fed with what another one has kept."""

    def told(self, seen: list[tuple[tuple[int, ...], int, int, int]]) -> float:
        """Return the share of the reckonings at which it tells walking."""
        walking = 0
        for results, now, lasting, rate_cdps in seen:
            self._results, self._rate_cdps = results, rate_cdps
            self._decide(now, lasting)
            walking += self.walking
        return walking / len(seen)


@dataclass(frozen=True)
class Seen:
    """One take as the detector judges it. `reckonings` begin after the start that `trace_of` puts before the take."""

    person: str
    label: str
    reckonings: list[tuple[tuple[int, ...], int, int, int]]


def main() -> None:
    """Print the detected share of walking: with the person left out, chosen on all, and with the firmware's numbers."""
    with ProcessPoolExecutor(2) as pool:
        every = list(pool.map(seen, takes(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))
        people = sorted({one.person for one in every})
        others = [[one for one in every if one.person != person] for person in people]
        *folds, of_all = pool.map(chosen, [*others, every])
    out: dict[str, list[tuple[float, int]]] = {}
    for person, numbers in zip(people, folds, strict=True):
        for one in every:
            if one.person == person:
                out.setdefault(one.label, []).append((share(one, numbers), len(one.reckonings)))
    print("| recorded | left out | worst person | chosen on all | firmware |")
    print("|---|---|---|---|---|")
    for label, values in out.items():
        shares, sizes = np.array(values).T
        same = [one for one in every if one.label == label]
        others_told = (
            np.average([share(one, numbers) for one in same], weights=sizes)
            for numbers in (of_all, {})
        )
        worst = shares.min() if label in STEPS else shares.max()
        cells = (np.average(shares, weights=sizes), worst, *others_told)
        print(f"| {label} | " + " | ".join(f"{100 * cell:.1f}" for cell in cells) + " |")
    for name in START:
        values = [getattr(gait, name), *(numbers[name] for numbers in [*folds, of_all])]
        print(name, "firmware", values[0], "folds", values[1:-1], "all", values[-1])


def seen(take: Take) -> Seen:
    """Run a take through the detector; return what it judges."""
    trace, detector = trace_of(take), Watched()
    bursts = len(trace) // BURST
    shape = (bursts, BURST, 3)
    force = trace.acc_m_s2[: bursts * BURST].reshape(shape).mean(axis=1) / G_M_S2 * 1000
    rates = np.degrees(trace.gyr_rad_s[: bursts * BURST]) - take.bias_dps
    rms = 100 * np.sqrt((rates**2).sum(axis=1).reshape(bursts, BURST).mean(axis=1))
    norm = np.linalg.norm(force, axis=1)
    at_ms = (np.arange(bursts + 1) * BURST * 1000 / trace.rate_hz).astype(int)
    begin = 0
    for n, (dt_ms, norm_mg, rate_cdps) in enumerate(zip(np.diff(at_ms), norm, rms, strict=True)):
        if at_ms[n] < (STILL_S + TURN_S) * 1000:
            begin = len(detector.seen)
        detector.step(int(dt_ms), int(norm_mg), int(rate_cdps))
    return Seen(take.person, take.label, detector.seen[begin:])


def share(one: Seen, numbers: dict[str, int]) -> float:
    """Return the share of a take in which the detector finds steps; a threshold that is not given is the firmware's."""
    kept = {name: getattr(gait, name) for name in numbers}
    try:
        for name, value in numbers.items():
            setattr(gait, name, value)
        return Judged().told(one.reckonings)
    finally:
        for name, value in kept.items():
            setattr(gait, name, value)


def chosen(known: list[Seen]) -> dict[str, int]:
    """Return the thresholds that are best for these people, moved one at a time from START."""
    numbers = dict(START)
    best = score(known, numbers)
    for _ in range(ROUNDS):
        before = best
        for name in START:
            for value in around(name, numbers[name]):
                tried = {**numbers, name: value}
                found = score(known, tried)
                if found > best:
                    best, numbers = found, tried
        if best - before < 1e-4:
            break
    return numbers


def around(name: str, value: int) -> list[int]:
    """Return the values to try beside this one."""
    if name.endswith("_MG"):
        return [int(value * factor) for factor in SIZE_FACTORS]
    return [int(value + step * R) for step in CORRELATION_STEPS if R < value + step * R < 2 * R]


def score(known: list[Seen], numbers: dict[str, int]) -> float:
    """Return the mean share of walking, running and stairs that is found, less the price of others told as steps."""
    found = [mean(known, (label,), numbers) for label in STEPS]
    false = [mean(known, labels, numbers) for labels in (DESK, UNRULY)]
    price = sum(max(0.0, part - LEAST_FALSE) for part in false)
    return float(np.mean(found)) - FALSE_COST * price


def mean(known: list[Seen], labels: tuple[str, ...], numbers: dict[str, int]) -> float:
    """Return the mean share of steps in these labels' takes."""
    return float(np.mean([share(one, numbers) for one in known if one.label in labels]))


if __name__ == "__main__":
    main()
