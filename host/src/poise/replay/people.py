"""Recordings of people who do what a label says, run through the clip's own code: the share of each activity told.

A recording is a person's .npz file; each array of shape (N, 6) is a take, named by its label: int16, force in mg and
rotation in 1/16 °/s at 100 Hz, in the sensor's axes. `wearer_axes` (3, 3) holds the wearer's right, up and back in
these axes, `gyro_bias_dps` (3,) the gyroscope's bias. A label that ends in a number is another take of the same.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ..errors import PoiseError, Reason
from ..twin.machine.vm import Vm
from ..wire.rows import ENUMS
from .run import ACTIVITIES, STATES, Plan, Replay, replay
from .samples import Array
from .scale import G_M_S2, choose
from .trace import Trace
from .whatif import settings_for

RECORDED_HZ = 100.0
CLIP_HZ = 208.0
SAVER_HZ = 52.0
SAVER_BURST = 8
STILL_S = 10.0  # upright and still before each take, for the upright,
TURN_S = 2.0  # and then to the take's first pose
UPRIGHT_S = 3.0
TOLD = tuple(name for name in ENUMS["activity"] if name not in ("unknown", "charging"))
# Labels of what people do at a desk, and of what they do on their legs.
DESK = ("read", "write", "type", "browse")
STEPS = ("walk", "run", "stairs")
# Takes of running begin before the running does: with a force that is so far from 1 g for the first time.
FIRST_STRIDE_MG = 600
RUNS = "run, from the first stride"
_FACTS = ("wearer_axes", "gyro_bias_dps")
WHERE = "docs/developers/activity.md says what such a recording holds and where ours came from."


@dataclass(frozen=True)
class Take:
    """One take. `acc_mg`, `gyr_dps`: (N, 3) in the wearer's axes, right, up, back; the bias is still in it."""

    person: str
    label: str
    acc_mg: Array
    gyr_dps: Array
    bias_dps: Array


@dataclass(frozen=True)
class Row:
    """What was told of a take, or of several: seconds, and the share of each of TOLD."""

    person: str
    label: str
    seconds: float
    shares: dict[str, float]
    nudges: int


def takes(folder: Path | None) -> list[Take]:
    """Return every take of a folder's recordings. Raises PoiseError (BAD_INPUT) that says what is wrong."""
    if folder is None:
        raise PoiseError(Reason.BAD_INPUT, "no folder with recordings is given (--data DIR)", WHERE)
    paths = sorted(folder.glob("*.npz")) if folder.is_dir() else []
    if not paths:
        raise PoiseError(Reason.BAD_INPUT, f"no .npz recording in {folder}", WHERE)
    return [take for path in paths for take in _of_person(path)]


def _of_person(path: Path) -> Iterator[Take]:
    try:
        with np.load(path) as file:
            arrays = {name: file[name].astype(float) for name in file.files}
    except (OSError, ValueError, BadZipFile) as error:
        raise PoiseError(Reason.BAD_INPUT, f"{path} can't be read ({error})", WHERE) from None
    shapes = {name: arrays[name].shape for name in _FACTS if name in arrays}
    if shapes != {"wearer_axes": (3, 3), "gyro_bias_dps": (3,)}:
        raise PoiseError(
            Reason.BAD_INPUT, f"{path}: wearer_axes is not 3 x 3, or gyro_bias_dps not 3", WHERE
        )
    # Estimated axes are not quite square: the nearest that are.
    left, _, right = np.linalg.svd(arrays["wearer_axes"])
    axes = left @ right
    for name, values in arrays.items():
        if name in _FACTS:
            continue
        if values.ndim != 2 or values.shape[1] != 6 or len(values) < RECORDED_HZ:
            raise PoiseError(Reason.BAD_INPUT, f"{path}: {name} is no second of six values", WHERE)
        yield Take(
            path.stem, name.rstrip("0123456789"), values[:, :3] @ axes.T, values[:, 3:] / 16 @ axes.T,
            axes @ arrays["gyro_bias_dps"],
        )  # fmt: skip


def trace_of(take: Take, saver: bool = False) -> Trace:
    """Return the take with a start, at the clip's rate: at once, or as the clip saves its battery."""
    acc, gyr = _start(take)
    acc, gyr = np.concatenate([acc, take.acc_mg]), np.concatenate([gyr, take.gyr_dps])
    recorded_s = np.arange(len(acc)) / RECORDED_HZ
    rate_hz = 2 * SAVER_HZ if saver else CLIP_HZ
    t_s = np.arange(int(recorded_s[-1] * rate_hz) // 16 * 16) / rate_hz
    acc, gyr = (
        np.stack([np.interp(t_s, recorded_s, values[:, axis]) for axis in range(3)], axis=1)
        for values in (acc, gyr)
    )
    acc, gyr = acc * G_M_S2 / 1000, np.radians(gyr)
    name = f"{take.person} {take.label}"
    if not saver:
        return Trace(name, acc, gyr, rate_hz, t_s)
    # A sensor at half the rate averages what it leaves out.
    acc, gyr = (values.reshape(-1, 2, 3).mean(axis=1) for values in (acc, gyr))
    t_s = np.arange(len(acc)) / SAVER_HZ
    sizes = np.full(len(acc) // SAVER_BURST, SAVER_BURST)
    return Trace(
        name, acc, gyr, SAVER_HZ, t_s, burst_samples=sizes, burst_t_s=t_s[SAVER_BURST - 1 :: SAVER_BURST]
    )  # fmt: skip


def _start(take: Take) -> tuple[Array, Array]:
    """Force and rotation of someone who sits upright and still, and then takes the take's first pose."""
    part = np.concatenate([np.zeros(int(STILL_S * RECORDED_HZ)), eased(TURN_S)])
    first = take.acc_mg[: int(RECORDED_HZ)].mean(axis=0)
    return turning(np.array([0.0, 1.0, 0.0]), first, part, take)


def eased(seconds: float) -> Array:
    """Return a way from 0 to 1 in that time at RECORDED_HZ, slow at both ends."""
    return (1 - np.cos(np.pi * np.linspace(0, 1, int(seconds * RECORDED_HZ)))) / 2


def turning(up: Array, to_mg: Array, part: Array, take: Take) -> tuple[Array, Array]:
    """Return force and rotation of the take's clip that turns in place from a unit up to the one along `to_mg`.

    `part` (N,): how much of the way is behind.
    """
    noise = np.random.default_rng(len(take.acc_mg))
    across = np.cross(up, to_mg)
    angle = np.arctan2(np.linalg.norm(across), up @ to_mg)
    across = across / max(np.linalg.norm(across), 1e-9)
    turned = (part * angle)[:, None]
    acc = 1000 * (np.cos(turned) * up + np.sin(turned) * np.cross(across, up))
    gyr = -np.degrees(np.gradient(turned[:, 0])[:, None] * RECORDED_HZ) * across + take.bias_dps
    return acc + noise.normal(0, 2, acc.shape), gyr + noise.normal(0, 0.1, gyr.shape)


def told_of(done: Replay) -> Array:
    """Return the name of what was told at every sample; in place, the posture's state says whether it moved."""
    names = np.array(ACTIVITIES)[done.activity]
    moved = np.array(STATES)[done.state] == "moving"
    return np.where((names == "still") & moved, "moving", names)


def run_takes(found: list[Take], vm: Vm, saver: bool = False) -> list[Row]:
    """Run each take from a fresh start. Return a row for each, and for running one more from the first stride on."""
    settings = settings_for(vm, "head", {})

    def one(take: Take) -> list[Row]:
        trace = trace_of(take, saver)
        plan = Plan(choose(trace), settings, upright_s=UPRIGHT_S, each_sample=False)
        done = replay(trace, plan, vm)
        names = told_of(done)[int((STILL_S + TURN_S) * trace.rate_hz) :]
        nudges = sum(event.kind == "nudge" for event in done.events)
        rows = [_row(take.person, take.label, names, trace.rate_hz, nudges)]
        if take.label == "run":
            runs = names[int(first_stride_s(take) * trace.rate_hz) :]
            rows.append(_row(take.person, RUNS, runs, trace.rate_hz, nudges))
        return rows

    with ThreadPoolExecutor(2) as pool:
        return [row for rows in pool.map(one, found) for row in rows]


def first_stride_s(take: Take) -> float:
    """Return when the force is FIRST_STRIDE_MG from 1 g for the first time, seconds."""
    hard = np.abs(np.linalg.norm(take.acc_mg, axis=1) - 1000) > FIRST_STRIDE_MG
    return float(np.argmax(hard)) / RECORDED_HZ


def _row(person: str, label: str, names: Array, rate_hz: float, nudges: int) -> Row:
    shares = {name: float((names == name).mean()) for name in TOLD}
    return Row(person, label, len(names) / rate_hz, shares, nudges)


def together(rows: list[Row]) -> list[Row]:
    """Return one row for each label, of all its people: shares of the time."""
    sums = []
    for label in dict.fromkeys(row.label for row in rows):
        same = [row for row in rows if row.label == label]
        seconds = sum(row.seconds for row in same)
        shares = {n: sum(row.shares[n] * row.seconds for row in same) / seconds for n in TOLD}
        people = f"{len({row.person for row in same})} people"
        sums.append(Row(people, label, seconds, shares, sum(row.nudges for row in same)))
    return sums
