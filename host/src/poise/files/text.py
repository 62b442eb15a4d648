"""Reading and writing of the user's files, text above all, whatever editor or shell made them."""

import codecs
from pathlib import Path

from ..errors import PoiseError, Reason
from ..language import N_, _
from .whole import whole

# UTF-32's mark comes first, because it begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = "\ufeff"
_CURE = N_("Save it as UTF-8 (in an editor: Save as, encoding UTF-8).")


def read_text(path: Path, hint: str = "") -> str:
    """Return the text of a UTF-8, UTF-16 or UTF-32 file, with `\\n` line ends. Raises PoiseError BAD_INPUT.

    `hint`: what to do about a file that can't be read; "": check its name and rights.
    """
    return decoded(read_bytes(path, hint), str(path))


def read_bytes(path: Path, hint: str = "") -> bytes:
    """Return the content of a file. Raises PoiseError BAD_INPUT, with `hint` as `read_text` does."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or _("its name is none")
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} can't be read: {what}").format(path=path, what=what),
            hint or _("Check its name and rights."),
        ) from None


def decoded(raw: bytes, name: str) -> str:
    """Return the text in the bytes `raw` of the file `name`, with `\\n` line ends. Raises PoiseError BAD_INPUT."""
    encoding = encoding_of(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            what = _("{name} can't be read: line {line}: it is not {encoding} text")
        else:
            what = _("{name} can't be read: it is not {encoding} text")
        line = 1 + raw.count(b"\n", 0, error.start)
        raise PoiseError(
            Reason.BAD_INPUT,
            what.format(name=name, line=line, encoding=encoding.upper()),
            _(_CURE),
        ) from None
    return text.lstrip(_UNMARKED).replace("\r\n", "\n").replace("\r", "\n")


def encoding_of(raw: bytes) -> str:
    """Return Python's name of the encoding, by a byte order mark or the zero bytes of UTF-16; else "utf-8"."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding
    # Nearly every text begins with an ASCII character, of whose two bytes in UTF-16 one is zero.
    if len(raw) % 2 == 0 and raw[:2].count(0) == 1:
        return "utf-16-be" if raw[0] == 0 else "utf-16-le"
    return "utf-8"


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, with its line ends unchanged. Raises PoiseError BAD_INPUT."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that is no text, whole or not at all. Raises PoiseError BAD_INPUT."""
    with whole(path, _("Name another file.")) as file:
        file.write(data)
