"""Display of a reminder in every available way. Only the first answer counts."""

from collections.abc import Awaitable, Callable, Sequence

from ..errors import PoiseError, Reason
from .base import Notice, Notifier
from .clip import ClipNotifier


async def there() -> str:
    """Return "": assume that somebody is at this computer."""
    return ""


class Fanout:
    """Shows notices in several ways and passes the first answer to each to `record(reminder_id, answer, via)`."""

    def __init__(self, record: Callable[[int, str, str], None]) -> None:
        self._record = record
        self._ways: Sequence[Notifier] = ()
        self._open: set[int] = set()
        # Returns why nobody is at this computer now ("the screen is locked"), "" if somebody is.
        self.away: Callable[[], Awaitable[str]] = there
        # About the last notice: nobody was there to see it; a way other than a buzz showed it; any way showed it, even
        # if it was answered at once.
        self.nobody_there = False
        self.is_named = True
        self.was_shown = True

    def use(self, ways: Sequence[Notifier]) -> None:
        """Set the ways. Build each with `answered` as its callback."""
        self._ways = tuple(ways)

    async def notify(self, notice: Notice) -> list[PoiseError]:
        """Show the notice in every way, and return the errors of the ways that failed. `was_shown` tells if any worked.

        If nobody is at this computer, the notice is shown only if the clip has buzzed: then the wearer comes to look.
        """
        self._open.add(notice.reminder_id)
        errors: list[PoiseError] = []
        felt = [await self._by(way, notice, errors) for way in self._ways if _is_felt(way)]
        seen = [way for way in self._ways if not _is_felt(way)]
        why = "" if any(felt) or not seen else await self.away()
        self.nobody_there = bool(why)
        if why:
            errors += [_nobody(why)] * len(seen)
            shown = False
        else:
            shown = any([await self._by(way, notice, errors) for way in seen])
        self.is_named = shown
        self.was_shown = shown or any(felt)
        if not self.was_shown:
            self._open.discard(notice.reminder_id)
        return errors

    async def _by(self, way: Notifier, notice: Notice, errors: list[PoiseError]) -> bool:
        try:
            await way.notify(notice)
        except PoiseError as error:
            errors.append(error)
            return False
        return True

    def shows(self, reminder_id: int) -> bool:
        """Return whether some way shows the reminder and it has no answer yet."""
        return reminder_id in self._open

    def answered(self, reminder_id: int, answer: str, via: str) -> None:
        """Take an answer from a way. A second answer, or one to a reminder that was not shown, has no effect."""
        if reminder_id not in self._open:
            return
        self._open.discard(reminder_id)
        self._record(reminder_id, answer, via)

    async def withdraw(self, reminder_id: int) -> None:
        """Remove a notice from every way."""
        self._open.discard(reminder_id)
        for way in self._ways:
            await way.withdraw(reminder_id)


def _is_felt(way: Notifier) -> bool:
    return way.name == ClipNotifier.name


def _nobody(why: str) -> PoiseError:
    return PoiseError(
        Reason.NO_DATA,
        f"Nobody is at this computer ({why}).",
        "The reminder comes when it is used again.",
    )
