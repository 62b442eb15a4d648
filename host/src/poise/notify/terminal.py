"""Reminders on a terminal, answered by one key."""

from rich.console import Console
from rich.markup import escape

from ..errors import PoiseError, Reason
from .base import Notice, OnAnswer

KEYS = {"d": "done", "s": "snoozed", "k": "skipped"}


class TerminalNotifier:
    """Writes to `console`; the owner of the keyboard gives each key to `key`. `keys`: there is one.

    `read`: the console is a terminal that somebody can look at. What is written to a file or a pipe is not shown.
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
        """Writes the reminder and the keys, once. Raises PoiseError (NO_DATA) where nobody reads it."""
        if notice.reminder_id != self._written:
            self._write(notice)
            self._written = notice.reminder_id
        if not self._read:
            raise PoiseError(
                Reason.NO_DATA,
                "Nobody may read what `poise wear` writes: it goes to no terminal.",
                "Keep the dashboard's Today open: `poise dashboard`.",
            )
        self._shown.append(notice.reminder_id)

    def _write(self, notice: Notice) -> None:
        line = f"[bold]{escape(notice.title)}[/bold]  {escape(notice.text)}"
        self._console.print(line, soft_wrap=True, highlight=False)
        if self._keys:
            self._console.print(
                "  [bold]d[/bold] done   [bold]s[/bold] later   [bold]k[/bold] skip"
            )

    async def withdraw(self, reminder_id: int) -> None:
        """Keys no longer answer this one."""
        if reminder_id in self._shown:
            self._shown.remove(reminder_id)

    def key(self, pressed: str) -> bool:
        """Answers the newest open reminder; False when the key means nothing now."""
        answer = KEYS.get(pressed.lower())
        if answer is None or not self._shown:
            return False
        self._on_answer(self._shown.pop(), answer, self.name)
        return True
