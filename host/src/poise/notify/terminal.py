"""Reminders on a terminal, answered by one key."""

from rich.console import Console
from rich.markup import escape

from .base import Notice, OnAnswer

KEYS = {"d": "done", "s": "snoozed", "k": "skipped"}


class TerminalNotifier:
    """Writes to `console`; the owner of the keyboard gives each key to `key`."""

    name = "terminal"

    def __init__(self, console: Console, on_answer: OnAnswer) -> None:
        self._console = console
        self._on_answer = on_answer
        self._shown: list[int] = []

    async def notify(self, notice: Notice) -> None:
        """Writes the reminder and the keys."""
        self._shown.append(notice.reminder_id)
        self._console.print(f"[bold]{escape(notice.title)}[/bold]  {escape(notice.text)}")
        self._console.print("  [bold]d[/bold] done   [bold]s[/bold] later   [bold]k[/bold] skip")

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
