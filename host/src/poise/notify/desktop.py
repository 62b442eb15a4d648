"""Reminders by the desktop's notifications, with buttons Done, Later and Skip. One at a time.

Without a sound, unless the patient wants one.
"""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

from desktop_notifier import DEFAULT_SOUND, Button, DesktopNotifier
from desktop_notifier.common import Icon

from ..errors import PoiseError, Reason
from ..language import N_, _
from .ask import bus_errors
from .base import Notice, OnAnswer

_BUTTONS = ((N_("Done"), "done"), (N_("Later"), "snoozed"), (N_("Skip"), "skipped"))


def _unavailable(why: str) -> PoiseError:
    return PoiseError(
        Reason.NO_DATA,
        _("Desktop notifications do not work here ({why}).").format(why=why),
        _(
            "Start the desktop's notification service (such as dunst), keep `poise wear` open in a terminal, "
            "or keep the dashboard's Today open: `poise dashboard`."
        ),
    )


def _new() -> DesktopNotifier:
    # Without an icon the library shows Python's.
    return DesktopNotifier(app_name="Poise", app_icon=Icon(name="appointment-soon"))


def silent() -> bool:
    """Return False: no sound."""
    return False


async def check() -> None:
    """Return if this desktop shows notifications. Raises PoiseError NO_DATA if it does not."""
    try:
        await _new().get_capabilities()
    except bus_errors() as error:
        raise _unavailable(type(error).__name__) from error


class DesktopWay:
    """Reminders as notifications of this desktop. Make it inside the running event loop that receives the answers.

    `has_sound` tells, for each reminder, if it comes with the desktop's sound.
    """

    name = "desktop"

    def __init__(self, on_answer: OnAnswer, has_sound: Callable[[], bool] = silent) -> None:
        self._on_answer = on_answer
        self._has_sound = has_sound
        self._desktop = _new()
        self._shown: dict[int, str] = {}
        self._numbers: dict[int, int] = {}  # reminder -> number on the bus
        self._pressed_on: dict[int, int] = {}

    async def notify(self, notice: Notice) -> None:
        """Show the notice in place of an earlier one. A click beside its buttons is no answer.

        Raises PoiseError NO_DATA without a desktop.
        """
        dispatched: list[bool] = []
        try:
            # `send` only logs an error; the request for capabilities raises it.
            await self._desktop.get_capabilities()
            text = await self._body(notice.text)
        except bus_errors() as error:
            # The library never restores its connection to the bus, so the next reminder begins with a new one.
            self._desktop, self._shown, self._numbers = _new(), {}, {}
            raise _unavailable(type(error).__name__) from error
        has_sound = self._has_sound()
        earlier = self._prepare(has_sound=has_sound)
        shown = await self._desktop.send(
            title=notice.title,
            message=text,
            buttons=[
                Button(
                    title=_(title), on_pressed=partial(self._pressed, notice.reminder_id, answer)
                )
                for title, answer in _BUTTONS
            ],
            sound=DEFAULT_SOUND if has_sound else None,
            on_dispatched=lambda: dispatched.append(True),
        )
        if not dispatched:
            raise _unavailable(_("the desktop refused it"))
        await self._forget_earlier(replaced=earlier)
        self._shown[notice.reminder_id] = shown
        number = self._number(notice.reminder_id)
        if number is not None:
            self._numbers[notice.reminder_id] = number

    def _prepare(self, *, has_sound: bool) -> int:
        """Let the next notification replace the open one. Return its number on the bus; 0 without one, or a bus."""
        interface = getattr(self._backend, "interface", None)
        if interface is None:
            return 0
        number = max((self._number(one) or 0 for one in self._shown), default=0)
        self._backend.interface = _Replacing(_bare(interface), number, _sound_hints(has_sound))
        return number

    async def _forget_earlier(self, *, replaced: int) -> None:
        """Close the earlier notifications, except on a bus the `replaced` one, whose place is taken."""
        for reminder_id in list(self._shown):
            if replaced and self._numbers.get(reminder_id) == replaced:
                self._shown.pop(reminder_id)
                self._numbers.pop(reminder_id)
            else:
                await self.withdraw(reminder_id)

    async def _body(self, text: str) -> str:
        """Return the text, escaped if the daemon reads it as markup.

        Such a daemon reports the capability body-markup (Desktop Notifications 1.3).
        """
        interface = getattr(self._backend, "interface", None)
        if interface is None or "body-markup" not in await interface.call_get_capabilities():
            return text
        return escape(text, quote=False)

    async def withdraw(self, reminder_id: int) -> None:
        """Close the reminder's notification if it is still open."""
        await self._close_pressed(reminder_id)
        shown = self._shown.pop(reminder_id, None)
        self._numbers.pop(reminder_id, None)
        if shown is None:
            return
        try:
            await self._desktop.clear(shown)
        except (KeyError, *bus_errors()):
            return  # the desktop has closed it already

    async def _close_pressed(self, reminder_id: int) -> None:
        # Some daemons (dunst) keep a notification open after a press of its button, when the library has forgotten it.
        number = self._pressed_on.pop(reminder_id, None)
        interface = getattr(self._backend, "interface", None)
        if number is None or interface is None:
            return
        try:
            await interface.call_close_notification(number)
        except bus_errors():
            return  # it is closed already, or the daemon has gone

    @property
    def _backend(self) -> Any:
        return getattr(self._desktop, "_backend", None)

    def _number(self, reminder_id: int) -> int | None:
        """Return the bus's number of the notification; None on other systems, which close it themselves."""
        numbers = getattr(self._backend, "_platform_to_interface_notification_identifier", None)
        shown = self._shown.get(reminder_id)
        return None if numbers is None else numbers.inverse.get(shown)

    def _pressed(self, reminder_id: int, answer: str) -> None:
        number = self._numbers.pop(reminder_id, None)
        if number is not None:
            self._pressed_on[reminder_id] = number
        self._shown.pop(reminder_id, None)
        self._on_answer(reminder_id, answer, self.name)


class _Replacing:
    """The library's D-Bus interface, with what it can't give to `Notify`: the notification to replace, more hints."""

    def __init__(self, interface: Any, number: int, hints: dict[str, Any]) -> None:
        self.bare = interface
        self._number = number
        self._hints = hints

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bare, name)

    async def call_notify(self, app: str, _replaces: int, *rest: Any) -> int:
        """Call `Notify` of Desktop Notifications. `rest`: icon, title, body, actions, hints, timeout."""
        *given, hints, timeout = rest
        old = any(isinstance(value, str) for value in hints.values())  # an old daemon's a{ss}
        more = {key: str(one.value) if old else one for key, one in self._hints.items()}
        return await self.bare.call_notify(app, self._number, *given, {**hints, **more}, timeout)


def _bare(interface: Any) -> Any:
    return interface.bare if isinstance(interface, _Replacing) else interface


def _sound_hints(has_sound: bool) -> dict[str, Any]:
    """Return the hints of Desktop Notifications for a sound, by its name in the Sound Naming Specification, or none."""
    from dbus_fast.signature import Variant

    if has_sound:
        return {"sound-name": Variant("s", "message-new-instant")}
    return {"suppress-sound": Variant("b", True)}
