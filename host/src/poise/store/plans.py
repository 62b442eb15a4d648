"""Every version of the plan that was ever in force, with who put it there and when."""

from dataclasses import dataclass

import sqlalchemy as sa

from ..wire import plan_mark
from .engine import Database
from .schema import plans


@dataclass(frozen=True)
class PlanVersion:
    """The TOML text as written, its hash, which is the plan's identity, who and when (UTC milliseconds).

    `plan_id` numbers the changes: a text that comes back into force has another one, and the same hash.
    """

    plan_id: int
    content_hash: str
    text: str
    who: str
    when_utc_ms: int

    @property
    def mark(self) -> str:
        """What people call this plan, such as 3f9a1c2."""
        return plan_mark.mark(self.content_hash)


class Plans:
    """Plan versions, never changed and never removed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, text: str, who: str, when_utc_ms: int) -> PlanVersion:
        """Keeps this text as the plan in force; the same text as the current one makes no new version."""
        content_hash = plan_mark.content_hash(text)
        with self._database.write() as connection:
            row = connection.execute(_newest_first().limit(1)).one_or_none()
            if row is not None and row.content_hash == content_hash:
                return PlanVersion(*row)
            values = {
                "content_hash": content_hash,
                "text": text,
                "who": who,
                "when_utc_ms": when_utc_ms,
            }
            done = connection.execute(sa.insert(plans).values(values))
            assert done.inserted_primary_key is not None
            return PlanVersion(plan_id=done.inserted_primary_key[0], **values)

    def current(self) -> PlanVersion | None:
        """The version in force; None before the first."""
        with self._database.read() as connection:
            row = connection.execute(_newest_first().limit(1)).one_or_none()
        return PlanVersion(*row) if row is not None else None

    def history(self) -> list[PlanVersion]:
        """Every version, newest first."""
        with self._database.read() as connection:
            return [PlanVersion(*row) for row in connection.execute(_newest_first())]


def _newest_first() -> sa.Select:
    return sa.select(
        plans.c.plan_id, plans.c.content_hash, plans.c.text, plans.c.who, plans.c.when_utc_ms
    ).order_by(plans.c.plan_id.desc())
