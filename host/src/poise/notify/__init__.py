"""Ways to show a reminder and to take its answer, behind one interface."""

from .base import Hold, Notice, Notifier, OnAnswer
from .fanout import Fanout

__all__ = ["Fanout", "Hold", "Notice", "Notifier", "OnAnswer"]
