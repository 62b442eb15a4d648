"""poise plan"""

from importlib.resources import files
from pathlib import Path

import typer

from ..coach.plan import Plan, parse_plan
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


def _tell(plan: Plan) -> None:
    for exercise in plan.exercises:
        times = ", ".join(anchor.time.strftime("%H:%M") for anchor in exercise.anchors)
        typer.echo(f"{exercise.name}: {exercise.dose}, at {times}")
