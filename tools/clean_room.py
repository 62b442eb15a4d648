"""A wheel in an environment of its own, far from the source tree: installed, and its main jobs done on the twin."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

EXTRAS = "flash,twin"
_TWIN_WITHIN_S = 120.0
# Where pip gets packages from may be set so.
_KEPT = ("PATH", "LANG", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE")


class Failed(Exception):
    """A command of the wheel failed; the message is the command and what it said."""


def environment(home: Path, own: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a clean room: no PYTHONPATH, no POISE_*, no folder of the person who releases."""
    kept = {name: own[name] for name in _KEPT if name in own}
    return {**kept, "HOME": str(home), "POISE_DATA": str(home / "data")}


class CleanRoom:
    """A virtual environment in `folder` with the wheel, its extras, and nothing of this process's own.

    `constraints`: versions that the tests ran with.
    """

    def __init__(self, folder: Path, wheel: Path, constraints: Path) -> None:
        self._home = folder / "home"
        self._bin = folder / "venv/bin"
        self._home.mkdir(parents=True)
        self._env = environment(self._home, os.environ)
        self._run([sys.executable, "-m", "venv", str(folder / "venv")])
        wanted = f"{wheel}[{EXTRAS}]"
        pip = ["python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        self.run(*pip, "-c", str(constraints), wanted)

    def run(self, name: str, *arguments: str, **more: str) -> str:
        """Run a program of the environment; return its output. `more`: environment. Raises Failed."""
        return self._run([str(self._bin / name), *arguments], more)

    def _run(self, command: list[str], more: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            command,
            cwd=self._home,
            env={**self._env, **(more or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    @contextmanager
    def twin(self) -> Iterator[Path]:
        """Start a virtual clip from the wheel; give its folder."""
        folder = self._home / "clip"
        command = [str(self._bin / "python"), "-m", "poise.twin", "--dir", str(folder)]
        with (self._home / "twin.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--scenario", "hour"],
                cwd=self._home,
                env=self._env,
                stdout=log,
                stderr=log,
            )
        try:
            until = time.monotonic() + _TWIN_WITHIN_S
            while not (folder / "twin.json").exists():
                if process.poll() is not None or time.monotonic() > until:
                    raise Failed((self._home / "twin.log").read_text(errors="replace")[-2000:])
                time.sleep(0.1)
            yield folder
        finally:
            process.terminate()
            process.wait()


def check(
    folder: Path, wheel: Path, constraints: Path, version: str, tell: Callable[[str], object]
) -> None:
    """Install the wheel and do its main jobs: version, demo, flashing, an update. Raises Failed."""
    tell("Installs the wheel in a clean environment.")
    room = CleanRoom(folder, wheel, constraints)
    where = room.run("python", "-c", "import poise; print(poise.__file__)").strip()
    if not where.startswith(str(folder)):
        raise Failed(f"poise comes from {where}, not from the wheel")
    said = room.run("poise", "--version")
    if version not in said:
        raise Failed(f"`poise --version` says {said.strip()}, not {version}")
    tell("Plays the demo from it.")
    tell(room.run("poise", "demo", "--headless").strip())
    tell("Flashes a blank virtual board from it.")
    tell(room.run("poise", "flash", "--twin").strip().splitlines()[-1])
    tell("Flashes a twin anew from it.")
    with room.twin() as twin:
        tell(room.run("poise", "flash", "firmware", POISE_TWIN=str(twin)).strip().splitlines()[-1])
        tell(room.run("poise", "status", "--usb", POISE_TWIN=str(twin)).strip().splitlines()[0])
