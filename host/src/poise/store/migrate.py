"""Runs the migrations that ship inside the package. Imports Alembic: import this module only when needed."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from .engine import Database

FOLDER = Path(__file__).parent / "migrations"


def config() -> Config:
    """Alembic's configuration, without a file."""
    made = Config()
    # Alembic reads '%' in this option as the start of an interpolation.
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def upgrade(database: Database) -> None:
    """Brings the schema to the newest revision in one transaction. Raises PoiseError STORE_*."""
    with database.write() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")
