"""A letter's form: signed by its writer, then sealed to its reader. docs/developers/letters.md has the layout.

A letter is "PoL", the version, "s" (sealed with age to the reader) or "o" (open: the reader's key is not known yet),
then the signature, the length of the header, the header (JSON) and the contents (JSON, deflated). The signature is over
a context, the version, "s" or "o", the header and the contents. Nothing is inflated or believed before it is checked.
"""

import json
import re
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from ..errors import PoiseError, Reason
from ..language import _
from . import age
from .keys import Card, Keys, card_of

VERSION = 1
MOST_BYTES = {"to_clinic": 24_000, "to_patient": 14_000}  # on a clip: firmware/storage/letters.py
MOST_FILE_BYTES = 1_000_000
_MOST_INFLATED = 4_000_000
_MOST_HEADER = 2_000
_MAGIC = b"PoL"
_SEALED, _OPEN = b"s", b"o"
_CONTEXT = b"Poise letter\n"
_SIGNATURE_BYTES = 64
_HEAD_BYTES = len(_MAGIC) + 2
_U32 = 2**32 - 1
MOST_NUMBER = 2**40  # of a letter; in seconds since 1970 far off
LATEST_UTC_MS = 4_102_444_800_000  # the year 2100: no calendar fails at it, in any zone


@dataclass(frozen=True)
class Header:
    """What a letter says of itself, under its signature.

    `kind`: key of MOST_BYTES. `clinic`: fingerprint of the clinic. `patient`: pseudonym. `assignment`: number of the
    hand-out. `clip`: its id, None for a letter by file. `number` only grows. `card`: of the writer. `to`: fingerprint
    of the reader, "" in an open letter.
    """

    kind: str
    clinic: str
    patient: str
    assignment: int
    clip: str | None
    number: int
    utc_ms: int
    card: Card
    to: str

    def as_json(self) -> dict[str, Any]:
        """Return the header as the letter carries it."""
        return {**vars(self), "card": self.card.as_json()}


@dataclass(frozen=True)
class Letter:
    """A letter whose signature is that of the card in its header. Whose card that is, its reader knows."""

    header: Header
    contents: dict[str, Any]


def canonical(value: Any) -> bytes:
    """Return JSON that is the same for the same value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def seal(header: Header, contents: dict[str, Any], keys: Keys, reader: Card | None) -> bytes:
    """Return the letter, signed with `keys` and sealed to `reader` (None: open)."""
    told = canonical(header.as_json())
    signed = struct.pack("<H", len(told)) + told + zlib.compress(canonical(contents), 9)
    mode = _OPEN if reader is None else _SEALED
    head = _MAGIC + b"%d" % VERSION + mode
    inner = keys.sign(_CONTEXT + head + signed) + signed
    if reader is None:
        return head + inner
    return head + age.encrypt(inner, reader.sealing)


def open_letter(data: bytes, keys: Keys | None, most_bytes: int = MOST_FILE_BYTES) -> Letter:
    """Open a letter with the reader's `keys` (None: the reader has none yet) and check its signature.

    Raises PoiseError LETTER_TOO_BIG, LETTER_DAMAGED, LETTER_NEWER, LETTER_FOREIGN (sealed to another key),
    LETTER_FORGED.
    """
    if len(data) > most_bytes:
        raise _too_big()
    head = data[:_HEAD_BYTES]
    if len(head) < _HEAD_BYTES or head[:3] != _MAGIC or head[4:] not in (_SEALED, _OPEN):
        raise damaged(_("it does not begin as a letter does"))
    if head[3:4] != b"%d" % VERSION:
        raise _newer()
    inner = data[_HEAD_BYTES:]
    if head[4:] == _SEALED:
        inner = _unsealed(inner, keys)
    signature, signed = inner[:_SIGNATURE_BYTES], inner[_SIGNATURE_BYTES:]
    if len(signed) < 2:
        raise damaged(_("it ends too early"))
    (size,) = struct.unpack_from("<H", signed)
    if size > _MOST_HEADER or len(signed) < 2 + size:
        raise damaged(_("it ends too early"))
    header = _header(signed[2 : 2 + size])
    _verify(header.card, signature, _CONTEXT + head + signed)
    return Letter(header, _inflated(signed[2 + size :]))


def _unsealed(data: bytes, keys: Keys | None) -> bytes:
    if keys is None:
        raise _of_another_key()
    try:
        return age.decrypt(data, keys.sealing)
    except age.AgeError as error:
        raise _of_another_key() if error.other_key else damaged(str(error)) from None


def _header(data: bytes) -> Header:
    try:
        told = _parsed(data)
        header = Header(**{**told, "card": card_of(told["card"])})
        _check(header)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise damaged(_("its header is none")) from None
    return header


def _check(header: Header) -> None:
    """Raise ValueError for a field that cannot be."""
    texts = ((header.kind, 10), (header.clinic, 20), (header.patient, 100), (header.to, 20))
    good = all(
        isinstance(text, str) and len(text) <= most and text.isprintable() for text, most in texts
    )
    numbers = (
        (header.assignment, 0, _U32),
        (header.number, 1, MOST_NUMBER),
        (header.utc_ms, 0, LATEST_UTC_MS),
    )
    good = good and all(type(value) is int and low <= value <= high for value, low, high in numbers)
    good = good and (
        header.clip is None
        or (isinstance(header.clip, str) and re.fullmatch("[0-9a-f]{16}", header.clip) is not None)
    )
    if not good or header.kind not in MOST_BYTES:
        raise ValueError("header")


def _verify(card: Card, signature: bytes, signed: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(card.signing).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise PoiseError(
            Reason.LETTER_FORGED,
            _("the letter's signature is not that of its writer: it was changed on its way"),
            _("Nothing of it was taken. Ask who sent it to write it again."),
        ) from None


def _inflated(data: bytes) -> dict[str, Any]:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, _MOST_INFLATED)
        if inflater.unconsumed_tail:
            raise _too_big()
        if not inflater.eof or inflater.unused_data:
            raise damaged(_("it ends too early"))
        return _parsed(text)
    except (zlib.error, ValueError, TypeError, RecursionError):
        raise damaged(_("its contents are none")) from None


def _parsed(data: bytes) -> dict[str, Any]:
    told = json.loads(data.decode("utf-8"))
    if not isinstance(told, dict):
        raise TypeError("no object")
    return told


def damaged(why: str) -> PoiseError:
    """Return the error for a letter that is cut or changed."""
    return PoiseError(
        Reason.LETTER_DAMAGED,
        _("the letter is damaged: {why}").format(why=why),
        _("Nothing of it was taken. Bring the clip to who wrote it, or ask for the file again."),
    )


def _too_big() -> PoiseError:
    return PoiseError(
        Reason.LETTER_TOO_BIG,
        _("the letter is larger than any that Poise writes"),
        _("Nothing of it was taken. Ask who sent it to write it again."),
    )


def _newer() -> PoiseError:
    return PoiseError(
        Reason.LETTER_NEWER,
        _("the letter was written by a newer Poise"),
        _("Update Poise on this computer, then try again."),
    )


def _of_another_key() -> PoiseError:
    return PoiseError(
        Reason.LETTER_FOREIGN,
        _("the letter is sealed to another computer's key, or it is damaged"),
        _("Read it on the computer that it was written to, or ask for a new one."),
    )
