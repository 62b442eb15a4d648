"""Every link of a page leads somewhere, every page is in the index, and every page that the tree names exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
PAGES = sorted(DOCS.rglob("*.md"))
LINKED = [
    *PAGES,
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "hardware").rglob("*.md")),
    ROOT / "bench/README.md",
]
_TEXTS = {".csv", ".js", ".md", ".py", ".sh", ".toml", ".typ", ".yml"}
_TOP = {"CONTRIBUTING.md", "Makefile", "README.md", "pyproject.toml"}
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([^"]+)">')
# Files, modules and tests of ours, and the names of functions and classes.
_OF_THE_CODE = re.compile(
    r"tests/\S*|\S+\.py\b|host/src\S*|firmware/\S*|python -m \S+|pytest|`[a-z_]+(?:\.[a-z_]+){2,}`|`[A-Za-z_.]+\(\)`"
)
_NAMED = re.compile(r"(?<![\w./-])docs/[\w./-]+\.(?:md|svg|json)")


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def links(page: Path) -> list[str]:
    """Targets of the page's links that stay within the tree; those in code are no links."""
    found = _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8")))
    return [target for target in found if "://" not in target]


def anchors(page: Path) -> set[str]:
    """Places in the page that a link can name: headings, as a forge spells them, and explicit ones."""
    text = page.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in _HEADING.findall(text)
    }
    return headings | set(_ANCHOR.findall(text))


def lost(page: Path) -> list[str]:
    """Links of the page that lead nowhere."""
    found = []
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", LINKED, ids=label)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert not lost(page)


def test_every_page_is_in_the_index() -> None:
    indexed = {(DOCS / link.partition("#")[0]).resolve() for link in links(INDEX)}
    assert not [label(page) for page in PAGES if page not in indexed | {INDEX}]


def test_the_readme_leads_to_the_index_and_to_each_door() -> None:
    linked = {(ROOT / link).resolve() for link in links(ROOT / "README.md")}
    assert INDEX in linked
    for door in ("patients", "therapists", "makers", "developers"):
        assert any(path.is_relative_to(DOCS / door) for path in linked), door


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent != DOCS], ids=label)
def test_the_first_screen_is_plain_text(page: Path) -> None:
    """A sentence or two for the reader stand between the title and all else."""
    title, blank, first, *_ = page.read_text(encoding="utf-8").splitlines()
    assert title.startswith("# ") and not blank
    assert first[0].isalpha() or first[0] in "[`*"


@pytest.mark.parametrize(
    "page", [*(DOCS / "patients").glob("*.md"), *(DOCS / "therapists").glob("*.md")], ids=label
)
def test_patients_and_therapists_read_no_words_of_the_code(page: Path) -> None:
    prose = re.sub(r"\]\([^)]*\)", "]", page.read_text(encoding="utf-8"))
    assert not _OF_THE_CODE.findall(prose), (
        "say what holds; docs/developers/tests.md says what shows it"
    )


def test_every_page_that_the_tree_names_exists() -> None:
    missing = []
    for path in sources():
        named = set(_NAMED.findall(path.read_text(encoding="utf-8", errors="replace")))
        missing += [f"{label(path)}: {each}" for each in named if not (ROOT / each).exists()]
    assert not missing


def sources() -> Iterator[Path]:
    """Texts that may name a page. The changelog is left out: it names pages as they were called then."""
    yield from (path for path in ROOT.iterdir() if path.name in _TOP)
    for folder in ("bench", "docs", "firmware", "hardware", "host", "tests", "tools"):
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in _TEXTS)
