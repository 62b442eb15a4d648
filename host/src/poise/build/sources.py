"""The folder of the firmware's sources on this computer."""

from pathlib import Path

from ..errors import PoiseError, Reason
from ..language import _


def firmware_folder() -> Path:
    """Return the folder: beside the installed package, or in the source tree of an editable install.

    Raises PoiseError (FLASH_FAILED) if there is none.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_firmware", package.parents[2] / "firmware"):
        if (folder / "manifest.py").is_file():
            return folder
    raise PoiseError(
        Reason.FLASH_FAILED,
        _("the firmware's sources are not installed"),
        _("Install poise again, or run it from its tree."),
    )
