"""Exercise sessions as they happen: the clip's angles in, cues to screen and clip out, the result into the store."""

from .feed import ClientFeed, Feed
from .runner import RATE_HZ, SessionRunner

__all__ = ["RATE_HZ", "ClientFeed", "Feed", "SessionRunner"]
