"""The patient's copy of the plan in force at an address of its own: as a page to print, and as a PDF."""

import asyncio

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from .... import language
from ....errors import PoiseError, Reason
from ....language import _
from ....report.handout.view import view
from ....words import editor as words
from ...context import PageContext
from ...parts import text
from ...speaking import answering
from ..context import desk

_HANDOUT = "patient's copy"  # as the audit has it
COPY, PDF = "/plan/copy", "/plan/copy.pdf"
PATIENT = "/clinic/patient/{patient_id}"


def add_copy(app: FastAPI) -> None:
    """Give the copy its addresses. The guard stands before them as before every page."""

    @app.get(f"{PATIENT}{COPY}")
    async def _page(request: Request, patient_id: int, paper: str = "a4") -> Response:
        return await _answer(request, patient_id, paper, as_pdf=False)

    @app.get(f"{PATIENT}{PDF}")
    async def _pdf(request: Request, patient_id: int, paper: str = "a4") -> Response:
        return await _answer(request, patient_id, paper, as_pdf=True)


async def _answer(request: Request, patient_id: int, paper: str, *, as_pdf: bool) -> Response:
    with answering(request.headers.get("accept-language", "")):
        try:
            here = desk().patient(patient_id)
            return await asyncio.to_thread(_made, here, paper, as_pdf)
        except PoiseError as error:
            return HTMLResponse(_fault(error), 404)


def _made(here: PageContext, paper: str, as_pdf: bool) -> Response:
    from ....report.handout.render import render_html, render_pdf

    plan, current = here.plan(), here.store.plans.current()
    if plan is None or current is None:
        raise PoiseError(Reason.NO_PLAN, _("no plan is set"), _("Sign one first."))
    here.store.audit.put("exported", here.clock.utc_ms(), _HANDOUT)
    page = view(plan, here.local(current.when_utc_ms).date(), paper)
    if not as_pdf:
        return HTMLResponse(render_html(page))
    named = {"content-disposition": f'inline; filename="plan-{plan.mark}.pdf"'}
    return Response(render_pdf(page), media_type="application/pdf", headers=named)


def _fault(error: PoiseError) -> str:
    return (
        f'<!doctype html><html lang="{language.current()}"><meta charset="utf-8"><title>{words.COPY}</title>'
        f"<main><h1>{words.COPY}</h1><p>{text(error.told)}</p></main>"
    )
