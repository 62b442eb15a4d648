"""A clip that a running `poise wear` holds, lent to one command."""

from ..clip.client import ClipClient, Identity
from ..clip.transport.base import Transport
from ..timebase.clock import Clock
from ..wear.lease import Loan


class BorrowingClient(ClipClient):
    """A client that asks a running `poise wear` for the clip first, and gives the clip back at the end.

    `loan` is the request to that runner; it does nothing if no runner has the clip.
    """

    def __init__(self, transport: Transport, clock: Clock, loan: Loan) -> None:
        super().__init__(transport, clock)
        self._loan = loan

    async def open(self) -> Identity:
        """Borrow the clip and open it as ClipClient does. Raises PoiseError ALREADY_RUNS when the clip is not lent."""
        await self._loan.take()
        try:
            return await super().open()
        except BaseException:
            self._loan.give_back()
            raise

    async def close(self) -> None:
        """Close as ClipClient does, and give the clip back."""
        try:
            await super().close()
        finally:
            self._loan.give_back()
