"""Command `poise bundle`: makes signed firmware for clips."""

from pathlib import Path

import typer

from .. import __version__
from ..errors import PoiseError, Reason
from ..language import _
from .context import new_app, print_json

app = new_app(_("Make signed firmware, which clips take without a cable."))
_BOARD = "esp32"


@app.command()
def key(
    path: Path = typer.Argument(..., metavar="FILE", help=_("Where the private key will stand.")),
) -> None:
    """Make a signing key. Keep the file secret and safe: clips that trust it take what it signs."""
    from ..build import signed

    public = signed.new_key(path)
    typer.echo(
        _("The private key is in {path}. Its public key is {public}.").format(
            path=path, public=public.hex()
        )
    )
    typer.echo(_("`poise flash firmware --trust {path}` lets a clip trust it.").format(path=path))


@app.command()
def make(
    out: Path = typer.Option(..., "--out", help=_("The bundle's file.")),
    key: Path = typer.Option(..., "--key", help=_("The private key's file.")),
    board: str = typer.Option(_BOARD, "--board", help=_("Folder of firmware/boards.")),
    arch: str = typer.Option(
        None, "--arch", help=_("Architecture of mpy-cross, or `source`; else that of the board.")
    ),
    build: int = typer.Option(
        None, "--build", help=_("Counts up: a clip takes none below its own. Else by version.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Compile the firmware, hash its files and sign them."""
    from ..build import signed
    from ..build.bundle import arch_for, board_name, slot_files

    number = _build_of(__version__) if build is None else build
    signed.check_build(number)
    signing = signed.private_key(key)
    compiled = arch_for(board, arch)
    files = slot_files(board, compiled)
    named = compiled or signed.SOURCE
    data = signed.make(files, __version__, number, board_name(board), signing, named)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{out} can't be written ({reason})").format(out=out, reason=error.strerror),
            _("Name another file."),
        ) from None
    if as_json:
        print_json({"build": number, "arch": named, "files": len(files), "bytes": len(data)})
    else:
        typer.echo(
            _("{out}: build {number} for {board} ({named}), {files} files, {data} bytes.").format(
                out=out, number=number, board=board, named=named, files=len(files), data=len(data)
            )
        )


def _build_of(version: str) -> int:
    numbers = [int(part) for part in version.split(".")[:3] if part.isdigit()]
    total = 0
    for number in (*numbers, 0, 0, 0)[:3]:
        total = total * 100 + number
    return max(total, 1)
