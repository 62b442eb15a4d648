"""Command `poise patient`: the patients of the store, and who has which clip."""

from typing import Any

import typer

from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..store.patients import Patient
from ..wear.owner import new_assignment
from .context import clip_id_of, clock, local_time, new_app, open_store, print_json

app = new_app(_("The patients of the store, and who has which clip."))
_CLIP = typer.Argument(
    ..., help=_("The clip's id: 16 hexadecimal digits, as `poise status` shows.")
)


@app.command("list")
def list_(
    everyone: bool = typer.Option(False, "--all", help=_("Archived ones as well.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """List the patients, by pseudonym, with their clips."""
    with open_store(whole=True) as store:
        known = [one for one in store.patients.all() if everyone or one.archived_utc_ms is None]
        rows = [_row(store, one) for one in known]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        told = [
            _("plan {mark}").format(mark=row["plan"]) if row["plan"] else _("no plan"),
            *(row["clips"] or [_("no clip")]),
            *([_("archived")] if row["archived"] else []),
        ]
        name = row["pseudonym"] or _("(no pseudonym yet)")
        typer.echo(f"{name:<20} {', '.join(told)}")


def _row(store: Store, patient: Patient) -> dict[str, Any]:
    theirs = store.of_patient(patient)
    current = theirs.plans.current()
    added = patient.added_utc_ms
    return {
        "pseudonym": patient.pseudonym,
        "added": local_time(added, seconds=False) if added else "",
        "archived": patient.archived_utc_ms is not None,
        "plan": current.mark if current else "",
        "clips": [row.clip_id for row in theirs.clips.history() if row.returned_utc_ms is None],
    }


@app.command()
def add(
    pseudonym: str = typer.Argument(..., help=_("Such as P-017; no name of a person.")),
) -> None:
    """Add a patient. Further commands name one with --patient."""
    with open_store(whole=True) as store:
        now = clock().utc_ms()
        store.of_patient(store.patients.add(pseudonym, now)).audit.put("added", now)
        several = len(store.patients.all()) > 1
    typer.echo(_("Added: {pseudonym}.").format(pseudonym=pseudonym))
    if several:
        typer.echo(
            _("Name the patient with each command: poise --patient '{pseudonym}' ...").format(
                pseudonym=pseudonym
            )
        )


@app.command()
def name(pseudonym: str = typer.Argument(..., help=_("The new pseudonym."))) -> None:
    """Change the pseudonym of the patient (--patient)."""
    with open_store() as store:
        before = store.patient.pseudonym
        store.patients.name(store.patient_id, pseudonym)
        store.audit.put("named", clock().utc_ms(), before)
    if before:
        named = _("Named: {pseudonym}, before {before}.")
        typer.echo(named.format(pseudonym=pseudonym, before=before))
        return
    typer.echo(_("Named: {pseudonym}.").format(pseudonym=pseudonym))


@app.command()
def archive(
    undo: bool = typer.Option(False, "--undo", help=_("Bring the patient back among the others.")),
) -> None:
    """Take the patient (--patient) out of the list. Nothing is removed."""
    with open_store() as store:
        now = clock().utc_ms()
        store.patients.archive(store.patient_id, None if undo else now)
        store.audit.put("brought_back" if undo else "archived", now)
        patient = store.patient.name
    done = _("Brought back: {patient}.") if undo else _("Archived: {patient}.")
    typer.echo(done.format(patient=patient))


@app.command()
def erase(
    pseudonym: str = typer.Argument(..., help=_("Whose data; they can't be brought back.")),
    yes: str = typer.Option(..., "--yes-erase", help=_("The pseudonym once more.")),
    files: bool = typer.Option(
        False, "--files", help=_("Also reports and other files in the data folder, without asking.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Erase everything of one patient: from the store, its journal and its copies; then search them all."""
    from .erasing import erase_patient

    erase_patient(pseudonym, yes, files=files, as_json=as_json)


@app.command()
def give(clip: str = _CLIP) -> None:
    """Give a clip to the patient (--patient). What it logged so far stays with whoever had it."""
    clip_id = clip_id_of(clip)
    with open_store() as store:
        store.clips.give(clip_id, clock().utc_ms(), new_assignment())
        patient = store.patient.name
    typer.echo(_("Clip {clip} is with {patient} now.").format(clip=clip_id, patient=patient))


@app.command("take-back")
def take_back(clip: str = _CLIP) -> None:
    """Note that the patient (--patient) has given a clip back. Bring its log in first."""
    clip_id = clip_id_of(clip)
    with open_store() as store:
        patient = store.patient.name
        if not store.clips.take_back(clip_id, clock().utc_ms()):
            raise PoiseError(
                Reason.BAD_INPUT,
                _("clip {clip} is not with {patient}").format(clip=clip_id, patient=patient),
                _("`poise patient list` shows who has which clip."),
            )
    back = _("Clip {clip} is back from {patient}. The next patient's records begin anew.")
    typer.echo(back.format(clip=clip_id, patient=patient))
