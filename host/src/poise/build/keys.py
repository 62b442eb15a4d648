"""Private keys that sign firmware: one file each, sealed with a passphrase.

The file is age's (https://age-encryption.org/v1), whose scrypt makes each guess cost a second. Inside is the key as
PEM: `age --decrypt` gives it to any other tool.
"""

import contextlib
import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import PoiseError, Reason
from ..files.private import opener
from ..files.text import read_text
from ..files.whole import writing
from ..language import _, ngettext

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LEAST_PASSPHRASE = (
    12  # characters: a stolen file can be guessed at, a second of a core for each guess
)
_ARMOUR = "-----BEGIN AGE ENCRYPTED FILE-----"


def new_key(path: Path, passphrase: str) -> "Ed25519PrivateKey":
    """Make a key, and its file, which only its owner can read. Raises PoiseError (BAD_INPUT); no file is replaced."""
    ed25519, serialization = _cryptography()
    check_passphrase(passphrase)
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    sealed = _age().passphrase.encrypt(pem, passphrase, armored=True)
    with writing(path, _("Name another file.")):
        try:
            with open(path, "xb", opener=opener) as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())  # before a statement names it
        except FileExistsError:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("{path} exists").format(path=path),
                _("A key is never overwritten: name another file."),
            ) from None
    return key


def check_passphrase(passphrase: str) -> None:
    """Raise PoiseError (BAD_INPUT) for a passphrase that is too short for a new key."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise PoiseError(
            Reason.BAD_INPUT,
            ngettext(
                "the passphrase has fewer than {least} character",
                "the passphrase has fewer than {least} characters",
                LEAST_PASSPHRASE,
            ).format(least=LEAST_PASSPHRASE),
            _("Take four or more words that nobody would guess together."),
        )


def private_key(path: Path, passphrase: str) -> "Ed25519PrivateKey":
    """Return the key of a file that `new_key` made. Raises PoiseError (BAD_INPUT)."""
    ed25519, serialization = _cryptography()
    age, sealed = _age(), check_sealed(path)
    try:
        pem = age.passphrase.decrypt(sealed.encode(), passphrase)
    except age.DecryptError as error:
        raise _not_opened(path, str(error)) from None
    with contextlib.suppress(ValueError, TypeError):  # another thing that somebody has sealed
        key = serialization.load_pem_private_key(pem, password=None)
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key
    raise _no_key(path)


def check_sealed(path: Path) -> str:
    """Return the text of a sealed file, before anybody is asked for its passphrase. Raises PoiseError (BAD_INPUT)."""
    sealed = read_text(path)
    if not sealed.startswith(_ARMOUR):
        raise _no_key(path)
    return sealed


def _no_key(path: Path) -> PoiseError:
    return PoiseError(
        Reason.BAD_INPUT,
        _("{path} holds no sealed signing key").format(path=path),
        _("`poise release key FILE` makes one."),
    )


def _not_opened(path: Path, why: str) -> PoiseError:
    if why == "Decryption failed":
        return PoiseError(
            Reason.BAD_INPUT,
            _("the passphrase does not open {path}").format(path=path),
            _("Type it again. Nobody can get a forgotten one back: docs/makers/updates.md."),
        )
    return PoiseError(
        Reason.BAD_INPUT,
        _("{path} is damaged ({why})").format(path=path, why=why.splitlines()[0]),
        _("Take your copy of the key."),
    )


def public_bytes(key: "Ed25519PrivateKey") -> bytes:
    """Return the public key, 32 bytes."""
    return key.public_key().public_bytes_raw()


def _age() -> Any:
    return importlib.import_module("pyrage")


def _cryptography():
    """Import what only a few commands need."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return ed25519, serialization
