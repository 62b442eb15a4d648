"""poise replay"""

from pathlib import Path
from typing import Any

import typer

from ..replay.run import Event, Plan, Replay, replay, save
from ..replay.scale import choose
from ..replay.trace import load
from ..replay.whatif import settings_for
from ..twin.vm import Vm, find_vm
from .context import new_app, print_json
from .words import STATES, sentence

app = new_app("Run a recorded trace through the clip's own code.")
_NO_ZERO = {
    "moving": "it moved",
    "tilted": "the clip is too far from upright, or on its side",
    "sensor_fault": "gravity has the wrong length",
}


@app.command("replay")
def run_trace(
    trace: Path = typer.Argument(..., help="The samples, .npz or .csv (docs/development.md)."),
    vm32: bool = typer.Option(False, "--vm32", help="In the 32-bit VM, as on the ESP32."),
    out: Path = typer.Option(None, "--out", help="Write every sample's results to this .npz file."),
    rate: float = typer.Option(None, "--rate", help="Hz, for a trace without times and rate."),
    acc_range_g: int = typer.Option(
        None, "--acc-range-g", help="Accelerometer's full scale: 2, 4, 8, 16; else by the trace."
    ),
    gyr_range_dps: int = typer.Option(
        None, "--gyr-range-dps", help="Gyroscope's: 125, 250, 500, 1000, 2000; else by the trace."
    ),
    zero_s: float = typer.Option(
        None, "--zero-s", help="The zero is the first still second after this time."
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
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
) -> None:
    """Run a recorded trace through the clip's own code: posture, nudges, and how exact the angle is.

    The settings are the clip's defaults unless given: what would other ones have done?
    """
    if zero_s is not None and calibrate_s is not None:
        raise typer.BadParameter("--zero-s and --calibrate-s exclude each other")
    vm = find_vm(32 if vm32 else 64)
    given = {
        "--angle": angle, "--hysteresis": hysteresis, "--hold": hold, "--refractory": refractory,
        "--per-hour": per_hour, "--per-day": per_day,
    }  # fmt: skip
    settings = settings_for(vm, site, given)
    samples = load(trace, rate)
    plan = Plan(
        choose(samples, acc_range_g, gyr_range_dps),
        settings,
        zero_s if zero_s is not None else float(samples.t_s[0]),
        calibrate_s,
        each_sample=out is not None or samples.q_ref_wxyz is not None,
    )
    done = replay(samples, plan, vm)
    if out is not None:
        save(out, done)
    if as_json:
        print_json(summary(done, vm))
    else:
        _tell(done, vm)


def summary(done: Replay, vm: Vm) -> dict[str, Any]:
    """The outcome, for scripts."""
    rmse = done.rmse_deg
    return {
        "trace": done.trace.name,
        "samples": len(done.trace),
        "duration_s": done.trace.duration_s,
        "rate_hz": done.trace.rate_hz,
        "acc_range_g": done.plan.scale.acc_range_g,
        "gyr_range_dps": done.plan.scale.gyr_range_dps,
        "saturated": done.saturated,
        "vm_bits": vm.bits,
        "settings": done.plan.settings,
        "inclination_rmse_deg": rmse[0] if rmse else None,
        "scored_samples": rmse[1] if rmse else 0,
        "zero": _event(done.zero) if done.zero else None,
        "seconds": done.seconds,
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
    if done.rmse_deg:
        degrees, scored = done.rmse_deg
        typer.echo(f"inclination RMSE {degrees:.2f}° over {scored} samples with a reference")
    typer.echo(_zero(done))
    typer.echo(", ".join(f"{STATES[name]} {took:.1f} s" for name, took in done.seconds.items()))
    for event in done.events:
        if event.kind != "calibration":
            typer.echo(f"{event.at_s:>10.2f} s  {sentence(event.kind, event.fields)}")
    nudges = sum(event.kind == "nudge" for event in done.events)
    typer.echo(f"{nudges} nudge{'' if nudges == 1 else 's'}")


def _zero(done: Replay) -> str:
    if done.zero is None:
        return "no zero: no still moment for it, so nothing counts as bent"
    result = done.zero.fields["result"]
    if result == "accepted":
        return f"zero taken at {done.zero.at_s:.2f} s"
    return f"no zero at {done.zero.at_s:.2f} s: {_NO_ZERO.get(result, result)}"
