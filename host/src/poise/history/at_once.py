"""The patient's choice to hear of the clip's events at once, read from the store and written to it."""

from ..store import Store

PREFERENCE = "events_at_once"  # name of this choice among the patient's preferences, "on" or "off"


def hears_at_once(store: Store) -> bool | None:
    """Return the choice; None before the first, when another computer's stays in force on the clip."""
    row = store.preferences.chosen(PREFERENCE)
    return None if row is None else row.value == "on"


def hear_at_once(store: Store, *, on: bool, via: str, utc_ms: int) -> None:
    """Store the choice."""
    store.preferences.choose(PREFERENCE, "on" if on else "off", via, utc_ms)
