"""The documentation's site builds without a warning, its links lead somewhere, and it loads nothing from elsewhere."""

import logging
from pathlib import Path

import pytest

from tools.website import check, tree
from tools.website.__main__ import made

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
