"""The parts of a report's page as JSON values, which HTML and PDF draw alike: tables, lists, texts. Pure.

A cell is [text, small text below it or ""]. The first cell of a row is its head. A row that is `sub` belongs to the row
above it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]
Cell = list[str]


def cell(text: str, under: str = "") -> Cell:
    """Return a table's cell."""
    return [text, under]


def row(head: Cell | str, *cells: Cell | str, sub: bool = False) -> Block:
    """Return a table's row."""
    return {"cells": _cells((head, *cells)), "sub": sub}


def table(
    title: str,
    heads: Sequence[Cell | str],
    rows: Iterable[Block],
    notes: Iterable[str] = (),
    *,
    bars: Sequence[float] = (),
    prose: bool = False,
) -> Block:
    """Return a table. `heads`: of its columns; () for a table of names and values.

    `bars`: for each row a part of 1, drawn after its head. `prose`: its cells are sentences, not numbers.
    """
    return {
        "kind": "table",
        "title": title,
        "heads": _cells(heads),
        "rows": list(rows),
        "notes": list(notes),
        "bars": list(bars),
        "prose": prose,
    }


def _cells(given: Sequence[Cell | str]) -> list[Cell]:
    return [one if isinstance(one, list) else cell(one) for one in given]


def listed(title: str, items: Iterable[str], notes: Iterable[str] = ()) -> Block:
    """Return a list of texts."""
    return {"kind": "list", "title": title, "items": list(items), "notes": list(notes)}


def said(title: str, text: str) -> Block:
    """Return a text below a title."""
    return {"kind": "text", "title": title, "text": text}
