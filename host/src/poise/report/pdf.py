"""Documents as PDF and as pictures, by typst: the report, and the patient's copy. All contents reach it as data."""

import json
from importlib.resources import files
from typing import Any

from ..errors import PoiseError, Reason
from ..installed import add
from ..language import _

_STANDARDS = ["ua-1"]  # typst refuses to write what breaks the rules that it can check


def render_pdf(page: dict[str, Any]) -> bytes:
    """Return the PDF of `view.view(...)`. Raises as `pdf`."""
    return pdf(_template(), page)


def render_pngs(page: dict[str, Any], dpi: float = 144.0) -> list[bytes]:
    """Return a PNG picture of each page of `view.view(...)`. Raises as `pdf`."""
    return pngs(_template(), page, dpi)


def pdf(template: bytes, page: dict[str, Any]) -> bytes:
    """Return the PDF of a template with its data, tagged as PDF/UA-1. Raises PoiseError MISSING_EXTRA without typst."""
    return _typst().compile(
        template, format="pdf", pdf_standards=_STANDARDS, sys_inputs=_inputs(page)
    )


def pngs(template: bytes, page: dict[str, Any], dpi: float) -> list[bytes]:
    """Return a PNG picture of each page. Raises as `pdf`."""
    made = _typst().compile(template, format="png", ppi=dpi, sys_inputs=_inputs(page))
    return made if isinstance(made, list) else [made]


def _typst() -> Any:
    try:
        import typst
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("typst, which makes the PDF, is not installed"),
            add("report", _("ask for HTML alone with --html")),
        ) from None
    return typst


def _template() -> bytes:
    return files("poise.report").joinpath("template.typ").read_bytes()


def _inputs(page: dict[str, Any]) -> dict[str, str]:
    return {"view": json.dumps(page, ensure_ascii=False)}
