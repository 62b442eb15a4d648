"""Shows a reminder in every way there is; the first answer counts, once."""

from collections.abc import Callable, Sequence

from poise.errors import PoiseError

from .base import Notice, Notifier


class Fanout:
    """`record(reminder_id, answer, via)` is called with the first answer to each notice and keeps it."""

    def __init__(self, record: Callable[[int, str, str], None]) -> None:
        self._record = record
        self._ways: Sequence[Notifier] = ()
        self._open: set[int] = set()

    def use(self, ways: Sequence[Notifier]) -> None:
        """Sets the ways; build each with `answered` as its callback."""
        self._ways = tuple(ways)

    async def notify(self, notice: Notice) -> list[PoiseError]:
        """Shows it in every way; the errors of the ways that do not work here."""
        self._open.add(notice.reminder_id)
        errors = []
        for way in self._ways:
            try:
                await way.notify(notice)
            except PoiseError as error:
                errors.append(error)
        return errors

    def answered(self, reminder_id: int, answer: str, via: str) -> None:
        """Callback of the ways. Later answers, and answers to what was not shown, change nothing."""
        if reminder_id not in self._open:
            return
        self._open.discard(reminder_id)
        self._record(reminder_id, answer, via)

    async def withdraw(self, reminder_id: int) -> None:
        """Takes an answered notice away everywhere."""
        self._open.discard(reminder_id)
        for way in self._ways:
            await way.withdraw(reminder_id)
