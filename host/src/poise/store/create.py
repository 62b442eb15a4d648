"""A new store: all tables at once. `migrate` brings an older store to the same tables; a test compares the two."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import audit, schema, seals, witness
from .engine import Database
from .schema import alembic_version


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a schema that Alembic knows."""
    return connection.scalar(sa.select(alembic_version.c.version_num))


def create(database: Database) -> None:
    """Make all tables in an empty database, with a first patient who has no pseudonym yet. Raises PoiseError STORE_*.

    If another program does the same at this moment, its tables stay.
    """
    with database.write() as connection:
        if sa.inspect(connection).has_table(alembic_version.name):
            return
        schema.metadata.create_all(connection, checkfirst=False)
        alembic_version.create(connection, checkfirst=False)
        connection.execute(sa.insert(alembic_version).values(version_num=schema.HEAD))
        audit.install(connection)
        connection.execute(sa.insert(schema.patients).values(pseudonym="", added_utc_ms=0))
        if database.path is not None:
            seals.install(connection)
        if database.counts:
            witness.begin(connection)
