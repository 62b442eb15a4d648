"""The report as one HTML file: no script, no request to anywhere, every text escaped."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from .papers import CSS_NAMES

_PLAIN = (
    "lang",
    "kind",
    "document",
    "title",
    "zone",
    "limits_title",
    "diagnosis",
    "made",
    "details_title",
)
_SAMPLES = {
    "{bent}": '<span class="key bent"></span>',
    "{rest}": '<span class="key soft"></span>',
}
_MANY_COLUMNS = 4
_WIDTH_REM = 1.9  # least width of a day in the chart; a wider chart scrolls


def render_html(page: dict[str, Any]) -> str:
    """Return a whole HTML document from `view.view(...)`."""
    template = Template(files("poise.report").joinpath("template.html").read_text(encoding="utf-8"))
    return template.substitute(
        {name: escape(page[name]) for name in _PLAIN},
        paper=CSS_NAMES[page["paper"]],
        people="".join(
            f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in page["people"]
        ),
        about=escape(" ".join(page["about"])),
        figures="".join(map(_figure, page["figures"])),
        first="".join(_row_of(blocks, 2) for blocks in page["first"]),
        limits=_items(page["limits"]),
        details="".join(_row_of(blocks, 3) for blocks in page["details"]),
    )


def _figure(figure: dict[str, str]) -> str:
    return (
        f"<div><dt>{escape(figure['name'])}</dt>"
        f'<dd class="value">{escape(figure["value"])}</dd><dd class="under">{escape(figure["note"])}</dd></div>'
    )


def _row_of(blocks: list[dict[str, Any]], level: int) -> str:
    drawn = "".join(_DRAWN[block["kind"]](block, level) for block in blocks)
    return f'<div class="pair">{drawn}</div>\n' if len(blocks) > 1 else drawn


def _heading(block: dict[str, Any], level: int) -> str:
    return f"<h{level}>{escape(block['title'])}</h{level}>"


def _notes(block: dict[str, Any]) -> str:
    return "".join(f'<p class="note">{escape(note)}</p>' for note in block["notes"])


def _items(items: list[str]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in items)


def _text(block: dict[str, Any], level: int) -> str:
    return f"<section>{_heading(block, level)}<p>{escape(block['text'])}</p></section>\n"


def _list(block: dict[str, Any], level: int) -> str:
    return f"<section>{_heading(block, level)}<ul>{_items(block['items'])}</ul>{_notes(block)}</section>\n"


# --- tables


def _table(block: dict[str, Any], level: int) -> str:
    """Return a table below its heading. The heading is its caption, so that both lists of a screen reader name it."""
    bars = block["bars"]
    kind = ' class="prose"' if block["prose"] else ""
    rows = "".join(
        _row(row, bars[place] if bars else None) for place, row in enumerate(block["rows"])
    )
    return (
        f'<section><div class="wide"{_scrolled(block)}><table{kind}><caption>{_heading(block, level)}</caption>'
        f"{_head(block)}<tbody>{rows}</tbody></table></div>{_notes(block)}</section>\n"
    )  # fmt: skip


def _scrolled(block: dict[str, Any]) -> str:
    """Return what lets the keyboard scroll a table that is wider than a narrow screen."""
    if len(block["heads"]) < _MANY_COLUMNS:
        return ""
    return f' role="group" tabindex="0" aria-label="{escape(block["title"])}"'


def _head(block: dict[str, Any]) -> str:
    if not block["heads"]:
        return ""
    first, *others = (f'<th scope="col">{_cell(head)}</th>' for head in block["heads"])
    bar = '<td aria-hidden="true"></td>' if block["bars"] else ""
    return f"<thead><tr>{first}{bar}{''.join(others)}</tr></thead>"


def _row(row: dict[str, Any], bar: float | None) -> str:
    head, *cells = row["cells"]
    drawn = ""
    if bar is not None:
        drawn = (
            '<td class="bar" aria-hidden="true"><span class="track">'
            f'<i style="width:{_percent(bar)}"></i></span></td>'
        )
    kind = ' class="sub"' if row["sub"] else ""
    values = "".join(f"<td>{_cell(cell)}</td>" for cell in cells)
    return f'<tr{kind}><th scope="row">{_cell(head)}</th>{drawn}{values}</tr>\n'


def _cell(cell: list[str]) -> str:
    text, under = map(escape, cell)
    small = f"<small>{under}</small>" if under else ""
    return f"{text}<br>{small}" if text and small else text + small


# --- the chart


def _chart(block: dict[str, Any], level: int) -> str:
    """Return the table of days, weeks or months: names as column heads, hours, and bars with a text alternative."""
    bars, title = block["bars"], escape(block["title"])
    head = "".join(
        f'<th scope="col">{escape(bar["name"]).replace(" ", "<br>")}</th>' for bar in bars
    )
    hours = "".join(f"<td>{escape(bar['hours'])}</td>" for bar in bars)
    first, worn, bent = map(escape, block["heads"])
    note = "".join(_SAMPLES.get(part, escape(part)) for part in block["note"])
    width = f"{min(4.6 + _WIDTH_REM * len(bars), 53):.1f}"
    return (
        f'<section class="days" tabindex="0" aria-label="{title}"><table style="min-width:{width}rem">'
        f"<caption>{_heading(block, level)}</caption>"
        f'<thead><tr><th scope="col">{first}</th>{head}</tr></thead><tbody>'
        f'<tr><th scope="row">{worn}</th>{hours}</tr>'
        f'<tr><th scope="row">{bent}</th>{"".join(map(_bar, bars))}</tr></tbody></table></section>'
        f'<p class="note">{note}</p>\n'
    )


def _bar(bar: dict[str, Any]) -> str:
    said = escape(bar["said"])
    rest = _percent(bar["bar"] - bar["flexed_bar"])
    return (
        f'<td><div class="chart" role="img" aria-label="{said}" title="{said}">'
        f'<i class="soft" style="height:{rest}"></i><i class="bent" style="height:{_percent(bar["flexed_bar"])}"></i>'
        "</div></td>"
    )


def _percent(part: float) -> str:
    return f"{min(max(part, 0.0), 1.0) * 100:.1f}%"


_DRAWN = {"chart": _chart, "list": _list, "table": _table, "text": _text}
