"""Text that others wrote (a plan, a clip, whoever advertises nearby), made fit for a terminal, which obeys control
characters; and standard output that writes it so, in an encoding that can hold it. Pure, but for `begin`.
"""

import re
import sys
from typing import Any, TextIO, cast

# Control characters but tab and newline, separators of lines, what turns the direction of writing, lone surrogates.
# A newline of Windows (CR LF) is one; a carriage return alone would write over the line.
_OBEYED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    "|\r(?!\n)"
)


def visible(text: str) -> str:
    """`text` with `\\u001b` and the like in place of what a terminal obeys: as JSON, TOML and Python write it."""
    return _OBEYED.sub(lambda found: _escaped(found[0]), text)


def printable(text: str) -> str:
    """`text` in one line, with an escape in place of every character that is not printable."""
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


class PlainStream:
    """A text stream that writes `visible` text. To others it is no terminal; `raw` is for those who draw on one."""

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """As a text stream's."""
        self.raw.write(visible(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """As a text stream's."""
        for line in lines:
            self.write(line)

    def isatty(self) -> bool:
        """Never: whoever asks would colour what it writes, or open the console anew."""
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


def begin() -> None:
    """Standard output and error write `visible` text; UTF-8 into files and pipes, whatever the locale's code page is.

    A terminal keeps its own encoding. What that cannot hold is written as an escape. Input that is no text is read as
    far as it is.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or isinstance(stream, PlainStream):  # closed, or begun already
            continue
        if hasattr(stream, "reconfigure"):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
        setattr(sys, name, PlainStream(stream))
    if sys.stdin is not None and hasattr(sys.stdin, "reconfigure"):
        cast(Any, sys.stdin).reconfigure(errors="replace")


def terminal() -> TextIO | None:
    """Standard output to draw on with one's own escapes, which nothing else may write; None when it is no terminal."""
    stream: Any = sys.stdout
    raw = stream.raw if isinstance(stream, PlainStream) else stream
    if raw is None or not raw.isatty():
        return None
    raw.flush()
    return raw
