"""A full report: one first page on each paper and in each language, tags for screen readers, numbers as in the JSON."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from poise import language
from poise.language import formats
from poise.report.html import render_html
from poise.report.model import Report, collect
from poise.report.papers import paper_here
from poise.report.pdf import render_pdf
from poise.report.view import numbers, view
from poise.store import Store
from poise.words import report as words
from tests.dashboard.browser import launched
from tests.support import accessibility
from tests.support.report_sample import CLIP, everything, utc_ms

PLAN = (Path(__file__).parents[2] / "host/src/poise/coach/plan/example.toml").read_text(
    encoding="utf-8"
)
LONG = PLAN.replace('"Example patient"', f'"{"patient label " * 7}"')
LONG = LONG.replace('"Example therapist"', f'"{"therapist of the clinic " * 4}"')
NOW = utc_ms("2026-11-30T09:00")
POINTS = {"a4": (595, 842), "letter": (612, 792)}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    with Store.open(tmp_path_factory.mktemp("whole") / "poise.db") as store:
        everything(store, LONG)
        return collect(store, CLIP, None, None, NOW)


def solid(text: str) -> str:
    """The text without its spaces, since lines break anywhere."""
    return "".join(text.split())


def elements(node: Any) -> Iterator[Any]:
    """The structure elements of a PDF in the order of reading."""
    node = node.get_object()
    if isinstance(node, ArrayObject):
        for each in node:
            yield from elements(each)
    elif isinstance(node, DictionaryObject) and "/S" in node:
        yield node
        if "/K" in node:
            yield from elements(node["/K"])


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("tag", ["en-GB", "de-DE"])
def test_the_first_page_holds_it_all_and_the_tags_are_there(report: Report, tag: str, paper: str):
    with language.speaking(tag):
        page = view(report, paper)
        pdf = PdfReader(io.BytesIO(render_pdf(page)))
        titles = [block["title"] for row in page["first"] for block in row]
        ends = (words.NOT_A_DIAGNOSIS, page["made"])
        details = words.DETAILS
    first, second = (solid(pdf.pages[n].extract_text()) for n in (0, 1))
    assert tuple(round(side) for side in pdf.pages[0].mediabox[2:]) == POINTS[paper]
    for text in (*titles, *ends):
        assert solid(text) in first, text
    assert second.startswith(details)
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == tag and root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None and pdf.metadata.title == page["document"]
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
    kinds = [str(element["/S"]) for element in elements(root["/StructTreeRoot"]["/K"])]
    headings = [int(kind[2]) for kind in kinds if re.fullmatch(r"/H\d", kind)]
    assert headings[0] == 1 == headings.count(1)
    assert all(after <= before + 1 for before, after in pairwise(headings))
    blocks = [block for row in (*page["first"], *page["details"]) for block in row]
    tables = [block for block in blocks if block["kind"] == "table"]
    assert kinds.count("/Table") == len(tables) > 8
    assert kinds.count("/TH") >= sum(len(table["heads"]) for table in tables)
    figures = [one for one in elements(root["/StructTreeRoot"]["/K"]) if one["/S"] == "/Figure"]
    assert [str(one["/Alt"]) for one in figures] == [
        f"{block['title']}. {block['alt']}" for block in blocks if block["kind"] == "chart"
    ]


def test_html_as_a_screen_reader_and_a_printer_take_it(report: Report):
    html = render_html(view(report, "letter"))
    with launched() as browser:
        context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.set_content(html)
        assert accessibility.violations(page) == []
        pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert tuple(round(side) for side in pdf.pages[0].mediabox[2:]) == POINTS["letter"]
    assert any(sheet.extract_text().startswith(words.DETAILS) for sheet in pdf.pages)


def test_each_number_of_the_first_page_is_that_of_the_json(report: Report):
    """The reader's numbers, made here from the JSON alone."""
    found = numbers(report)
    page = view(report)
    told = {
        row["cells"][0][0]: row["cells"][1:]
        for row_of in page["first"]
        for block in row_of
        for row in block.get("rows", ())
    }
    diary = found["diary"]
    own, before = diary["period"], diary["before"]["period"]
    for name, key in ((words.HEADACHE, "headache"), (words.MEDICINE, "medicine")):
        for place, days in enumerate((own[key], before[key])):
            assert days["per_28"] == pytest.approx(28 * days["days"] / days["logged"])
            assert told[name][place] == [
                formats.number(days["per_28"], 1),
                f"{days['days']} of {days['logged']} days logged",
            ]
    change = diary["before"]["headache"]
    assert change["per_28"] == pytest.approx(
        own["headache"]["per_28"] - before["headache"]["per_28"]
    )
    assert change["low"] < change["per_28"] < change["high"]
    assert told["change since"][1][0].startswith(f"−{formats.number(-change['per_28'], 1)} days")
    assert told[words.NECK_NRS][0] == ["4", f"on {own['neck_nrs']['days']} days"]
    for key, days in own["by_class"].items():
        assert told[words.MEDICINES[key]][0][0] == formats.number(days["per_28"], 1)
    for one in found["scores"]:
        cells = told[words.MEASURES[one["measure"]]]
        assert float(cells[1][0]) == one["latest"]
        assert cells[2][1].startswith(words.READINGS.get(one["reading"], "").partition(" (")[0])
    done = found["exercises"]
    by_source = sum(done[key] for key in words.SOURCES)
    assert told[words.PRESCRIBED][0][0] == f"{done['prescribed']} times"
    assert told[words.DONE][0][0].startswith(f"{by_source} times")
    assert [told[name][0][0] for name in words.SOURCES.values()] == [
        str(done[key]) for key in words.SOURCES
    ]
    each = found["each_exercise"].values()
    assert all(sum(one[key] for one in each) == done[key] for key in ("prescribed", *words.SOURCES))
    exposure = found["exposure"]
    bent = sum(exposure["class_min"][name] for name in ("under_30", "under_45", "over_45"))
    assert told[words.BENT][0][0] == f"{100 * bent / exposure['valid_min']:.0f} %"
    worn = f"on {found['days_worn']} of {found['days']} days"
    assert page["figures"][3]["note"].startswith(worn)


def test_the_period_begins_with_the_last_visit_and_says_what_happened(report: Report):
    assert report.since_visit
    assert (report.period.first, report.period.last) == (
        dt.date(2026, 10, 28),
        dt.date(2026, 11, 27),
    )
    before = report.diary.before
    assert before is not None and before.period.last == dt.date(2026, 10, 27)
    assert [one.measure for one in report.scores] == ["psfs", "pgic", "halt", "ndi", "hit6"]
    assert [(stop.reason, stop.cleared is None) for stop in report.changes.stops] == [
        ("pain", False),
        ("red_flag", True),
    ]
    assert [one.last.day for one in report.changes.treatments if one.kind == "ill"] == [13]
    html = render_html(view(report))
    assert "stop: a warning sign (numbness of the left arm); not ended yet" in html
    assert "From 8 days with others than simple pain relievers, or 13 of any" in html
    assert "overuse" not in html.lower()


@pytest.mark.parametrize(
    ("tag", "paper"), [("en-US", "letter"), ("en-GB", "a4"), ("de", "a4"), ("en-CA", "letter")]
)
def test_paper_of_the_region(tag: str, paper: str):
    with language.speaking(tag):
        assert paper_here() == paper
