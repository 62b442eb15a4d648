"""The patient's choice of how reminders come, read from the store and written to it."""

from ..coach.plan.plan import Plan
from ..coach.reminders.choice import (
    MOST_TIMES,
    PLANNED,
    PREFERENCE,
    SOUND,
    Choice,
    parse_choice,
)
from ..errors import PoiseError, Reason
from ..language import _, formats
from ..store import Store


def reminder_choice(store: Store) -> Choice:
    """Return the choice in force: as planned before the first, or if its text is of a newer Poise."""
    row = store.preferences.chosen(PREFERENCE)
    if row is None:
        return PLANNED
    try:
        return parse_choice(row.value, row.chosen_utc_ms)
    except ValueError:
        return PLANNED


def choose(store: Store, plan: Plan | None, value: str, via: str, utc_ms: int) -> Choice:
    """Store a choice, given as `Choice.value`. Raises PoiseError BAD_INPUT for one that can't be."""
    try:
        choice = parse_choice(value, utc_ms)
    except ValueError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("Those are no times of day."),
            _("Give one to {most}, such as 09:00 and 17:30.").format(most=MOST_TIMES),
        ) from error
    for time in choice.times:
        if plan is not None and plan.is_quiet(time):
            raise PoiseError(
                Reason.BAD_INPUT,
                _("{time} is in the plan's quiet hours.").format(time=formats.time(time)),
                _("Choose a time outside them."),
            )
    store.preferences.choose(PREFERENCE, choice.value, via, utc_ms)
    return choice


def has_sound(store: Store) -> bool:
    """Return whether notifications come with a sound: off until it is switched on."""
    row = store.preferences.chosen(SOUND)
    return row is not None and row.value == "on"


def set_sound(store: Store, *, on: bool, via: str, utc_ms: int) -> None:
    """Switch the notifications' sound on or off."""
    store.preferences.choose(SOUND, "on" if on else "off", via, utc_ms)
