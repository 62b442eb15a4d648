"""The store of a patient's data (log records, plans, reminders, sessions, diary) in SQLite, or PostgreSQL by URL."""

from .imports import FileImport, Imported
from .records import Event
from .store import Store

__all__ = ["Event", "FileImport", "Imported", "Store"]
