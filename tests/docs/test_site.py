"""The documentation's site builds without a warning, its links lead somewhere, and it loads nothing from elsewhere."""

import logging
import re
from pathlib import Path

import pytest

from tools.website import check, tree
from tools.website.__main__ import made
from tools.website.lists import indented

PAGE = '<html><body><h2 id="here">x</h2>{}</body></html>'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, without a fault."""
    folder = tmp_path_factory.mktemp("site")
    logging.getLogger("mkdocs").setLevel(logging.WARNING)
    assert made(folder) == []
    return folder


def test_each_page_of_the_index_is_in_the_menu(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    for door in tree.doors():
        assert door.pages()
        text = (site / door.folder / "index.html").read_text("utf-8")
        assert f'href="{door.folder}/index.html"' in home
        for label, name in door.pages():
            to = "../" + name.replace("README.md", "index.md").replace(".md", ".html")
            assert to in text or to.removeprefix(f"../{door.folder}/") in text, f"{label}: {name}"


def test_the_home_page_says_what_poise_does_not_claim(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    assert "does not diagnose or treat headache" in home
    assert "patients/safety.html" in home


def test_an_items_table_list_and_code_stay_in_it(site: Path) -> None:
    """No step of a list has become a line of what stands in the step before."""
    for path in site.rglob("*.html"):
        text = re.sub(r"(?s)<pre\b.*?</pre>", "", path.read_text("utf-8"))
        assert not re.findall(r"(?m)^ *\d+\. <strong>.*", text), path.name


@pytest.mark.parametrize(
    ("forge", "site"),
    [
        ("- a\n  goes on\n- b", "- a\n    goes on\n- b"),
        ("1. a\n\n   b\n2. c", "1. a\n\n    b\n\n2. c"),
        ("1. a\n   - b\n     goes on\n   - c\n2. d", "1. a\n    - b\n        goes on\n    - c\n\n2. d"),
        ("10. a\n\n    b", "10. a\n\n    b"),
        ("1. a\n\n   ```\n   - no item\n     code\n   ```\n2. b",
         "1. a\n\n    ```\n    - no item\n      code\n    ```\n\n2. b"),
        ("```\n- a\n  b\n```\n  c", "```\n- a\n  b\n```\n  c"),
        ("text\n\n- a\n\ntext", "text\n\n- a\n\ntext"),
    ],
)  # fmt: skip
def test_lists_are_indented_as_mkdocs_reads_them(forge: str, site: str) -> None:
    assert indented(forge) == site


def test_a_diagram_is_drawn_by_a_program_of_the_site(site: Path) -> None:
    assert 'class="drawing"' in (site / "developers/architecture.html").read_text("utf-8")
    assert (site / "assets/mermaid/index.js").exists()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="lost.html">x</a>', "lost.html is not there"),
        ('<a href="#nowhere">x</a>', "#nowhere has no such place"),
        ('<a href="a.html#nowhere">x</a>', "a.html#nowhere has no such place"),
        ('<img src="lost.png">', "lost.png is not there"),
        ('<img src="https://example.org/x.png">', "loads https://example.org/x.png from elsewhere"),
        ('<script src="//example.org/x.js"></script>', "loads //example.org/x.js from elsewhere"),
        (
            '<link rel="stylesheet" href="https://example.org/x.css">',
            "loads https://example.org/x.css from elsewhere",
        ),
        ('<a href="#here">x</a><a href="https://example.org">x</a><a href="mailto:a@b">x</a>', ""),
    ],
)
def test_a_fault_is_found(tmp_path: Path, body: str, fault: str) -> None:
    (tmp_path / "a.html").write_text(PAGE.format(body), "utf-8")
    assert check.faults(tmp_path) == ([f"a.html: {fault}"] if fault else [])


def test_a_style_that_loads_from_elsewhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text(
        "@font-face { src: url('https://example.org/x.woff2') }", "utf-8"
    )
    assert check.faults(tmp_path) == ["a.css: loads something from elsewhere"]


def test_a_heading_that_is_not_there_is_told() -> None:
    with pytest.raises(ValueError, match="no heading"):
        tree.section(tree.INDEX, "Nobody wrote this")
