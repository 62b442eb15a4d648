"""A trace through the firmware: what the clip would have made of it, event by event and sample by sample."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import PoiseError, Reason
from ..twin.vm import Vm
from .scale import Scale, quantised
from .score import inclination_rmse_deg
from .trace import Array, Trace
from .vm import run_script

BURST = 16  # samples: the clip's watermark
STATES = ("off", "uncalibrated", "not_worn", "moving", "neutral", "flexed")  # wire ENUMS "state"
_Q14 = 16384.0


@dataclass(frozen=True)
class Plan:
    """How to replay. `settings`: every setting of the firmware.

    The zero: from the first still second after `zero_s`, or with `calibrate_s` by the clip's own calibration, begun then.
    `each_sample`: results of every sample, too.
    """

    scale: Scale
    settings: dict[str, int]
    zero_s: float = 0.0
    calibrate_s: float | None = None
    each_sample: bool = True


@dataclass(frozen=True)
class Event:
    """What the clip would have noted: `kind` and `fields` as in its records. `at_s`: time in the trace, `sample`: the
    last sample of the burst that it came with."""

    at_s: float
    sample: int
    kind: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Replay:
    """The outcome. With `each_sample`: `up` (N, 3) unit vectors in the sensor's frame, NaN before there is one;
    `flexion_deg`, `lateral_deg` (N,), NaN before the zero. `state`: (N,) index into STATES."""

    trace: Trace
    plan: Plan
    events: tuple[Event, ...]
    saturated: int
    zero: Event | None
    state: NDArray[np.uint8]
    up: Array | None = field(default=None, repr=False)
    flexion_deg: Array | None = field(default=None, repr=False)
    lateral_deg: Array | None = field(default=None, repr=False)

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds in each state that occurred."""
        counts = np.bincount(self.state, minlength=len(STATES))
        step_s = self.trace.duration_s / len(self.trace)
        return {name: float(n) * step_s for name, n in zip(STATES, counts, strict=True) if n}

    @property
    def rmse_deg(self) -> tuple[float, int] | None:
        """(Inclination RMSE, samples that count); None without a reference or without `each_sample`."""
        return None if self.up is None else inclination_rmse_deg(self.up, self.trace)


def replay(trace: Trace, plan: Plan, vm: Vm) -> Replay:
    """Run the trace. Raises PoiseError (BAD_INPUT) for a rate that the filter does not take, (TWIN_FAILED)."""
    with tempfile.TemporaryDirectory(prefix="poise-replay-") as name:
        folder = Path(name)
        job = _write_job(folder, trace, plan)
        lines = [json.loads(line) for line in run_script(vm, "trace.py", job).splitlines()]
        rows = np.fromfile(folder / "out", "<i4").reshape(-1, 5) if plan.each_sample else None
    last = lines[-1] if lines else {"kind": "nothing"}
    if last["kind"] == "refused":
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{trace.name}: the filter does not take it: {last['why']}",
            "Resample the trace, or choose other full scales.",
        )
    if last["kind"] != "end" or last["at"] != len(trace):
        raise PoiseError(
            Reason.TWIN_FAILED, "the replay broke off", "`poise doctor` says what is missing."
        )
    events = tuple(_event(trace, line) for line in lines[:-1])
    zero = next((event for event in events if event.kind == "calibration"), None)
    done = Replay(trace, plan, events, last["saturated"], zero, _states(len(trace), events))
    return done if rows is None else _with_rows(done, rows)


def write_samples(path: Path, trace: Trace, scale: Scale) -> None:
    """The trace as the sensor would have given it, six int16 a sample."""
    with path.open("wb") as file:
        for part in quantised(trace, scale):
            part.tofile(file)


def _write_job(folder: Path, trace: Trace, plan: Plan) -> Path:
    write_samples(folder / "samples", trace, plan.scale)
    ends = np.minimum(np.arange(BURST - 1, len(trace) + BURST - 1, BURST), len(trace) - 1)
    # Sampling began one step before the first sample, as on the clip.
    end_ms = np.floor((trace.t_s[ends] - trace.t_s[0] + 1 / trace.rate_hz) * 1000 + 1e-6)
    end_ms.astype("<i4").tofile(folder / "times")
    by_still = plan.calibrate_s is None
    job = {
        "samples": str(folder / "samples"),
        "times": str(folder / "times"),
        "out": str(folder / "out") if plan.each_sample else None,
        "burst": BURST,
        "rate_uhz": round(trace.rate_hz * 1e6),
        "acc_lsb_per_g": plan.scale.acc_lsb_per_g,
        "gyr_udps_per_lsb": plan.scale.gyr_udps_per_lsb,
        "settings": plan.settings,
        "zero_ms": _ms(trace, plan.zero_s) if by_still else None,
        "calibrate_ms": None if plan.calibrate_s is None else _ms(trace, plan.calibrate_s),
    }
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path


def _ms(trace: Trace, t_s: float) -> int:
    return round((t_s - float(trace.t_s[0])) * 1000)


def _event(trace: Trace, line: dict[str, Any]) -> Event:
    fields = {key: value for key, value in line.items() if key not in ("at", "kind")}
    sample = line["at"] - 1
    return Event(float(trace.t_s[sample]), sample, line["kind"], fields)


def _states(samples: int, events: tuple[Event, ...]) -> NDArray[np.uint8]:
    """The state of every sample: that of its burst's end."""
    states = np.full(samples, STATES.index("uncalibrated"), np.uint8)
    for event in events:
        if event.kind == "posture":
            states[event.sample // BURST * BURST :] = STATES.index(event.fields["state"])
    return states


def _with_rows(done: Replay, rows: NDArray[np.int32]) -> Replay:
    length = np.linalg.norm(rows[:, :3], axis=1, keepdims=True)
    up = np.divide(rows[:, :3], length, out=np.full((len(rows), 3), np.nan), where=length > 0)
    angles = rows[:, 3:] / 100
    zeroed = done.zero is not None and done.zero.fields["result"] == "accepted"
    angles[: done.zero.sample + 1 if done.zero and zeroed else None] = np.nan
    return Replay(
        done.trace, done.plan, done.events, done.saturated, done.zero, done.state,
        up, angles[:, 0], angles[:, 1],
    )  # fmt: skip


def save(path: Path, done: Replay) -> None:
    """The results of every sample as `.npz`. Raises PoiseError (BAD_INPUT) when it can't be written."""
    assert done.up is not None
    assert done.flexion_deg is not None
    assert done.lateral_deg is not None
    try:
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                t_s=done.trace.t_s,
                up=done.up,
                flexion_deg=done.flexion_deg,
                lateral_deg=done.lateral_deg,
                state=done.state,
                state_names=np.array(STATES),
            )
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT, f"{path} can't be written ({error.strerror})", "Name another file."
        ) from None
