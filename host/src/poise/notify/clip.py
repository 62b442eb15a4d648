"""The clip's own buzz: the reminder is felt, and answered with the clip's button."""

from collections.abc import Callable
from typing import Any, Protocol

from ..errors import PoiseError, Reason
from .base import Notice, OnAnswer


class Requests(Protocol):
    """What is needed of `poise.clip.client.ClipClient`."""

    async def request(self, name: str, **fields: Any) -> Any:
        """Sends a request; raises PoiseError."""
        ...


def _always() -> bool:
    return True


class ClipNotifier:
    """Buzzes the clip while `felt` says that somebody would feel it. Its answers arrive as `reminder` records of the
    log: give them to `record`."""

    name = "clip"

    def __init__(
        self, clip: Requests, on_answer: OnAnswer, felt: Callable[[], bool] = _always
    ) -> None:
        self._clip = clip
        self._on_answer = on_answer
        self._felt = felt

    async def notify(self, notice: Notice) -> None:
        """Buzzes the reminder pattern. Raises PoiseError when the clip is not worn, can't be reached or refuses."""
        if not self._felt():
            raise PoiseError(
                Reason.NO_DATA, "Nobody would feel the clip's buzz now.", "Wear it, and charge it."
            )
        await self._clip.request("buzz", pattern="reminder", reminder_id=notice.reminder_id)

    async def withdraw(self, reminder_id: int) -> None:
        """A buzz is over by itself."""

    def record(self, kind: str, fields: dict[str, Any]) -> None:
        """Takes a log record; only an answered `reminder` means something here."""
        if kind == "reminder" and fields["answer"] != "none":
            self._on_answer(fields["reminder_id"], fields["answer"], self.name)
