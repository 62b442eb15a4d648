"""Shows a reminder in every way there is; the first answer counts, once."""

from collections.abc import Awaitable, Callable, Sequence

from ..errors import PoiseError, Reason
from .base import Notice, Notifier
from .clip import ClipNotifier


async def there() -> str:
    """Somebody is taken to be at this computer."""
    return ""


class Fanout:
    """`record(reminder_id, answer, via)` is called with the first answer to each notice and keeps it."""

    def __init__(self, record: Callable[[int, str, str], None]) -> None:
        self._record = record
        self._ways: Sequence[Notifier] = ()
        self._open: set[int] = set()
        # Why nobody is at this computer now ("the screen is locked"), "" when somebody is.
        self.away: Callable[[], Awaitable[str]] = there
        # Of the last notice: whether somebody was there to see it, whether anything but a buzz showed it, and whether
        # anything did, even if it was answered at once.
        self.nobody_there = False
        self.is_named = True
        self.was_shown = True

    def use(self, ways: Sequence[Notifier]) -> None:
        """Sets the ways; build each with `answered` as its callback."""
        self._ways = tuple(ways)

    async def notify(self, notice: Notice) -> list[PoiseError]:
        """Shows it in every way; the errors of the ways that do not work now. `was_shown` tells whether any did.

        On a computer that nobody looks at it is shown only when the clip has buzzed: they come to see what it was.
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
        """Whether some way shows it, and it has no answer yet."""
        return reminder_id in self._open

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


def _is_felt(way: Notifier) -> bool:
    return way.name == ClipNotifier.name


def _nobody(why: str) -> PoiseError:
    return PoiseError(
        Reason.NO_DATA,
        f"Nobody is at this computer ({why}).",
        "The reminder comes when it is used again.",
    )
