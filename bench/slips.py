"""Clips that slip on recorded people who work, and what the clip says: `python -m bench.slips DIR` prints the tables.

DIR holds the recordings that docs/developers/activity.md describes. Each person's takes follow each other again and
again. After some minutes the clip turns on the wearer, about a point near its sensor: the wearer goes on as recorded,
and the sensor's axes are others from then on. "Restless" is who fidgets, rolls the chair, stands up and sits down.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations, cycle
from pathlib import Path
from statistics import median

import numpy as np

from poise.replay.people import (
    DESK,
    RECORDED_HZ,
    STEPS,
    TURN_S,
    UPRIGHT_S,
    Take,
    eased,
    takes,
    trace_of,
    turning,
)
from poise.replay.run import Event, Plan, replay
from poise.replay.samples import Array
from poise.replay.scale import G_M_S2, choose
from poise.replay.whatif import settings_for
from poise.twin.machine.vm import Vm, find_vm

RESTLESS = ("fidget", "chair", "sit2stand", "stand")
BEFORE_S = 60.0  # the earliest slip; the clip has its upright by then
TOLD_S = 300.0  # what is told later does not count
STAYS_S = 1_200.0
LOWER_PCT = 10
RUNS = 2  # a person
JOIN_DPS = 5.0
FORWARD = np.array([-1.0, 0.0, 0.0])
DOUBTS = ("shifted", "turned")


@dataclass(frozen=True)
class Slip:
    """A clip that turns forward within `seconds`, about a point `pivot_m` below its sensor."""

    what: str
    degrees: float
    seconds: float
    pivot_m: float = 0.0
    labels: tuple[str, ...] = DESK  # what the wearer does in the meantime


SLIPS = (
    *(Slip(f"{deg}° forward within 0.2 s", deg, 0.2) for deg in (10, 15, 20)),
    Slip("10° forward within 0.1 s", 10, 0.1),
    Slip("10° forward within 0.3 s", 10, 0.3),
    Slip("10° forward within 0.5 s", 10, 0.5),
    Slip("15° forward within 0.5 s", 15, 0.5),
    Slip("10° forward within 1 s", 10, 1.0),
    Slip("10° forward within 60 s", 10, 60.0),
    Slip("10° forward within 0.2 s about a point at 2 cm", 10, 0.2, 0.02),
    Slip("10° forward within 0.2 s about a point at 4 cm", 10, 0.2, 0.04),
    Slip("10° forward within 0.2 s, restless", 10, 0.2, labels=RESTLESS),
    Slip("20° forward within 0.2 s, restless", 20, 0.2, labels=RESTLESS),
)


def main() -> None:
    """Print what the clip says of wearers whose clip stays, and of those whose clip slips."""
    found = takes(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    vm = find_vm()
    with ThreadPoolExecutor(2) as pool:

        def fits_of_all(days: Iterable[Take]) -> list[list[tuple[float, str]]]:
            return list(pool.map(lambda one: fits_of(one, vm), days))

        print("| the clip stays | hours | a slip seen | shifted or turned |\n|---|---|---|---|")
        for what, labels in (("at a desk", DESK), ("restless", RESTLESS), ("anything", None)):
            days = [
                day(chosen(found, person, labels), STAYS_S if labels else 0.0)
                for person in persons(found)
            ]
            fits = [fit for told in fits_of_all(days) for _, fit in told]
            hours = sum(len(one.acc_mg) for one in days) / RECORDED_HZ / 3600
            doubts = sum(fit in DOUBTS for fit in fits)
            print(f"| {what} | {hours:.1f} | {fits.count('checking')} | {doubts} |", flush=True)
        print("\n| the clip slips | told in | of runs | median s after |\n|---|---|---|---|")
        for slip in SLIPS:
            days, moments = zip(*runs(found, slip), strict=True)
            told = map(told_after_s, fits_of_all(days), moments)
            after = [seconds for seconds in told if seconds is not None]
            within = f"{median(after):.0f}" if after else "–"
            print(f"| {slip.what} | {len(after)} | {len(days)} | {within} |", flush=True)
        print_gravity(found, lambda some: list(pool.map(lambda one: flexion_deg(one, vm), some)))


def print_gravity(found: list[Take], flexions: Callable[[list[Take]], list[Array]]) -> None:
    """Print how far flexion differs on clips that stay: what a rule of gravity alone would have to tell from a slip."""
    tasks = [take for take in found if take.label in DESK]
    lowest = [float(np.percentile(flexion, LOWER_PCT)) for flexion in flexions(tasks)]
    between = [
        abs(a - b)
        for (one, a), (other, b) in combinations(zip(tasks, lowest, strict=True), 2)
        if one.person == other.person
    ]
    print("\n| the clip stays | pairs | median difference | 10° and more |\n|---|---|---|---|")
    print_differences(f"P{LOWER_PCT} of flexion, two tasks at a desk", between)
    for label in STEPS:
        halves = [
            np.array_split(flexion, 2)
            for flexion in flexions([take for take in found if take.label == label])
        ]
        differences = [abs(float(a.mean() - b.mean())) for a, b in halves]
        print_differences(f"mean flexion, two halves of a take: {label}", differences)


def print_differences(what: str, degrees: list[float]) -> None:
    """Print a row of the last table."""
    far = sum(each >= 10 for each in degrees)
    print(f"| {what} | {len(degrees)} | {median(degrees):.1f}° | {far} |", flush=True)


def flexion_deg(take: Take, vm: Vm) -> Array:
    """Return flexion at each sample of the take, from the upright that precedes it."""
    trace = trace_of(take)
    plan = Plan(choose(trace), settings_for(vm, "head", {}), upright_s=UPRIGHT_S)
    found = replay(trace, plan, vm).flexion_deg
    assert found is not None
    return found[-int(len(take.acc_mg) / RECORDED_HZ * trace.rate_hz) :]


def persons(found: list[Take]) -> list[str]:
    """Return who was recorded."""
    return sorted({take.person for take in found})


def runs(found: list[Take], slip: Slip) -> Iterator[tuple[Take, float]]:
    """Yield each person's day with a slip, and when it begins: at the same moments for each slip."""
    moments = np.random.default_rng(1)
    for person in persons(found):
        for _ in range(RUNS):
            at_s = BEFORE_S + moments.uniform(0, 240)
            whole = day(chosen(found, person, slip.labels), at_s + slip.seconds + TOLD_S)
            yield slipped(whole, slip, at_s), at_s


def chosen(found: list[Take], person: str, labels: tuple[str, ...] | None) -> list[Take]:
    """Return a person's takes with these labels, of all labels without."""
    return [t for t in found if t.person == person and (labels is None or t.label in labels)]


def day(parts: list[Take], seconds: float) -> Take:
    """Join takes to one, again and again until it is long enough; the wearer turns slowly from each to the next."""
    acc, gyr, length = [], [], 0
    for n, take in enumerate(cycle(parts)):
        if n >= len(parts) and length >= seconds * RECORDED_HZ:
            break
        if acc:
            turn = joined(acc[-1], take)
            acc.append(turn[0])
            gyr.append(turn[1])
        acc.append(take.acc_mg)
        gyr.append(take.gyr_dps)
        length += len(take.acc_mg)
    return replace(parts[0], acc_mg=np.concatenate(acc), gyr_dps=np.concatenate(gyr))


def joined(before_mg: Array, take: Take) -> tuple[Array, Array]:
    """Return force and rotation from the last pose before to the take's first, so slow that it is no slip."""
    before, first = (
        mg / np.linalg.norm(mg)
        for mg in (
            before_mg[-int(RECORDED_HZ) :].mean(axis=0),
            take.acc_mg[: int(RECORDED_HZ)].mean(axis=0),
        )
    )
    seconds = max(TURN_S, float(np.degrees(np.arccos(before @ first))) / JOIN_DPS)
    return turning(before, first, eased(seconds), take)


def slipped(take: Take, slip: Slip, at_s: float) -> Take:
    """Return the take with a clip that slips from `at_s` on: slowly at first, and slowly at last."""
    part = np.clip((np.arange(len(take.acc_mg)) / RECORDED_HZ - at_s) / slip.seconds, 0, 1)
    angle = np.radians(slip.degrees) * (part - np.sin(2 * np.pi * part) / (2 * np.pi))
    rate = np.gradient(angle) * RECORDED_HZ
    along = np.cross(FORWARD, [0, slip.pivot_m, 0])
    pivoting = np.outer(np.gradient(rate) * RECORDED_HZ, along) + np.outer(
        rate**2, np.cross(FORWARD, along)
    )
    acc = _seen(take.acc_mg, angle) + pivoting / G_M_S2 * 1000
    gyr = _seen(take.gyr_dps - take.bias_dps, angle) + np.outer(np.degrees(rate), FORWARD)
    return replace(take, acc_mg=acc, gyr_dps=gyr + take.bias_dps)


def _seen(vectors: Array, angle: Array) -> Array:
    """Return vectors (N, 3) as a sensor sees them that has turned forward by an angle (N,) each."""
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    along = np.outer(vectors @ FORWARD, FORWARD)
    return cosine * vectors - sine * np.cross(FORWARD, vectors) + (1 - cosine) * along


def fits_of(take: Take, vm: Vm) -> list[tuple[float, str]]:
    """Return each change of the fit that the clip tells: seconds from the take's first sample, and the fit."""
    trace = trace_of(take)
    plan = Plan(choose(trace), settings_for(vm, "head", {}), upright_s=UPRIGHT_S, each_sample=False)
    start_s = trace.duration_s - len(take.acc_mg) / RECORDED_HZ
    told: list[Event] = [event for event in replay(trace, plan, vm).events if event.kind == "fit"]
    return [(event.at_s - start_s, event.fields["fit"]) for event in told if event.at_s > start_s]


def told_after_s(fits: list[tuple[float, str]], at_s: float) -> float | None:
    """Return how long after `at_s` the clip says that it has shifted or was turned, None if it does not."""
    after = (s - at_s for s, fit in fits if fit in DOUBTS and at_s <= s <= at_s + TOLD_S)
    return next(after, None)


if __name__ == "__main__":
    main()
