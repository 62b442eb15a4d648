"""Command `poise events`: lists the records of the log."""

import re
from typing import Any

import typer

from ..errors import PoiseError, Reason
from ..language import _
from ..store.records import Event
from ..wire.rows import RECORDS
from ..words.records import sentence
from .context import clock, local_time, new_app, open_store, print_json, the_clip

app = new_app(_("List what was logged."))
_UNITS_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


@app.command()
def events(
    since: str = typer.Option(
        None, "--since", help=_("How far back: 30m, 12h, 7d; else everything.")
    ),
    kind: list[str] = typer.Option(
        [], "--kind", help=_("Only these kinds of record; may be repeated.")
    ),
    clip: str = typer.Option(
        None, "--clip", help=_("End of the clip's id, when there are several.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("One JSON object a line.")),
) -> None:
    """List what was logged, oldest first."""
    _check_kinds(kind)
    with open_store() as store:
        clip_id = the_clip(store, clip)
        from_utc_ms = clock().utc_ms() - _span_ms(since) if since else None
        found = store.records.events(clip_id, from_utc_ms, None, tuple(kind) or None)
    for event in found:
        if as_json:
            print_json(as_plain(event))
        else:
            typer.echo(
                f"{event.seq:>6}  {local_time(event.utc_ms):<19}  {sentence(event.kind, event.fields)}"
            )
            if event.kind == "crash":
                _show_crash(str(event.fields["text"]))
    if not found and not as_json:
        typer.echo(_("Nothing logged in that time."))


def as_plain(event: Event) -> dict[str, Any]:
    """Return an event for scripts.

    `at_utc_ms` is the record's time, and so is `utc_ms` unless the record has such a field.
    """
    return {
        "seq": event.seq,
        "boot": event.boot,
        "t_ms": event.t_ms,
        "kind": event.kind,
        "at_utc_ms": event.utc_ms,
        "at_uncertainty_ms": event.uncertainty_ms,
        "utc_ms": event.utc_ms,
        "uncertainty_ms": event.uncertainty_ms,
        **event.fields,
    }


def _show_crash(text: str) -> None:
    from ..build.bundle import readable_traceback

    for line in readable_traceback(text).splitlines():
        typer.echo(f"        {line}")


def _check_kinds(kinds: list[str]) -> None:
    known = [row.name for row in RECORDS]
    for kind in kinds:
        if kind not in known:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("no kind of record '{kind}'").format(kind=kind),
                _("There are: {known}.").format(known=", ".join(known)),
            )


def _span_ms(text: str) -> int:
    match = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if not match:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{text}' is no span of time").format(text=text),
            _("Write it like 30m, 12h or 7d."),
        )
    return int(match[1]) * _UNITS_MS[match[2]]
