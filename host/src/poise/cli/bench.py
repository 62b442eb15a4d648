"""Command `poise bench`: the motion filter beside others, the clip on recorded people, and how long a cell lasts."""

from pathlib import Path
from typing import Any

import typer

from ..replay import people
from ..replay.compare import Row, compare, folder_traces, mean, vms
from ..twin.machine.vm import find_vm
from .context import new_app, print_json

app = new_app("Measure beside others.")
_HEAD = (
    "trace",
    "Poise",
    "VQF 6D",
    "BasicVQF",
    "imufusion",
    "Poise/VQF",
    "Poise ns",
    "32-bit ns",
    "VQF ns",
    "same on 32 bits",
)


@app.callback()
def bench() -> None:
    """Measure beside others."""


@app.command()
def motion(
    traces: Path = typer.Option(None, "--traces", help="A folder with .npz traces of BROAD."),
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
) -> None:
    """The motion filter beside VQF, BasicVQF and imufusion on recorded traces: degrees of error, ns a sample.

    Exit status 1 when the 32-bit VM's result is not the 64-bit one's.
    """
    paths = folder_traces(traces)
    machines = vms()
    if not as_json:
        typer.echo(_line(_HEAD))
        typer.echo(_line(("---",) * len(_HEAD)))
    rows: list[Row] = []
    for path in paths:
        rows.append(compare(path, machines))
        if not as_json:
            typer.echo(_line(_cells(rows[-1])))
    if as_json:
        print_json([{**_plain(row), "ratio": row.ratio} for row in rows])
    else:
        _tell_mean(rows)
    if any(row.same_on_32_bits is False for row in rows):
        raise typer.Exit(1)


@app.command()
def activity(
    data: Path = typer.Option(None, "--data", help="A folder with recordings of people."),
    saver: bool = typer.Option(False, "--saver", help="At 52 Hz, as the clip saves its battery."),
    vm32: bool = typer.Option(False, "--vm32", help="In the 32-bit VM, as on the ESP32."),
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
) -> None:
    """What the clip tells of recorded people: percent of the time, for each person and label, and for all people."""
    rows = people.run_takes(people.takes(data), find_vm(32 if vm32 else 64), saver)
    rows += people.together(rows)
    if as_json:
        print_json([row.__dict__ for row in rows])
        return
    head = ("recorded", "people", "s", *people.TOLD, "nudges")
    typer.echo(_line(head))
    typer.echo(_line(("---",) * len(head)))
    for row in rows:
        shares = (f"{100 * row.shares[name]:.1f}" for name in people.TOLD)
        typer.echo(_line((row.label, row.person, f"{row.seconds:.0f}", *shares, str(row.nudges))))


@app.command()
def power(
    mah: list[int] = typer.Option(
        None,
        "--mah",
        min=10,
        max=100_000,
        help="A cell's capacity; give it again for more of them.",
    ),
    as_json: bool = typer.Option(False, "--json", help="For scripts: mAh of the desk day."),
) -> None:
    """How long a cell lasts, calculated: a desk day of 16 h on each chip, and each mode by itself."""
    from ..power import report

    if as_json:
        print_json(report.desk_mah())
        return
    cells = tuple(mah) if mah else report.CAPACITIES_MAH
    typer.echo(f"{report.DESK_DAY_TEXT}\n\n{report.desk(cells)}\n{report.desk_parts()}")
    typer.echo(f"Hours of such days:\n\n{report.desk_hours(cells)}")
    typer.echo(f"Hours of each mode by itself:\n\n{report.table(cells)}")
    typer.echo(f"{report.HOW_SURE} docs/makers/power.md has the currents and their sources.")


def _plain(row: Row) -> dict[str, Any]:
    return {**row.__dict__, "scale": row.scale.__dict__}


def _tell_mean(rows: list[Row]) -> None:
    typer.echo(
        _line(
            (
                f"mean of {len(rows)}",
                _degrees(mean(rows, lambda row: row.ours_deg)),
                _degrees(mean(rows, lambda row: row.vqf_deg)),
                _degrees(mean(rows, lambda row: row.basicvqf_deg)),
                _degrees(mean(rows, lambda row: row.imufusion_deg)),
                f"{mean(rows, lambda row: row.ratio):.2f}",
                _ns(mean(rows, lambda row: row.ours_ns)),
                _ns(mean(rows, lambda row: row.ours32_ns)),
                _ns(mean(rows, lambda row: row.vqf_ns)),
                "",
            )
        )
    )
    typer.echo("Inclination RMSE in degrees over the moving samples; ns a sample in this run.")


def _cells(row: Row) -> tuple[str, ...]:
    same = {True: "yes", False: "NO", None: "no VM"}[row.same_on_32_bits]
    return (
        row.trace,
        _degrees(row.ours_deg),
        _degrees(row.vqf_deg),
        _degrees(row.basicvqf_deg),
        _degrees(row.imufusion_deg),
        f"{row.ratio:.2f}",
        _ns(row.ours_ns),
        _ns(row.ours32_ns),
        _ns(row.vqf_ns),
        same,
    )


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def _degrees(value: float | None) -> str:
    return "not installed" if value is None else f"{value:.2f}"


def _ns(value: float | None) -> str:
    return "no VM" if value is None else f"{value:.0f}"
