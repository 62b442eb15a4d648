"""Simulated patients whose truth is known: neck pain with and without a real rise, diaries with an illness, seconds."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from poise.coach.progression import Day
from poise.insight.classes import CLASSES, EDGES_DEG

START = dt.date(2026, 3, 2)


@dataclass(frozen=True)
class Session:
    """A session of the small nod, its dose met."""

    exercise_id: str = "nod"
    outcome: str = "done"
    reps_prescribed: int = 8
    reps_done: int = 8
    hold_prescribed_s: int = 5
    hold_done_s: int = 5
    pain_before: int | None = 2
    pain_after: int | None = 2


def exercising(seed: int, rise: float = 0.0, days: int = 42, rises_on: int = 36) -> list[Day]:
    """Days twice prescribed; neck pain about 4 with a deviation of 1.2, and from one day on `rise` more."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(days):
        mean = 4.0 + (rise if n >= rises_on else 0.0)
        told = rng.random() < 0.92
        nrs = int(np.clip(round(rng.normal(mean, 1.2)), 0, 10)) if told else None
        sessions = (Session(), Session()) if rng.random() < 0.85 else ()
        found.append(Day(START + dt.timedelta(n), 2, sessions, nrs))
    return found


def diary_of_nothing(
    seed: int, days: int = 84, ill: range = range(40, 47)
) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """(headaches, exposures, ill days): nothing in common, but that ill days have headaches and no exercise."""
    rng = np.random.default_rng(seed)
    latent = _series(days, rng)
    headache = (latent > np.quantile(latent, 0.65)).astype(float)
    exposures = {name: _series(days, rng) for name in ("flexed_share", "worn_h", "exercises_done")}
    left_out = np.zeros(days, bool)
    left_out[ill.start : ill.stop] = True
    headache[left_out] = 1.0
    for name in ("worn_h", "exercises_done"):
        exposures[name][left_out] = exposures[name].min() - 1
    return headache, exposures, left_out


def _series(days: int, rng: np.random.Generator, phi: float = 0.3) -> np.ndarray:
    out = np.zeros(days)
    for n, step in enumerate(rng.normal(size=days)):
        out[n] = (phi * out[n - 1] if n else 0) + step
    return out


def glances(seed: int, hours: int = 8) -> np.ndarray:
    """Angles by the second: held, with a glance away every 40 to 400 s; nothing lasts 8 min."""
    rng, out = np.random.default_rng(seed), []
    while len(out) < hours * 3600:
        out += [15.0] * int(rng.integers(40, 400)) + [35.0] * int(rng.integers(1, 4))
    return np.array(out[: hours * 3600])


def holds(seed: int, hours: int = 8) -> np.ndarray:
    """Angles by the second: postures that last four minutes on average."""
    rng, out = np.random.default_rng(seed), []
    while len(out) < hours * 3600:
        out += [float(rng.choice([5, 15, 25, 35]))] * int(rng.exponential(240) + 5)
    return np.array(out[: hours * 3600])


def swaying(seed: int, hours: int = 8, sway_deg: float = 3.0) -> np.ndarray:
    """Angles by the second that wander about a posture which changes every five minutes."""
    rng, count = np.random.default_rng(seed), hours * 3600
    posture = np.repeat(rng.choice([4, 8, 14, 17, 24, 28, 36], count // 300 + 1), 300)[:count]
    sway, steps = np.zeros(count), rng.normal(0, sway_deg * np.sqrt(0.5), count)
    for n in range(1, count):
        sway[n] = 0.75 * sway[n - 1] + steps[n]
    return posture + sway


def minutes_of(angles: np.ndarray) -> dict[str, np.ndarray]:
    """The minutes that a clip logs of angles by the second."""
    by_minute = np.searchsorted(EDGES_DEG, angles, side="right").reshape(-1, 60)
    out = {f"{name}_s": (by_minute == code).sum(axis=1) for code, name in enumerate(CLASSES)}
    return {**out, "utc_ms": np.arange(1, len(by_minute) + 1) * 60_000}


def lasting_min(angles: np.ndarray) -> np.ndarray:
    """Minutes by how long a class truly lasted without a change: under 1, 1 to 2, 2 to 8, over 8 min."""
    classes = np.searchsorted(EDGES_DEG, angles, side="right")
    lengths = np.array(
        [len(run) for run in np.split(classes, np.flatnonzero(np.diff(classes)) + 1)]
    )
    place = np.searchsorted([60, 120, 480], lengths, side="right")
    return np.bincount(place, lengths / 60, minlength=4)
