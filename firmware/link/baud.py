"""A rate of the USB line above the usual one, for as long as a host uses it. Loaded when a host asks for it."""

import asyncio

USUAL_BAUD = 115_200  # MicroPython's own
MOST_BAUD = 921_600
_QUIET_MS = 5000


class Baud:
    """The line's rate after `baud_set`. It ends by itself, so that the next host finds the usual rate.

    `set_baud` is the board's. The link calls `heard` after each block of bytes and its replies.
    """

    def __init__(self, link: "Link", set_baud: "Callable[[int], None]", baud: int) -> None:
        self._link = link
        self._set_baud = set_baud
        self._baud = baud
        self._waits = True  # for the reply to leave at the old rate
        self._heard = False

    def heard(self, frames: bool) -> None:
        """Take note of bytes from the host. `frames`: they were, or may become, frames; else they are noise."""
        if self._waits:
            self._waits = False
            self._set_baud(self._baud)
            if self._baud == USUAL_BAUD:
                self._link.baud = None
            else:
                asyncio.create_task(self._until_quiet())
        elif frames:
            self._heard = True
        else:  # most likely a host that speaks at the usual rate
            self.end()

    def end(self) -> None:
        """Go back to the usual rate."""
        if self._link.baud is self:
            self._link.baud = None
            self._set_baud(USUAL_BAUD)

    async def _until_quiet(self) -> None:
        """End after _QUIET_MS in which the host said nothing and got nothing."""
        while self._link.baud is self:
            self._heard = False
            await asyncio.sleep_ms(_QUIET_MS)
            cursor = self._link.cursor
            if not (self._heard or cursor.active or cursor.motion_hz):
                self.end()
