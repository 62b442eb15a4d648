"""Every version of the plan that was ever in force, with who set it and when."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..wire import plan_mark
from . import audit
from .owned import PatientDatabase
from .schema import plans


@dataclass(frozen=True)
class PlanVersion:
    """One version of the plan: its TOML text, the text's hash, who set it and when (UTC milliseconds).

    The hash identifies the plan. `plan_id` numbers the changes: a text that comes back into force has the same hash
    and a new `plan_id`.
    """

    plan_id: int
    content_hash: str
    text: str
    who: str
    when_utc_ms: int

    @property
    def mark(self) -> str:
        """The plan's short name for people, such as 3f9a1c2."""
        return plan_mark.mark(self.content_hash)


class Plans:
    """Plan versions. They are never changed and never removed."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def put(self, text: str, who: str, when_utc_ms: int) -> PlanVersion:
        """Put this text into force and return its version. The text of the current version makes no new one."""
        content_hash = plan_mark.content_hash(text)
        with self._database.write() as connection:
            row = connection.execute(self._newest_first().limit(1)).one_or_none()
            if row is not None and row.content_hash == content_hash:
                return PlanVersion(*row)
            values: dict[str, Any] = {
                "content_hash": content_hash,
                "text": text,
                "who": who,
                "when_utc_ms": when_utc_ms,
            }
            done = connection.execute(sa.insert(plans).values(self._database.own(values)))
            assert done.inserted_primary_key is not None
            mark = plan_mark.mark(content_hash)
            audit.note(connection, self._database.patient_id, "plan_set", when_utc_ms, mark)
            return PlanVersion(plan_id=done.inserted_primary_key[0], **values)

    def current(self) -> PlanVersion | None:
        """Return the version in force; None before the first."""
        with self._database.read() as connection:
            row = connection.execute(self._newest_first().limit(1)).one_or_none()
        return PlanVersion(*row) if row is not None else None

    def history(self) -> list[PlanVersion]:
        """Return every version, newest first."""
        with self._database.read() as connection:
            return [PlanVersion(*row) for row in connection.execute(self._newest_first())]

    def _newest_first(self) -> sa.Select[int, str, str, str, int]:
        return (
            sa.select(
                plans.c.plan_id,
                plans.c.content_hash,
                plans.c.text,
                plans.c.who,
                plans.c.when_utc_ms,
            )
            .where(self._database.mine(plans))
            .order_by(plans.c.plan_id.desc())
        )
