"""The daily runner, its view, and how programs share the one clip."""

from ..clip.reconnect import PASSING, Search
from .live import SHOWN_EVENTS, Live
from .runner import MOTION_HZ, SEARCH_S, Runner

__all__ = ["MOTION_HZ", "PASSING", "SEARCH_S", "SHOWN_EVENTS", "Live", "Runner", "Search"]
