"""Escapes for untrusted text on a terminal, and standard output that applies them.

Text from a plan, a clip or a nearby advertiser can hold control characters, which a terminal obeys. All functions are
pure except `begin` and `terminal`.
"""

import re
import sys
from typing import Any, TextIO, cast

# Control characters except tab and newline, line separators, marks that change the writing direction, lone surrogates.
# A Windows newline (CR LF) passes. A carriage return alone would overwrite the line.
_OBEYED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    "|\r(?!\n)"
)

# A Bluetooth address as Linux and Windows write it, as BlueZ's paths do, or as macOS does.
ADDRESS = re.compile(
    r"(?<![0-9A-F])(?:[0-9A-F]{2}([:_-])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})"
    r"(?![0-9A-F])",
    re.IGNORECASE,
)


def visible(text: str) -> str:
    """Return `text` with an escape such as `\\u001b` for each character that a terminal obeys.

    The escapes are those of JSON, TOML and Python.
    """
    return _OBEYED.sub(lambda found: _escaped(found[0]), text)


def printable(text: str) -> str:
    """Return `text` in one line, with an escape for every character that is not printable."""
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def capitalized(text: str) -> str:
    """Return `text` with a capital first letter; the others stay, such as those of nouns in German."""
    return text[:1].upper() + text[1:]


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


class PlainStream:
    """A text stream that writes `visible` text. It says that it is no terminal; use `raw` to draw on one."""

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write `visible(text)` and return the length of `text`."""
        self.raw.write(visible(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write each of `lines` as `write` does."""
        for line in lines:
            self.write(line)

    def isatty(self) -> bool:
        """Return False. A library that got True would write colours, or reopen the console."""
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


def begin() -> None:
    """Make standard output and error write `visible` text, in UTF-8 to files and pipes whatever the locale.

    A terminal keeps its own encoding, and a character that this encoding lacks is written as an escape. On standard
    input, bytes that cannot be decoded become replacement characters.
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
    """Return the raw standard output, which takes the caller's own escapes; None if it is no terminal."""
    stream: Any = sys.stdout
    raw = stream.raw if isinstance(stream, PlainStream) else stream
    if raw is None or not raw.isatty():
        return None
    raw.flush()
    return raw
