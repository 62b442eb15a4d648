"""The patient's copy as HTML and as PDF. All contents reach the templates as data."""

import json
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from ..pdf import _typst

_PLAIN = ("lang", "title", "made", "goal", "care_title", "stop_title", "emergency_title", "clinic_title",
          "not_complete", "disclaimer", "code_name", "code_note", "patient")  # fmt: skip
_STANDARDS = [
    "ua-1"
]  # tagged for screen readers; typst refuses to write what breaks the rules that it can check
_SIZES = {"a4": "A4", "letter": "Letter"}
# Drawings take their second colour from the page's style sheet, which a PDF does not have.
_ACCENT = ("var(--accent,#0b6e6e)", "#0b6e6e")


def render_html(page: dict[str, Any]) -> str:
    """Return a whole HTML document from `view.view(...)`: no script, no request to anywhere, every text escaped."""
    template = Template(
        files("poise.report.handout").joinpath("handout.html").read_text(encoding="utf-8")
    )
    return template.substitute(
        {name: escape(page[name]) for name in _PLAIN},
        size=_SIZES[page["paper"]],
        code=page["code"],
        care=_care(page),
        exercises="".join(_exercise(each, page["heads"]) for each in page["exercises"]),
        emergency=_items(page["emergency"]),
        clinic=_items(page["clinic"]),
    )


def render_pdf(page: dict[str, Any]) -> bytes:
    """Return the PDF of `view.view(...)`. Raises PoiseError MISSING_EXTRA without typst."""
    inputs = _inputs(page)
    return _typst().compile(_template(), format="pdf", pdf_standards=_STANDARDS, sys_inputs=inputs)


def render_pngs(page: dict[str, Any], dpi: float = 144.0) -> list[bytes]:
    """Return a PNG picture of each page of `view.view(...)`. Raises PoiseError MISSING_EXTRA without typst."""
    made = _typst().compile(_template(), format="png", ppi=dpi, sys_inputs=_inputs(page))
    return made if isinstance(made, list) else [made]


def _template() -> bytes:
    return files("poise.report.handout").joinpath("handout.typ").read_bytes()


def _inputs(page: dict[str, Any]) -> dict[str, str]:
    return {"view": json.dumps(page, ensure_ascii=False).replace(*_ACCENT)}


def _care(page: dict[str, Any]) -> str:
    if not page["care"]:
        return ""
    return f'<section class="care"><h2>{escape(page["care_title"])}</h2><ul>{_items(page["care"])}</ul></section>'


def _items(lines: list[str]) -> str:
    return "".join(f"<li>{escape(line)}</li>" for line in lines)


def _exercise(each: dict[str, Any], heads: list[str]) -> str:
    dose, when, care = map(escape, heads)
    rows = f"<dt>{dose}</dt><dd>{escape(' '.join(each['dose']))}</dd>"
    rows += f"<dt>{when}</dt><dd>{escape(each['when'])}</dd>"
    if each["care"]:
        rows += f"<dt>{care}</dt><dd>{escape(each['care'])}</dd>"
    drawing = f'<div class="drawing">{each["drawing"]}</div>' if each["drawing"] else ""
    return (
        f'<section class="exercise">{drawing}<div><h2>{escape(each["name"])}</h2><dl>{rows}</dl>'
        f"<p>{escape(each['how'])}</p></div></section>"
    )
