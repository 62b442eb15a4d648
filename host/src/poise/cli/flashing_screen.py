"""What `poise flash` says of a board, to a person or to a program, and what became of it."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..language import _
from ..text import terminal, visible

if TYPE_CHECKING:
    from ..flash.micropython import Progress
    from ..flash.self_test import Measured

_BAR = 24  # characters


@dataclass
class Outcome:
    """What became of it. `board`: the chip in one line. `tested` None: there was no self-test."""

    clip_id: str = ""
    board: str = ""
    tested: "Measured | None" = None
    written: list[str] = field(default_factory=list)
    report: Path | None = None
    label: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        figures = self.tested.figures if self.tested else ()
        return {
            "clip_id": self.clip_id,
            "written": self.written,
            "passed": self.tested.passed if self.tested else None,
            "figures": {each.limit.name: each.value for each in figures},
            "report": str(self.report) if self.report else None,
            "label": str(self.label) if self.label else None,
        }


class Screen:
    """Tells a person: lines, and one line of progress on a terminal."""

    def line(self, text: str) -> None:
        """Print a line in place of the progress."""
        self.clear()
        typer.echo(text)

    def progress(self, progress: "Progress") -> None:
        """Show a bar, the share and the time left."""
        screen = terminal()
        if screen is None:
            return
        share = progress.done / progress.total
        bar = ("#" * round(share * _BAR)).ljust(_BAR, ".")
        left = round(progress.left_s or 0)
        text = _("{bar} {share}, {minutes}:{seconds:02d} min left").format(
            bar=bar,
            share=f"{share:.0%}",
            minutes=left // 60,
            seconds=left % 60,
        )
        screen.write(f"\r\x1b[K{visible(text)}")
        screen.flush()

    def clear(self) -> None:
        """Remove the progress."""
        screen = terminal()
        if screen is not None:
            screen.write("\r\x1b[K")
            screen.flush()

    def done(self, outcome: Outcome) -> None:
        """Say where the texts are, and what comes next."""
        for path in (outcome.report, outcome.label):
            if path:
                self.line(str(path))
        if outcome.tested and outcome.tested.passed:
            self.line(_("The self-test is passed. `poise open` leads through the first steps."))


class Lines(Screen):
    """Tells a program: one JSON object a line."""

    def line(self, text: str) -> None:
        """Print a line as `line`."""
        self._tell({"line": text})

    def progress(self, progress: "Progress") -> None:
        """Print bytes done, all bytes and seconds left as `progress`."""
        self._tell({"progress": [progress.done, progress.total, progress.left_s]})

    def clear(self) -> None:
        """Do nothing: there is nothing to remove."""

    def done(self, outcome: Outcome) -> None:
        """Print the outcome as `done`."""
        self._tell({"done": outcome.as_json()})

    def _tell(self, value: dict[str, Any]) -> None:
        typer.echo(json.dumps(value, ensure_ascii=False))
        sys.stdout.flush()
