"""Command `poise trace`: traces of the clip's raw sensor."""

import sys
from pathlib import Path

import typer

from ..text import terminal
from .context import new_app, stamp, the_port

app = new_app("Record the clip's raw sensor as a trace for `poise replay`.")


@app.callback()
def trace() -> None:
    """Record the clip's raw sensor as a trace for `poise replay`."""


@app.command()
def record(
    seconds: float = typer.Option(
        60.0, "--seconds", min=1.0, max=3600.0, help="How long; Ctrl-C ends it earlier."
    ),
    out: Path = typer.Option(None, "--out", help="The file; else trace-DATE-TIME.npz here."),
    port: str = typer.Option(
        None, "--port", help="The clip's serial port; needed when there are several."
    ),
    baud: int = typer.Option(
        None, "--baud", help="Rate of the serial port; else the usual ones are tried."
    ),
) -> None:
    """Record the raw sensor of a clip on USB, or of the twin, as a trace for `poise replay`.

    The firmware leaves meanwhile, and runs again afterwards: for that time nothing is logged.
    """
    from ..workbench.recording import Recording
    from ..workbench.recording import record as recorded
    from ..workbench.session import at_prompt

    screen = terminal()

    def tell(found: Recording) -> None:
        if screen and len(found.counts) % 4 == 0:
            screen.write(f"\r{found.seconds:6.1f} s of {seconds:g} s ")
            screen.flush()

    target = out or Path(f"trace-{stamp()}.npz")
    with at_prompt(port or the_port(), baud) as prompt:
        found = recorded(prompt, seconds, tell)
    if screen:
        screen.write("\r")
    found.save(target)
    sys.stdout.write(
        f"{target}: {found.samples} samples of the {found.sensor.name} in {found.seconds:.1f} s, "
        f"{found.measured_hz:.1f} Hz (nominal {found.sensor.rate_hz:g}). The clip restarts.\n"
        f"Next: `poise replay {target}`.\n"
    )
