"""The patient's pause of reminders, read from the store and written to it."""

import datetime as dt

from ..coach.reminders.pause import PREFERENCE, Pause, parse_pause
from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..timebase.calendar import day_begins_utc_ms, local_date

MOST_DAYS = 60


def reminder_pause(store: Store, now_utc_ms: int) -> Pause | None:
    """Return the pause that holds now; None without one, or if its text is of a newer Poise."""
    row = store.preferences.chosen(PREFERENCE)
    if row is None:
        return None
    try:
        pause = parse_pause(row.value, row.chosen_utc_ms)
    except ValueError:
        return None
    return pause if pause and pause.holds_at(now_utc_ms) else None


def begin_pause(store: Store, pause: Pause, via: str) -> None:
    """Store a pause; it takes the place of an earlier one."""
    store.preferences.choose(PREFERENCE, pause.value, via, pause.from_utc_ms)


def end_pause(store: Store, via: str, utc_ms: int) -> None:
    """Store that reminders come again from now on."""
    store.preferences.choose(PREFERENCE, "", via, utc_ms)


def until_day(now_utc_ms: int, day: dt.date, zone: dt.tzinfo) -> Pause:
    """Return a pause until this day begins in `zone`.

    Raises PoiseError BAD_INPUT for a day that has begun, and for one in over MOST_DAYS.
    """
    today = local_date(now_utc_ms, zone)
    if not today < day <= today + dt.timedelta(MOST_DAYS):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{day} is no end of a pause").format(day=day),
            _("Choose a day from tomorrow on, at most {days} days ahead.").format(days=MOST_DAYS),
        )
    return Pause(now_utc_ms, day_begins_utc_ms(day, zone))
