"""Angle traces of ten repetitions each, by wearers who do not move ideally, and what `Judge` counts of them.

The truth is known from how a trace is made. `python -m tests.support.repetition_traces` prints the table of
docs/developers/exercise-judging.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from poise.sensing import repetitions as r
from poise.sensing.judge import Judge

ROOT = Path(__file__).parents[2]
RATE_HZ = 52  # of the clip's motion stream
COUNT = 10
START_S = 2.5  # the wearer sits still first
AXES = ("flexion_cdeg", "lateral_cdeg", "rotation_cdeg")
# Where a movement goes: the place in AXES and the sign there.
WAY = {"flexion": (0, 1), "lateral_right": (1, 1), "rotation_left": (2, -1)}
TARGETS_DEG = (20, 40, 60)
FASTEST_COUNTED_S = 0.6  # a half-cycle up to here may be named too fast instead of counted


@dataclass(frozen=True)
class Style:
    """A way to move. Angles are parts of the target unless they are named in degrees."""

    half_s: tuple[float, float] = (1.2, 2.2)  # time of a half-cycle, drawn for each
    top_s: tuple[float, float] = (0.2, 0.8)
    rest_s: tuple[float, float] = (0.2, 1.5)
    peak: tuple[float, ...] = (1.0,)  # of the repetitions in turn
    back_to: float = 0.0
    out_stop: float = 0.0  # part of the way at which the wearer pauses, going out
    back_stop: float = 0.0
    stop_s: float = 1.5
    dip_to: float = 0.0  # comes back to this part of the peak and goes out again
    slump_deg: float = 0.0  # of the sitting posture, each repetition
    shift_deg: float = (
        0.0  # the wearer sits in another way after the third and the sixth repetition
    )
    drift_dps: float = 0.0
    tremor_deg: float = 0.0
    tremor_hz: float = 6.0
    beside: float = 0.0  # way in a second plane, in parts of the way along
    beside_axis: int = 1  # the place of that plane after the movement's own, cyclic
    hold_ms: int = 0  # prescribed


@dataclass(frozen=True)
class Trace:
    """`kind` of wearer, what the judge is asked for, the frames, and how many repetitions are true."""

    kind: str
    arguments: Mapping[str, Any]
    frames: list[dict[str, Any]]
    true: int
    or_named: bool = False  # a repetition that is named too fast is as good as a counted one


@dataclass(frozen=True)
class Result:
    """What the judge makes of one trace. `told`: movements that end uncounted; `named`: too fast among them."""

    counted: int
    told: int
    named: int
    faults: list[int]  # of the counted ones

    def found(self, trace: Trace) -> int:
        """Repetitions that the wearer is told of as what they are."""
        return self.counted + (self.named if trace.or_named else 0)


STYLES: dict[str, list[Style]] = {
    "even": [Style()],
    "slump 0.5°": [Style(slump_deg=0.5), Style(slump_deg=-0.5)],
    "slump 1°": [Style(slump_deg=1.0), Style(slump_deg=-1.0)],
    "sits anew": [Style(shift_deg=one) for one in (3.0, 5.0, -5.0)],
    "drift": [Style(drift_dps=one) for one in (0.1, 0.2, -0.2)],
    "back to 5, 10 %": [Style(back_to=one) for one in (0.05, 0.10)],
    "back to 15 %": [Style(back_to=0.15)],
    "back to 18, 20 %": [Style(back_to=one) for one in (0.18, 0.20)],
    "tremor 0.5°": [Style(tremor_deg=0.5, tremor_hz=hz) for hz in (4, 8)],
    "tremor 1°": [Style(tremor_deg=1.0, tremor_hz=hz) for hz in (4, 8)],
    "tremor 2°": [Style(tremor_deg=2.0, tremor_hz=hz) for hz in (4, 6, 8)],
    "tremor, slump, back to 10 %": [
        Style(tremor_deg=1.0, tremor_hz=5, slump_deg=0.5, back_to=0.1),
    ],
    "pause": [
        Style(out_stop=0.25, stop_s=0.9),
        Style(out_stop=0.5),
        Style(back_stop=0.5),
        Style(back_stop=0.25, stop_s=0.9),
    ],
    "double dip": [Style(dip_to=one) for one in (0.4, 0.6, 0.8)],
    "half": [Style(peak=(0.55,)), Style(peak=(1.0, 0.5))],
    "hold": [
        Style(top_s=(times * s, times * s), hold_ms=1_000 * s)
        for s, times in ((5, 1), (5, 2), (5, 3), (10, 3))
    ],
    "half-cycle 0.4 to 0.6 s": [
        Style(half_s=(s, s), top_s=(0.0, 0.05), rest_s=(0.0, 0.4)) for s in (0.4, 0.5, 0.6)
    ],
    "half-cycle 0.8 to 3 s": [
        Style(half_s=(s, s), top_s=(0.0, 0.3), rest_s=(0.0, 0.4)) for s in (0.8, 1.0, 2.0, 3.0)
    ],
    "another plane beside": [Style(beside=0.4, beside_axis=one) for one in (1, 2)],
}
BENDS = "sideways bends"  # in an exercise of flexion
BENDS_COUPLED = (0.3, 0.5, 0.8)


def _knots(
    style: Style, degrees: float, rng: np.random.Generator
) -> Iterator[tuple[float, float, float]]:
    """Yield (seconds on the way, angle, seconds there)."""
    base = 0.0
    for i in range(COUNT):
        peak = degrees * style.peak[i % len(style.peak)] * rng.uniform(0.97, 1.03)
        low = degrees * style.back_to
        before = 0.0 if i == 0 else low
        half_s = rng.uniform(*style.half_s)
        if style.out_stop:
            yield half_s / 2, base + before + (peak - before) * style.out_stop, style.stop_s
        yield half_s, base + peak, rng.uniform(*style.top_s)
        if style.dip_to:
            yield half_s / 2, base + peak * style.dip_to, 0.1
            yield half_s / 2, base + peak, 0.2
        base += style.slump_deg + (style.shift_deg if i in (2, 5) else 0.0)
        if style.back_stop:
            yield half_s / 2, base + low + (peak - low) * style.back_stop, style.stop_s
        yield half_s, base + low, rng.uniform(*style.rest_s)
    yield 0.5, base, 2.0


def _path(style: Style, degrees: float, rng: np.random.Generator) -> np.ndarray:
    """The way along, in degrees, at RATE_HZ: even (minimum-jerk) between the knots."""
    at, parts = 0.0, [np.zeros(round(START_S * RATE_HZ))]
    for seconds, angle, stays in _knots(style, degrees, rng):
        n = max(1, round(seconds * RATE_HZ))
        part = np.arange(1, n + 1) / n
        parts.append(at + (angle - at) * part**3 * (10 - 15 * part + 6 * part**2))
        parts.append(np.full(round(stays * RATE_HZ), angle))
        at = angle
    return np.concatenate(parts)


def _sway(t_s: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A sitting head is never quite still: 0.3 degrees, slowly."""
    slow = sum(
        0.15 * np.sin(2 * np.pi * rng.uniform(0.05, 0.4) * t_s + rng.uniform(0, 6))
        for _ in range(3)
    )
    return slow + rng.normal(0, 0.02, len(t_s))


def _frames(angles_deg: np.ndarray) -> list[dict[str, Any]]:
    rows = np.rint(angles_deg * 100).astype(int)
    tilts = np.maximum(np.abs(rows[:, 0]), np.abs(rows[:, 1]))
    return [
        {
            "t_ms": round(i * 1_000 / RATE_HZ),
            **dict(zip(AXES, row, strict=True)),
            "inclination_cdeg": tilt,
            "state": "neutral",
            "overruns": 0,
        }
        for i, (row, tilt) in enumerate(zip(rows.tolist(), tilts.tolist(), strict=True))
    ]


def _stream(style: Style, axis: int, sign: int, degrees: float, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    along = _path(style, degrees, rng)
    t_s = np.arange(len(along)) / RATE_HZ
    angles = np.stack([_sway(t_s, rng) for _ in AXES], axis=1)
    angles[:, (axis + style.beside_axis) % 3] += style.beside * along
    shaking = style.tremor_deg * np.sin(2 * np.pi * style.tremor_hz * t_s)
    angles[:, axis] += sign * (along + style.drift_dps * t_s + shaking)
    return _frames(angles)


def _arguments(movement: str, degrees: int, hold_ms: int = 0) -> dict[str, Any]:
    asked = {"movement": movement, "site": "head", "target_cdeg": 100 * degrees}
    return {**asked, "hold_ms": hold_ms} if hold_ms else asked


def trace(kind: str, style: Style, movement: str, degrees: int, seed: int = 1) -> Trace:
    """One trace of ten repetitions."""
    axis, sign = WAY[movement]
    frames = _stream(style, axis, sign, degrees, seed)
    fast = style.half_s[0] <= FASTEST_COUNTED_S
    return Trace(kind, _arguments(movement, degrees, style.hold_ms), frames, COUNT, fast)


def bends(degrees: int, coupled: float, beside_axis: int, seed: int = 1) -> Trace:
    """Ten bends (or turns) that bring `coupled` of their way forward: no flexion."""
    style = Style(beside=coupled, beside_axis=3 - beside_axis)
    frames = _stream(style, beside_axis, 1, 40.0, seed)
    return Trace(BENDS, _arguments("flexion", degrees), frames, 0)


def traces() -> Iterator[Trace]:
    """Yield every trace of the table. Every style meets each movement and each target once."""
    seed = 0
    for kind, styles in STYLES.items():
        for style in styles:
            for place, movement in enumerate(WAY):
                seed += 1
                degrees = TARGETS_DEG[(place + (seed - 1) // len(WAY)) % len(TARGETS_DEG)]
                yield trace(kind, style, movement, degrees, seed)
    for coupled in BENDS_COUPLED:
        for beside_axis in (1, 2):
            for degrees in TARGETS_DEG:
                seed += 1
                yield bends(degrees, coupled, beside_axis, seed)


def judged(one: Trace) -> Result:
    """What the judge makes of a trace."""
    judge = Judge(one.arguments)
    told = named = 0
    faults: list[int] = []
    for frame in one.frames:
        events = judge.step(frame).events
        if events & r.COUNTED:
            faults.append(judge.repetition()["faults"])
        elif events & r.ENDED:
            told += 1
            named += bool(judge.repetition()["faults"] & r.TOO_FAST)
    return Result(judge.count, told, named, faults)


@dataclass
class Row:
    """One kind's sums. `wrong`: the difference between the true and the found count of every trace, summed."""

    asked: int = 0  # repetitions, or bends, that the wearers made
    true: int = 0
    found: int = 0
    told: int = 0  # ends that are no true repetition and no too fast one
    wrong: int = 0

    def add(self, one: Trace, result: Result) -> None:
        found = result.found(one)
        self.asked += COUNT
        self.true += one.true
        self.found += found
        self.told += result.told - (result.named if one.or_named else 0)
        self.wrong += abs(one.true - found)

    @property
    def wrong_pct(self) -> float:
        return 100 * self.wrong / self.asked


def table() -> dict[str, Row]:
    """The sums of every kind, and of "all"."""
    rows: dict[str, Row] = {}
    for one in traces():
        result = judged(one)
        for name in (one.kind, "all"):
            rows.setdefault(name, Row()).add(one, result)
    rows["all"] = rows.pop("all")
    return rows


def lines(rows: Mapping[str, Row]) -> list[str]:
    """The table as Markdown."""
    head = ["| kind | true | counted | told otherwise | wrong |", "|---|---|---|---|---|"]
    return head + [
        f"| {kind} | {row.true} | {row.found} | {row.told} | {row.wrong_pct:.1f} % |"
        for kind, row in rows.items()
    ]


if __name__ == "__main__":
    print(*lines(table()), sep="\n")
