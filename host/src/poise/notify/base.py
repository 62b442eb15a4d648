"""The interface of every way to show a reminder."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

# (number of the reminder, "done" | "snoozed" | "skipped", name of the way that took the answer)
OnAnswer = Callable[[int, str, str], None]


@dataclass(frozen=True)
class Notice:
    """One reminder to show; `reminder_id` is the store's number, from 1."""

    reminder_id: int
    title: str
    text: str


@dataclass(frozen=True)
class Hold:
    """Why this computer shows no reminder now: "the screen is locked". "" if it may show one.

    `buzz_too`: the clip's buzz waits as well.
    """

    why: str = ""
    buzz_too: bool = False


class Notifier(Protocol):
    """One way to show a reminder. It passes answers to the callback that it was built with."""

    @property
    def name(self) -> str:
        """The way's name, such as desktop, terminal or clip."""
        ...

    async def notify(self, notice: Notice) -> None:
        """Show the notice. Raises PoiseError if this way does not work here."""
        ...

    async def withdraw(self, reminder_id: int) -> None:
        """Remove a reminder that was answered elsewhere. An unknown number is no error."""
        ...
