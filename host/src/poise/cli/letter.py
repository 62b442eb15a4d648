"""Command `poise letter`: the letters between a patient's computer and a clinic, by the clip or by file."""

import datetime as dt
from pathlib import Path
from typing import Any

import typer

from ..errors import PoiseError, Reason
from ..files import private
from ..files.whole import writing
from ..language import _, formats
from ..letters import drafts, incoming, keys, news, outgoing
from ..letters.envelope import MOST_FILE_BYTES
from ..letters.keys import CLINIC, PATIENT, grouped
from ..store import Store
from ..store.letters import (
    SENT,
    TAKEN,
    TO_CLINIC,
    TO_PATIENT,
    CorrespondentRow,
    LetterRow,
)
from ..wear.letters import hand_out, refuse_at_the_patients
from .context import (
    clock,
    data_folder,
    local_time,
    new_app,
    open_store,
    print_json,
    run,
    usb_client,
)
from .mail import tell_left_out, tell_mail, tell_taken

app = new_app(_("The letters between a patient's computer and a clinic, by the clip or by file."))


@app.command()
def show(as_json: bool = typer.Option(False, "--json", help=_("For scripts."))) -> None:
    """Show the fingerprints of both sides, the last letters, and what the next one would say."""
    with open_store() as store:
        folder = data_folder()
        at_clinic = outgoing.is_clinic(store, folder)
        own, other = _fingerprints(store, folder, at_clinic=at_clinic)
        ours, theirs = (TO_PATIENT, TO_CLINIC) if at_clinic else (TO_CLINIC, TO_PATIENT)
        sent, taken = store.letters.last(SENT, ours), store.letters.last(TAKEN, theirs)
        make = outgoing.to_patient if at_clinic else outgoing.to_clinic
        can_write = at_clinic or other
        following = make(store, folder, None, clock().utc_ms(), again=True) if can_write else None
        told = news.lines(store, taken) if taken and taken.kind == TO_PATIENT else []
    if as_json:
        print_json({
            "side": CLINIC if at_clinic else PATIENT, "own": own, "other": other,
            "sent": vars(sent) if sent else None, "taken": vars(taken) if taken else None,
        })  # fmt: skip
        return
    typer.echo(_("This computer's fingerprint: {own}").format(own=grouped(own) or "-"))
    typer.echo(
        _("The other side's fingerprint: {other}").format(
            other=grouped(other) or _("not known yet: the first letter brings it")
        )
    )
    _tell_last(_("Last written"), sent)
    _tell_last(_("Last taken"), taken)
    for line in told:
        typer.echo(f"  {line}")
    if following is not None:
        typer.echo(
            _("The next letter has {bytes} bytes.").format(bytes=len(following.data))
            + " "
            + (_what_clinic() if at_clinic else _what_patient())
        )
        tell_left_out(following.row.detail["left_out"])


def _what_patient() -> str:
    return _(
        "It tells the clinic: diary days, exercises, answers to reminders, stops, scores, and which "
        "plan was in force."
    )


def _what_clinic() -> str:
    return _("It tells the patient: the plan, ended stops, the next visit, a note.")


def _fingerprints(store: Store, folder: Path, *, at_clinic: bool) -> tuple[str, str]:
    """Return this side's fingerprint and the other's; "" for keys that are not made or not known."""
    mine = keys.path_of(folder, CLINIC)
    if not at_clinic:
        mine = keys.path_of(folder, PATIENT, store.patient_id)
    own = keys.read(mine)
    other = store.letters.correspondent(PATIENT if at_clinic else CLINIC)
    return own.card.fingerprint if own else "", other.fingerprint if other else ""


def _tell_last(what: str, row: LetterRow | None) -> None:
    if row is None:
        typer.echo(_("{what}: none").format(what=what))
        return
    typer.echo(
        _("{what}: number {number}, {time}").format(
            what=what, number=row.number, time=local_time(row.noted_utc_ms, seconds=False)
        )
    )


@app.command()
def give(
    port: str = typer.Option(None, "--port", help=_("Serial port, when there are several.")),
) -> None:
    """For the clinic: hand the clip on USB to the patient (--patient), with the first letter on it."""
    client = usb_client(port)
    with open_store() as store:
        refuse_at_the_patients(store)
        own = outgoing.clinic_keys(store, data_folder())
        clip_id, mail = run(hand_out(client, store, data_folder()))
        patient = store.patient.name
    typer.echo(_("Clip {clip} is with {patient} now.").format(clip=clip_id, patient=patient))
    tell_mail(mail)
    typer.echo(
        _(
            "The clinic's fingerprint: {fingerprint}. Write it down for the patient, who compares it."
        ).format(fingerprint=grouped(own.card.fingerprint))
    )


@app.command()
def write(
    note: str = typer.Option(None, "--note", help=_('A few words for the patient; "" for none.')),
    visit: str = typer.Option(
        None, "--visit", help=_('Day of the next visit, such as 2026-12-20; "" for none.')
    ),
) -> None:
    """For the clinic: what the next letter says beside the plan. It goes with the next contact, or by file.

    What is not named stays as it was.
    """
    with open_store() as store:
        before = drafts.last(store)
        now = drafts.Draft(
            before.note if note is None else note,
            before.visit if visit is None else _day(visit) if visit else None,
        )
        drafts.put(store, now.note, now.visit, clock().utc_ms())
    day = formats.date(now.visit) if now.visit else _("not named")
    text = now.note.strip() or _("none")
    typer.echo(
        _("Saved for the next letter. Next visit: {day}. Note: {note}").format(day=day, note=text)
    )


def _day(typed: str) -> dt.date:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{typed}' is no day").format(typed=typed),
            _("Write it as 2026-12-20."),
        ) from None


@app.command()
def export(
    out: Path = typer.Option(Path("letter.poise"), "--out", help=_("Write it to this file.")),
    clinic: bool = typer.Option(
        False, "--clinic", help=_("This is the clinic's computer: make its keys if it has none.")
    ),
) -> None:
    """Write the letter for the other side to a file, where no clip travels."""
    with open_store() as store:
        folder = data_folder()
        if clinic:
            refuse_at_the_patients(store)
            keys.needed(keys.path_of(folder, CLINIC))
        make = outgoing.to_patient if outgoing.is_clinic(store, folder) else outgoing.to_clinic
        letter = make(store, folder, None, clock().utc_ms(), again=True)
        if letter is None:
            raise PoiseError(
                Reason.NO_DATA,
                _("no clinic is known yet"),
                _(
                    "Its first letter comes with the clip, or as a file: `poise letter import FILE`."
                ),
            )
        with writing(out, _("Name another file with --out.")):
            private.put_bytes(out, letter.data)
        store.letters.add(letter.row)
    typer.echo(
        _("Written: {out} (number {number}, {bytes} bytes).").format(
            out=out, number=letter.row.number, bytes=len(letter.data)
        )
    )


@app.command("import")
def take(file: Path = typer.Argument(..., help=_("The letter."))) -> None:
    """Take in a letter that came as a file."""
    data = _read(file)
    with open_store() as store:
        folder = data_folder()
        at_clinic = outgoing.is_clinic(store, folder)
        take_in = incoming.take_to_clinic if at_clinic else incoming.take_to_patient
        taken = take_in(store, folder, data, incoming.Way(), clock().utc_ms())
        told = news.lines(store, taken.row) if taken and not at_clinic else []
    if taken is None:
        typer.echo(_("This letter was taken before: nothing is new."))
        return
    tell_taken(taken)
    for line in told:
        typer.echo(f"  {line}")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} can't be read: {reason}").format(path=file, reason=error.strerror),
            _("Name a file that `poise letter export` wrote."),
        ) from None


@app.command()
def trust(
    old: str = typer.Option(..., "--old", help=_("The fingerprint that is known here.")),
    new: str = typer.Option(..., "--new", help=_("The one that the other side told you.")),
) -> None:
    """Confirm that the other side has new keys, after you asked it, and not by a letter."""
    before, now = keys.fingerprint_of(old), keys.fingerprint_of(new)
    with open_store() as store:
        role = PATIENT if outgoing.is_clinic(store, data_folder()) else CLINIC
        known = store.letters.correspondent(role)
        if known is None or known.fingerprint != before:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("'{old}' is not the fingerprint that is known here").format(old=old),
                _("`poise letter show` shows it."),
            )
        row: dict[str, Any] = {**vars(known), "fingerprint": now, "signing": "", "sealing": ""}
        row["since_utc_ms"] = clock().utc_ms()
        store.letters.believe(CorrespondentRow(**row))
    typer.echo(
        _("The next letter signed by {now} is taken, and from then on no other.").format(
            now=grouped(now)
        )
    )
