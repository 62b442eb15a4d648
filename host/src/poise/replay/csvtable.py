"""Text tables of any recorder: encoding, separator, decimal sign, the lines before the header, and the cells."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from .samples import Array, bad

_HEADER_WITHIN = 200  # lines: some recorders write a hundred before it
_META_ROWS = 3  # rows of units and the like under the header
_CHUNK = 50_000  # lines read at once
_SEPARATORS = ",;\t| "  # the last one stands for any white space
_COMMENTS = ("#", "%", "//")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOTHING = {
    "",
    "nan",
    "null",
    "none",
    "na",
    "n/a",
    "-",
    "inf",
    "-inf",
    "∞",
    "-∞",
    "infinity",
    "-infinity",
}
_SIGNS = str.maketrans({"−": "-", "\xa0": None, "'": None})
_COMMA_NUMBER = re.compile(r"^\s*\"?[-−+]?\d+,\d+(e[-+]?\d+)?\"?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """The lines before the samples. `meta`: rows of units under the header; `skipped`: lines up to the first sample."""

    encoding: str
    separator: str
    decimal_comma: bool
    cells: list[str]
    line: int  # number of the header's line
    preamble: str
    meta: list[list[str]]
    skipped: int
    first: list[str]  # the first sample's cells


def read_head(path: Path, is_header: Callable[[list[str]], bool]) -> Head | None:
    """Return the head, or None if none of the first 200 lines is a header.

    Raises PoiseError (BAD_INPUT) for a file that is not text.
    """
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = [line.rstrip("\r\n") for line in islice(file, _HEADER_WITHIN + _META_ROWS + 20)]
    except UnicodeError:
        raise bad(path, "it is not text in UTF-8, UTF-16 or a Western code page") from None
    found = _header(lines[:_HEADER_WITHIN], is_header)
    if found is None:
        return None
    at, separator, cells = found
    meta: list[list[str]] = []
    first: list[str] = []
    skipped = at + 1
    for line in lines[at + 1 :]:
        row = split(line, separator)
        if not is_comment(line):
            if _numeric(row) or len(meta) == _META_ROWS:
                first = row
                break
            meta.append([cell.strip() for cell in row])
        skipped += 1
    comma = any(_COMMA_NUMBER.match(cell) for cell in first)
    return Head(
        encoding=encoding,
        separator=separator,
        decimal_comma=comma,
        cells=cells,
        line=at + 1,
        preamble="\n".join(lines[:at]),
        meta=meta,
        skipped=skipped,
        first=first,
    )


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(65_536)
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name
    if b"\0" in start:
        odd, even = start[1::2].count(0), start[::2].count(0)
        if max(odd, even) > len(start) // 4:
            return "utf-16-le" if odd > even else "utf-16-be"
        raise bad(path, "it is not text")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "latin-1"  # a wrong encoding could only affect letters of the header
    return "utf-8"


def is_comment(line: str) -> bool:
    """True if the line has no samples: blank, or marked as a comment."""
    return not line.strip(" \t,;|") or line.lstrip().startswith(_COMMENTS)


def split(line: str, separator: str) -> list[str]:
    """Return a line's cells, quoted ones without their quotes."""
    if '"' in line:
        return next(csv.reader(io.StringIO(line), delimiter=separator), [])
    return line.split() if separator == " " else line.split(separator)


def _header(
    lines: list[str], is_header: Callable[[list[str]], bool]
) -> tuple[int, str, list[str]] | None:
    for at, line in enumerate(lines):
        text = line.lstrip().lstrip("#%").lstrip() if is_comment(line) else line
        for separator in _SEPARATORS:
            if separator in text:
                cells = [cell.strip() for cell in split(text, separator)]
                if is_header(cells):
                    return at, separator, cells
    return None


def _numeric(row: list[str]) -> bool:
    """True if most of a row's cells are numbers, or there are none."""
    numbers = sum(1 for cell in row if re.match(r"^\s*\"?[-−+]?[.,]?\d", cell))
    filled = sum(1 for cell in row if cell.strip())
    return numbers * 2 >= filled


class Rows(NamedTuple):
    """Cells of a table. `lines`: (N,) line numbers; `values`: (N, places), NaN for empty cells; `texts`: a column of
    text.

    `cut_off`: the file ended within a line, which is left out.
    """

    lines: Array
    values: Array
    texts: list[str]
    cut_off: bool


def read_rows(path: Path, head: Head, places: list[int], text_place: int | None) -> Rows:
    """Return the cells at these places. Raises PoiseError (BAD_INPUT) that names the line at fault.

    `places`: columns of numbers, from 0. `text_place`: the column to keep as text; None keeps none.
    """
    parts: list[Rows] = []
    try:
        with path.open(encoding=head.encoding, newline="") as file:
            parts += [
                _parse(path, head, chunk, places, text_place) for chunk in _chunks(file, head)
            ]
    except UnicodeError:
        raise bad(path, "it is not text in UTF-8, UTF-16 or a Western code page") from None
    if not parts or not sum(len(part.lines) for part in parts):
        raise bad(path, "no samples after the header")
    return Rows(
        np.concatenate([part.lines for part in parts]),
        np.vstack([part.values for part in parts]),
        [cell for part in parts for cell in part.texts],
        parts[-1].cut_off,
    )


def _chunks(file: IO[str], head: Head) -> Iterator[list[tuple[int, str]]]:
    numbered = (
        (n, line)
        for n, line in enumerate(file, start=1)
        if n > head.skipped and not is_comment(line)
    )
    while chunk := list(islice(numbered, _CHUNK)):
        yield chunk


def _parse(
    path: Path, head: Head, chunk: list[tuple[int, str]], places: list[int], text_place: int | None
) -> Rows:
    numbers = np.array([float(n) for n, _ in chunk])
    if text_place is None and not (head.decimal_comma and head.separator == ","):
        lines = [line for _, line in chunk]
        if head.decimal_comma:
            lines = [line.replace(",", ".") for line in lines]
        delimiter = None if head.separator == " " else head.separator
        try:
            values = np.loadtxt(lines, delimiter=delimiter, comments=None, usecols=places, ndmin=2)
            width = len(head.cells) - 1
            if delimiter is None or all(line.count(delimiter) == width for line in lines):
                return Rows(numbers, values, [], False)
        except ValueError:
            pass
    rows: list[list[float]] = []
    texts: list[str] = []
    last = chunk[-1][0]
    for number, line in chunk:
        cells = _cells(path, head, number, line, cut_off=number == last and not line.endswith("\n"))
        if cells is None:
            return Rows(numbers[:-1], np.array(rows).reshape(-1, len(places)), texts, True)
        rows.append([_value(path, head, number, cells[place]) for place in places])
        if text_place is not None:
            texts.append(cells[text_place].strip())
    return Rows(numbers, np.array(rows).reshape(-1, len(places)), texts, False)


def _cells(path: Path, head: Head, number: int, line: str, cut_off: bool) -> list[str] | None:
    """Return the line's cells, as many as the header has; None for a last line that was cut off."""
    cells = split(line.rstrip("\r\n"), head.separator)
    width = len(head.cells)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) == width:
        return cells
    if cut_off and len(cells) < width:
        return None
    hint = "docs/developers/recordings.md describes the formats."
    if len(cells) == 2 * width or (head.separator == "," and len(cells) > width):
        hint = "Decimal commas need another separator: export it with semicolons or tabs, or with points."
    raise bad(path, f"line {number}: {len(cells)} values under {width} columns", hint)


def _value(path: Path, head: Head, number: int, cell: str) -> float:
    text = cell.strip()
    if text.lower().translate(_SIGNS) in _NOTHING:
        return float("nan")
    if head.decimal_comma:
        text = text.replace(".", "").replace(",", ".") if text.count(",") == 1 else text
    try:
        return float(text.translate(_SIGNS))
    except ValueError:
        raise bad(path, f"line {number}: a value is no number") from None
