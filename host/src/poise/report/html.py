"""The report as one HTML file: no script, no request to anywhere, every text escaped."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Any

_PLAIN = ("lang", "kind", "document", "title", "site", "measures", "zone", "classes_title", "classes_note",
          "states_title", "states_note", "exercises_title", "exercises_note", "quality_title", "limits_title",
          "diagnosis", "made")  # fmt: skip
_SAMPLES = {
    "{bent}": '<span class="key bent"></span>',
    "{rest}": '<span class="key soft"></span>',
}
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
        classes_heads=_heads(
            page["classes_heads"], after_name='<th scope="col" aria-hidden="true"></th>'
        ),
        classes="".join(map(_class, page["classes"])),
        states_heads=_heads(page["states_heads"]),
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


def _heads(names: list[str], after_name: str = "") -> str:
    first, *others = (f'<th scope="col">{escape(name)}</th>' for name in names)
    return first + after_name + "".join(others)


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
    worn, bent = map(escape, page["parts_heads"])
    note = "".join(_SAMPLES.get(part, escape(part)) for part in page["parts_note"])
    return (
        f'<section class="days" tabindex="0" aria-label="{title}"><table><caption>{title}</caption>'
        f'<thead><tr><th scope="col">&nbsp;</th>{head}</tr></thead><tbody>'
        f'<tr><th scope="row">{worn}</th>{hours}</tr>'
        f'<tr><th scope="row">{bent}</th>{"".join(map(_bar, parts))}</tr></tbody></table></section>'
        f'<p class="note">{note}</p>'
    )


def _bar(part: dict[str, Any]) -> str:
    said = part["said"]
    rest = _percent(part["bar"] - part["flexed_bar"])
    return (
        f'<td><div class="chart" role="img" aria-label="{escape(said)}" title="{escape(said)}">'
        f'<i class="soft" style="height:{rest}"></i><i class="bent" style="height:{_percent(part["flexed_bar"])}"></i>'
        "</div></td>"
    )


def _percent(part: float) -> str:
    return f"{min(max(part, 0.0), 1.0) * 100:.1f}%"
