"""Records, minutes, clock pairs, plans and reminders in SQLite, or in PostgreSQL by URL."""

from .imports import FileImport, Imported
from .records import Event
from .store import Store

__all__ = ["Event", "FileImport", "Imported", "Store"]
