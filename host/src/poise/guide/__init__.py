"""Running of exercise sessions: takes the clip's angles, gives cues on screen and clip, stores the result."""

from .feed import ClientFeed, Feed
from .runner import RATE_HZ, SessionRunner

__all__ = ["RATE_HZ", "ClientFeed", "Feed", "SessionRunner"]
