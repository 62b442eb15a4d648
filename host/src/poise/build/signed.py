"""Firmware bundles: the files of one slot, a manifest with their hashes, and an Ed25519 signature (RFC 8032) of it.

The clip makes the same checks in `firmware/update/installer.py`, which describes the layout of a bundle. The private
key stays with the person who releases firmware; a clip trusts the public key that `poise flash firmware --trust` has
written by cable.
"""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import PoiseError, Reason
from ..files.private import opener
from ..files.text import read_text
from ..language import _

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAGIC = b"PB1\n"
CONTEXT = b"Poise bundle 1\n"
HEAD = struct.Struct("<4sH64s")  # magic, bytes of the manifest, signature
SOURCE = "source"  # instead of an architecture: files that every MicroPython runs
MAX_BUILD = 2**32 - 1  # the largest build number that a clip can keep
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_ORDER_8_Y = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y = (0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y)


@dataclass(frozen=True)
class Bundle:
    """The parts of a bundle. `files`: path in the slot -> content."""

    version: str
    build: int
    board: str
    arch: str
    files: dict[str, bytes]
    manifest: bytes
    signature: bytes


def new_key(path: Path) -> bytes:
    """Make a private key in the file `path` (PEM, readable by its owner only); return its public key, 32 bytes.

    Raises PoiseError (BAD_INPUT).
    """
    ed25519, serialization = _cryptography()
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        with open(path, "xb", opener=opener) as file:
            file.write(pem)
    except FileExistsError:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} exists").format(path=path),
            _("A key is never overwritten: name another file."),
        ) from None
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} can't be written ({reason})").format(path=path, reason=error.strerror),
            _("Name another file."),
        ) from None
    return public_bytes(key)


def private_key(path: Path) -> "Ed25519PrivateKey":
    """Return the key in a file that `new_key` made. Raises PoiseError (BAD_INPUT)."""
    ed25519, serialization = _cryptography()
    try:
        key = serialization.load_pem_private_key(_text(path).encode(), password=None)
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key
    except (ValueError, TypeError):
        pass
    raise PoiseError(
        Reason.BAD_INPUT,
        _("{path} holds no signing key").format(path=path),
        _("`poise bundle key FILE` makes one."),
    )


def trusted_key(path: Path) -> bytes:
    """Return the public key, 32 bytes, of a private or a public key's file: PEM, or 64 hexadecimal digits.

    Raises PoiseError (BAD_INPUT).
    """
    try:
        return checked_key(bytes.fromhex(_text(path)))
    except ValueError:
        pass
    ed25519, serialization = _cryptography()
    try:
        key = serialization.load_pem_public_key(_text(path).encode())
        if isinstance(key, ed25519.Ed25519PublicKey):
            return checked_key(key.public_bytes_raw())
    except ValueError:
        pass
    return public_bytes(private_key(path))


def _text(path: Path) -> str:
    """Return the file's text; "" if it cannot be read as text."""
    try:
        return read_text(path)
    except PoiseError:
        return ""


def checked_key(public: bytes) -> bytes:
    """Return the key if a clip may trust it. Raises PoiseError (BAD_INPUT) otherwise.

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
        _("`poise bundle key FILE` makes one."),
    )


def public_bytes(key: "Ed25519PrivateKey") -> bytes:
    """Return the key's public key, the 32 bytes that a clip must trust."""
    return key.public_key().public_bytes_raw()


def make(
    files: dict[str, bytes],
    version: str,
    build: int,
    board: str,
    key: "Ed25519PrivateKey",
    arch: str = SOURCE,
) -> bytes:
    """Return a signed bundle of a slot's files. `build` counts up: a clip takes none below its own.

    `arch`: of mpy-cross, which a clip compares with its own; SOURCE runs on every clip.

    Raises PoiseError (BAD_INPUT) for a build outside 1 to MAX_BUILD, and for files that are too long for a bundle.
    """
    check_build(build)
    files = dict(sorted(files.items()))
    rows = [f"poise {version} {build} {board} {arch}"]
    rows += [
        f"{hashlib.sha256(data).hexdigest()} {len(data)} {path}" for path, data in files.items()
    ]
    manifest = "\n".join(rows).encode()
    signature = key.sign(CONTEXT + hashlib.sha256(manifest).digest())
    return HEAD.pack(MAGIC, len(manifest), signature) + manifest + b"".join(files.values())


def check_build(build: int) -> None:
    """Raise PoiseError (BAD_INPUT) for a build number that a clip cannot keep."""
    if not 1 <= build <= MAX_BUILD:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{build} is no build: a clip keeps 1 to {most}").format(build=build, most=MAX_BUILD),
            _("Give --build a number in that range, above that of the last bundle."),
        )


def read(data: bytes) -> Bundle:
    """Return a bundle's parts, with the hashes checked but not the signature. Raises PoiseError (BAD_INPUT)."""
    try:
        magic, size, signature = HEAD.unpack_from(data)
        manifest = data[HEAD.size : HEAD.size + size]
        first, *rows = manifest.decode().split("\n")
        word, version, build, board, arch = first.split(" ")
        files, at = {}, HEAD.size + size
        for row in rows:
            digest, length, path = row.split(" ", 2)
            content = data[at : at + int(length)]
            at += int(length)
            if hashlib.sha256(content).hexdigest() != digest:
                raise ValueError(f"{path} is damaged")
            files[path] = content
        if magic != MAGIC or word != "poise" or at != len(data):
            raise ValueError("it has another format")
        if not 1 <= int(build) <= MAX_BUILD or not files:
            raise ValueError("its build is outside the range, or it is empty")
        return Bundle(
            version=version,
            build=int(build),
            board=board,
            arch=arch,
            files=files,
            manifest=manifest,
            signature=signature,
        )
    except (struct.error, ValueError) as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("not a bundle of firmware: {error}").format(error=error),
            _("`poise bundle make` makes one."),
        ) from None


def _cryptography():
    """Import what only a few commands need."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return ed25519, serialization
