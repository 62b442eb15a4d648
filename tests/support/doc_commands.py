"""The commands that the documentation names: where, in which words, and whether it shows them to be typed."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "bench/README.md")),
        *(path for folder in ("docs", "hardware") for path in (ROOT / folder).rglob("*.md")),
    ]
)
# Options before the command: each with the count of its words.
GLOBAL = {"--patient": 2, "--lang": 2, "--data": 2, "--store": 2, "--twin": 2, "-v": 1, "-vv": 1}
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(poise(?: [^`]+)?)`")
_INDENTED = re.compile(r"^    (.+)$", re.MULTILINE)
# (page, a line of the block) -> what the block's commands print, as they stand.
RUN_BLOCKS = {
    ("developers/twin.md", "python -m poise.twin --dir /tmp/clip --scenario hour &"): "Paired with",
    (
        "makers/updates.md",
        "poise release key twin.key --passphrase-file twin.words",
    ): "which restarts with it",
}
_SET_FIRST = re.compile(r"^(?:[A-Z][A-Z_0-9]*=\S+ +)+")  # POISE_HCI=usb:0 poise scan


@dataclass(frozen=True)
class Named:
    """A command of a page. `is_typed`: it stands in a block, so that a reader types it as it is."""

    text: str
    page: str
    is_typed: bool

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words after `poise`, without the remark behind it and without what takes its output."""
        line = self.text.partition(" > ")[0].partition(" | ")[0]
        return tuple(shlex.split(line, comments=True)[1:])

    @cached_property
    def command(self) -> tuple[str, ...]:
        """The words from the command's name on."""
        words = self.words
        while words and words[0] in GLOBAL:
            words = words[GLOBAL[words[0]] :]
        return words


def blocks(page: Path) -> list[list[str]]:
    """Return the lines of each block of the page."""
    return [each.splitlines() for each in BLOCK.findall(page.read_text(encoding="utf-8"))]


def documented() -> Iterator[Named]:
    """Yield each command of each page."""
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        text = page.read_text(encoding="utf-8")
        typed = [line for lines in blocks(page) for line in lines]
        text = BLOCK.sub("", text)
        typed += _INDENTED.findall(text)
        for line in typed:
            plain = _SET_FIRST.sub("", line)
            if re.match(r"poise( |$)", plain):
                yield Named(plain, name, is_typed=True)
        for found in INLINE.findall(text):
            yield Named(re.sub(r"\s+", " ", found), name, is_typed=False)
