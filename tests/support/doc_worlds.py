"""The computers on which the documentation's commands run, with the files that these name."""

import contextlib
import datetime as dt
import io
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyrage as pyrage_module
import time_machine

from poise import cli
from poise.cli import context
from poise.errors import PoiseError
from poise.store import Store

from . import store_sample as sample
from .command import NO_BUS

pyrage: Any = pyrage_module  # its stubs know no x25519
CLIP = sample.CLIP
PATIENT, OTHER = "P-017", "P-018"
THERAPIST = "T. Therapist"
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)  # the docs' own examples are of these weeks
DIARY = "date,headache,strength\n2026-11-15,yes,5\n2026-11-16,no,\n"


@dataclass
class Done:
    """What a command said. `status` is its exit status; of a refusal the reason's words."""

    status: int | str
    out: str
    err: str

    def __str__(self) -> str:
        return f"{self.status}\n{self.out[-600:]}{self.err[-600:]}"


@dataclass
class World:
    """A folder to type in, with its data folder."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """Folder of the store and the keys."""
        return self.folder / "data"

    def run(self, *words: str, typed: str = "") -> Done:
        """Run a command in this process, as a user of this computer would."""
        out, err, before = io.StringIO(), io.StringIO(), dict(os.environ)
        stdin, here = sys.stdin, Path.cwd()
        home = str(self.folder / "home")
        os.environ.update(
            POISE_DATA=str(self.data), HOME=home, XDG_DATA_HOME=f"{home}/share", XDG_CONFIG_HOME=f"{home}/config",
            DBUS_SYSTEM_BUS_ADDRESS=NO_BUS, DBUS_SESSION_BUS_ADDRESS=NO_BUS, COLUMNS="200", LANGUAGE="en_GB",
            **self.more,
        )  # fmt: skip
        _forget()
        os.chdir(self.folder)
        sys.stdin = io.StringIO(typed)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                return Done(_status(words), out.getvalue(), err.getvalue())
        finally:
            sys.stdin = stdin
            os.chdir(here)
            _forget()
            os.environ.clear()
            os.environ.update(before)

    def copy(self, folder: Path) -> "World":
        """Return the same computer in another folder."""
        shutil.copytree(self.folder, folder)
        return World(folder, dict(self.more))


def _forget() -> None:
    """Have the next command look for its twin and its clock anew, as a process of its own does."""
    for value in vars(context).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def _status(words: tuple[str, ...]) -> int | str:
    try:
        return cli.dispatch(list(words)) or 0
    except PoiseError as error:
        return f"{error.reason}: {error}. {error.hint}"
    except SystemExit as ended:
        return ended.code or 0


def plan(patient: str) -> str:
    """The example plan, of this patient."""
    text = files("poise.coach.plan").joinpath("example.toml").read_text(encoding="utf-8")
    return re.sub(r"(?m)^patient = .*", f'patient = "{patient}"', text)


def made(folder: Path) -> dict[str, World]:
    """Make them: `new` (nothing yet), `home` (a patient with a clinic), `alone` (without), `clinic` (two patients)."""
    worlds = {name: World(folder / name) for name in ("new", "home", "alone", "clinic")}
    for world in worlds.values():
        (world.folder / "home").mkdir(parents=True)
        world.data.mkdir()
        (world.folder / "plan.toml").write_text(plan(PATIENT), encoding="utf-8")
        (world.folder / "diary.csv").write_text(DIARY, encoding="utf-8")
        (world.folder / "me.key").write_text(
            str(pyrage.x25519.Identity.generate()), encoding="utf-8"
        )
    with time_machine.travel(NOW):
        for world in (worlds["home"], worlds["alone"], worlds["clinic"]):
            with Store.open(world.data / "poise.db") as store:
                sample.fill(store, letters=False)
                store.patients.name(store.patient_id, PATIENT)
        _correspond(worlds["home"], worlds["clinic"])
        _needed(worlds["clinic"].run("patient", "add", OTHER))
    return worlds


def _correspond(home: World, clinic: World) -> None:
    """Send each side's first letter to the other, by file; the patient's later one waits as `letter`."""
    down, up = clinic.folder / "letter", home.folder / "first"
    _needed(clinic.run("plan", "set", "plan.toml", "--by", THERAPIST))
    _needed(clinic.run("letter", "export", "--clinic", "--out", "letter"))
    shutil.copy(down, home.folder / "letter")
    _needed(home.run("letter", "import", "letter"))
    _needed(home.run("letter", "export", "--out", "first"))
    down.unlink()
    shutil.copy(up, down)
    _needed(home.run("backup", "copy.db"))
    shutil.copy(home.folder / "copy.db", clinic.folder)


def _needed(done: Done) -> None:
    assert done.status == 0, str(done)


def recipient(world: World) -> str:
    """The public half of the key in `me.key`."""
    return str(pyrage.x25519.Identity.from_str((world.folder / "me.key").read_text()).to_public())
