"""Display of a reminder in every available way. Only the first answer counts."""

from collections.abc import Awaitable, Callable, Sequence

from ..errors import PoiseError, Reason
from ..language import _
from .base import Hold, Notice, Notifier
from .clip import ClipNotifier


async def free() -> Hold:
    """Return no hold: assume that a reminder may be shown."""
    return Hold()


class Fanout:
    """Shows notices in several ways and passes the first answer to each to `record(reminder_id, answer, via)`."""

    def __init__(self, record: Callable[[int, str, str], None]) -> None:
        self._record = record
        self._ways: Sequence[Notifier] = ()
        self._open: set[int] = set()  # without an answer so far
        self._displayed: set[int] = set()
        self.hold: Callable[[], Awaitable[Hold]] = free
        # About the last notice: what kept ways from showing it; a way other than a buzz showed it, if one was wanted;
        # any way showed it, even if it was answered at once.
        self.held = Hold()
        self.is_named = True
        self.was_shown = True

    def use(self, ways: Sequence[Notifier]) -> None:
        """Set the ways. Build each with `answered` as its callback."""
        self._ways = tuple(ways)

    async def notify(self, notice: Notice, *, buzz_only: bool = False) -> list[PoiseError]:
        """Show the notice in every way, and return the errors of the ways that failed. `was_shown` tells if any worked.

        While a hold lasts, the notice is shown only if the clip may buzz and has buzzed: then the wearer comes to look.
        `buzz_only`: only the clip's buzz.
        """
        self._open.add(notice.reminder_id)
        self.held = await self.hold()
        errors: list[PoiseError] = []
        buzzes = [way for way in self._ways if _is_felt(way)]
        seen = [way for way in self._ways if not _is_felt(way) and not buzz_only]
        if self.held.buzz_too:
            felt = False
            errors += [_held(self.held)] * len(buzzes)
        else:
            felt = any([await self._by(way, notice, errors) for way in buzzes])
        if self.held.why and not felt:
            shown = False
            errors += [_held(self.held)] * len(seen)
        else:
            shown = any([await self._by(way, notice, errors) for way in seen])
        self.is_named = shown or buzz_only
        self.was_shown = shown or felt
        if self.was_shown:
            await self._let_be_the_only_one(notice)
        else:
            self._open.discard(notice.reminder_id)
        return errors

    async def is_held(self) -> bool:
        """Return whether no way may show a reminder now."""
        held = await self.hold()
        return held.buzz_too or (bool(held.why) and not any(_is_felt(way) for way in self._ways))

    async def _let_be_the_only_one(self, notice: Notice) -> None:
        """Remove earlier notices from every way. An answer to one of them, given a moment ago, still counts."""
        earlier = sorted(self._displayed - {notice.reminder_id})
        self._displayed = {notice.reminder_id} & self._open
        for reminder_id in earlier:
            await self._remove(reminder_id)

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
        self._displayed.discard(reminder_id)
        await self._remove(reminder_id)

    async def _remove(self, reminder_id: int) -> None:
        for way in self._ways:
            await way.withdraw(reminder_id)


def _is_felt(way: Notifier) -> bool:
    return way.name == ClipNotifier.name


def _held(hold: Hold) -> PoiseError:
    return PoiseError(
        Reason.NO_DATA,
        _("This computer shows no reminder now: {why}.").format(why=_(hold.why)),
        _("The reminder comes at the next pause."),
    )
