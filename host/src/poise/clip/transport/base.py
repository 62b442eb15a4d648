"""Interface of a transport: it sends and receives whole messages and reports the end of the link."""

from collections.abc import Callable
from typing import Protocol


class Transport(Protocol):
    """A link to one clip. `on_payload` gets each message; `on_lost` gets one line of text if the link is lost."""

    name: str
    max_payload: int  # most bytes of one message, valid once connected
    source: str  # "ble" or "usb", stored with every record that came over this link
    on_payload: Callable[[bytes], None] | None
    on_lost: Callable[[str], None] | None

    async def connect(self, search_s: float | None = None) -> None:
        """Open the link. `search_s`: how long to search for the clip; None: the transport's own time.

        Raises PoiseError.
        """
        ...

    async def disconnect(self) -> None:
        """Close the link; `on_lost` is not called."""
        ...

    async def send(self, payload: bytes) -> None:
        """Send one message (type, request id, body). Raises PoiseError (LINK_LOST)."""
        ...
