"""Checks each board against the type stubs of its own chip's MicroPython, the oldest and the newest.

    python -m tools.check_boards --fetch STUBS    installs the stubs into the folder STUBS
    python -m tools.check_boards STUBS            checks, and exits with 1 if anything is wrong

Each name and keyword that the firmware takes from the port has to be there in both versions (`check_port_names`).
Pyright checks the types of each board's module against the newest. The table of boards is poise.build.boards.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from poise.build.boards import BOARDS, NEWEST_STUBS, Board
from tools.check_port_names import MODULES, ROOT, Names, faults, firmware, stub

TYPINGS = ROOT / ".cache/typings-newest"  # for the modules that the chips share: `os`, `gc`
CONFIG = ROOT / "firmware/pyrightconfig.json"


def versions(board: Board) -> dict[str, str]:
    """Folder -> version of the stubs."""
    return {
        f"{board.name}-{version}": version
        for version in dict.fromkeys((board.oldest_stubs, NEWEST_STUBS))
    }


def fetch(folder: Path) -> None:
    """Install the stubs of every board, each version into a folder of its own. Raises SystemExit with a message."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for board in BOARDS:
        for name, version in versions(board).items():
            if not (folder / name).is_dir():
                target = ["--no-deps", "--target", str(folder / name)]
                done = subprocess.run([*pip, *target, f"{board.stubs}=={version}"], check=False)
                if done.returncode:
                    sys.exit(
                        f"no stubs of {board.name}: is there a version {version} of {board.stubs}?"
                        " If not, put the oldest that there is into the board's row (build/boards.py)."
                    )


def missing_names(board: Board, folder: Path) -> list[str]:
    """The names that the board's MicroPythons lack, one line each. Raises SystemExit without its stubs."""
    for name in versions(board):
        if not (folder / name).is_dir():
            sys.exit(f"no stubs in {folder / name}: fetch them with `make .cache/stubs`")
    stubs = {name: {m: _stub(folder / name, m) for m in MODULES} for name in versions(board)}
    return [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in firmware()
        if _is_of(path, board)
        for fault in faults(path.read_text(encoding="utf-8"), stubs)
    ]


def _stub(folder: Path, module: str) -> Names:
    try:
        return stub(folder, module)
    except FileNotFoundError:
        return stub(TYPINGS, module)


def _is_of(path: Path, board: Board) -> bool:
    """True for what every board has and for the board's own module."""
    return board.folder in path.parents or not any(b.folder in path.parents for b in BOARDS)


def pyright_config(folder: Path) -> dict[str, object]:
    """Pyright's settings of the firmware for a file in `folder`, with each board's module in the world of its chip."""
    settings = json.loads(CONFIG.read_text(encoding="utf-8"))

    def seen_from_there(path: str | Path) -> str:
        return os.path.relpath(CONFIG.parent / path, folder)  # pyright takes no others

    for key in ("stubPath", "typeshedPath", "venvPath"):
        settings[key] = seen_from_there(settings[key])
    shared = [seen_from_there(path) for path in settings.pop("extraPaths")[1:]]
    settings["include"] = [seen_from_there(board.folder) for board in BOARDS]
    settings["exclude"] = []
    settings["executionEnvironments"] = [
        {
            "root": seen_from_there(board.folder),
            "extraPaths": [f"{board.name}-{NEWEST_STUBS}", seen_from_there("."), *shared],
        }
        for board in BOARDS
    ]
    return settings


def main() -> int:
    """Fetch the stubs or check the boards; return the exit code."""
    arguments = [word for word in sys.argv[1:] if word != "--fetch"]
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0]).resolve()
    if "--fetch" in sys.argv:
        fetch(folder)
        return 0
    found = [line for board in BOARDS for line in missing_names(board, folder)]
    print(*dict.fromkeys(found), sep="\n", end="\n" if found else "")
    config = folder / "pyright.json"
    config.write_text(json.dumps(pyright_config(folder), indent=2), encoding="utf-8")
    types = subprocess.run([Path(sys.executable).with_name("pyright"), "-p", config], check=False)
    return 1 if found or types.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
