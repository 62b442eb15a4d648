"""The steps of `poise flash` as commands of their own: MicroPython, the firmware, the self-test, the ports."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import PoiseError, Reason
from ..files.text import read_bytes
from ..language import _
from .context import new_app, print_json, the_port, twin

if TYPE_CHECKING:
    from ..build.signed import Bundle
    from .flashing_screen import Outcome, Screen

app = new_app(_("Make a board a clip: MicroPython, the firmware, a self-test."))
PORT = typer.Option(
    None, "--port", help=_("The clip's serial port; needed when there are several.")
)
BOARD = typer.Option(None, "--board", help=_("Folder of firmware/boards; else by the chip."))
REPORTS = typer.Option(
    None, "--reports", help=_("Folder for each clip's signed self-test and its label.")
)
TRUST = typer.Option(
    None, "--trust", help=_("A public file of keys: the clip will take what they sign.")
)
BUNDLE = typer.Option(
    None,
    "--bundle",
    help=_("A bundle that a key of --trust has signed, in place of this version's firmware."),
)


def trusted_release(
    trust: Path | None, bundle: Path | None
) -> "tuple[bytes | None, Bundle | None]":
    """Return the content of the clip's file of keys, and the bundle, whose signature was checked against them.

    Raises PoiseError (BAD_INPUT): also for a bundle without a file of keys.
    """
    from ..build import signed
    from ..build.trust import read

    keys = read(trust) if trust else None
    if bundle is None:
        return keys.on_clip if keys else None, None
    if keys is None:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path}: nobody is named who may have signed it").format(path=bundle),
            _("Name the public file of the keys that you trust: --trust FILE.pub."),
        )
    release = signed.read(read_bytes(bundle))
    signed.check_signer(release, keys, str(bundle))
    return keys.on_clip, release


def judge(outcome: "Outcome", screen: "Screen") -> None:
    """Say what became of a board. Raises PoiseError (FLASH_FAILED) if its self-test found anything."""
    screen.done(outcome)
    if outcome.tested and not outcome.tested.passed:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("the self-test found: {names}").format(
                names=", ".join(_(each.limit.name) for each in outcome.tested.failures)
            ),
            _("Mend that and test again: `poise flash test`."),
        )


def only_port() -> str:
    """Return the port of the twin, of the only clip, or of the only likely board. Raises PoiseError (NO_CLIP)."""
    from ..clip.transport.ports import likely_ports

    ports = [] if twin() else likely_ports()
    if len(ports) > 1:
        raise PoiseError(
            Reason.NO_CLIP,
            _("several boards: {names}").format(names=", ".join(port.device for port in ports)),
            _("Name one with --port, or flash all of them with --many."),
        )
    return ports[0].device if ports else the_port()


@app.command()
def test(
    port: str = PORT,
    reports: Path = REPORTS,
    as_json: bool = typer.Option(False, "--json", help=_("For scripts: one value a line.")),
) -> None:
    """Test a clip on the bench: sensor, filter, flash, radio, motor, battery, button. Its log stays."""
    from .flashing import Job, test_board
    from .flashing_screen import Lines, Screen

    screen = Lines() if as_json else Screen()
    judge(test_board(Job(port or only_port(), reports=reports), screen), screen)


@app.command("check-report")
def check_report(
    path: Path = typer.Argument(..., metavar="FILE", help=_("A self-test's text.")),
) -> None:
    """Check that a self-test's text is as the bench has signed it, and print the bench's key."""
    from ..files.text import read_text
    from ..flash.report import checked

    typer.echo(
        _("Unchanged, and signed by the bench with the key {key}.").format(
            key=checked(read_text(path))
        )
    )


@app.command()
def firmware(
    port: str = PORT,
    board: str = BOARD,
    baud: int = typer.Option(
        None, "--baud", help=_("Rate of the serial port; else the usual ones are tried.")
    ),
    trust: Path = TRUST,
    bundle: Path = BUNDLE,
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Compile the firmware, or take a signed bundle, and write what differs to the clip. Its log and settings stay.

    Modules on the clip that are not the firmware's are removed. After an interruption, run it again.
    """
    from ..flash.firmware import flash_firmware
    from ..flash.prompt import open_prompt
    from ..flash.wanted import check_before

    trusted, release = trusted_release(trust, bundle)
    wanted = board or ("twin" if twin() and not port else None)
    check_before(wanted)
    with open_prompt(port or the_port(), baud) as prompt:
        done = flash_firmware(prompt, wanted, _silent if as_json else typer.echo, trusted, release)
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
    from .flashing import agreed
    from .flashing_screen import Screen

    checked = read_image(image, chip)
    screen = Screen()
    write_image(
        port,
        checked,
        erase=erase,
        tell=screen.line,
        progress=screen.progress,
        agree=agreed(yes=yes),
    )
    screen.clear()
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
