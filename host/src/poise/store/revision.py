"""The revision of a database's schema, and its way to the newest."""

import sqlalchemy as sa

from ..errors import PoiseError, Reason
from ..language import _
from .create import create, revision_of
from .damage import newer
from .engine import Database
from .schema import HEAD, REVISIONS, alembic_version


def bring_up(database: Database) -> None:
    """Make the tables of an empty database, or migrate those of an older one. Raises PoiseError STORE_*."""
    revision = _revision(database)
    if revision == HEAD:
        return
    if revision is None:
        create(database)
        return
    if revision not in REVISIONS:
        raise newer(database.name, revision)
    from .migrate import upgrade  # Alembic takes over a second to import

    upgrade(database)


def _revision(database: Database) -> str | None:
    """Return the database's schema revision; None if it is empty. Raises PoiseError STORE_BROKEN for foreign tables."""
    with database.read() as connection:
        tables = sa.inspect(connection).get_table_names()
        if alembic_version.name in tables:
            return revision_of(connection)
    if tables:
        raise PoiseError(
            Reason.STORE_BROKEN,
            _("{name} is a database, but not one of Poise.").format(name=database.name),
            _("Name a new one, in which nothing is yet.")
            if database.is_server
            else _("Choose another folder with --data, or go back to a copy with `poise restore`."),
        )
    return None
