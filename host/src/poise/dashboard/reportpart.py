"""The therapist's and doctor's page of a period: to look at in its own window, and to save as a PDF."""

import asyncio
import datetime as dt
from typing import Any

from fastapi import FastAPI
from nicegui import ui
from starlette.requests import Request
from starlette.responses import HTMLResponse

from .. import language
from ..errors import PoiseError
from ..words import strings
from .context import PageContext, context
from .parts import button, card, disable, el, link, message, text
from .speaking import answering

ADDRESS = "/report"


def for_the_doctor(days: int) -> None:
    """Draw the card on Trends, for the last `days` days up to today."""
    with card(strings.REPORT, note=strings.REPORT_NOTE), el("div", classes="row"):
        link(strings.REPORT_PAGE, f"{ADDRESS}?days={days}", "button", target="_blank", id="report")
        save = button(strings.REPORT_PDF, lambda: make(), id="report-pdf")
        said = el("div", role="status")

    async def make() -> None:
        here = context()
        said.clear()
        disable(save, True)
        try:
            with language.speaking():  # the thread knows no page
                name, data = await asyncio.to_thread(_pdf, here, days)
            ui.download.content(data, name, "application/pdf")
            words, kind = strings.REPORT_SAVED.format(name), "good"
        except PoiseError as error:
            words, kind = error.told, "warm"
        finally:
            disable(save, False)
        with said:
            message(words, kind)


def add_report(app: FastAPI) -> None:
    """Give the page its address. The guard stands before it as before every page."""

    @app.get(ADDRESS)
    async def _report(request: Request, days: int = 28) -> HTMLResponse:
        with answering(request.headers.get("accept-language", "")):
            try:
                return HTMLResponse(await asyncio.to_thread(_html, context(), days))
            except PoiseError as error:
                return HTMLResponse(_fault(error), 404)


def _html(here: PageContext, days: int) -> str:
    from ..report.html import render_html

    return render_html(_view(here, days))


def _pdf(here: PageContext, days: int) -> tuple[str, bytes]:
    from ..report.pdf import render_pdf

    today = here.today()
    name = f"poise-report-{_first(today, days)}-to-{today}.pdf"
    return name, render_pdf(_view(here, days))


def _view(here: PageContext, days: int) -> dict[str, Any]:
    # Typst and its template are loaded when they are asked for.
    from ..report.model import collect
    from ..report.view import view

    today = here.today()
    first = _first(today, days)
    return view(collect(here.store, here.clip_id(), first, today, here.clock.utc_ms()))


def _first(today: dt.date, days: int) -> dt.date:
    span = min(strings.TRENDS_SPANS, key=lambda known: abs(known - days))
    return today - dt.timedelta(span - 1)


def _fault(error: PoiseError) -> str:
    return (
        f'<!doctype html><html lang="{language.current()}"><meta charset="utf-8"><title>{strings.REPORT}</title>'
        f"<main><h1>{strings.REPORT}</h1><p>{text(error.told)}</p></main>"
    )
