"""A clip that a running `poise wear` holds, borrowed for one command."""

from ..clip.client import ClipClient, Identity
from ..wear.lease import Loan
from .context import command_name, data_folder


class BorrowingClient(ClipClient):
    """A client that asks a running `poise wear` for the clip first, and gives it back at the end."""

    _loan: Loan | None = None

    async def open(self) -> Identity:
        """As ClipClient's. Raises PoiseError (ALREADY_RUNS) when the clip is not lent."""
        self._loan = Loan(data_folder(), command_name(), self.transport.source)
        await self._loan.take()
        try:
            return await super().open()
        except BaseException:
            self._loan.give_back()
            raise

    async def close(self) -> None:
        """As ClipClient's."""
        try:
            await super().close()
        finally:
            if self._loan:
                self._loan.give_back()
