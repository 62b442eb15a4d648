"""Command `poise report`: makes the page of a period for therapist and doctor, as PDF and HTML."""

import datetime as dt
from pathlib import Path
from typing import Any

import typer

from ..coach.plan.days import parsed
from ..errors import PoiseError, Reason
from ..files.whole import whole
from ..language import _
from .context import clock, data_folder, new_app, open_store, print_json, the_clip

app = new_app(_("Make one page of a period, and its details, for therapist and doctor."))
_KINDS = (".pdf", ".html")


@app.command()
def report(
    *,
    first: str = typer.Option(
        None, "--from", metavar="DATE", help=_("First day, such as 2026-11-01.")
    ),
    last: str = typer.Option(None, "--to", metavar="DATE", help=_("Last day, included.")),
    clip: str = typer.Option(
        None, "--clip", help=_("End of the clip's id, when there are several.")
    ),
    out: Path = typer.Option(
        None, "--out", help=_("File to write: .pdf or .html. Else both, in the data folder.")
    ),
    html: bool = typer.Option(False, "--html", help=_("Only HTML.")),
    pdf: bool = typer.Option(False, "--pdf", help=_("Only PDF.")),
    paper: str = typer.Option(
        None, "--paper", help=_("a4 or letter. Else as the language's region writes.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("Print the numbers and write no file.")),
) -> None:
    """Make one page of a period, and its details, for therapist and doctor. Without dates: since the last visit.

    Before the first visit: the last 28 days with records.
    """
    from ..report.model import collect
    from ..report.papers import PAPERS
    from ..report.view import numbers, view

    days = _day(first, "--from"), _day(last, "--to")
    if out and out.suffix.lower() not in _KINDS:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{name} is neither .pdf nor .html").format(name=out.name),
            _("End --out in one of them."),
        )
    if paper and paper not in PAPERS:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no paper '{paper}'").format(paper=paper),
            _("Papers: {papers}.").format(papers=", ".join(PAPERS)),
        )
    with open_store() as store:
        now = clock().utc_ms()
        worn = the_clip(store, clip) if clip or store.clips.ids() else None
        found = collect(store, worn, *days, now)
        store.audit.put("reported", now, f"{found.period.first}/{found.period.last}")
    if as_json:
        print_json(numbers(found))
        return
    of_clip = f"-{worn[-4:]}" if worn else ""
    name = f"report{of_clip}-{found.period.first}-to-{found.period.last}"
    page = view(found, paper)
    for path in _paths(out, name, html=html, pdf=pdf):
        _write(path, page)
        typer.echo(_("Written: {path}").format(path=path))


def _day(text: str | None, option: str) -> dt.date | None:
    if text is None:
        return None
    return parsed(text, _("Write {option} like 2026-11-01.").format(option=option))


def _paths(out: Path | None, name: str, *, html: bool, pdf: bool) -> list[Path]:
    if out:
        return [out]
    wanted = [kind for kind, asked in ((".pdf", pdf), (".html", html)) if asked] or list(_KINDS)
    folder = data_folder()
    return [folder / (name + kind) for kind in wanted]


def _write(path: Path, page: dict[str, Any]) -> None:
    if path.suffix.lower() == ".html":
        from ..report.html import render_html

        data = render_html(page).encode()
    else:
        from ..report.pdf import render_pdf

        data = render_pdf(page)
    with whole(path, _("Name another file with --out."), folder=True) as file:
        file.write(data)
