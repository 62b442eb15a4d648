"""Migration of the schema with the scripts in the package. Imports Alembic, so import this module only when needed."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from ..errors import PoiseError
from . import audit, parts, seals, server, witness
from .create import revision_of
from .damage import damaged
from .engine import Database
from .schema import HEAD

_PARTS_SINCE = "0003"
_TRIES = 5
FOLDER = Path(__file__).parent / "migrations"


def config() -> Config:
    """Return Alembic's configuration, made without a file."""
    made = Config()
    # Alembic reads '%' in this option as the start of an interpolation.
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def upgrade(database: Database) -> None:
    """Migrate the schema of an older store to the newest revision in one transaction. Raises PoiseError STORE_*.

    Programs that write wait for it. On a server, it begins again if a reader stood in its way.
    """
    for left in reversed(range(_TRIES)):
        try:
            _upgrade(database)
            return
        except PoiseError as error:
            if not left or not server.deadlocked(error):
                raise


def _upgrade(database: Database) -> None:
    with database.migration() as connection:
        before = str(revision_of(connection))
        if before == HEAD:
            return  # another program has migrated it meanwhile
        if database.path is not None:
            told = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
            if told != "ok":
                raise damaged(str(told), database.name)
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")
        audit.install(connection)
        if before < _PARTS_SINCE:
            parts.rebuild(connection)
        if database.path is not None:
            seals.install(connection)
        if database.counts:
            witness.begin(connection)
