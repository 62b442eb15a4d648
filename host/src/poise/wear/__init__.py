"""The daily runner, the state that its views show, and the lock and loan by which programs share one clip."""

from ..clip.reconnect import PASSING, Search
from .live import SHOWN_EVENTS, Live
from .runner import MOTION_HZ, Runner

__all__ = ["MOTION_HZ", "PASSING", "SHOWN_EVENTS", "Live", "Runner", "Search"]
