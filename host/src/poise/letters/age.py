"""The four things that letters need of age (https://age-encryption.org/v1), whose library has no types."""

import importlib
from typing import Any


class AgeError(Exception):
    """What was sealed can't be opened. `other_key`: it is sealed to another key, or its head is changed."""

    def __init__(self, why: str) -> None:
        super().__init__(why.splitlines()[0] if why else "")
        self.other_key = "matching keys" in why


def new_identity() -> str:
    """Return a new private key."""
    return str(_age().x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """Return the public key of a private one. Raises ValueError."""
    return str(_identity(identity).to_public())


def checked(recipient: str) -> str:
    """Return this public key. Raises ValueError for what is none."""
    return str(_recipient(recipient))


def encrypt(data: bytes, recipient: str) -> bytes:
    """Return the data, sealed. Raises ValueError for what is no public key."""
    return _age().encrypt(data, [_recipient(recipient)])


def decrypt(data: bytes, identity: str) -> bytes:
    """Return what was sealed. Raises AgeError; ValueError for what is no private key."""
    age = _age()
    try:
        return age.decrypt(data, [_identity(identity)])
    except age.DecryptError as error:
        raise AgeError(str(error)) from None


def _age() -> Any:
    return importlib.import_module("pyrage")


def _identity(text: str) -> Any:
    age = _age()
    try:
        return age.x25519.Identity.from_str(text)
    except age.IdentityError as error:
        raise ValueError(str(error)) from None


def _recipient(text: str) -> Any:
    age = _age()
    try:
        return age.x25519.Recipient.from_str(text)
    except age.RecipientError as error:
        raise ValueError(str(error)) from None
