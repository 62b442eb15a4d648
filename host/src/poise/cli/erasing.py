"""Part of `poise patient erase`: the erasure, what it tells, and the other files of the data folder."""

import re
import sys
from pathlib import Path
from typing import Any

import typer

from ..errors import PoiseError, Reason
from ..language import _, ngettext
from ..letters import keys
from ..store.erase import Erased, erase, is_the_stores, remove, search
from ..wear.lock import holder
from .context import clock, data_folder, file_name, print_json, store_place


def erase_patient(pseudonym: str, again: str, *, files: bool, as_json: bool) -> None:
    """Erase a patient, offer the other files that tell of the patient, and print what was searched. Raises PoiseError.

    Ends with status 1 if anything is left.
    """
    if again.strip().casefold() != pseudonym.strip().casefold():
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{again}' is not '{pseudonym}'. Nothing was erased").format(
                again=again, pseudonym=pseudonym
            ),
            _("Name the patient twice: poise patient erase P-017 --yes-erase P-017"),
        )
    if holder(data_folder()):
        raise PoiseError(
            Reason.ALREADY_RUNS,
            _("`poise wear` is running and has the store open"),
            _("End it first: `poise wear --stop`."),
        )
    place = store_place()
    done = erase(place, pseudonym, clock().utc_ms(), _remove_keys)
    theirs, maybe = _other_files(done, Path(place).absolute())
    if theirs and (files or _asked(theirs)):
        for file in theirs:
            remove(file)
        done.searched = list(search(Path(place).absolute(), done.traces))
        theirs = []
    theirs += maybe
    if as_json:
        print_json(_plain(done, theirs))
    else:
        _tell(done, theirs, on_server="://" in str(place))
    if done.left or theirs:
        raise typer.Exit(1)


def _remove_keys(patient_id: int) -> None:
    """Remove the patient's keys: the next patient of this number has others. Raises PoiseError STORE_UNWRITABLE."""
    own = keys.path_of(data_folder(), keys.PATIENT, patient_id)
    if own.exists():
        remove(own)


def _other_files(done: Erased, store: Path) -> tuple[list[Path], list[Path]]:
    """Return the other files that are the patient's, and those that may be: a person has to look at them.

    A file is the patient's by a trace that nobody else has, or by the name that Poise gave it. A word of the patient's
    that others use too, or a name that happens to hold the pseudonym, is no reason to remove anything. The databases
    and the keys are everybody's.
    """
    theirs, maybe = list[Path](), list[Path]()
    only = [clip[-4:] for clip in done.clips if clip not in done.clips_of_others]
    starts = [f"{kind}-{end}-" for kind in ("report", "receipt") for end in only]
    if done.patient:
        starts.append(f"export-{file_name(done.patient)}-")
    for one in done.searched:
        if is_the_stores(store, one.path) or one.path.parent == keys.folder_of(data_folder()):
            continue
        parts = one.path.relative_to(store.parent).parts
        named = any(part.startswith(start) for part in parts for start in starts)
        if named or any(done.traces.is_sure(trace) for trace in one.left):
            theirs.append(one.path)
        elif one.left or any(_has_word(part, done.patient) for part in parts):
            maybe.append(one.path)
    return theirs, maybe


def _has_word(name: str, word: str) -> bool:
    """Return whether the word stands in the name by itself: P-1 does not in `P-17.pdf`."""
    return bool(word) and bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", name))


def _asked(files: list[Path]) -> bool:
    if not sys.stdin.isatty():
        return False
    for file in files:
        typer.echo(str(file))
    return typer.confirm(_("These files tell of the patient too. Remove them?"), default=False)


def _tell(done: Erased, theirs: list[Path], *, on_server: bool) -> None:
    total = sum(done.rows.values())
    typer.echo(
        ngettext(
            "Erased: {patient}, {count} row.", "Erased: {patient}, {count} rows.", total
        ).format(patient=done.patient, count=total)
    )
    for file in done.rewritten:
        typer.echo(_("Made anew without the patient: {file}").format(file=file))
    for file in done.removed:
        typer.echo(_("Removed, for it could not be read: {file}").format(file=file))
    if on_server:
        typer.echo(_("The server keeps freed pages and backups of its own: ask its administrator."))
        return
    kinds = done.traces.counts()
    typer.echo(
        _(
            "Searched for, byte by byte: {texts} texts, {clips} clip ids, {records} log records, {names} pseudonyms."
        ).format(
            texts=kinds["text"],
            clips=kinds["clip"],
            records=kinds["record"],
            names=kinds["pseudonym"],
        )
    )
    if done.traces.short:
        typer.echo(
            _("Too short to search for: {texts}.").format(
                texts=", ".join(sorted(each.decode(errors="replace") for each in done.traces.short))
            )
        )
    for one in done.searched:
        found = _("{count} found").format(count=len(one.left)) if one.left else _("none found")
        typer.echo(f"{one.path}  {one.size} B  {found}")
    for file in theirs:
        typer.echo(
            _("This file tells of the patient: look at it and remove it: {file}").format(file=file)
        )
    for clip in done.clips:
        typer.echo(
            _(
                "Clip {clip} may still hold the log: plug it in and run `poise clip wipe` before anybody else wears it."
            ).format(clip=clip)
        )


def _plain(done: Erased, theirs: list[Path]) -> dict[str, Any]:
    return {
        "patient": done.patient,
        "rows": done.rows,
        "clips": done.clips,
        "rewritten": done.rewritten,
        "removed": done.removed,
        "traces": done.traces.counts(),
        "searched": [
            {"file": one.path, "bytes": one.size, "found": len(one.left)} for one in done.searched
        ],
        "files": theirs,
    }
