"""Lock that allows one runner for each data folder, and a note of who holds it.

The lock is the operating system's, which releases it after a crash.
"""

import contextlib
import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any, cast

from ..errors import PoiseError, Reason
from ..files.locked import taken
from ..files.private import put
from ..language import _

LOCK = "wear.lock"
NOTE = "wear.json"
_TRIES, _TRY_S = 5, 0.1  # `holder` takes the lock for an instant to test it


def _opened(folder: Path) -> IO[bytes]:
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise PoiseError(
            Reason.STORE_UNWRITABLE,
            _("the data folder {folder} can't be written ({reason})").format(
                folder=folder, reason=error.strerror
            ),
            _("Name another with --data DIR."),
        ) from None
    return os.fdopen(descriptor, "r+b")


def holder(folder: Path) -> dict[str, Any] | None:
    """Return the note of the runner of this folder (pid, how, link, socket, ...); None if no runner runs.

    Raises PoiseError (STORE_UNWRITABLE).
    """
    if not (folder / LOCK).exists():
        return None
    with _opened(folder) as file:
        if taken(file):
            return None
    with contextlib.suppress(OSError, ValueError):
        note: Any = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        if isinstance(note, dict):
            return cast("dict[str, Any]", note)
    return {"pid": 0}  # the runner holds the lock and has not written its note yet


class Single:
    """Holder of the lock of the data folder `folder`. Other processes read its note with `holder`; `tell` adds to it.

    `note`: how ("the service", "started by hand"), service, link ("ble", "usb"), socket (a path), log (a path). The pid
    and the time of the start, `since` in UTC seconds, are added.
    """

    def __init__(self, folder: Path, **note: Any) -> None:
        self._folder = folder
        self._note = {"pid": os.getpid(), "since": int(time.time()), **note}

    @contextlib.contextmanager
    def held(self) -> Generator["Single"]:
        """Hold the lock inside the `with` block. Raises PoiseError (ALREADY_RUNS) if another process holds it."""
        with _opened(self._folder) as file:
            for attempt in range(_TRIES):
                if taken(file):
                    break
                if attempt:
                    time.sleep(_TRY_S)
            else:
                raise refusal(holder(self._folder) or {"pid": 0})
            self.tell()
            try:
                yield self
            finally:
                (self._folder / NOTE).unlink(missing_ok=True)

    def tell(self, **more: Any) -> None:
        """Add `more` to the note and write it. On a full disk the old note stays, or none."""
        self._note.update(more)
        with contextlib.suppress(OSError):
            put(self._folder / NOTE, json.dumps(self._note))


def refusal(note: dict[str, Any]) -> PoiseError:
    """Return the error (ALREADY_RUNS) that says which process holds the lock and what to do."""
    pid, how = note.get("pid"), note.get("how", "")
    if how:
        what = _("`poise wear` runs already (process {pid}, {how})").format(pid=pid, how=_(how))
    else:
        what = _("`poise wear` runs already (process {pid})").format(pid=pid)
    if note.get("service"):
        cure = _("`poise wear --status` tells how it is; end that one first: `poise wear --stop`.")
    else:
        cure = _("`poise wear --status` tells how it is; end that one first.")
    return PoiseError(Reason.ALREADY_RUNS, what, cure)
