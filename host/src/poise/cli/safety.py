"""Command `poise safety`: warning signs, stops, and the therapist's word that ends them."""

import sys

import typer

from ..coach import safety
from ..errors import PoiseError, Reason
from ..history.plan_in_force import plan_in_force
from ..language import _
from ..letters.stops import end_stop, refuse_at_the_patients
from ..store import Store
from ..store.holds import HoldRow
from .context import NUMBER_MAX, clock, local_time, new_app, open_store, print_json

app = new_app(_("When to stop and whom to call; stops, and the therapist's word that ends them."))


@app.callback(invoke_without_command=True)
def tell(context: typer.Context) -> None:
    """Print when to stop and whom to call."""
    if context.invoked_subcommand is not None:
        return
    typer.echo(safety.DISCLAIMER)
    _list(_("Call the emergency number now:"), safety.EMERGENCY)
    _list(_("Stop, and talk to your clinician before you go on:"), safety.STOP)
    typer.echo(f"\n{safety.NOT_COMPLETE}")
    typer.echo(
        "\n" + _("Ask your clinician before you begin: {whom}").format(whom=safety.ASK_FIRST)
    )
    typer.echo("\n" + _("Wearing it: {rules}").format(rules=safety.WEARING))


@app.command()
def stop(note: str = typer.Argument("", help=_("A few words for your therapist."))) -> None:
    """Not well? Stop the exercises and their reminders, until the therapist ends the stop."""
    with open_store() as store:
        store.holds.raise_("unwell", note, "terminal", clock().utc_ms())
    typer.echo(_("The exercises are stopped."))
    _list(_("Call the emergency number now, if it is one of these:"), safety.EMERGENCY)
    _list(_("Else talk to your clinician before you go on, above all with:"), safety.STOP)
    typer.echo(f"\n{safety.NOT_COMPLETE}")


@app.command()
def holds(as_json: bool = typer.Option(False, "--json", help=_("For scripts."))) -> None:
    """List the stops: when, why, and who ended each."""
    with open_store() as store:
        found = store.holds.history()
    if as_json:
        print_json([hold.__dict__ for hold in found])
        return
    for hold in found:
        words = [safety.REASONS[hold.reason], hold.detail, _ended(hold), hold.clear_note or ""]
        when = local_time(hold.raised_utc_ms, seconds=False)
        typer.echo(f"{hold.hold_id}  {when}  {', '.join(word for word in words if word)}")
    if not found:
        typer.echo(_("No stop."))


@app.command()
def clear(
    by: str = typer.Option(
        ..., "--by", help=_("The therapist, who decides it; kept with the time.")
    ),
    note: str = typer.Option("", "--note", help=_("Why, or what changes.")),
    number: int = typer.Option(
        None, "--hold", min=1, max=NUMBER_MAX, help=_("Only this stop; else all that are open.")
    ),
) -> None:
    """For the therapist: end a stop. Poise keeps the name and the time; it can't check who typed it."""
    with open_store() as store:
        refuse_at_the_patients(store)
        who = safety.clinic_name(by, _patient(store))
        wanted = [h.hold_id for h in store.holds.open() if number in (None, h.hold_id)]
        if not wanted:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("no open stop")
                if number is None
                else _("no open stop {number}").format(number=number),
                _("`poise safety holds` lists them."),
            )
        asked = _("Is it {who}, your therapist, who says that you may go on?").format(who=who)
        if sys.stdin.isatty() and not typer.confirm(asked, default=False):
            typer.echo(_("Nothing has changed: the exercises are stopped."))
            return
        for hold_id in wanted:
            end_stop(store, hold_id, who, note, clock().utc_ms())
    typer.echo(
        _("Ended by {who}: {wanted}. Kept as typed here: Poise can't check who typed it.").format(
            who=who, wanted=", ".join(str(n) for n in wanted)
        )
    )


def _patient(store: Store) -> str:
    """Return the patient's name in the plan in force; "" without a readable plan."""
    try:
        found = plan_in_force(store)
    except PoiseError:  # written by a newer Poise
        return ""
    return found.plan.patient if found else ""


def _ended(hold: HoldRow) -> str:
    if hold.cleared_utc_ms is None:
        return _("open")
    if hold.taken_back:
        after_s = (hold.cleared_utc_ms - hold.raised_utc_ms) / 1_000
        return _("taken back by the wearer after {after_s:.0f} s, as a mis-tap").format(
            after_s=after_s
        )
    return _("ended {time} by {cleared_by}").format(
        time=local_time(hold.cleared_utc_ms, seconds=False), cleared_by=hold.cleared_by
    )


def _list(heading: str, lines: tuple[str, ...]) -> None:
    typer.echo(f"\n{heading}")
    for line in lines:
        typer.echo(f"  - {line}")
