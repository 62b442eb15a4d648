"""The page as PDF, by typst. The template stands beside this file; everything shown is handed to it as data."""

import json
from importlib.resources import files
from typing import Any

from ..errors import PoiseError, Reason


def render_pdf(page: dict[str, Any]) -> bytes:
    """A PDF of `view.view(...)`. Raises PoiseError (MISSING_EXTRA)."""
    return _compile(page, "pdf")


def render_png(page: dict[str, Any], dpi: float = 144.0) -> bytes:
    """A picture of the same page, for looking at it in tests and reviews. Raises PoiseError (MISSING_EXTRA)."""
    return _compile(page, "png", ppi=dpi)


def _compile(page: dict[str, Any], kind: str, **options: float) -> bytes:
    try:
        import typst
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            "typst, which makes the PDF, is not installed",
            "Install it with `pip install 'poise-clip[report]'`, or ask for HTML with --html.",
        ) from None
    template = files(__package__).joinpath("template.typ").read_bytes()
    text = json.dumps(page, ensure_ascii=False)
    pages = typst.compile(template, format=kind, sys_inputs={"view": text}, **options)
    if isinstance(pages, list):
        raise PoiseError(
            Reason.BAD_INPUT, "the report does not fit one page", "Choose a shorter period."
        )
    return bytes(pages)
