"""The patient's own preferences. Every choice is kept; the newest of a name counts."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .owned import PatientDatabase
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

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def choose(self, name: str, value: str, via: str, utc_ms: int) -> None:
        """Store a choice, from now on the one that counts."""
        values = {"name": name, "value": value, "via": via, "chosen_utc_ms": utc_ms}
        with self._database.write() as connection:
            connection.execute(sa.insert(preferences).values(self._database.own(values)))

    def chosen(self, name: str) -> PreferenceRow | None:
        """Return the choice that counts; None before the first."""
        newest = self._of(name).order_by(preferences.c.preference_id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).first()
        return PreferenceRow(*row) if row else None

    def history(self, name: str) -> list[PreferenceRow]:
        """Return all choices of this name, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(self._of(name).order_by(preferences.c.preference_id))
            return [PreferenceRow(*row) for row in rows]

    def _of(self, name: str) -> sa.Select[Any]:
        fields = (preferences.c[field] for field in PreferenceRow.__dataclass_fields__)
        return sa.select(*fields).where(
            self._database.mine(preferences), preferences.c.name == name
        )
