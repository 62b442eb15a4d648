"""The firmware's sources on this computer, and its pure modules run by this Python: one definition at both ends."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ..errors import PoiseError, Reason


def firmware_folder() -> Path:
    """The firmware's sources: beside the installed package, or in the source tree of an editable install."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_firmware", package.parents[2] / "firmware"):
        if (folder / "manifest.py").is_file():
            return folder
    raise PoiseError(
        Reason.FLASH_FAILED,
        "the firmware's sources are not installed",
        "Install poise again, or run it from its tree.",
    )


def firmware_module(name: str) -> ModuleType:
    """A module of the firmware that needs no board, such as "motion.exercise"."""
    folder = str(firmware_folder())
    if folder not in sys.path:
        sys.path.append(folder)  # last: nothing of the host is hidden by it
    return import_module(name)
