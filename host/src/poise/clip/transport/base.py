"""What the client needs of a transport: whole messages in, whole messages out, and word when the link is gone."""

from collections.abc import Callable
from typing import Protocol


class Transport(Protocol):
    """A link to one clip. `on_payload` gets each message; `on_lost` gets one line when the link ends by itself."""

    name: str
    max_payload: int  # bytes of one message that the link takes, once connected
    source: str  # "ble" or "usb": kept with every record that came by it
    on_payload: Callable[[bytes], None] | None
    on_lost: Callable[[str], None] | None

    async def connect(self) -> None:
        """Open the link. Raises PoiseError."""
        ...

    async def disconnect(self) -> None:
        """Close the link; `on_lost` is not called."""
        ...

    async def send(self, payload: bytes) -> None:
        """One message (type, request id, body). Raises PoiseError (LINK_LOST)."""
        ...
