"""Keys of the letters: each side has one pair to sign (Ed25519) and one to be written to (age, X25519).

The private keys stand in files of the data folder that only their owner can read. A card has the public ones; its
fingerprint is what people compare.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import PoiseError, Reason
from ..files import private
from ..files.whole import writing
from ..language import _
from . import age

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CLINIC, PATIENT = "clinic", "patient"  # the two sides
_FOLDER = "keys"
_CONTEXT = b"Poise card 1\n"
_DIGITS = 20  # of a fingerprint: 80 bits
_SIGNING_BYTES = 32


@dataclass(frozen=True)
class Card:
    """The public keys of one side. `sealing`: age's own text, `age1...`."""

    signing: bytes
    sealing: str

    @property
    def fingerprint(self) -> str:
        """Hexadecimal digits that stand for both keys."""
        return sha256(_CONTEXT + self.signing + self.sealing.encode()).hexdigest()[:_DIGITS]

    def as_json(self) -> dict[str, str]:
        """Return the card as a letter carries it."""
        return {"signing": self.signing.hex(), "sealing": self.sealing}


def card_of(told: Any) -> Card:
    """Return the card that `as_json` made. Raises ValueError for anything else."""
    if not isinstance(told, dict) or set(told) != {"signing", "sealing"}:
        raise ValueError("no card")
    signing, sealing = told["signing"], told["sealing"]
    if not isinstance(signing, str) or not isinstance(sealing, str) or len(sealing) > 100:
        raise ValueError("no card")
    card = Card(bytes.fromhex(signing), age.checked(sealing))
    if len(card.signing) != _SIGNING_BYTES:
        raise ValueError("no card")
    return card


def grouped(fingerprint: str) -> str:
    """Return a fingerprint as people read it: in groups of four."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def fingerprint_of(typed: str) -> str:
    """Return the fingerprint that a person typed, with or without spaces. Raises PoiseError BAD_INPUT."""
    plain = "".join(typed.split()).lower()
    if len(plain) != _DIGITS or any(digit not in "0123456789abcdef" for digit in plain):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{typed}' is no fingerprint").format(typed=typed),
            _("It has five groups of four digits: see `poise letter show`."),
        )
    return plain


@dataclass(frozen=True)
class Keys:
    """The private keys of one side. `signing`: 32 bytes; `sealing`: age's own text, `AGE-SECRET-KEY-1...`."""

    signing: bytes
    sealing: str

    @property
    def card(self) -> Card:
        """The public keys."""
        public = self._signing().public_key().public_bytes_raw()
        return Card(public, age.recipient_of(self.sealing))

    def sign(self, data: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._signing().sign(data)

    def _signing(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.signing)


def new_keys() -> Keys:
    """Return a new pair of pairs."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signing = Ed25519PrivateKey.generate().private_bytes_raw()
    return Keys(signing, age.new_identity())


def folder_of(folder: Path) -> Path:
    """Return where the data folder has its keys."""
    return folder / _FOLDER


def path_of(folder: Path, side: str, patient_id: int | None = None) -> Path:
    """Return the file of a side's keys. A store's patients have keys of their own."""
    name = side if patient_id is None else f"{side}-{patient_id}"
    return folder_of(folder) / f"{name}.key"


def read(path: Path) -> Keys | None:
    """Return the keys of a file; None without one. Raises PoiseError BAD_INPUT for a file that holds none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        keys = Keys(bytes.fromhex(told["signing"]), told["sealing"])
        assert keys.card
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001 (two libraries and JSON have many ways to say that it holds no keys)
        raise _unreadable(path, str(error)) from None
    return keys


def needed(path: Path) -> Keys:
    """Return the keys of a file, made now if there is none. Raises PoiseError BAD_INPUT, STORE_UNWRITABLE."""
    found = read(path)
    if found is not None:
        return found
    keys = new_keys()
    told = {"signing": keys.signing.hex(), "sealing": keys.sealing}
    cure = _("Free the disk or set the folder's rights, then try again.")
    with writing(path, cure, Reason.STORE_UNWRITABLE):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        private.put(path, json.dumps(told) + "\n")
    return read(path) or keys  # another program may have been faster


def _unreadable(path: Path, why: str) -> PoiseError:
    return PoiseError(
        Reason.BAD_INPUT,
        _("{path} holds no keys: {why}").format(path=path, why=why),
        _(
            "Put the file back from a copy. Without it, move it away: new keys need to be confirmed."
        ),
    )
