"""Text files that people hand to Poise, and those that it writes for them, whatever editor or shell was at them."""

import codecs
from pathlib import Path

from ..errors import PoiseError, Reason

# The longer mark first: UTF-32's begins as UTF-16's does.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = "\ufeff"
_CURE = "Save it as UTF-8 (in an editor: Save as, encoding UTF-8)."


def read_text(path: Path, hint: str = "Check its name and rights.") -> str:
    """The file's text with newlines only, from UTF-8, UTF-16 or UTF-32. Raises PoiseError BAD_INPUT."""
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "its name is none"
        raise PoiseError(Reason.BAD_INPUT, f"{path} can't be read: {what}", hint) from None
    return decoded(raw, str(path))


def decoded(raw: bytes, name: str) -> str:
    """The text of the file `name` that holds these bytes. Raises PoiseError BAD_INPUT."""
    encoding = encoding_of(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        where = (
            "line {}: ".format(1 + raw.count(b"\n", 0, error.start)) if encoding == "utf-8" else ""
        )
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{name} can't be read: {where}it is not {encoding.upper()} text",
            _CURE,
        ) from None
    return text.lstrip(_UNMARKED).replace("\r\n", "\n").replace("\r", "\n")


def encoding_of(raw: bytes) -> str:
    """Python's name of the encoding that a byte order mark tells, or the zeros of UTF-16; else UTF-8."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding
    # Nearly every text that people write begins with ASCII, whose half of UTF-16 is zeros.
    if len(raw) % 2 == 0 and raw[:2].count(0) == 1:
        return "utf-16-be" if raw[0] == 0 else "utf-16-le"
    return "utf-8"


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8, with newlines as they are. Raises PoiseError BAD_INPUT."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "its name is none"
        raise PoiseError(
            Reason.BAD_INPUT, f"{path} can't be written: {what}", "Name another file."
        ) from None
