"""A new store: all tables at once. `migrate` brings an older store to the same tables; a test compares the two."""

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from . import audit, schema, seals, witness
from .engine import Database

# Alembic's own table, with the revision of the schema.
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a schema that Alembic knows."""
    return connection.scalar(sa.select(_VERSION.c.version_num))


def create(database: Database) -> None:
    """Make all tables in an empty database, with a first patient who has no pseudonym yet. Raises PoiseError STORE_*.

    If another program does the same at this moment, its tables stay.
    """
    try:
        with database.write() as connection:
            if sa.inspect(connection).has_table(_VERSION.name):
                return
            schema.metadata.create_all(connection, checkfirst=False)
            _VERSION.create(connection, checkfirst=False)
            connection.execute(sa.insert(_VERSION).values(version_num=schema.HEAD))
            audit.install(connection)
            connection.execute(sa.insert(schema.patients).values(pseudonym="", added_utc_ms=0))
            if database.path is not None:
                seals.install(connection)
                witness.begin(connection)
    except exc.IntegrityError:  # PostgreSQL: the other program's tables came first
        return
