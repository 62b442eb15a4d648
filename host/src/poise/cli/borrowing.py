"""A clip that a running `poise wear` holds, lent to one command."""

import asyncio
import contextlib

import typer

from ..clip.client import ClipClient, Identity
from ..clip.transport.base import Transport
from ..language import N_, _
from ..timebase.clock import Clock
from ..wear.lease import Loan

_PATIENCE_S = 4.0  # of a person who waits for a clip that is awake
_GOODBYE_S = 1.0
_RESTS = N_("The clip looks up once a minute: wait, or press its button.")


class BorrowingClient(ClipClient):
    """A client that asks a running `poise wear` for the clip first, and gives the clip back at the end.

    `loan` is the request to that runner; it does nothing if no runner has the clip.
    """

    def __init__(self, transport: Transport, clock: Clock, loan: Loan) -> None:
        super().__init__(transport, clock)
        self._loan = loan

    async def open(self, search_s: float | None = None) -> Identity:
        """Borrow the clip and open it as ClipClient does. Raises PoiseError ALREADY_RUNS when the clip is not lent.

        Tells a person who waits what the clip waits for.
        """
        await self._loan.take()
        hint = asyncio.get_running_loop().call_later(_PATIENCE_S, self._tell)
        try:
            return await super().open(search_s)
        except BaseException:
            self._loan.give_back()
            raise
        finally:
            hint.cancel()

    def _tell(self) -> None:
        if self.by_radio:
            typer.echo(_(_RESTS), err=True)

    async def close(self) -> None:
        """Say goodbye, close as ClipClient does, and give the clip back."""
        try:
            if self.by_radio and self.linked:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_GOODBYE_S):
                        await self.say_goodbye()
            await super().close()
        finally:
            self._loan.give_back()
