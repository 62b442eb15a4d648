"""Command `poise visit`: what happened since the last visit, for the therapist."""

import dataclasses
from typing import Any

import typer

from ..errors import PoiseError, Reason
from ..history import visit as visits
from ..language import _
from ..store import Store
from ..words import clinic as words
from ..words import suggestions as suggestion_words
from .context import clock, new_app, open_store, print_json

app = new_app(_("What happened since the last visit, for the therapist."))


@app.command()
def visit(
    done: bool = typer.Option(False, "--done", help=_("Note that this visit is done, today.")),
    by: str = typer.Option("", "--by", help=_("With --done: the therapist.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """What happened since the last visit: headache, exercises, stops, flags, and what the rules suggest."""
    with open_store() as store:
        if done:
            _note(store, by)
        found = visits.visit(store, clock().utc_ms())
        patient = store.patient
    if as_json:
        print_json(_plain(patient.pseudonym, found))
        return
    for line in _lines(patient.name, found):
        typer.echo(line)
    if done:
        typer.echo("\n" + _("Noted: a visit today, by {name}.").format(name=by.strip()))


def _note(store: Store, by: str) -> None:
    if not by.strip():
        raise PoiseError(
            Reason.BAD_INPUT, _("no name"), _("A visit is noted with --done --by NAME.")
        )
    now = clock().utc_ms()
    visits.note(store, by.strip(), now)
    store.audit.put("visit_done", now, by.strip())


def _lines(patient: str, found: visits.Visit) -> list[str]:
    out = [
        f"{patient}. {words.SINCE if found.since else words.SINCE_NONE}: {words.period(found.now)}"
    ]
    if not found.now.days:
        out = [f"{patient}. {words.NOTHING_YET}"]
    still_open = sum(stop.cleared is None for stop in found.lived.stops)
    out += [f"  {line}" for line in words.sentences(found.now, found.diary.before, still_open)]
    out += ["", f"{words.ATTENTION}:"]
    out += [f"  {words.flag(each)}" for each in found.flags] or [f"  {words.ATTENTION_NONE}"]
    out += ["", f"{words.ADVICE}:"]
    if found.advice is None:
        return [*out, f"  {words.ADVICE_STOPPED}"]
    if not found.advice:
        return [*out, f"  {words.ADVICE_NO_PLAN}"]
    for one in found.advice:
        name = one.exercise.shown_name if one.exercise else words.PROGRAMME
        out.append("  " + suggestion_words.line(name, one.suggestion, one.exercise))
        out += [f"    {why}" for why in words.reasons(one.suggestion, one.done, one.prescribed)]
    return out


def _plain(patient: str, found: visits.Visit) -> dict[str, Any]:
    advice = [
        {
            "exercise": one.exercise.id if one.exercise else None,
            "suggestion": one.suggestion.kind if one.suggestion else "keep",
            "change": one.suggestion.change if one.suggestion else None,
            "why": words.reasons(one.suggestion, one.done, one.prescribed),
        }
        for one in found.advice or ()
    ]
    return {
        "patient": patient,
        "since": found.since,
        "now": _figures(found.now),
        "before": _figures(found.before),
        "flags": [{"kind": each.kind, **each.fields} for each in found.flags],
        "stopped": found.advice is None,
        "advice": advice,
    }


def _figures(found: Any) -> dict[str, Any]:
    return {"days": found.days, **dataclasses.asdict(found)}
