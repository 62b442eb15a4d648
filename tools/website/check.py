"""Looks through the built site: each link leads to a place in it, and no page loads anything from elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself when it shows a page: tag -> attribute.
_FETCHED = {
    "audio": "src", "embed": "src", "iframe": "src", "img": "src", "object": "data", "script": "src", "source": "src",
    "video": "src",
}  # fmt: skip
_FETCHED_LINKS = {"icon", "manifest", "modulepreload", "preconnect", "preload", "stylesheet"}
_IN_STYLE = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])(https?:|//)")
# 404.html has addresses from the top of a server, as it may be shown at any address.
_LEFT_OUT = {"404.html"}


@dataclass
class _Seen(HTMLParser):
    """What one page has."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the tag's name, links and what it fetches."""
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "link":
            fetches = _FETCHED_LINKS & set(given.get("rel", "").split())
            (self.fetched if fetches else self.links).append(given.get("href", ""))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in _FETCHED and given.get(_FETCHED[tag]):
            self.fetched.append(given[_FETCHED[tag]])


def faults(site: Path) -> list[str]:
    """Return one line for each fault of the site in this folder."""
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, seen in pages.items():
        name = path.relative_to(site).as_posix()
        if name in _LEFT_OUT:
            continue
        found += [f"{name}: loads {each} from elsewhere" for each in seen.fetched if _away(each)]
        found += [f"{name}: {each} {why}" for each, why in _lost(path, seen, pages)]
    for style in sorted(site.rglob("*.css")):
        if _IN_STYLE.search(style.read_text("utf-8")):
            found.append(f"{style.relative_to(site)}: loads something from elsewhere")
    return found


def _read(path: Path) -> _Seen:
    seen = _Seen()
    seen.feed(path.read_text("utf-8"))
    return seen


def _away(target: str) -> bool:
    return bool(urlsplit(target).netloc)


def _lost(page: Path, seen: _Seen, pages: dict[Path, _Seen]) -> Iterator[tuple[str, str]]:
    """Yield (target, what is wrong) of each link within the site that leads nowhere."""
    for target in (*seen.links, *seen.fetched):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        to = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if to.is_dir():
            to = to / "index.html"
        if not to.exists():
            yield target, "is not there"
        elif parts.fragment and to in pages and unquote(parts.fragment) not in pages[to].ids:
            yield target, "has no such place"
