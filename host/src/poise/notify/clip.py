"""Reminders by the clip's buzz. The wearer answers with the clip's button."""

from collections.abc import Callable
from typing import Any, Protocol

from ..errors import PoiseError, Reason
from ..language import _
from .base import Notice, OnAnswer


class Requests(Protocol):
    """The part of `poise.clip.client.ClipClient` that the notifier uses."""

    async def request(self, name: str, **fields: Any) -> Any:
        """Send a request. Raises PoiseError."""
        ...


def _always() -> bool:
    return True


class ClipNotifier:
    """Buzzes the clip if `felt` returns True, that is, if somebody would feel the buzz.

    Answers arrive as `reminder` records of the log: pass them to `record`.
    """

    name = "clip"

    def __init__(
        self, clip: Requests, on_answer: OnAnswer, felt: Callable[[], bool] = _always
    ) -> None:
        self._clip = clip
        self._on_answer = on_answer
        self._felt = felt

    async def notify(self, notice: Notice) -> None:
        """Buzz the reminder pattern. Raises PoiseError if nobody feels it, or the clip can't be reached or refuses."""
        if not self._felt():
            raise PoiseError(
                Reason.NO_DATA,
                _("Nobody would feel the clip's buzz now."),
                _("Wear it, and charge it."),
            )
        await self._clip.request("buzz", pattern="reminder", reminder_id=notice.reminder_id)

    async def withdraw(self, reminder_id: int) -> None:
        """Do nothing: a buzz ends by itself."""

    def record(self, kind: str, fields: dict[str, Any]) -> None:
        """Pass the answer of a `reminder` record to the callback. Ignore other records and unanswered reminders."""
        if kind == "reminder" and fields["answer"] != "none":
            self._on_answer(fields["reminder_id"], fields["answer"], self.name)
