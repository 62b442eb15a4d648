"""Command `poise import`: brings a raw log file into the store."""

from pathlib import Path

import typer

from ..errors import PoiseError, Reason
from ..language import _
from ..store import log_file
from .context import clip_id_of, clock, new_app, open_store, print_json

app = new_app(_("Bring a raw log file into the store."))


@app.command()
def import_file(
    file: Path = typer.Argument(..., help=_("Raw records, as `poise download --out` writes them.")),
    clip: str = typer.Option(
        None,
        "--clip",
        help=_("The clip's id, 16 hexadecimal digits, for a file that does not tell."),
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Bring a raw log file into the store. A damaged file gives what is intact, and says where it is damaged."""
    wanted = clip_id_of(clip) if clip else ""
    if file.suffix.lower() in (".csv", ".tsv", ".txt"):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{file} is no raw log").format(file=file),
            _(
                "A headache diary comes in with `poise diary import`; raw records have no such name."
            ),
        )
    given = log_file.read(file)
    clip_id = _clip_of(given, wanted)
    with open_store() as store:
        _check_patient(given, store.patient.pseudonym)
        done = store.records.import_file(clip_id, given, clock().utc_ms())
    result = {
        "new": done.imported.new,
        "duplicate": done.imported.duplicate,
        "next_seq": done.imported.next_seq,
    }
    if as_json:
        print_json({**result, "damage": done.damage})
    else:
        typer.echo(
            _("{new} new records, {duplicate} known already.").format(
                new=result["new"], duplicate=result["duplicate"]
            )
        )
    if done.damage:
        raise PoiseError(
            Reason.BAD_LOG,
            done.damage,
            _("What is intact is in the store; download the log again for the rest."),
        )


def _clip_of(given: log_file.LogFile, wanted: str) -> str:
    """Return the id of the clip: that which the file tells, or the user (`wanted`, "" for none)."""
    file, told = given.path, given.head
    if told is None:
        if not wanted:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("{file} does not tell whose records it holds").format(file=file),
                _("Name the clip with --clip: `poise status` shows its id."),
            )
        return wanted
    if wanted and wanted != told.clip_id:
        raise PoiseError(
            Reason.OTHER_PATIENT,
            _("{file} holds records of clip {clip}, not of {wanted}").format(
                file=file, clip=told.clip_id, wanted=wanted
            ),
            _("Leave --clip out."),
        )
    return told.clip_id


def _check_patient(given: log_file.LogFile, patient: str) -> None:
    """Refuse a file that was written for another patient."""
    file, told = given.path, given.head
    if told and told.patient and patient and told.patient.casefold() != patient.casefold():
        raise PoiseError(
            Reason.OTHER_PATIENT,
            _("{file} holds records of patient {theirs}, and the patient here is {patient}").format(
                file=file, theirs=told.patient, patient=patient
            ),
            _("Name the file's patient: `poise --patient '{theirs}' import FILE`.").format(
                theirs=told.patient
            ),
        )
