"""Part of `poise patient erase`: the erasure, what it tells, and the other files of the data folder."""

import sys
from pathlib import Path
from typing import Any

import typer

from ..errors import PoiseError, Reason
from ..language import _, ngettext
from ..letters import keys
from ..store.erase import Erased, erase, remove, search
from ..wear.lock import holder
from .context import clock, data_folder, print_json, store_place


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
    done = erase(place, pseudonym, clock().utc_ms())
    own = keys.path_of(data_folder(), keys.PATIENT, done.patient_id)
    if own.exists():  # the next patient of this number has other keys
        remove(own)
    theirs = _other_files(done)
    if theirs and (files or _asked(theirs)):
        for file in theirs:
            remove(file)
        done.searched = list(search(Path(place).absolute(), done.traces))
        theirs = []
    if as_json:
        print_json(_plain(done, theirs))
    else:
        _tell(done, theirs, on_server="://" in str(place))
    if done.left or theirs:
        raise typer.Exit(1)


def _other_files(done: Erased) -> list[Path]:
    """Return the files that tell of the patient: by what stands in them, or by their name, as a report's."""
    found = [one.path for one in done.left]
    named = [f"report-{clip[-4:]}-" for clip in done.clips]
    for one in done.searched:
        name = one.path.name
        by_name = any(name.startswith(start) for start in named) or done.patient in name
        if by_name and one.path not in found and done.patient:
            found.append(one.path)
    return found


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
