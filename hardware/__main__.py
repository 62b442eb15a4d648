"""Checks both builds and draws them anew: `python -m hardware`, or `make hardware`, which installs what it needs.

Writes wiring.yml, wiring.svg (WireViz and graphviz) and schematic.svg into the folder of each build. `--check` writes
nothing, needs neither of them, and fails on a fault or a file that is not current.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import parts
from .check import Build, builds
from .clip import values

WIRING, SCHEMATIC = "wiring.yml", "schematic.svg"


def main() -> int:
    """Run the checks, write the drawings, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m hardware", description="Checks and draws both builds."
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail on what is not current"
    )
    only_check = parser.parse_args().check
    faults = [f"{build.name}: {fault}" for build in builds() for fault in build.faults()]
    for build in builds():
        faults += _stale(build) if only_check else _draw(build)
        print(
            f"{build.name}: {len(parts.parts(build.name))} rows of parts, {parts.mass_g(build.name):.1f} g"
        )
    for check in values.checks():
        print(
            f"clip: {check.what}: {check.figure:.3g} {check.unit} ({check.least:g} to {check.most:g})"
        )
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


def _texts(build: Build) -> dict[Path, str]:
    """Return path -> text of the files that are made here."""
    folder = parts.ROOT / build.name
    return {folder / WIRING: build.wiring(), folder / SCHEMATIC: build.schematic()}


def _stale(build: Build) -> list[str]:
    return [
        f"{build.name}: {path.name} is not current: make hardware"
        for path, text in _texts(build).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def _draw(build: Build) -> list[str]:
    """Write the build's files, ask SKiDL, and return its complaints."""
    for path, text in _texts(build).items():
        path.write_text(text, encoding="utf-8")
    for program in ("wireviz", "dot"):
        if shutil.which(program, path=_path()) is None:
            sys.exit(
                f"{program} is missing: pip install -e '.[hardware]', and graphviz from your system"
            )
    command = [str(shutil.which("wireviz", path=_path())), "-f", "s", WIRING]
    subprocess.run(command, cwd=parts.ROOT / build.name, check=True, stdout=subprocess.DEVNULL)
    from .second_opinion import complaints

    return [f"{build.name}, by SKiDL: {line}" for line in complaints(build.circuit)]


def _path() -> str:
    """Where to look for programs: beside this Python first, as in a virtual environment that is not activated."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


if __name__ == "__main__":
    sys.exit(main())
