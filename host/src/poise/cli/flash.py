"""Command `poise flash`: puts MicroPython and the firmware on a clip."""

from pathlib import Path
from typing import Any

import typer

from ..errors import PoiseError, Reason
from .context import new_app, print_json, the_port, twin

app = new_app("Put MicroPython and the firmware on a clip.")


@app.command()
def firmware(
    port: str = typer.Option(
        None, "--port", help="The clip's serial port; needed when there are several."
    ),
    board: str = typer.Option(None, "--board", help="Folder of firmware/boards; else by the chip."),
    baud: int = typer.Option(
        None, "--baud", help="Rate of the serial port; else the usual ones are tried."
    ),
    trust: Path = typer.Option(
        None, "--trust", help="A key's file, private or public: the clip will take what it signs."
    ),
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
) -> None:
    """Compile the firmware and write what differs to the clip. Its log and settings stay.

    Modules on the clip that are not the firmware's are removed. After an interruption, run it again.
    """
    from ..flash.firmware import check_before, flash_firmware
    from ..flash.prompt import open_prompt

    trusted = None
    if trust:
        from ..build import signed

        trusted = signed.trusted_key(trust)
    wanted = board or ("twin" if twin() and not port else None)
    check_before(wanted)
    with open_prompt(port or the_port(), baud) as prompt:
        done = flash_firmware(prompt, wanted, _silent if as_json else typer.echo, trusted)
        prompt.restart()
    if as_json:
        print_json(
            {
                "machine": done.machine.__dict__,
                "written": done.written,
                "removed": done.removed,
                "unchanged": done.unchanged,
            }
        )
        return
    what = f"{len(done.written)} files written" if done.written else "nothing to write"
    typer.echo(f"{what}, {done.unchanged} were right already; all verified. The clip restarts.")


@app.command()
def micropython(
    port: str = typer.Option(..., "--port", help="The board's serial port."),
    image: Path = typer.Option(
        ..., "--image", help="MicroPython's .bin file, which you have downloaded."
    ),
    chip: str = typer.Option(
        None,
        "--chip",
        help="The chip you expect, to be checked: esp32. Else it is found by itself.",
    ),
    erase: bool = typer.Option(
        False, "--erase", help="Erase the whole flash first: the log is lost."
    ),
    yes: bool = typer.Option(False, "--yes", help="Do not ask before erasing."),
) -> None:
    """Write a MicroPython image to a board and verify it. Needed once; the log survives unless --erase."""
    from ..flash.image import read_image
    from ..flash.micropython import write_image

    checked = read_image(image, chip)
    if erase and not yes:
        typer.confirm("Everything on the board is erased, its log included. Go on?", abort=True)
    write_image(port, checked, erase=erase, tell=typer.echo)
    typer.echo(
        f"MicroPython {checked.version} is on the board. Next: `poise flash firmware --port {port}`."
    )


@app.command("list-ports")
def list_ports(as_json: bool = typer.Option(False, "--json", help="For scripts.")) -> None:
    """List the serial ports that may be a clip."""
    from ..clip.transport.ports import likely_ports

    ports: list[Any] = likely_ports()
    if as_json:
        print_json([port.__dict__ for port in ports])
        return
    if not ports:
        raise PoiseError(
            Reason.NO_CLIP,
            "no serial port of a usual ESP32 board",
            "Plug it in with a cable that carries data, not only power; some boards need a driver.",
        )
    for port in ports:
        typer.echo(f"{port.device}  {port.description}")


def _silent(line: str) -> None:
    del line
