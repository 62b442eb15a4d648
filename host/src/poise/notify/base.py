"""The interface of every way to show a reminder."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

# (number of the reminder, "done" | "snoozed" | "skipped", name of the way it was answered)
OnAnswer = Callable[[int, str, str], None]


@dataclass(frozen=True)
class Notice:
    """One reminder to show; `reminder_id` is the store's number, from 1."""

    reminder_id: int
    title: str
    text: str


class Notifier(Protocol):
    """One way to show a reminder. Answers come back through the callback it was built with."""

    @property
    def name(self) -> str:
        """desktop, terminal, clip."""
        ...

    async def notify(self, notice: Notice) -> None:
        """Shows it. Raises PoiseError when this way does not work here."""
        ...

    async def withdraw(self, reminder_id: int) -> None:
        """Takes it away: it was answered elsewhere. Unknown numbers are no error."""
        ...
