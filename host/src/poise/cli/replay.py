"""Command `poise replay`: runs a recorded trace through the clip's own code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from ..replay.load import load
from ..replay.plausible import without_noise
from ..replay.rates import CLIP_HZ
from ..replay.run import ACTIVITIES as ACTIVITY_NAMES
from ..replay.run import BURST, Event, Plan, Replay, replay, save
from ..replay.run import STATES as STATE_NAMES
from ..replay.samples import Reading
from ..replay.scale import choose
from ..replay.whatif import settings_for
from ..twin.machine.vm import Vm, find_vm
from ..words.records import ACTIVITIES, STATES, sentence
from .context import new_app, print_json

app = new_app("Run a recorded trace through the clip's own code.")
_CLIP_BURST_MS = 1000 * BURST / CLIP_HZ
_STATES = {**STATES, "off": "sensor fault"}
_NO_START = {
    "moving": "it moved",
    "tilted": "the clip is too far from upright, or on its side",
    "sensor_fault": "gravity has the wrong length",
}


@app.command("replay")
def run_trace(
    trace: Path = typer.Argument(
        None,
        help="The samples, .npz or .csv (docs/developers/replay.md, docs/developers/recordings.md).",
    ),
    *,
    vm32: bool = typer.Option(False, "--vm32", help="In the 32-bit VM, as on the ESP32."),
    out: Path = typer.Option(None, "--out", help="Write every sample's results to this .npz file."),
    rate: float = typer.Option(
        None,
        "--rate",
        help="Hz, for a trace without times and rate, or with times that are no use.",
    ),
    acc_range_g: int = typer.Option(
        None, "--acc-range-g", help="Accelerometer's full scale: 2, 4, 8, 16; else by the trace."
    ),
    gyr_range_dps: int = typer.Option(
        None, "--gyr-range-dps", help="Gyroscope's: 125, 250, 500, 1000, 2000; else by the trace."
    ),
    upright_s: float = typer.Option(
        None, "--upright-s", help="The start position is the first still second after this time."
    ),
    calibrate_s: float = typer.Option(
        None, "--calibrate-s", help="Instead: the clip's own calibration begins then."
    ),
    site: str = typer.Option(None, "--site", help="head or collar."),
    angle: float = typer.Option(None, "--angle", help="Degrees from which it counts as bent."),
    hysteresis: float = typer.Option(None, "--hysteresis", help="Degrees under it that end that."),
    hold: float = typer.Option(
        None, "--hold", help="Seconds until a hold is too long; 0: by the site."
    ),
    refractory: float = typer.Option(None, "--refractory", help="Seconds between two nudges."),
    per_hour: float = typer.Option(None, "--per-hour", help="Nudges in any hour."),
    per_day: float = typer.Option(None, "--per-day", help="Nudges in any 24 h."),
    acc: Path = typer.Option(None, "--acc", help="Instead of TRACE: the accelerometer's file."),
    gyr: Path = typer.Option(
        None,
        "--gyr",
        help="The gyroscope's, where it has a file of its own.",
    ),
    fill: int = typer.Option(
        0,
        "--fill",
        min=0,
        help="Fill gaps of at most so many samples by straight lines.",
    ),
    resample: float = typer.Option(
        None, "--resample", help="Hz: by straight lines at regular times."
    ),
    sort: bool = typer.Option(False, "--sort", help="Samples in the order of their times."),
    from_s: float = typer.Option(None, "--from-s", help="Leave out what is before this time."),
    until_s: float = typer.Option(None, "--until-s", help="Leave out what is after this time."),
    acc_unit: str = typer.Option(None, "--acc-unit", help="m_s2, g or mg."),
    gyr_unit: str = typer.Option(None, "--gyr-unit", help="rad_s, dps or mdps."),
    time_unit: str = typer.Option(None, "--time-unit", help="s, ms, us or ns."),
    acc_columns: str = typer.Option(None, "--acc-columns", help="Names of its columns: X,Y,Z."),
    gyr_columns: str = typer.Option(None, "--gyr-columns", help="Names of its columns: X,Y,Z."),
    time_column: str = typer.Option(None, "--time-column", help="Name of the column of times."),
    mount: str = typer.Option(
        None,
        "--mount",
        help="Its axes to the wearer's right, up and back, such as x,y,z (the clip's) or -x,z,y.",
    ),
    flip_acc: bool = typer.Option(
        False,
        "--flip-acc",
        help="Its accelerometer points down at rest, as an iPhone's.",
    ),
    watch: bool = typer.Option(
        None,
        "--watch/--no-watch",
        help="The clip's watch over its sensor; else on, but for a trace that was computed without a sensor's noise.",
    ),
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
) -> None:
    """Run a recorded trace through the clip's own code: posture, nudges, and how exact the angle is.

    The settings are the clip's defaults unless given: what would other ones have done?
    """
    if upright_s is not None and calibrate_s is not None:
        raise typer.BadParameter("--upright-s and --calibrate-s exclude each other")
    if (trace is None) == (acc is None):
        raise typer.BadParameter("name one TRACE, or --acc FILE and --gyr FILE")
    reading = Reading(
        rate_hz=rate,
        fill=fill,
        sort=sort,
        resample_hz=resample,
        from_s=from_s,
        until_s=until_s,
        gyr=gyr,
        acc_unit=acc_unit,
        gyr_unit=gyr_unit,
        time_unit=time_unit,
        acc_columns=acc_columns,
        gyr_columns=gyr_columns,
        time_column=time_column,
        mount=mount,
        flip_acc=flip_acc,
    )
    vm = find_vm(32 if vm32 else 64)
    given = {
        "--angle": angle,
        "--hysteresis": hysteresis,
        "--hold": hold,
        "--refractory": refractory,
        "--per-hour": per_hour,
        "--per-day": per_day,
    }
    settings = settings_for(vm, site, given)
    samples = load(trace or acc, reading=reading)
    plan = Plan(
        choose(samples, acc_range_g, gyr_range_dps),
        settings,
        upright_s if upright_s is not None else float(samples.t_s[0]),
        calibrate_s,
        each_sample=out is not None or samples.q_ref_wxyz is not None,
        watch=watch if watch is not None else not without_noise(samples),
    )
    done = replay(samples, plan, vm)
    if out is not None:
        save(out, done)
    if as_json:
        print_json(summary(done, vm))
    else:
        _tell(done, vm)


def summary(done: Replay, vm: Vm) -> dict[str, Any]:
    """Return the outcome for scripts."""
    rmse = done.rmse_deg
    return {
        "trace": done.trace.name,
        "samples": len(done.trace),
        "duration_s": done.trace.duration_s,
        "rate_hz": done.trace.rate_hz,
        "acc_range_g": done.plan.scale.acc_range_g,
        "gyr_range_dps": done.plan.scale.gyr_range_dps,
        "saturated": done.saturated,
        "no_gravity": done.no_gravity,
        "notes": list(_notes(done)),
        "vm_bits": vm.bits,
        "settings": done.plan.settings,
        "inclination_rmse_deg": rmse[0] if rmse else None,
        "scored_samples": rmse[1] if rmse else 0,
        "upright": _event(done.upright) if done.upright else None,
        "seconds": done.seconds,
        "activity_seconds": done.activity_seconds,
        "nudges": sum(event.kind == "nudge" for event in done.events),
        "events": [_event(event) for event in done.events],
    }


def _event(event: Event) -> dict[str, Any]:
    return {"at_s": event.at_s, "kind": event.kind, **event.fields}


def _tell(done: Replay, vm: Vm) -> None:
    trace, scale = done.trace, done.plan.scale
    typer.echo(
        f"{trace.name}: {len(trace)} samples, {trace.duration_s:.1f} s at {trace.rate_hz:.2f} Hz; "
        f"±{scale.acc_range_g} g, ±{scale.gyr_range_dps} °/s, {done.saturated} saturated; {vm.bits}-bit VM"
    )
    for note in _notes(done):
        typer.echo(f"- {note}")
    if done.rmse_deg:
        degrees, scored = done.rmse_deg
        typer.echo(f"inclination RMSE {degrees:.2f}° over {scored} samples with a reference")
    typer.echo(_upright(done))
    typer.echo(", ".join(f"{_STATES[name]} {took:.1f} s" for name, took in done.seconds.items()))
    took = done.activity_seconds.items()
    typer.echo("activity: " + ", ".join(f"{ACTIVITIES[name]} {s:.1f} s" for name, s in took))
    for event in done.events:
        if event.kind != "calibration":
            typer.echo(f"{event.at_s:>10.2f} s  {_sentence(event)}")
    typer.echo(f"{done.trace.t_s[-1]:>10.2f} s  {_ends(done)}")
    nudges = sum(event.kind == "nudge" for event in done.events)
    typer.echo(f"{nudges} nudge{'' if nudges == 1 else 's'}")


def _notes(done: Replay) -> Iterator[str]:
    """Yield assumptions, repairs, and differences from the clip."""
    trace = done.trace
    yield from trace.notes
    burst_ms = 1000 * BURST / trace.rate_hz
    if trace.burst_samples is None and not 0.8 < burst_ms / _CLIP_BURST_MS < 1.25:
        yield (
            f"bursts of {BURST} samples last {burst_ms:.0f} ms at this rate, {_CLIP_BURST_MS:.0f} ms on the clip: "
            "moving, walking and riding may differ from what a clip reports; --resample 208 gives its bursts"
        )
    if done.no_gravity:
        yield (
            f"in {done.no_gravity / trace.rate_hz:.1f} s the filter saw no gravity: nobody knows the angle there, and "
            "the results there go by the last known one"
        )
    if not done.plan.watch and without_noise(trace):
        yield (
            "it stands still to the last bit and has no sensor's noise: taken as computed, so the clip's watch over "
            "its sensor is left out; --watch puts it on"
        )
    faults = [event for event in done.events if event.kind == "fault"]
    if faults:
        yield (
            f"its values are a broken sensor's from {faults[0].at_s:.2f} s on ({_why(faults[0])}): the replay "
            "reports nothing of the wearer until the sensor goes on; --no-watch takes them as they are"
        )


_FAULTS = {
    "imu_stuck": "they stand still to the last bit",
    "imu_noisy": "they jump, or stand at an end of the scale",
    "imu_no_gravity": "they have no gravity, or too much of it",
    "imu_biased": "the gyroscope turns where gravity says that nothing turns",
}


def _why(event: Event) -> str:
    fault: str = event.fields["fault"]
    return _FAULTS.get(fault, fault)


def _silent(fields: dict[str, Any]) -> str:
    """Return why a hold beyond its limit brings no nudge."""
    of = fields["of"]
    if fields["why"] == "fit":
        return f"the clip's fit is in doubt ({of})"
    if fields["why"] == "activity":
        return ACTIVITIES[of]
    if fields["why"] == "refractory":
        return f"the last one was less than {of:.0f} s before (--refractory)"
    if fields["why"] == "off":
        return "they are off"
    return f"{of} have come in {'an hour (--per-hour)' if fields['why'] == 'per_hour' else 'a day (--per-day)'}"


def _ends(done: Replay) -> str:
    """Return what went on at the trace's end, and for how long: nothing ends it, so no line has told."""
    step_s = done.trace.duration_s / len(done.trace)
    state, state_s = _last(done.state, step_s)
    doing, doing_s = _last(done.activity, step_s)
    posture = _STATES[STATE_NAMES[state]]
    return f"the trace ends: {posture} for {state_s:.1f} s, {ACTIVITIES[ACTIVITY_NAMES[doing]]} for {doing_s:.1f} s"


def _last(each: NDArray[np.uint8], step_s: float) -> tuple[int, float]:
    """Return the last value, and the seconds that it has lasted."""
    others = np.flatnonzero(each != each[-1])
    return int(each[-1]), (len(each) - (others[-1] + 1 if len(others) else 0)) * step_s


def _sentence(event: Event) -> str:
    if event.kind == "silent":
        return f"no buzz: {_silent(event.fields)}"
    if event.kind == "fault":
        return f"sensor fault: {_why(event)}"
    if event.kind == "sensor":
        return "the sensor goes on"
    return sentence(event.kind, event.fields)


def _upright(done: Replay) -> str:
    if done.upright is None:
        return "no start position: no still moment for it, so nothing counts as bent"
    result = done.upright.fields["result"]
    if result == "accepted":
        return f"start position taken at {done.upright.at_s:.2f} s"
    return f"no start position at {done.upright.at_s:.2f} s: {_NO_START.get(result, result)}"
