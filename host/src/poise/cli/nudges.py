"""Command `poise nudges`: shows what followed each posture nudge."""

import typer

from ..coach.ledger import weeks
from ..errors import PoiseError, Reason
from ..history.nudges import nudges
from ..language import N_, _, formats
from ..words import strings
from .context import (
    NUMBER_MAX,
    clock,
    local_time,
    new_app,
    open_store,
    print_json,
    the_clip,
    the_zone,
)

_LINE = N_("{angle_deg:.0f}° for {minutes} min: {followed}")
_LINE_WRONG = N_("{angle_deg:.0f}° for {minutes} min: {followed}, marked wrong")
app = new_app(_("What followed each posture nudge; mark one that was wrong."))


@app.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    clip: str = typer.Option(None, "--clip", help=_("Its id or the end of it.")),
    last: int = typer.Option(20, "--last", min=1, help=_("How many.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """List the last nudges with what followed, and each week's count."""
    if context.invoked_subcommand is not None:
        return
    with open_store() as store:
        found = nudges(store, the_clip(store, clip))
        by_week = weeks(found, the_zone(store))
    if as_json:
        print_json({"nudges": [e.__dict__ for e in found], "weeks": [w.__dict__ for w in by_week]})
        return
    for entry in found[-last:]:
        followed = strings.NUDGE_FOLLOWED[entry.outcome].format(entry.after_s or 0)
        when = local_time(entry.utc_ms, seconds=False)
        typer.echo(
            f"{entry.seq:>7}  {when}  "
            + _(_LINE_WRONG if entry.wrong else _LINE).format(
                angle_deg=entry.flexion_deg,
                minutes=formats.number(entry.held_s / 60, 1),
                followed=followed,
            )
        )
    for week in by_week[-4:]:
        typer.echo(
            _(
                "Week of {monday}: {nudges} nudges, {corrected} followed by movement, {snoozed} "
                "snoozed, {ignored} by nothing; {wrong} marked wrong ({low_pct:.0f} to "
                "{high_pct:.0f} %, 95 % interval)."
            ).format(
                monday=week.monday,
                nudges=week.nudges,
                corrected=week.corrected,
                snoozed=week.snoozed,
                ignored=week.ignored,
                wrong=week.wrong,
                low_pct=week.wrong_low_pct,
                high_pct=week.wrong_high_pct,
            )
        )
    if not found:
        typer.echo(_("No nudge is logged."))


@app.command()
def wrong(
    number: int = typer.Argument(..., min=0, max=NUMBER_MAX, help=_("Of the nudge, as listed.")),
    clip: str = typer.Option(None, "--clip", help=_("Its id or the end of it.")),
    undo: bool = typer.Option(False, "--undo", help=_("Take the mark back.")),
) -> None:
    """Say that a nudge was wrong: you were not holding that posture, or it was no moment for it."""
    with open_store() as store:
        clip_id = the_clip(store, clip)
        if number not in {entry.seq for entry in nudges(store, clip_id)}:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("no nudge {number}").format(number=number),
                _("`poise nudges` lists the numbers."),
            )
        store.nudge_marks.put(clip_id, number, "" if undo else "wrong", clock().utc_ms())
    done = (
        _("Nudge {number}: the mark is taken back.") if undo else _("Nudge {number}: marked wrong.")
    )
    typer.echo(done.format(number=number))
