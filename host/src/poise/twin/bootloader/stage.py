"""The twin's folder without the firmware: only the modules that stand for the port's own C remain."""

from pathlib import Path

from ...build.sources import firmware_folder

_BOARD = "boards/twin"


def only_silicon(staged: Path) -> None:
    """Remove everything from a staged folder but the modules of firmware/boards/twin."""
    silicon = {path.stem for path in (firmware_folder() / _BOARD).glob("*.py")}
    for path in sorted(staged.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.parent != staged or path.stem not in silicon:
            path.unlink()
