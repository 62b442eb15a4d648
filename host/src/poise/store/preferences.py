"""The patient's own preferences. Every choice is kept; the newest of a name counts."""

from dataclasses import dataclass

import sqlalchemy as sa

from .engine import Database
from .schema import preferences


@dataclass(frozen=True)
class PreferenceRow:
    """One choice. `via`: where it was made, such as dashboard. The time is in UTC milliseconds."""

    name: str
    value: str
    via: str
    chosen_utc_ms: int


class Preferences:
    """Choices by name. They are never changed and never removed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def choose(self, name: str, value: str, via: str, utc_ms: int) -> None:
        """Store a choice, from now on the one that counts."""
        values = {"name": name, "value": value, "via": via, "chosen_utc_ms": utc_ms}
        with self._database.write() as connection:
            connection.execute(sa.insert(preferences).values(values))

    def chosen(self, name: str) -> PreferenceRow | None:
        """Return the choice that counts; None before the first."""
        history = self.history(name)
        return history[-1] if history else None

    def history(self, name: str) -> list[PreferenceRow]:
        """Return all choices of this name, oldest first."""
        query = (
            sa.select(*(preferences.c[field] for field in PreferenceRow.__dataclass_fields__))
            .where(preferences.c.name == name)
            .order_by(preferences.c.preference_id)
        )
        with self._database.read() as connection:
            return [PreferenceRow(*row) for row in connection.execute(query)]
