"""The report as one HTML file: no script, no request to anywhere, every text escaped."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Any

_PLAIN = ("title", "site", "measures", "zone", "classes_note", "states_note", "exercises_note",
          "diagnosis", "made")  # fmt: skip
_WIDTH_REM = 1.9  # least width of a day in the chart; a wider chart scrolls


def render_html(page: dict[str, Any]) -> str:
    """Return a whole HTML document from `view.view(...)`."""
    template = Template(files("poise.report").joinpath("template.html").read_text(encoding="utf-8"))
    return template.substitute(
        {name: escape(page[name]) for name in _PLAIN},
        people="".join(
            f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in page["people"]
        ),
        figures="".join(map(_figure, page["figures"])),
        classes="".join(map(_class, page["classes"])),
        states="".join(map(_state, page["states"])),
        parts=_parts(page) if len(page["parts"]) > 1 else "",
        days_width=f"{min(4.6 + _WIDTH_REM * len(page['parts']), 53):.1f}",
        exercises="".join(map(_row, page["exercises"])),
        quality="".join(map(_row, page["quality"])),
        limits="".join(f"<li>{escape(text)}</li>" for text in page["limits"]),
    )


def _figure(figure: dict[str, str]) -> str:
    return (
        f"<div><dt>{escape(figure['name'])}</dt>"
        f'<dd class="value">{escape(figure["value"])}</dd><dd class="under">{escape(figure["note"])}</dd></div>'
    )


def _class(row: dict[str, Any]) -> str:
    bar = f'<span class="track"><i style="width:{_percent(row["bar"])}"></i></span>'
    return (
        f'<tr><th scope="row">{escape(row["name"])}</th><td class="wide" aria-hidden="true">{bar}</td>'
        f'<td>{escape(row["share"])}</td><td class="quiet">{escape(row["value"])}</td></tr>\n'
    )


def _state(row: dict[str, str]) -> str:
    return (
        f'<tr><th scope="row">{escape(row["name"])}</th><td>{escape(row["value"])}</td>'
        f'<td class="quiet">{escape(row["share"])}</td></tr>\n'
    )


def _row(pair: list[str]) -> str:
    name, value = pair
    if not value:
        return f'<tr><td colspan="2" class="detail">{escape(name.strip())}</td></tr>\n'
    kind = ' class="sub"' if name.startswith("  ") else ""
    return f'<tr{kind}><th scope="row">{escape(name.strip())}</th><td class="long">{escape(value)}</td></tr>\n'


def _parts(page: dict[str, Any]) -> str:
    """Return the table of days, weeks or months: names as column heads, hours, and bars with a text alternative."""
    title, parts = escape(page["parts_title"]), page["parts"]
    head = "".join(
        f'<th scope="col">{escape(part["name"]).replace(" ", "<br>")}</th>' for part in parts
    )
    hours = "".join(f"<td>{escape(part['hours'])}</td>" for part in parts)
    return (
        f'<section class="days" tabindex="0" aria-label="{title}"><table><caption>{title}</caption>'
        f'<thead><tr><th scope="col">&nbsp;</th>{head}</tr></thead><tbody>'
        f'<tr><th scope="row">hours worn</th>{hours}</tr>'
        f'<tr><th scope="row">bent forward</th>{"".join(map(_bar, parts))}</tr></tbody></table></section>'
        '<p class="note">Hours worn; <span class="key bent"></span> the time of them bent forward,'
        ' <span class="key soft"></span> the rest.</p>'
    )


def _bar(part: dict[str, Any]) -> str:
    said = f"{part['flexed']} of {part['value']}"
    rest = _percent(part["bar"] - part["flexed_bar"])
    return (
        f'<td><div class="chart" role="img" aria-label="{escape(said)}" title="{escape(said)}">'
        f'<i class="soft" style="height:{rest}"></i><i class="bent" style="height:{_percent(part["flexed_bar"])}"></i>'
        "</div></td>"
    )


def _percent(part: float) -> str:
    return f"{min(max(part, 0.0), 1.0) * 100:.1f}%"
