"""The names that a bug report must not hold, gathered from this computer and from the store."""

import contextlib
import getpass
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ..coach.plan.plan import parse_plan
from ..errors import PoiseError
from ..store import Store
from .place import Place
from .report import Secrets

# Folders of every computer.
_COMMON = {
    *("home", "users", "tmp", "var", "opt", "mnt", "root", "data", "poise", "local", "share"),
    *("library", "application support", "appdata", "roaming", ".local", ".config"),
}
_VARIABLES = ("USER", "USERNAME", "LOGNAME", "HOSTNAME", "COMPUTERNAME", "POISE_STORE")


def secrets(place: Place) -> Secrets:
    """Return the names of this place: user, computer, folders, and those of the store, where it can be read."""
    found: set[str] = set()
    for name in (*_of_computer(place), *_of_store(place)):
        found |= {name, *re.split(r"[\W_]+", name)}
    for path in _paths(place):
        found |= {str(path), *(part for part in path.parts if part.casefold() not in _COMMON)}
    return Secrets.of(found)


def _of_computer(place: Place) -> Iterator[str]:
    yield platform.node()
    yield from (place.environment.get(name, "") for name in _VARIABLES)
    with contextlib.suppress(KeyError, OSError):  # a container's user may have no name
        yield getpass.getuser()
    if sys.platform != "win32":
        import pwd

        with contextlib.suppress(KeyError):
            yield pwd.getpwuid(os.getuid()).pw_gecos


def _paths(place: Place) -> Iterator[Path]:
    yield Path.home()
    with contextlib.suppress(PoiseError):
        yield place.data()


def _of_store(place: Place) -> Iterator[str]:
    try:
        with place.store() as store:
            for patient in store.patients.all():
                yield patient.pseudonym or ""
                yield from _of_patient(store.of_patient(patient))
    except PoiseError:
        return


def _of_patient(store: Store) -> Iterator[str]:
    for clip_id in store.clips.ids():
        yield from (clip_id, clip_id[-4:])
    for version in store.plans.history():
        yield version.who
        try:
            plan = parse_plan(version.text)
        except PoiseError:
            continue
        yield from (plan.patient, plan.therapist)
