"""Command `poise plan`: shows, checks or sets the therapist's plan."""

import contextlib
import datetime as dt
import json
import os
from importlib.resources import files
from pathlib import Path

import typer

from ..coach.plan import outlook
from ..coach.plan.difference import differences
from ..coach.plan.moments import local
from ..coach.plan.plan import Plan, parse_plan
from ..coach.safety import clinic_name
from ..errors import PoiseError, Reason
from ..files.text import read_text, write_bytes, write_text
from ..history.plan_in_force import needed_plan, plan_in_force, put_in_force
from ..language import _
from ..store import Store
from ..text import printable
from .context import clock, data_folder, local_time, new_app, open_store, print_json

_EXAMPLE = 'patient = "Example patient"'
_OUT = _("Write it to this file, as UTF-8; a shell's > may not.")
app = new_app(_("Show, check or set the therapist's plan."))


def read_plan(path: Path) -> tuple[str, Plan]:
    """Return text and plan of a file. Raises PoiseError BAD_PLAN, BAD_INPUT."""
    text = read_text(path, _("Name a plan file: `poise plan example --out plan.toml` makes one."))
    return text, parse_plan(text, path.name)


@app.command()
def show(
    out: Path = typer.Option(None, "--out", help=_OUT),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Show the plan in force."""
    with open_store() as store:
        current = store.plans.current()
    if current is None:
        raise PoiseError(
            Reason.NO_PLAN,
            _("no plan is set"),
            _("`poise plan example` shows one; set it with `poise plan set`."),
        )
    if as_json:
        print_json(
            {
                "plan": current.mark,
                "content_hash": current.content_hash,
                "who": current.who,
                "when_utc_ms": current.when_utc_ms,
                "toml": current.text,
            }
        )
        return
    if out:
        write_text(out, current.text)
        typer.echo(_("Written: {out}").format(out=out))
        return
    typer.echo(
        "# "
        + _("plan {mark}, set by {who}, {time}").format(
            mark=current.mark,
            who=printable(current.who),
            time=local_time(current.when_utc_ms, seconds=False),
        )
    )
    with contextlib.suppress(PoiseError):  # a plan of another release is shown without warnings
        for warning in _warnings(parse_plan(current.text)):
            typer.echo("# " + _("Note: {warning}").format(warning=warning))
    typer.echo(current.text)


@app.command()
def check(file: Path = typer.Argument(..., help=_("A plan in TOML."))) -> None:
    """Check a plan file; every fault is named with its line."""
    _text, plan = read_plan(file)
    _tell(plan)


@app.command("set")
def put(
    file: Path = typer.Argument(..., help=_("A plan in TOML.")),
    by: str = typer.Option(..., "--by", help=_("Who prescribes it; kept with every version.")),
) -> None:
    """Put a plan in force; earlier versions are kept."""
    text, plan = read_plan(file)
    with open_store() as store:
        others = _of_same_version(store, plan)
        before = _readable(store)
        kept = put_in_force(store, text, plan, by, clock().utc_ms())
    _tell(plan)
    if before is not None:
        for each in differences(before, plan):
            typer.echo(_("Changed: {difference}").format(difference=each))
    typer.echo(
        _("In force: plan {mark} (version {version}), set by {by}.").format(
            mark=kept.mark, version=plan.version, by=by
        )
    )
    if others:
        typer.echo(
            _(
                "Another text says version = {version} too (plan {others}). The marks tell them "
                "apart; raise `version` with each change, so that people can as well."
            ).format(version=plan.version, others=", ".join(others))
        )


@app.command()
def example(out: Path = typer.Option(None, "--out", help=_OUT)) -> None:
    """Print a plan to start from; with --patient, that patient's."""
    text = files("poise.coach.plan").joinpath("example.toml").read_text(encoding="utf-8")
    named = os.environ.get("POISE_PATIENT")
    if named:
        text = text.replace(_EXAMPLE, f"patient = {json.dumps(named, ensure_ascii=False)}")
    if out is None:
        typer.echo(text, nl=False)
        return
    if out.exists():
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{out} exists").format(out=out),
            _("A plan is not overwritten: name another file."),
        )
    write_text(out, text)
    typer.echo(_("Written: {out}").format(out=out))


@app.command()
def copy(
    out: Path = typer.Option(None, "--out", help=_("File to write: .pdf or .html.")),
    paper: str = typer.Option("a4", "--paper", help=_("a4 or letter.")),
) -> None:
    """Write the patient's copy of the plan in force: drawings, doses in plain words, times, and when to stop."""
    from ..report.handout import render
    from ..report.handout.view import PAPERS, view

    if paper not in PAPERS:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("there is no paper '{name}'").format(name=paper),
            _("There are {names}.").format(names=", ".join(PAPERS)),
        )
    with open_store() as store:
        held = needed_plan(store)
        current = store.plans.current()
    assert current is not None, "a plan is in force"
    path = out or data_folder() / f"plan-{held.plan.mark}.pdf"
    since = local(held.plan, current.when_utc_ms).date()
    page = view(held.plan, since, paper)
    if path.suffix.lower() == ".html":
        write_text(path, render.render_html(page))
    elif path.suffix.lower() == ".pdf":
        write_bytes(path, render.render_pdf(page))
    else:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{name} is neither .pdf nor .html").format(name=path.name),
            _("End --out in one of them."),
        )
    typer.echo(_("Written: {out}").format(out=path))


@app.command("library")
def show_library(
    exercise: str = typer.Argument(None, help=_("Its id; without, all are listed.")),
    drawing: Path = typer.Option(None, "--drawing", help=_("Write its drawing to this SVG file.")),
) -> None:
    """The built-in exercises: what `use` in a plan can name, and what the clip judges of each."""
    from ..coach.plan import library

    if exercise is None:
        for found in library.library().values():
            typer.echo(
                f"{found.id:<18} "
                + _("phase {phase}").format(phase=found.phase)
                + f"  {_(found.name)}"
            )
        return
    found = library.entry(exercise)
    typer.echo(
        _("{name} (phase {phase})").format(name=_(found.name), phase=found.phase)
        + f"\n\n{library.in_language(found.instructions)}\n"
    )
    if found.hold_s:
        start = _("Usual start: {reps} repetitions, hold {hold_s} s.")
    else:
        start = _("Usual start: {reps} repetitions.")
    typer.echo(f"{start.format(reps=found.reps, hold_s=found.hold_s)} {_(found.evidence)}.")
    sources = {"sensed": _("sensed"), "partly": _("partly"), "self_reported": _("self-reported")}
    for site, worn in (("head", _("Clip at the head")), ("collar", _("Clip at the collar"))):
        told = sources[library.source(found.movement, site)]
        typer.echo(f"{worn}: {told} ({_(library.limits(found.movement, site))}).")
    if drawing:
        write_text(drawing, library.drawing_svg(found.id))


@app.command()
def suggest(
    accept: bool = typer.Option(False, "--accept", help=_("Put the suggested plan in force.")),
    by: str = typer.Option("", "--by", help=_("With --accept: the therapist who decides it.")),
) -> None:
    """For the therapist: what the plan's rules suggest, and why. Changes nothing by itself."""
    from .suggest import suggestions

    with open_store() as store:
        found, text = suggestions(store, clock().utc_ms())
        for line in found:
            typer.echo(line)
        if not found:
            typer.echo(_("The rules suggest nothing now: carry on."))
        if not accept:
            return
        if not by.strip() or text is None:
            what = _("no change is suggested") if by.strip() else _("no name")
            raise PoiseError(
                Reason.BAD_INPUT, what, _("A change is put in force with --accept --by NAME.")
            )
        plan = parse_plan(text)
        who = clinic_name(by, plan.patient)
        kept = put_in_force(store, text, plan, who, clock().utc_ms())
    typer.echo(
        _("In force: plan {mark} (version {version}), set by {who}.").format(
            mark=kept.mark, version=plan.version, who=who
        )
    )


def _readable(store: Store) -> Plan | None:
    """Return the plan in force; None before the first, and for one of another release."""
    with contextlib.suppress(PoiseError):
        current = plan_in_force(store)
        return current.plan if current else None
    return None


def _of_same_version(store: Store, plan: Plan) -> list[str]:
    """Return the marks of other texts that were in force with the same version number."""
    found = []
    for row in store.plans.history():
        with contextlib.suppress(PoiseError):  # written for another release
            if (
                row.content_hash != plan.content_hash
                and parse_plan(row.text).version == plan.version
            ):
                found.append(row.mark)
    return list(dict.fromkeys(found))


def _tell(plan: Plan) -> None:
    for line in outlook.lines(plan, _today(plan)):
        typer.echo(line)
    for warning in _warnings(plan):
        typer.echo(_("Note: {warning}").format(warning=warning))


def _warnings(plan: Plan) -> list[str]:
    return outlook.warnings(plan, _today(plan))


def _today(plan: Plan) -> dt.date:
    return local(plan, clock().utc_ms()).date()
