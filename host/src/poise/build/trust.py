"""Public side of the signing keys: one text file that says which keys a clip trusts, and how that came about.

Each line is a statement: its number, the root key, the signing key, and a signature by the root key of the line before
(of the first line by its own). The signing key signs bundles; only the root key states other keys, its own successor
among them. One key may be both.

`poise flash firmware --trust` gives a clip the last line. Bundles carry the lines after the first, so a clip that was
flashed earlier follows them one by one; it takes none whose number is not above its own. `firmware/update/trust.py` is
the clip's half.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import PoiseError, Reason
from ..files.locked import taken
from ..files.text import decoded, read_text
from ..files.whole import writing
from ..language import _
from .keys import public_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SUFFIX = ".pub"
MAGIC = b"PK1\n"
CONTEXT = b"Poise keys 1\n"
HEAD = struct.Struct("<4sH64s")  # magic, bytes of the body, signature
_BODY = struct.Struct("<32s32sI")  # root key, signing key, number
STATEMENT_BYTES = HEAD.size + _BODY.size
_TITLE = "Poise keys 1"
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_ORDER_8_Y = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y = (0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y)


@dataclass(frozen=True)
class Statement:
    """The keys that are trusted from this number on. `signature`: by the root key of the statement before."""

    number: int
    root: bytes
    signing: bytes
    signature: bytes = b""

    @property
    def body(self) -> bytes:
        """The signed part, which is the file `key` of a clip that trusts these keys."""
        return _BODY.pack(self.root, self.signing, self.number)

    @property
    def packed(self) -> bytes:
        """The statement as a bundle carries it."""
        return HEAD.pack(MAGIC, _BODY.size, self.signature) + self.body

    @property
    def line(self) -> str:
        """The statement as the public file has it."""
        return f"{self.number} {self.root.hex()} {self.signing.hex()} {self.signature.hex()}\n"


@dataclass(frozen=True)
class Trust:
    """Every statement about the keys, the oldest first; each is signed by the root key of the one before."""

    statements: tuple[Statement, ...]

    @property
    def now(self) -> Statement:
        """The keys that are trusted now."""
        return self.statements[-1]

    @property
    def on_clip(self) -> bytes:
        """The content of the file `key` of a clip that trusts these keys."""
        return self.now.body

    @property
    def changes(self) -> bytes:
        """The statements that take a clip from the first keys to those of now, as a bundle carries them."""
        return b"".join(one.packed for one in self.statements[1:])


def beside(key: Path) -> Path:
    """Return the public file that stands beside a private key's file."""
    return key.with_suffix(SUFFIX)


def first(key: "Ed25519PrivateKey") -> Trust:
    """Return the trust in one key, which is root and signing key."""
    public = public_bytes(key)
    return Trust((_signed(Statement(0, public, public), key),))


def changed(trust: Trust, root_key: "Ed25519PrivateKey", root: bytes, signing: bytes) -> Trust:
    """Return the trust with a statement of other keys, signed by the root key of now.

    Raises PoiseError (BAD_INPUT) if `root_key` is not that one, or a key would come back that was replaced before.
    """
    check_root(trust, root_key)
    before = {key for one in trust.statements for key in (one.root, one.signing)}
    if {root, signing} & (before - {trust.now.root, trust.now.signing}):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("a key that was replaced can't come back"),
            _("Make a new one."),
        )
    after = Statement(trust.now.number + 1, checked_key(root), checked_key(signing))
    return Trust((*trust.statements, _signed(after, root_key)))


def check_root(trust: Trust, root_key: "Ed25519PrivateKey") -> None:
    """Raise PoiseError (BAD_INPUT) if this is not the root key of now."""
    if public_bytes(root_key) != trust.now.root:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("this is not the root key of now: clips would take no statement by it"),
            _("Give --root the key {public}.").format(public=trust.now.root.hex()),
        )


def _signed(statement: Statement, key: "Ed25519PrivateKey") -> Statement:
    signature = key.sign(CONTEXT + statement.body)
    return Statement(statement.number, statement.root, statement.signing, signature)


def write_new(path: Path, trust: Trust) -> None:
    """Write the public file of new keys. Raises PoiseError (BAD_INPUT); no file is replaced."""
    text = f"{_TITLE}\n" + "".join(one.line for one in trust.statements)
    with (
        writing(path, _("Name another file.")),
        path.open("x", encoding="utf-8", newline="\n") as file,
    ):
        file.write(text)


def append(path: Path, before: Trust, after: Trust) -> None:
    """Add the last statement of `after` to the public file, which must still say `before`.

    Raises PoiseError (BAD_INPUT): also if another program is changing the file, or has changed it.
    """
    with writing(path, _("Name another file.")), path.open("r+b") as file:
        if not taken(file) or _parsed(decoded(file.read(), str(path)), path) != before:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("{path} is being changed by somebody else").format(path=path),
                _("See what it says now, then try again: the keys made here are not used."),
            )
        file.seek(0, os.SEEK_END)
        file.write(after.now.line.encode())
        file.flush()
        os.fsync(file.fileno())


def is_public_file(data: bytes) -> bool:
    """Return whether a file's content is meant as a public file of keys."""
    return data.startswith(_TITLE.encode())


def read(path: Path, hint: str = "") -> Trust:
    """Return what a public file says, each signature checked. Raises PoiseError (BAD_INPUT).

    `hint`: what to do if there is no such file.
    """
    return _parsed(read_text(path, hint), path)


def _parsed(text: str, path: Path) -> Trust:
    if text.startswith("-----BEGIN"):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} is no public file of keys, and may be a private key").format(path=path),
            _("Name the file that ends with {suffix}; keep the private key away from here.").format(
                suffix=SUFFIX
            ),
        )
    title, *lines = text.split("\n")
    if title != _TITLE or not lines[:-1]:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} is no public file of keys").format(path=path),
            _("`poise release key` makes one, whose name ends with {suffix}.").format(
                suffix=SUFFIX
            ),
        )
    statements: list[Statement] = []
    for at, line in enumerate(lines[:-1], start=2):
        statement = _statement(line)
        if statement is None or not _follows(statement, statements):
            raise _bad_line(path, at)
        statements.append(statement)
    if lines[-1]:
        raise _bad_line(path, len(lines) + 1)
    return Trust(tuple(statements))


def _bad_line(path: Path, line: int) -> PoiseError:
    return PoiseError(
        Reason.BAD_INPUT,
        _("{path}: line {line} is not whole, or not by the key before it").format(
            path=path, line=line
        ),
        _("Get the file anew from whoever signs the firmware."),
    )


def _statement(line: str) -> Statement | None:
    try:
        number, *parts = line.split(" ")
        root, signing, signature = map(bytes.fromhex, parts)
        found = Statement(int(number), checked_key(root), checked_key(signing), signature)
    except (ValueError, PoiseError):
        return None
    return found if f"{line}\n" == found.line else None


def _follows(statement: Statement, before: list[Statement]) -> bool:
    root = before[-1].root if before else statement.root
    return statement.number == len(before) and is_by(
        root, CONTEXT + statement.body, statement.signature
    )


def is_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature of the message is by the owner of the public key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def checked_key(public: bytes) -> bytes:
    """Return the public key if a clip may trust it. Raises PoiseError (BAD_INPUT) otherwise.

    With the eight points of small order anybody can make signatures. Each other key has one encoding.
    """
    y = int.from_bytes(public, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P  # x squared
    on_curve = pow(square, (_P - 1) // 2, _P) == 1
    if len(public) == 32 and y < _P and y not in _SMALL_ORDER_Y and on_curve:
        return public
    raise PoiseError(
        Reason.BAD_INPUT,
        _("this is no key that a clip may trust: anybody could sign for it, or nobody"),
        _("`poise release key FILE` makes one."),
    )
