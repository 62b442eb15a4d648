"""Command `poise flash`: puts MicroPython and the firmware on a clip."""

from pathlib import Path
from typing import Any

import typer

from ..errors import PoiseError, Reason
from ..language import _
from .context import new_app, print_json, the_port, twin

app = new_app(_("Put MicroPython and the firmware on a clip."))


@app.command()
def firmware(
    port: str = typer.Option(
        None, "--port", help=_("The clip's serial port; needed when there are several.")
    ),
    board: str = typer.Option(
        None, "--board", help=_("Folder of firmware/boards; else by the chip.")
    ),
    baud: int = typer.Option(
        None, "--baud", help=_("Rate of the serial port; else the usual ones are tried.")
    ),
    trust: Path = typer.Option(
        None,
        "--trust",
        help=_("A public file of keys: the clip will take what they sign."),
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Compile the firmware and write what differs to the clip. Its log and settings stay.

    Modules on the clip that are not the firmware's are removed. After an interruption, run it again.
    """
    from ..flash.firmware import check_before, flash_firmware
    from ..flash.prompt import open_prompt

    trusted = None
    if trust:
        from ..build.trust import read

        trusted = read(trust).on_clip
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
    what = (
        _("{written} files written").format(written=len(done.written))
        if done.written
        else _("nothing to write")
    )
    typer.echo(
        _("{what}, {unchanged} were right already; all verified. The clip restarts.").format(
            what=what, unchanged=done.unchanged
        )
    )


@app.command()
def micropython(
    port: str = typer.Option(..., "--port", help=_("The board's serial port.")),
    image: Path = typer.Option(
        ..., "--image", help=_("MicroPython's .bin file, which you have downloaded.")
    ),
    chip: str = typer.Option(
        None,
        "--chip",
        help=_("The chip you expect, to be checked: esp32. Else it is found by itself."),
    ),
    erase: bool = typer.Option(
        False, "--erase", help=_("Erase the whole flash first: the log is lost.")
    ),
    yes: bool = typer.Option(False, "--yes", help=_("Do not ask before erasing.")),
) -> None:
    """Write a MicroPython image to a board and verify it. Needed once; the log survives unless --erase."""
    from ..flash.image import read_image
    from ..flash.micropython import write_image

    checked = read_image(image, chip)
    if erase and not yes:
        typer.confirm(_("Everything on the board is erased, its log included. Go on?"), abort=True)
    write_image(port, checked, erase=erase, tell=typer.echo)
    typer.echo(
        _(
            "MicroPython {version} is on the board. Next: `poise flash firmware --port {port}`."
        ).format(version=checked.version, port=port)
    )


@app.command("list-ports")
def list_ports(as_json: bool = typer.Option(False, "--json", help=_("For scripts."))) -> None:
    """List the serial ports that may be a clip."""
    from ..clip.transport.ports import likely_ports

    ports: list[Any] = likely_ports()
    if as_json:
        print_json([port.__dict__ for port in ports])
        return
    if not ports:
        raise PoiseError(
            Reason.NO_CLIP,
            _("no serial port of a usual ESP32 board"),
            _(
                "Plug it in with a cable that carries data, not only power; some boards need a "
                "driver."
            ),
        )
    for port in ports:
        typer.echo(f"{port.device}  {port.description}")


def _silent(line: str) -> None:
    del line
