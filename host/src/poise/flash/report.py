"""The text of a clip's self-test, for the folder of the bench: what was flashed, every figure, and a signature.

The key is the bench's own, made at its first use. It has nothing to do with the key that signs firmware: it says which
computer wrote the text, and that nobody has changed it since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import PoiseError, Reason
from ..files import private
from ..language import ENGLISH, _, speaking
from .self_test import Figure, Measured

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = Path("keys/bench")
_CONTEXT = b"Poise self-test 1\n"
_MARK = "-- \n"
_KEY, _SIGNATURE = "key ", "signature "


@dataclass(frozen=True)
class Bench:
    """What the text says besides the figures. `board`: one line about the chip. `at`: date and time with zone."""

    clip_id: str
    board: str
    micropython: str
    firmware: str
    at: str


def text(bench: Bench, tested: Measured) -> str:
    """Return the report without its signature. It is English, whoever reads it: a bench sends it to others."""
    with speaking(ENGLISH):
        return _text(bench, tested)


def _text(bench: Bench, tested: Measured) -> str:
    rows = [
        f"Poise self-test of clip {bench.clip_id}",
        f"{bench.at}",
        f"board: {bench.board}",
        f"MicroPython {bench.micropython}, firmware {bench.firmware}, sensor {tested.sensor or 'none'}",
        "",
        *_table(tested.figures),
        "",
        "result: " + ("passed" if tested.passed else "FAILED"),
    ]
    return "\n".join(rows) + "\n"


def _table(figures: Sequence[Figure]) -> list[str]:
    """Return the rows in columns."""
    cells = [
        ("pass" if each.passed else "FAIL", each.limit.name, each.told, each.bounds)
        for each in figures
    ]
    name, value = (max(len(row[place]) for row in cells) for place in (1, 2))
    return [f"{row[0]}  {row[1]:<{name}}  {row[2]:>{value}}  ({row[3]})" for row in cells]


def signed(body: str, key: "Ed25519PrivateKey") -> str:
    """Return the text with the bench's public key and signature below it."""
    public = key.public_key().public_bytes_raw().hex()
    signature = key.sign(_CONTEXT + body.encode()).hex()
    return f"{body}{_MARK}{_KEY}{public}\n{_SIGNATURE}{signature}\n"


def checked(whole: str) -> str:
    """Return the public key, in hexadecimal, that has signed a report. Raises PoiseError (BAD_INPUT) if none has."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    body, mark, tail = whole.rpartition(_MARK)
    lines = tail.splitlines()
    try:
        if not mark or len(lines) != 2:
            raise ValueError
        public, signature = (bytes.fromhex(line.split(" ", 1)[1]) for line in lines)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _CONTEXT + body.encode())
        return public.hex()
    except (ValueError, IndexError, InvalidSignature):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("this is no self-test that a bench has signed, or it was changed since"),
            _("Test the clip again: `poise flash test`."),
        ) from None


def bench_key(folder: Path) -> "Ed25519PrivateKey":
    """Return the bench's key in the data folder; make it if there is none. Raises PoiseError (STORE_UNWRITABLE)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = folder / KEY_FILE
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            private.put_bytes(path, Ed25519PrivateKey.generate().private_bytes_raw())
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except (OSError, ValueError) as error:
        raise PoiseError(
            Reason.STORE_UNWRITABLE,
            _("the bench's key {path} can't be used ({reason})").format(path=path, reason=error),
            _("Remove that file; a new key is made."),
        ) from None
