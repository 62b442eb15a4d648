"""Restoration of the store from a copy.

It replaces a newer store only if asked to, and never while another program has the store open. The old store stays
beside the new one under another name. From a damaged store it takes the parts that are whole and newer than the copy.
"""

import contextlib
import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ..errors import PoiseError, Reason
from ..language import N_, _
from . import copies, salvage, schema, witness
from . import engine as db
from .damage import damaged
from .examine import COUNTED, Contents, contents, examine
from .revision import bring_up

_FIRST_LOCK, _LOCKS = 0x40000000, 512  # bytes of a database file that SQLite locks
_ENDS = ("", "-wal", "-shm")
_CHOOSE = N_("`poise restore --list` shows the copies; name a whole one.")


@dataclass(frozen=True)
class Restored:
    """Result of a restoration. `source`: the copy; `aside`: the old store's new path. Each may be None."""

    source: Path | None
    aside: Path | None
    found: Contents
    rescued: salvage.Rescued


def restore(path: Path, source: Path | None, stamp: str, *, replace: bool = False) -> Restored:
    """Replace the store by the copy `source`, or by the newest whole copy. `stamp` goes into the old store's new name.

    Raises PoiseError: BAD_INPUT (not a copy; or without `replace`: the store has data that the copy lacks),
    ALREADY_RUNS (another program has the store open), NO_DATA (nothing to go back to), STORE_*.
    """
    with alone(path):
        pass
    before, fault = _present(path)
    chosen = source or _newest(path)
    if chosen is None and before is not None:
        raise PoiseError(
            Reason.NO_DATA,
            _("there is no copy to go back to; the store is whole"),
            _("`poise backup` makes one."),
        )
    with copies.fresh(path) as new:
        filled(new, chosen)
        if before is not None and not replace:
            _refuse_newer(before, examine(new), chosen)
        rescued = salvage.Rescued()
        if before is None and fault and path.exists():
            rescued = salvage.rescue(path, new)
        if chosen is None and not rescued.anything:
            raise PoiseError(
                Reason.NO_DATA,
                _("there is no copy, and nothing whole in {name}: {fault}").format(
                    name=path.name, fault=fault
                ),
                _(
                    "Name a file that `poise backup` wrote. To begin anew, move the store's files out of "
                    "the folder."
                ),
            )
        _outdo(path, new, before)
        found = examine(new)
        if found.faults:
            raise damaged(found.faults[0], str(new))
        with alone(path):
            aside = _put_aside(path, stamp)
            copies.settle(new, path)
        witness.path_of(path).unlink(missing_ok=True)
        if found.age is not None:
            witness.write(path, found.age)
    return Restored(chosen, aside, found, rescued)


def _newest(path: Path) -> Path | None:
    """Return the newest copy that is whole; None without one."""
    for file in copies.known(path):
        with contextlib.suppress(PoiseError):
            if not examine(file).faults:
                return file
    return None


def _present(path: Path) -> tuple[Contents | None, str]:
    """Return (contents, "") of a whole store, (None, its fault) of a damaged one, (None, "") if there is no store."""
    if not path.exists():
        return None, ""
    if not path.stat().st_size:
        return None, _("it is empty")
    database = db.Database(db.make_engine(db.file_url(path)))
    try:
        known = witness.read(path)
        with database.read() as connection:
            found = contents(connection, str(path))
        if found.age is not None:
            witness.check(path, known, found.age)
    except PoiseError as error:
        return None, str(error)
    finally:
        database.engine.dispose()
    return (None, found.faults[0]) if found.faults else (found, "")


def filled(new: Path, source: Path | None) -> None:
    """Copy `source` into `new`, check it and migrate it to the present schema; without it, make an empty store."""
    if source is not None:
        if not source.is_file():
            raise PoiseError(
                Reason.BAD_INPUT, _("there is no file {source}").format(source=source), _(_CHOOSE)
            )
        try:
            copies.take(source, new)
            faults = examine(new).faults
        except PoiseError as error:
            if error.reason is not Reason.STORE_BROKEN:
                raise
            faults = (str(error),)
        if faults:
            raise PoiseError(
                Reason.STORE_BROKEN,
                _("{source} is not whole: {fault}. Nothing was changed").format(
                    source=source, fault=faults[0]
                ),
                _(_CHOOSE),
            )
    with _opened(new) as database:
        bring_up(database)


def _refuse_newer(before: Contents, found: Contents, source: Path | None) -> None:
    here, there = before.age, found.age
    name = source.name if source else ""
    if here is None or there is None or here.store_id != there.store_id:
        what = _("the store here is whole, and {name} is not a copy of it").format(name=name)
    elif here.changes <= there.changes:
        raise PoiseError(
            Reason.NO_DATA,
            _("the store is whole, and as new as {name}").format(name=name),
            _("Nothing has to be restored."),
        )
    else:
        more = [
            f"{before.counts.get(table, 0) - found.counts.get(table, 0)} {_(words)}"
            for table, words in COUNTED.items()
            if before.counts.get(table, 0) > found.counts.get(table, 0)
        ]
        lacks = ", ".join(more) or _("its last changes")
        what = _("the store is whole, and {name} lacks {lacks}").format(name=name, lacks=lacks)
    raise PoiseError(
        Reason.BAD_INPUT,
        what,
        _(
            "Nothing was changed. --replace goes back all the same; the store here is kept "
            "beside it."
        ),
    )


def _outdo(path: Path, new: Path, before: Contents | None) -> None:
    """Raise the change count of `new` above every count known here of the same store."""
    ages = [witness.read(path), before.age if before else None]
    with _opened(new) as database, database.write() as connection:
        own = witness.age(connection)
        assert own is not None, "a store of this schema has its age"
        most = max((age.changes for age in ages if age and age.store_id == own.store_id), default=0)
        changes = max(most, own.changes) + 1
        connection.execute(sa.update(schema.store_age).values(changes=changes))


@contextlib.contextmanager
def _opened(new: Path) -> Generator[db.Database, None, None]:
    """Yield the database of a file that no other program uses. Afterwards, merge its journal into the file."""
    database = db.Database(db.make_engine(db.file_url(new)))
    try:
        yield database
    finally:
        database.engine.dispose()
    db.as_one_file(new)


def _put_aside(path: Path, stamp: str) -> Path | None:
    if not path.exists():
        return None
    aside = path.with_name(f"{path.stem}-replaced-{stamp}.db")
    try:
        if aside.exists():
            raise FileExistsError(0, f"{aside.name} is there already")
        for end in reversed(_ENDS):  # the database last: until then the store is usable
            file = path.with_name(path.name + end)
            if file.exists():
                file.rename(aside.with_name(aside.name + end))
    except OSError as error:
        raise copies.trouble(error, path.parent) from error
    return aside


@contextlib.contextmanager
def alone(path: Path) -> Generator[None, None, None]:
    """Hold the store's locks, so that no other program has it open or can write. Raises PoiseError ALREADY_RUNS."""
    if (
        os.name != "posix" or not path.exists()
    ):  # Windows itself refuses to rename a file that is open elsewhere
        yield
        return
    import fcntl

    try:
        file = path.open("rb+")
    except OSError as error:
        raise copies.trouble(error, path.parent) from error
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKS, _FIRST_LOCK)
        except OSError:
            raise PoiseError(
                Reason.ALREADY_RUNS,
                _("another program has {name} open").format(name=path.name),
                _(
                    "End it (`poise wear --stop`, Ctrl-C at `poise dashboard`), then try again. Nothing "
                    "was changed."
                ),
            ) from None
        yield
