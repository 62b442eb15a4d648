"""Reminders on a terminal, answered by one key."""

from rich.console import Console
from rich.markup import escape

from ..errors import PoiseError, Reason
from ..language import _
from .base import Notice, OnAnswer

KEYS = {"d": "done", "s": "snoozed", "k": "skipped"}


class TerminalNotifier:
    """Shows reminders on `console`. The caller passes each pressed key to `key`.

    `keys`: there is a keyboard. `read`: the console is a terminal that somebody can look at; a reminder written to a
    file or a pipe does not count as shown.
    """

    name = "terminal"

    def __init__(
        self, console: Console, on_answer: OnAnswer, *, keys: bool = True, read: bool = True
    ) -> None:
        self._console = console
        self._on_answer = on_answer
        self._keys = keys
        self._read = read
        self._shown: list[int] = []
        self._written = 0

    async def notify(self, notice: Notice) -> None:
        """Write the reminder and the keys, once. Raises PoiseError (NO_DATA) if the console is no terminal."""
        if notice.reminder_id != self._written:
            self._write(notice)
            self._written = notice.reminder_id
        if not self._read:
            raise PoiseError(
                Reason.NO_DATA,
                _("Nobody may read what `poise wear` writes: it goes to no terminal."),
                _("Keep the dashboard's Today open: `poise dashboard`."),
            )
        self._shown.append(notice.reminder_id)

    def _write(self, notice: Notice) -> None:
        line = f"[bold]{escape(notice.title)}[/bold]  {escape(notice.text)}"
        self._console.print(line, soft_wrap=True, highlight=False)
        if self._keys:
            self._console.print(
                _("  [bold]d[/bold] done   [bold]s[/bold] later   [bold]k[/bold] skip")
            )

    async def withdraw(self, reminder_id: int) -> None:
        """Stop taking keys as answers to this reminder."""
        if reminder_id in self._shown:
            self._shown.remove(reminder_id)

    def key(self, pressed: str) -> bool:
        """Answer the newest open reminder with a key. Return False if the key is no answer, or no reminder is open."""
        answer = KEYS.get(pressed.lower())
        if answer is None or not self._shown:
            return False
        self._on_answer(self._shown.pop(), answer, self.name)
        return True
