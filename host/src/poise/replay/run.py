"""Replay of a trace through the firmware: the clip's events, and its results sample by sample."""

import json
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PoiseError, Reason
from ..files.whole import whole
from ..twin.machine.vm import Vm
from ..wire.rows import ENUMS
from .samples import Array
from .scale import Scale, quantised
from .score import inclination_rmse_deg
from .trace import MAX_BURST, Trace
from .vm import run_script

BURST = 16  # samples: the clip's watermark
STATES = ENUMS["state"]
ACTIVITIES = ENUMS["activity"]
_OFF = {"state": "off", "activity": "unknown"}  # while the sensor has a fault


@dataclass(frozen=True)
class Plan:
    """Options of a replay. `settings`: every setting of the firmware.

    The upright comes from the first still second after `upright_s`, or with `calibrate_s` from the clip's own
    calibration, begun then. `each_sample`: results of every sample, too. `watch`: the clip's health watch over its
    sensor is on, as on the clip; a trace without a sensor's noise is constant to the last bit, and then counts as a
    broken sensor.
    """

    scale: Scale
    settings: dict[str, int]
    upright_s: float = 0.0
    calibrate_s: float | None = None
    each_sample: bool = True
    watch: bool = False


@dataclass(frozen=True)
class Event:
    """A record that the clip would have noted: `kind` and `fields` as in its records.

    `at_s`: the time at which its burst was read, in the trace's time; `sample`: the last one of that burst.
    """

    at_s: float
    sample: int
    kind: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Replay:
    """The outcome. With `each_sample`: `up` (N, 3) unit vectors in the sensor's frame, NaN before there is one;
    `flexion_deg`, `lateral_deg` (N,), NaN before the upright, and where the sensor has a fault or there is no gravity.

    `state`: (N,) index into STATES; `activity`: (N,) index into ACTIVITIES; each until it ends. `no_gravity`: number of
    samples at which the filter saw no gravity.
    """

    trace: Trace
    plan: Plan
    events: tuple[Event, ...]
    saturated: int
    no_gravity: int
    upright: Event | None
    state: NDArray[np.uint8]
    activity: NDArray[np.uint8]
    up: Array | None = field(default=None, repr=False)
    flexion_deg: Array | None = field(default=None, repr=False)
    lateral_deg: Array | None = field(default=None, repr=False)

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds in each state that occurred."""
        return self._counted(self.state, STATES)

    @property
    def activity_seconds(self) -> dict[str, float]:
        """Seconds of each activity that occurred."""
        return self._counted(self.activity, ACTIVITIES)

    def _counted(self, each: NDArray[np.uint8], names: tuple[str, ...]) -> dict[str, float]:
        counts = np.bincount(each, minlength=len(names))
        step_s = self.trace.duration_s / len(self.trace)
        return {name: float(n) * step_s for name, n in zip(names, counts, strict=True) if n}

    @property
    def rmse_deg(self) -> tuple[float, int] | None:
        """(Inclination RMSE in degrees, samples that count); None without a reference or without `each_sample`."""
        return None if self.up is None else inclination_rmse_deg(self.up, self.trace)


def replay(trace: Trace, plan: Plan, vm: Vm) -> Replay:
    """Run the trace. Raises PoiseError: BAD_INPUT for a rate that the filter does not take, TWIN_FAILED."""
    with tempfile.TemporaryDirectory(prefix="poise-replay-") as name:
        folder = Path(name)
        job = _write_job(folder, trace, plan)
        lines = [json.loads(line) for line in run_script(vm, "trace.py", job).splitlines()]
        rows = np.fromfile(folder / "out", "<i4").reshape(-1, 5) if plan.each_sample else None
    last: dict[str, Any] = lines[-1] if lines else {"kind": "nothing"}
    if last["kind"] == "refused":
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{trace.name}: the filter does not take it: {last['why']}",
            "Resample the trace, or choose other full scales.",
        )
    if last["kind"] != "end" or last["at"] != len(trace):
        raise PoiseError(
            Reason.TWIN_FAILED,
            "the replay broke off",
            "That is a fault of Poise: report it with this line and the trace.",
        )
    told = _events(trace, lines[:-1])
    events = tuple(event for event in told if event.kind != "doing")
    upright = next((event for event in events if event.kind == "calibration"), None)
    done = Replay(
        trace=trace,
        plan=plan,
        events=events,
        saturated=last["saturated"],
        no_gravity=last["no_gravity"],
        upright=upright,
        state=_over_time(trace, told, "state", STATES, "uncalibrated"),
        activity=_over_time(trace, told, "activity", ACTIVITIES, "still"),
    )
    return done if rows is None else _with_rows(done, rows)


def write_samples(path: Path, trace: Trace, scale: Scale) -> None:
    """Write the trace as the sensor would have given it, six int16 a sample."""
    with path.open("wb") as file:
        for part in quantised(trace, scale):
            part.tofile(file)


def _write_job(folder: Path, trace: Trace, plan: Plan) -> Path:
    write_samples(folder / "samples", trace, plan.scale)
    sizes, read_s = _bursts(trace)
    # Sampling began one step before the first sample, as on the clip, whose ticks are whole milliseconds.
    start_s = float(trace.t_s[0]) - 1 / trace.rate_hz
    end_ms = _whole_ms(read_s) - _whole_ms(np.array(start_s))
    np.stack([sizes, end_ms], axis=1).astype("<i4").tofile(folder / "bursts")
    by_still = plan.calibrate_s is None
    job = {
        "samples": str(folder / "samples"),
        "bursts": str(folder / "bursts"),
        "out": str(folder / "out") if plan.each_sample else None,
        "max_burst": MAX_BURST,
        "rate_uhz": round(trace.rate_hz * 1e6),
        "acc_lsb_per_g": plan.scale.acc_lsb_per_g,
        "gyr_udps_per_lsb": plan.scale.gyr_udps_per_lsb,
        "settings": plan.settings,
        "watch": plan.watch,
        "upright_ms": _ms(trace, plan.upright_s) if by_still else None,
        "calibrate_ms": None if plan.calibrate_s is None else _ms(trace, plan.calibrate_s),
    }
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path


def _bursts(trace: Trace) -> tuple[NDArray[np.int64], Array]:
    """Return (M,) samples of each burst, and the time at which the clip has read it."""
    if trace.burst_samples is not None and trace.burst_t_s is not None:
        return trace.burst_samples, trace.burst_t_s
    ends = np.minimum(np.arange(BURST, len(trace) + BURST, BURST), len(trace))
    return np.diff(ends, prepend=0), trace.t_s[ends - 1]


def _whole_ms(t_s: Array) -> Array:
    return np.floor(t_s * 1000 + 1e-6)


def _ms(trace: Trace, t_s: float) -> int:
    """Return a time of the trace in the VM's milliseconds."""
    start_s = float(trace.t_s[0]) - 1 / trace.rate_hz
    return round((t_s - start_s) * 1000)


def _events(trace: Trace, lines: list[dict[str, Any]]) -> tuple[Event, ...]:
    sizes, read_s = _bursts(trace)
    ends = np.cumsum(sizes)
    events = []
    for line in lines:
        at_s = float(read_s[np.searchsorted(ends, line["at"])])
        fields = {key: value for key, value in line.items() if key not in ("at", "kind")}
        events.append(Event(at_s, line["at"] - 1, line["kind"], fields))
    return tuple(events)


def _over_time(
    trace: Trace, told: tuple[Event, ...], field: str, names: tuple[str, ...], first: str
) -> NDArray[np.uint8]:
    """Return the state or the activity at every sample: the one at its burst's end."""
    ends = np.cumsum(_bursts(trace)[0])
    found = np.full(len(trace), names.index(first), np.uint8)
    for event in told:
        name = _OFF[field] if event.kind == "fault" else event.fields.get(field)
        if (
            name is None or event.kind == "activity"
        ):  # `doing` has these and the changes without a record
            continue
        burst = int(np.searchsorted(ends, event.sample + 1))
        begin = int(ends[burst - 1]) if burst else 0
        found[begin:] = names.index(name)
    return found


def _with_rows(done: Replay, rows: NDArray[np.int32]) -> Replay:
    length = np.linalg.norm(rows[:, :3], axis=1, keepdims=True)
    up = np.divide(rows[:, :3], length, out=np.full((len(rows), 3), np.nan), where=length > 0)
    angles = rows[:, 3:] / 100
    accepted = done.upright is not None and done.upright.fields["result"] == "accepted"
    angles[: done.upright.sample + 1 if done.upright and accepted else None] = np.nan
    angles[np.isnan(up[:, 0])] = np.nan
    return replace(done, up=up, flexion_deg=angles[:, 0], lateral_deg=angles[:, 1])


def save(path: Path, done: Replay) -> None:
    """Write the results of every sample as `.npz`. Raises PoiseError (BAD_INPUT) when the file cannot be written."""
    assert done.up is not None
    assert done.flexion_deg is not None
    assert done.lateral_deg is not None
    with whole(path, "Name another file.") as file:
        np.savez_compressed(
            file,
            t_s=done.trace.t_s,
            up=done.up,
            flexion_deg=done.flexion_deg,
            lateral_deg=done.lateral_deg,
            state=done.state,
            state_names=np.array(STATES),
            activity=done.activity,
            activity_names=np.array(ACTIVITIES),
        )
