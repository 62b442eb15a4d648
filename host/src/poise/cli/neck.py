"""Command `poise neck`: follows two clips, head and collar, for true neck flexion."""

import asyncio
import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import typer

from ..aio import end
from ..errors import PoiseError, Reason
from ..files.whole import whole
from ..language import N_, _, formats
from ..text import terminal as screen
from ..text import visible
from ..two_clips import angles as insight
from ..two_clips.runner import RATE_HZ, PairRunner
from .context import ble_client, clock, hci, new_app, print_json, run

app = new_app(_("Follow two clips, head and collar: true neck flexion."))

_SCAN_S, _SCANS = 5.0, 3  # a clip that another host has just left may be silent for a while
_CLASSES = (N_("below 0°"), "0-10°", "10-20°", "20-30°", "30-45°", N_("above 45°"))


@app.command()
def neck(
    *,
    head: str = typer.Option(None, "--head", help=_("The head clip: its name or the end of it.")),
    trunk: str = typer.Option(
        None, "--trunk", help=_("The collar clip: its name or the end of it.")
    ),
    calibrate: bool = typer.Option(
        False,
        "--calibrate",
        help=_("Tell both clips their site and take their start position first."),
    ),
    seconds: float = typer.Option(
        0.0, "--seconds", min=0.0, help=_("End after so long; 0: until Ctrl-C.")
    ),
    rate_hz: int = typer.Option(RATE_HZ, "--rate", min=20, max=50, help=_("Angles a second.")),
    out: Path = typer.Option(
        None, "--out", help=_("Write the aligned series: FILE.csv or FILE.npz.")
    ),
    as_json: bool = typer.Option(
        False, "--json", help=_("Only a summary at the end, for scripts.")
    ),
) -> None:
    """Follow two clips, head and collar: the head's tilt relative to the trunk, with its error."""
    _check_out(out)
    names = run(_names(head, trunk))
    runner = PairRunner(ble_client, names, clock(), rate_hz=rate_hz, calibrate=calibrate)
    run(_follow(runner, seconds, quiet=as_json))
    found = runner.aligned()
    if found is None:
        raise PoiseError(
            Reason.NO_DATA, _("nothing came from both clips"), _("Bring both near and try again.")
        )
    if out is not None:
        _write(out, found)
    told = summary(runner, found)
    if as_json:
        print_json(told)
    else:
        _tell(told)


def summary(runner: PairRunner, found: insight.Neck) -> dict[str, Any]:
    """Return the result for scripts. Degrees, minutes, milliseconds."""
    exposed = insight.exposure(found)
    known = found.both
    lag, unsure_ms = runner.lag(), runner.clock_uncertainty_ms()
    clips = {worn.site: worn for worn in runner.clips}
    return {
        "head": clips["head"].clip_id,
        "trunk": clips["collar"].clip_id,
        "samples": len(known),
        "recorded_min": exposed.recorded_min,
        "valid_min": exposed.valid_min,
        "class_min": exposed.class_min,
        "p10_deg": exposed.p10_deg,
        "p50_deg": exposed.p50_deg,
        "p90_deg": exposed.p90_deg,
        "median_error_deg": float(np.median(found.flexion.error_deg[known]))
        if known.any()
        else None,
        "clock_uncertainty_ms": unsure_ms,
        "lag_ms": lag.lag_ms if lag else None,
        "clocks_doubtful": bool(lag and lag.disagrees(unsure_ms)),
        "links_lost": sum(worn.links_lost for worn in runner.clips),
    }


async def _names(head: str | None, trunk: str | None) -> list[tuple[str, str | None]]:
    """Return the two clips with the sites that the user gave; a scan finds missing ones. Raises PoiseError."""
    given = [(name, site) for name, site in ((head, "head"), (trunk, "collar")) if name]
    if len(given) == 2:
        return [*given]
    from ..clip.transport.ble import scan

    seen: set[str] = set()
    rest: list[str] = []
    for _scan in range(_SCANS):
        seen |= {clip.name for clip in await scan(_SCAN_S, hci())}
        rest = [
            name for name in seen if not any(name.upper().endswith(one.upper()) for one, _ in given)
        ]
        if len(rest) >= 2 - len(given):
            break
    if len(rest) != 2 - len(given):
        heard = ", ".join(sorted(seen)) or "none"
        raise PoiseError(
            Reason.NO_CLIP,
            _("two clips are needed; heard: {heard}").format(heard=heard),
            _("Wake both, or name them with --head and --trunk."),
        )
    return [*given, *((name, None) for name in sorted(rest))]


async def _follow(runner: PairRunner, seconds: float, *, quiet: bool) -> None:
    running = asyncio.ensure_future(runner.run())
    loop = asyncio.get_running_loop()
    end_s = loop.time() + seconds
    show = _shower(runner)
    try:
        while not (seconds and loop.time() >= end_s):
            await asyncio.wait((running,), timeout=0.2)
            if running.done():
                running.result()
                return
            if not quiet:
                show()
    except asyncio.CancelledError:
        # Ctrl-C ends the recording; the data so far are still printed and written.
        task = asyncio.current_task()
        if seconds or task is None:
            raise
        task.uncancel()
    finally:
        await end(running)


def _shower(runner: PairRunner) -> Callable[[], None]:
    """Return a function that shows the neck's flexion: in one line of a terminal, else each change of a link."""
    terminal = screen()
    told = ""

    def show() -> None:
        nonlocal told
        links = "; ".join(f"{worn.site or worn.name}: {_(worn.link)}" for worn in runner.clips)
        if terminal is None:
            if links != told:
                typer.echo(links)
            told = links
            return
        seen = runner.reading()
        text = links
        if seen:
            text = _(
                "neck flexion {flexion_deg:4.0f}° ± {error_deg:.0f}°   to the side "
                "{lateral_deg:4.0f}°"
            ).format(
                flexion_deg=seen.flexion_deg, error_deg=seen.error_deg, lateral_deg=seen.lateral_deg
            )
        terminal.write(f"\r\x1b[K{visible(text)[:118]}")
        terminal.flush()

    return show


def _tell(told: dict[str, Any]) -> None:
    if screen():
        typer.echo()
    typer.echo(
        _("both worn and calibrated: {valid} of {recorded} min").format(
            valid=formats.number(told["valid_min"], 1),
            recorded=formats.number(told["recorded_min"], 1),
        )
    )
    if told["p50_deg"] is not None:
        typer.echo(
            _(
                "neck flexion: median {p50_deg:.0f}° ± {median_error_deg:.0f}°, P10 {p10_deg:.0f}°, "
                "P90 {p90_deg:.0f}°"
            ).format(
                p50_deg=told["p50_deg"],
                median_error_deg=told["median_error_deg"],
                p10_deg=told["p10_deg"],
                p90_deg=told["p90_deg"],
            )
        )
        for label, minutes in zip(_CLASSES, told["class_min"].values(), strict=True):
            typer.echo(f"  {_(label):<9} {formats.number(minutes, 1):>6} min")
    typer.echo(
        _("clocks agree within {clock_uncertainty_ms:.0f} ms").format(
            clock_uncertainty_ms=told["clock_uncertainty_ms"]
        )
    )
    if told["clocks_doubtful"]:
        typer.echo(
            _(
                "The movements say otherwise: {lag_ms:.0f} ms apart. Do not trust fast moves."
            ).format(lag_ms=told["lag_ms"])
        )


def _check_out(out: Path | None) -> None:
    if out is None:
        return
    if out.suffix not in (".csv", ".npz"):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{name}' is neither .csv nor .npz").format(name=out.name),
            _("Name the file so."),
        )
    if not out.parent.is_dir():
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no folder {parent}").format(parent=out.parent),
            _("Make it, or name another."),
        )


def columns(found: insight.Neck) -> dict[str, np.ndarray]:
    """Return the aligned series for a file: column name -> (n,), one value for each of the head's samples."""
    terms = found.flexion.terms_deg.items()
    return {
        "t_utc_ms": found.t_utc_ms,
        "neck_flexion_deg": found.flexion.deg,
        "neck_flexion_error_deg": found.flexion.error_deg,
        "neck_lateral_deg": found.lateral.deg,
        "neck_lateral_error_deg": found.lateral.error_deg,
        "head_flexion_deg": found.head_flexion_deg,
        "trunk_flexion_deg": found.trunk_flexion_deg,
        **{f"term_{name.replace(' ', '_')}_deg": values for name, values in terms},
    }


def _write(out: Path, found: insight.Neck) -> None:
    made = columns(found)
    with whole(out, _("Name another file.")) as file:
        if out.suffix == ".npz":
            np.savez_compressed(file, **made)  # pyright: ignore[reportArgumentType]
            return
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        rows = csv.writer(text)
        rows.writerow(made)
        for row in zip(*made.values(), strict=True):
            rows.writerow([int(row[0]), *(_cell(value) for value in row[1:])])
        text.detach()


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"
