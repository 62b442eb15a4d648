"""Checks of the computer itself: Python, the data folder, the disk, the clock."""

import platform
import shutil
import stat
import sys
from pathlib import Path

from .. import __version__
from ..errors import PoiseError
from ..language import N_
from ..notify.ask import output
from ..setup.findings import Finding, of_error
from ..words import doctor as words
from .place import Place

LEAST_PYTHON = (3, 11)  # as `requires-python` of pyproject.toml; a test compares the two
MIN_FREE_BYTES = 200_000_000


def python() -> Finding:
    """Return whether this Python is new enough."""
    what, version = N_("Python"), platform.python_version()
    facts = {"version": version, "implementation": platform.python_implementation()}
    if sys.version_info >= LEAST_PYTHON:
        return Finding(what, True, version, facts=facts)
    told = words.PYTHON_OLD.format(version=version)
    return Finding(what, False, told, cure=words.PYTHON_CURE, facts=facts)


def program() -> Finding:
    """Return which Poise this is."""
    facts = {"version": __version__}
    return Finding("Poise", True, words.PROGRAM.format(version=__version__), facts=facts)


def folder(place: Place) -> Finding:
    """Return whether the data folder is there, and its owner's alone."""
    what = N_("data folder")
    try:
        path = place.data()
    except PoiseError as error:
        return of_error(what, error)
    mode = stat.S_IMODE(path.stat().st_mode)
    if place.platform == "win32" or not mode & 0o077:
        return Finding(what, True, str(path))
    return Finding(
        what,
        False,
        words.FOLDER_OPEN.format(folder=path),
        needed=False,
        cure=words.FOLDER_OPEN_CURE.format(command=f"chmod 700 '{path}'"),
        facts={"mode": f"{mode:o}"},
    )


def space(place: Place) -> Finding:
    """Return whether the disk has room for the log."""
    what = N_("disk space")
    try:
        free = shutil.disk_usage(place.data()).free
    except (PoiseError, OSError):
        return Finding(what, False, words.SPACE_UNKNOWN, cure=words.SPACE_UNKNOWN_CURE)
    free_mb = free // 1_000_000
    enough = free > MIN_FREE_BYTES
    cure = "" if enough else words.SPACE_CURE
    return Finding(
        what, enough, words.SPACE.format(free=free_mb), cure=cure, facts={"free_mb": free_mb}
    )


async def clock(place: Place) -> Finding:
    """Return whether the network sets this computer's clock, which sets the clip's."""
    what = N_("clock")
    told = ""
    if place.platform.startswith("linux"):
        told = await output("timedatectl", "show", "-p", "NTPSynchronized", "--value")
    said = told.strip()
    if said == "no":
        return Finding(
            what, False, words.CLOCK_LOOSE, False, words.CLOCK_CURE, {"synchronized": False}
        )
    if said == "yes":
        return Finding(what, True, words.CLOCK, False, facts={"synchronized": True})
    return Finding(what, True, words.CLOCK_UNKNOWN, False, facts={"synchronized": None})


def system(root: Path = Path("/")) -> dict[str, str]:
    """Return the system's name, release and processor, and the distribution on Linux."""
    facts = {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
    }
    try:
        lines = (root / "etc/os-release").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return facts
    named = dict(line.split("=", 1) for line in lines if "=" in line)
    for key in ("ID", "VERSION_ID"):
        if key in named:
            facts[f"distribution_{key.lower()}"] = named[key].strip('"')
    return facts
