"""poise plan"""

from importlib.resources import files
from pathlib import Path

import typer

from ..coach.plan import Plan, parse_plan
from ..coach.safety import clinic_name
from ..errors import PoiseError, Reason
from .context import clock, local_time, new_app, open_store, print_json

app = new_app("Show, check or set the therapist's plan.")


def read_plan(path: Path) -> tuple[str, Plan]:
    """Text and plan of a file. Raises PoiseError (BAD_PLAN, BAD_INPUT)."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PoiseError(
            Reason.BAD_INPUT, f"{path} can't be read: {what}", "Name a plan file."
        ) from None
    return text, parse_plan(text, path.name)


@app.command()
def show(as_json: bool = typer.Option(False, "--json", help="For scripts.")) -> None:
    """Show the plan in force."""
    with open_store() as store:
        current = store.plans.current()
    if current is None:
        raise PoiseError(
            Reason.NO_PLAN,
            "no plan is set",
            "`poise plan example` shows one; set it with `poise plan set`.",
        )
    if as_json:
        print_json(
            {
                "version": current.plan_id,
                "who": current.who,
                "when_utc_ms": current.when_utc_ms,
                "toml": current.text,
            }
        )
        return
    typer.echo(f"# set by {current.who}, {local_time(current.when_utc_ms, seconds=False)}")
    typer.echo(current.text)


@app.command()
def check(file: Path = typer.Argument(..., help="A plan in TOML.")) -> None:
    """Check a plan file; every fault is named with its line."""
    _, plan = read_plan(file)
    _tell(plan)


@app.command("set")
def put(
    file: Path = typer.Argument(..., help="A plan in TOML."),
    by: str = typer.Option(..., "--by", help="Who prescribes it; kept with every version."),
) -> None:
    """Put a plan in force; earlier versions are kept."""
    text, plan = read_plan(file)
    with open_store() as store:
        version = store.plans.put(text, by, clock().utc_ms())
    _tell(plan)
    typer.echo(f"In force as version {version.plan_id}, set by {by}.")


@app.command()
def example() -> None:
    """Print a plan to start from."""
    typer.echo(files("poise.coach").joinpath("example.toml").read_text(encoding="utf-8"), nl=False)


@app.command("library")
def show_library(
    exercise: str = typer.Argument(None, help="Its id; without, all are listed."),
    drawing: Path = typer.Option(None, "--drawing", help="Write its drawing to this SVG file."),
) -> None:
    """The built-in exercises: what `use` in a plan can name, and what the clip judges of each."""
    from ..coach import library

    if exercise is None:
        for found in library.library().values():
            typer.echo(f"{found.id:<18} phase {found.phase}  {found.name}")
        return
    found = library.entry(exercise)
    typer.echo(f"{found.name} (phase {found.phase})\n\n{found.instructions}\n")
    hold = f", hold {found.hold_s} s" if found.hold_s else ""
    typer.echo(f"Usual start: {found.reps} repetitions{hold}. {found.evidence}.")
    for site in ("head", "collar"):
        told = library.standing(found.movement, site).replace("_", "-")
        typer.echo(f"Clip at the {site}: {told} ({library.limits(found.movement, site)}).")
    if drawing:
        try:
            drawing.write_text(library.drawing_svg(found.id), encoding="utf-8")
        except OSError as error:
            raise PoiseError(
                Reason.BAD_INPUT,
                f"{drawing} can't be written: {error.strerror}",
                "Name another file.",
            ) from None


@app.command()
def suggest(
    accept: bool = typer.Option(False, "--accept", help="Put the suggested plan in force."),
    by: str = typer.Option("", "--by", help="With --accept: the therapist who decides it."),
) -> None:
    """For the therapist: what the plan's rules suggest, and why. Changes nothing by itself."""
    from .suggest import suggestions

    with open_store() as store:
        found, text = suggestions(store, clock().utc_ms())
        for line in found:
            typer.echo(line)
        if not found:
            typer.echo("The rules suggest nothing now: carry on.")
        if not accept:
            return
        if not by.strip() or text is None:
            what = "no change is suggested" if by.strip() else "no name"
            raise PoiseError(
                Reason.BAD_INPUT, what, "A change is put in force with --accept --by NAME."
            )
        who = clinic_name(by, parse_plan(text).patient)
        version = store.plans.put(text, who, clock().utc_ms())
    typer.echo(f"In force as version {version.plan_id}, set by {who}.")


def _tell(plan: Plan) -> None:
    if plan.phases:
        phase = plan.phases[plan.phase - 1]
        typer.echo(f"Phase {plan.phase} of {len(plan.phases)}: {phase.name}")
    for exercise in plan.current:
        times = ", ".join(anchor.time.strftime("%H:%M") for anchor in exercise.anchors)
        typer.echo(f"{exercise.name}: {exercise.dose}, at {times}")
