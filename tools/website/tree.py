"""The site's pages: the doors of docs/README.md, and the files outside docs/ that a page links to."""

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
_DOOR = re.compile(r"^## (?P<title>.+?)\n(?P<text>.*?)(?=^## |\Z)", re.M | re.S)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.M | re.S)
_NAMED = re.compile(r"\[(?P<label>[^\]]+)\]\((?P<target>[^)\s#]+)\)")


@dataclass(frozen=True)
class Door:
    """One reader's part of docs/README.md."""

    title: str  # "Patients: you wear the clip"
    text: str

    @property
    def name(self) -> str:
        """The reader: "Patients"."""
        return self.title.partition(":")[0]

    @property
    def promise(self) -> str:
        """What the reader does: "you wear the clip"."""
        return self.title.partition(":")[2].strip()

    @property
    def folder(self) -> str:
        """The folder of docs/ that has the door's pages."""
        return self.name.lower()

    def pages(self) -> list[tuple[str, str]]:
        """Return (label, page of the site) of each page that the door's text links to."""
        return _linked(self.text)


def doors() -> list[Door]:
    """Return the doors in the order of docs/README.md."""
    return [Door(m["title"], m["text"]) for m in _DOOR.finditer(INDEX.read_text("utf-8"))]


def for_all() -> list[tuple[str, str]]:
    """Return (label, page of the site) of each page that docs/README.md links to before its first door."""
    return _linked(INDEX.read_text("utf-8").partition("\n## ")[0])


def _linked(text: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for match in _NAMED.finditer(text):
        path = (DOCS / match["target"]).resolve()
        if path.suffix == ".md":
            found.setdefault(uri(path), match["label"].replace("`", "").rstrip("/"))
    return [(label, name) for name, label in found.items()]


def uri(path: Path) -> str:
    """Return the file's place in the site: that in docs/, or else that in the repository."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS).as_posix()
    return path.relative_to(ROOT).as_posix()


def source(name: str) -> Path:
    """Return the file that stands at this place of the site."""
    inside = DOCS / name
    return inside if inside.exists() else ROOT / name


def within(page: Path, target: str) -> Path | None:
    """Return the file of the repository that the page's link leads to; None for the web and for an anchor."""
    name = target.partition("#")[0]
    if "://" in target or target.startswith("mailto:") or not name:
        return None
    path = Path(os.path.normpath(page.parent / name))
    readme = path / "README.md"
    return readme if readme.exists() else path


def links(page: Path, text: str) -> Iterator[Path]:
    """Yield the files that the text of this page links to."""
    for match in _LINK.finditer(_CODE.sub("", text)):
        if path := within(page, match["target"]):
            yield path


def outside() -> list[Path]:
    """Return the files that do not stand in docs/ and that a page of the site links to, one after the other."""
    found: dict[Path, None] = {}
    waiting = sorted(DOCS.rglob("*.md"))
    while waiting:
        page = waiting.pop()
        for path in links(page, page.read_text("utf-8")):
            if path in found or path.is_relative_to(DOCS) or not path.is_file():
                continue
            found[path] = None
            if path.suffix == ".md":
                waiting.append(path)
    return list(found)


def moved(page: Path, text: str, here: str | None = None) -> str:
    """Return the page's text with each link as it has to be in the site, in which docs/ is the top.

    `here` is the folder of the site that the text shows in, where that is not the page's own.
    """
    folder = posixpath.dirname(uri(page)) if here is None else here

    def in_site(match: re.Match[str]) -> str:
        path = within(page, match["target"])
        if path is None or not path.exists():
            return match[0]
        _name, mark, anchor = match["target"].partition("#")
        return f"]({posixpath.relpath(uri(path), folder or '.')}{mark}{anchor})"

    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [_LINK.sub(in_site, text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, _LINK.sub(in_site, text[at:])])


def section(page: Path, heading: str, here: str | None = None) -> str:
    """Return what stands under this heading of the page, as it has to be in the site."""
    text = page.read_text("utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if found is None:
        raise ValueError(f"{uri(page)} has no heading '{heading}'")
    return moved(page, found[1].strip(), here)
