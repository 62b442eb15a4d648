"""The page itself: what it says, that text stays text, one sheet of paper, and no request to anywhere."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from poise import cli
from poise.report.figures import duration, share
from poise.report.html import render_html
from poise.report.model import collect
from poise.report.pdf import render_pdf, render_pngs
from poise.report.view import numbers, view
from poise.store import Store
from poise.words.report import NOT_A_DIAGNOSIS
from tests.support.report_sample import CLIP, Log, reminders, utc_ms, weeks

PLAN = (Path(__file__).parents[2] / "host/src/poise/coach/plan/example.toml").read_text(
    encoding="utf-8"
)
HOSTILE = '<script>alert(1)</script> & "#eval(1)" $x$ *bold* _it_ \\ @cite [Ünïcödé]'
NOW = utc_ms("2026-11-30T09:00")


def sample(folder: Path, log: Log, plan: str = PLAN) -> dict[str, Any]:
    with Store.open(folder / "poise.db") as store:
        log.store(store)
        reminders(store, "2026-11-02", 28)
        store.plans.put(plan, "Dr. Example", 1)
        return view(collect(store, CLIP, None, None, NOW))


class Reader(HTMLParser):
    """Tags and attributes met, and the text outside of style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, list[str | None]] = {}
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.text += data


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return sample(tmp_path_factory.mktemp("page"), weeks("2026-11-02", 28))


def test_it_says_what_it_measures_and_what_not(page: dict[str, Any]):
    text = Reader(render_html(page)).text
    for part in (
        "2\u2009–\u200927 Nov 2026",
        "Europe/Berlin", "Clip on the collar", "That is not neck flexion", "Middle tilt (P50)",
        "How each number is made", "Evaluation", "Not done.", "self-reported",
        "fifo overrun 1".replace(" ", "\N{NO-BREAK SPACE}"), "What these numbers cannot say",
        NOT_A_DIAGNOSIS, "Example therapist", "Records lost",
    ):  # fmt: skip
        assert part in text, part
    assert not re.search(
        r"\b(poor posture|bad posture|correct posture|dangerous|abnormal|neck angle)\b", text, re.I
    )


def test_html_is_one_file_that_asks_nobody(page: dict[str, Any]):
    html = render_html(page)
    reader = Reader(html)
    assert "script" not in reader.tags and "link" not in reader.tags and "img" not in reader.tags
    assert not {"src", "href", "onclick", "srcset"} & set(reader.attributes)
    assert "url(" not in html and "@import" not in html and "//" not in html
    assert "default-src 'none'" in html
    assert "prefers-color-scheme: dark" in html and "@media print" in html


def test_html_is_made_of_headings_and_tables_that_screen_readers_know(page: dict[str, Any]):
    reader = Reader(render_html(page))
    assert reader.tags.count("h1") == 1
    assert reader.tags.count("caption") == reader.tags.count("table") > 8
    assert {"header", "main", "h2", "h3"} <= set(reader.tags)
    assert reader.attributes["lang"] == ["en-GB"]
    assert set(reader.attributes["scope"]) == {"col", "row"}
    assert all(label for label in reader.attributes["aria-label"])


def test_text_stays_text(tmp_path: Path):
    plan = PLAN.replace('"Example patient"', json.dumps(HOSTILE, ensure_ascii=False))
    hostile = sample(tmp_path, weeks("2026-11-02", 3), plan)
    html = render_html(hostile)
    assert "<script" not in html
    assert HOSTILE in Reader(html).text
    assert render_pdf(hostile).startswith(b"%PDF-")


def test_one_hour_of_one_day_is_a_page_too(tmp_path: Path):
    start = utc_ms("2026-11-02T08:00")
    log = Log(start)
    log.clock(start)
    for minute in range(1, 61):
        log.minute(start + minute * 60_000, "unknown", uncalibrated_s=60)
    with Store.open(tmp_path / "poise.db") as store:
        log.store(store)
        found = view(collect(store, CLIP, None, None, NOW))
    assert [one["value"] for one in found["figures"]] == ["–", "–", "–", "–"]
    assert found["people"] == [["Plan", "none set"]]
    assert "Day by day" not in render_html(found)
    assert len(render_pngs(found, 20)) == 2


def test_the_pdf_uses_the_font_that_typst_embeds(page: dict[str, Any]):
    data = render_pdf(page)
    fonts = set(re.findall(rb"/FontName ?/[A-Z]{6}\+(\w+)", data))
    assert fonts and all(font.startswith(b"LibertinusSerif") for font in fonts)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 min"),
        (0.3, "under 1 min"),
        (59, "59 min"),
        (59.7, "1 h 00 min"),
        (60, "1 h 00 min"),
        (605, "10 h 05 min"),
    ],
)
def test_duration(minutes: float, text: str):
    assert duration(minutes) == text


@pytest.mark.parametrize(
    ("part", "text"), [(None, "–"), (0.0, "0 %"), (0.004, "<1 %"), (0.256, "26 %"), (1.0, "100 %")]
)
def test_share(part: float | None, text: str):
    assert share(part) == text


def run(folder: Path, *arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.dispatch(["--data", str(folder), "report", *arguments])
    assert ended.value.code == 0


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POISE_DATA", str(tmp_path))
    monkeypatch.delenv("POISE_STORE", raising=False)
    monkeypatch.delenv("POISE_TWIN", raising=False)
    sample(tmp_path, weeks("2026-11-02", 5))
    return tmp_path


def test_the_command_writes_both_files_named_by_their_period(
    data: Path, capsys: pytest.CaptureFixture[str]
):
    run(data)
    name = "report-11e5-2026-11-02-to-2026-11-06"
    assert capsys.readouterr().out == f"Written: {data / name}.pdf\nWritten: {data / name}.html\n"
    assert (data / f"{name}.pdf").read_bytes().startswith(b"%PDF-")
    assert "2\u2009–\u20096 Nov 2026" in (data / f"{name}.html").read_text(encoding="utf-8")


def test_the_command_writes_the_file_asked_for(data: Path):
    run(data, "--from", "2026-11-03", "--to", "2026-11-03", "--out", str(data / "new" / "one.html"))
    assert "3 Nov 2026" in (data / "new" / "one.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in data.glob("report-*")) == []


def test_the_numbers_as_json(data: Path, capsys: pytest.CaptureFixture[str]):
    run(data, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["from"], found["to"], found["site"], found["clip_id"]) == (
        "2026-11-02",
        "2026-11-06",
        "collar",
        CLIP,
    )
    assert found["exposure"]["valid_min"] > 1000
    assert not list(data.glob("report-*"))
    with Store.open(data / "poise.db") as store:
        assert found["worn_min"] == numbers(collect(store, CLIP, None, None, NOW))["worn_min"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "3.11."), "'3.11.' is no date"),
        (("--out", "page.doc"), "page.doc is neither .pdf nor .html"),
        (("--from", "2030-01-01", "--to", "2030-01-02"), "nothing was logged from 2030-01-01"),
        (("--clip", "ffff"), "no clip 'ffff'"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    data: Path,
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr("sys.argv", ["poise", "report", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code not in (0, 1)
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
