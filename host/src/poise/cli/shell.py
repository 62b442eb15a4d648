"""Command `poise shell`: the clip's MicroPython prompt."""

import sys
from pathlib import Path

import typer

from ..errors import PoiseError, Reason
from .context import new_app, the_port

app = new_app("Open the clip's MicroPython prompt; afterwards the clip runs again.")


@app.command()
def shell(
    port: str = typer.Option(
        None, "--port", help="The clip's serial port; needed when there are several."
    ),
    baud: int = typer.Option(
        None, "--baud", help="Rate of the serial port; else the usual ones are tried."
    ),
    code: str = typer.Option(None, "--run", help="Run this code, print what it prints, and end."),
    file: Path = typer.Option(None, "--file", help="Run this file of code instead."),
) -> None:
    """Open the clip's MicroPython prompt; afterwards the clip runs again.

    The firmware leaves, and with it the log, reminders and the radio, until the end: Ctrl-] or Ctrl-X. Without a
    terminal the code comes from standard input.
    """
    from ..workbench.session import at_prompt

    given = _code(code, file)
    with at_prompt(port or the_port(), baud) as prompt:
        if given is None:
            typer.echo("The firmware has left, and starts again at the end.")
            prompt.converse()
        else:
            for line in prompt.stream(given):
                typer.echo(line)
    if given is None:
        typer.echo("The clip restarts.")


def _code(code: str | None, file: Path | None) -> str | None:
    """Return the code to run, None for a conversation. Raises PoiseError BAD_INPUT."""
    if code is not None and file is not None:
        raise PoiseError(
            Reason.BAD_INPUT, "both --run and --file are given", "Leave one of them out."
        )
    if code is not None:
        return code
    if file is None:
        return None if sys.stdin.isatty() else sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PoiseError(
            Reason.BAD_INPUT, f"{file} can't be read ({error})", "Name a file of MicroPython code."
        ) from None
