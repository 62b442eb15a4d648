"""The patient's copy as HTML and as PDF. All contents reach the templates as data."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from ..papers import CSS_NAMES
from ..pdf import pdf, pngs

_PLAIN = ("lang", "title", "made", "goal", "care_title", "stop_title", "emergency_title", "clinic_title",
          "not_complete", "disclaimer", "code_name", "code_note", "patient")  # fmt: skip
# Drawings take their second colour from the page's style sheet, which a PDF does not have.
_ACCENT = ("var(--accent,#0b6e6e)", "#0b6e6e")


def render_html(page: dict[str, Any]) -> str:
    """Return a whole HTML document from `view.view(...)`: no script, no request to anywhere, every text escaped."""
    template = Template(
        files("poise.report.handout").joinpath("handout.html").read_text(encoding="utf-8")
    )
    return template.substitute(
        {name: escape(page[name]) for name in _PLAIN},
        size=CSS_NAMES[page["paper"]],
        code=page["code"],
        care=_care(page),
        exercises="".join(_exercise(each, page["heads"]) for each in page["exercises"]),
        emergency=_items(page["emergency"]),
        clinic=_items(page["clinic"]),
    )


def render_pdf(page: dict[str, Any]) -> bytes:
    """Return the PDF of `view.view(...)`. Raises PoiseError MISSING_EXTRA without typst."""
    return pdf(_template(), _drawn(page))


def render_pngs(page: dict[str, Any], dpi: float = 144.0) -> list[bytes]:
    """Return a PNG picture of each page of `view.view(...)`. Raises PoiseError MISSING_EXTRA without typst."""
    return pngs(_template(), _drawn(page), dpi)


def _template() -> bytes:
    return files("poise.report.handout").joinpath("handout.typ").read_bytes()


def _drawn(page: dict[str, Any]) -> dict[str, Any]:
    """Return the page with its drawings in a colour that needs no style sheet."""
    exercises = [
        each | {"drawing": each["drawing"].replace(*_ACCENT)} for each in page["exercises"]
    ]
    return page | {"exercises": exercises}


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
