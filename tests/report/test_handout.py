"""The patient's copy of the plan: what it says, that the code reads back as the plan's mark alone, and both papers."""

import contextlib
import datetime as dt
import io
import os
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from poise import cli
from poise.coach import safety
from poise.coach.plan import draft as drafts
from poise.coach.plan.plan import Plan
from poise.report.handout.render import render_html, render_pngs
from poise.report.handout.view import view

DAY = dt.date(2026, 11, 30)
SIZES = {"a4": (595, 842), "letter": (612, 792)}  # points


@pytest.fixture(scope="module")
def plan() -> Plan:
    draft = drafts.empty("P-017", "A. <b>Adler</b>", "Europe/Berlin").add("nod").add("arm-raise")
    draft = draft.add("", "Walk & breathe").typed(("exercises", 0, "sets"), "2")
    draft = draft.typed(("exercises", 0, "rest_s"), "45").typed(
        ("exercises", 1, "load"), "red band"
    )
    draft = draft.put(("exercises", 1, "days"), ["mon", "thu"])
    needed = ("exercises", 2)
    draft = draft.put((*needed, "times"), None).put((*needed, "as_needed"), True)
    return draft.put(("precautions",), ["No fast turns."]).plan()


@pytest.mark.parametrize("paper", SIZES)
def test_the_code_reads_back_as_the_mark_alone_on_both_papers(plan: Plan, paper: str):
    pages = [Image.open(io.BytesIO(each)) for each in render_pngs(view(plan, DAY, paper), dpi=72)]
    assert {each.size for each in pages} == {SIZES[paper]}
    sharp = Image.open(io.BytesIO(render_pngs(view(plan, DAY, paper), dpi=110)[0]))
    assert [each.text for each in zxingcpp.read_barcodes(sharp)] == [plan.mark]


def test_it_says_doses_times_and_when_to_stop_in_words(plan: Plan):
    page = view(plan, DAY)
    assert [each["dose"] for each in page["exercises"]] == [
        [
            "10 repetitions.",
            "Hold each for 5 seconds.",
            "Do this 2 times over, with 45 seconds of rest between.",
        ],
        ["15 repetitions.", "With: red band."],
        ["1 repetition."],
    ]
    assert [each["when"] for each in page["exercises"]] == [
        "At 08:00. Every day.",
        "At 08:00. Monday, Thursday.",
        "As needed.",
    ]
    html = render_html(page)
    assert "A. &lt;b&gt;Adler" in html and "Walk &amp; breathe" in html and "<script" not in html
    for line in (*safety.EMERGENCY, *safety.STOP, safety.NOT_COMPLETE, safety.DISCLAIMER):
        assert line in html.replace("&#x27;", "'")
    assert html.count('class="drawing"') == 2


def test_the_command_writes_a_tagged_pdf_of_the_plan_in_force(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(os, "environ", {**os.environ, "POISE_DATA": str(tmp_path)})
    text = drafts.empty("P-017", "T. Adler", "Europe/Berlin").add("nod").text
    file, out = tmp_path / "plan.toml", tmp_path / "copy.pdf"
    file.write_text(text, encoding="utf-8")
    for words in (["set", str(file), "--by", "T. Adler"], ["copy", "--out", str(out)]):
        with contextlib.suppress(SystemExit):
            cli.dispatch(["plan", *words])
    data = out.read_bytes()
    assert data.startswith(b"%PDF") and b"/StructTreeRoot" in data
