"""Command `poise reminders`: the patient's choice of how reminders come."""

from enum import Enum

import typer

from ..coach.reminders.choice import MOST_TIMES, How
from ..errors import PoiseError, Reason
from ..history.days import DayFactsReader
from ..history.plan_in_force import PlanFollower
from ..history.reminder_choice import choose, has_sound, reminder_choice, set_sound
from ..language import _
from ..words import reminders as words
from .context import clock, new_app, open_store, print_json

app = new_app(_("How reminders come: as planned, fewer, at other times, or none."))
_VIA = "terminal"


class Choosable(Enum):
    """The choices without times; `--at` is the one with times."""

    PLANNED = How.PLANNED.value
    SELDOM = How.SELDOM.value
    BUZZ = How.BUZZ.value
    NONE = How.NONE.value


@app.command()
def reminders(
    how: Choosable = typer.Argument(
        None, help=_("As the plan says, fewer, only the buzz, or none.")
    ),
    at: list[str] = typer.Option(
        [],
        "--at",
        help=_("Only at this time of day, HH:MM; up to {most} of them.").format(most=MOST_TIMES),
    ),
    sound: bool = typer.Option(None, "--sound/--no-sound", help=_("With the desktop's sound.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Tell how reminders come, and choose. The plan stays as it is."""
    if how is not None and at:
        raise PoiseError(
            Reason.BAD_INPUT, _("That is two choices."), _("Give a word, or times with --at.")
        )
    with open_store() as store:
        held = PlanFollower(store).look()
        now = clock().utc_ms()
        if how is not None or at:
            value = how.value if how is not None else " ".join([How.TIMES.value, *at])
            choose(store, held.plan if held else None, value, _VIA, now)
        if sound is not None:
            set_sound(store, on=sound, via=_VIA, utc_ms=now)
        choice, loud = reminder_choice(store), has_sound(store)
        asks = held is not None and (
            DayFactsReader(store, clock()).look(held.plan, held.plan_id, now).asks_how
        )
    if as_json:
        print_json({"reminders": choice.value, "sound": loud, "asked": asks})
        return
    typer.echo(_("Reminders: {choice}.").format(choice=words.in_words(choice)))
    typer.echo(_("Sound: on.") if loud else _("Sound: off."))
    if asks:
        typer.echo(words.ASKED_TERMINAL)
