"""Signatures where the clip checks them: RFC 8032, the library `cryptography` as judge, and the points that both have
to refuse although the equation holds for them."""

import hashlib
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from update.ed25519 import sha512, verify
from update.trust import sound

from poise.build.keys import public_bytes
from poise.build.trust import checked_key
from poise.errors import PoiseError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_bytes(KEY)
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


def encode(x: int, y: int) -> bytes:
    return (y | (x & 1) << 255).to_bytes(32, "little")


def plus(p: tuple[int, int], q: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points, as the curve's law has it."""
    (a, b), (c, d) = p, q
    product = D * a * b * c * d
    x = (a * d + b * c) * pow(1 + product, -1, P)
    y = (b * d + a * c) * pow(1 - product, -1, P)
    return x % P, y % P


def times(n: int, p: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    while n:
        if n & 1:
            total = plus(total, p)
        p, n = plus(p, p), n >> 1
    return total


def decode(data: bytes) -> tuple[int, int]:
    number = int.from_bytes(data, "little")
    y = number % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x & 1 != number >> 255 else x), y


BASE = decode(b"\x58" + b"\x66" * 31)
# Of order 8: from "Taming the many EdDSAs", table 1; its multiples are all points of small order.
TORSION = decode(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
SMALL = [times(n, TORSION) for n in range(8)]
# Their canonical encodings, then the others: y at or above p, or a sign where x is 0.
SMALL_CODES = [encode(*point) for point in SMALL]
OTHER_CODES = [
    (y | sign << 255).to_bytes(32, "little")
    for y in (1, P - 1, P, P + 1)
    for sign in (0, 1)
    if (y | sign << 255).to_bytes(32, "little") not in SMALL_CODES
]


def library_says(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def scalar_of(key: Ed25519PrivateKey) -> int:
    number = int.from_bytes(hashlib.sha512(key.private_bytes_raw()).digest()[:32], "little")
    return number & (2**254 - 8) | 2**254


def forged(public: bytes, scalar: int, r: int, torsion: tuple[int, int], message: bytes) -> bytes:
    """A signature for the key `public`, whose point is scalar B plus any torsion; R has `torsion` added."""
    commitment = encode(*plus(times(r, BASE), torsion))
    k = int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little")
    return commitment + ((r + k * scalar) % ORDER).to_bytes(32, "little")


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_vectors_of_rfc_8032(public: str, message: str, signature: str):
    parts = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify(*parts)
    for place in range(3):
        if not parts[place]:
            continue
        for bit in (0, 7, 8 * len(parts[place]) - 1):
            changed = bytearray(parts[place])
            changed[bit // 8] ^= 1 << bit % 8
            assert not verify(*(bytes(changed) if i == place else parts[i] for i in range(3)))
    # S + L is the same point: RFC 8032 has it refused.
    scalar = int.from_bytes(parts[2][32:], "little") + ORDER
    assert not verify(parts[0], parts[1], parts[2][:32] + scalar.to_bytes(32, "little"))


@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32))
@settings(max_examples=30)
def test_signatures_of_a_library_are_true_and_of_no_other_message(message: bytes, secret: bytes):
    key = Ed25519PrivateKey.from_private_bytes(secret)
    signature = key.sign(message)
    assert verify(public_bytes(key), message, signature)
    assert not verify(public_bytes(key), message + b"x", signature)
    assert not verify(PUBLIC, message, signature) or public_bytes(key) == PUBLIC


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_sha512_is_hashlibs(data: bytes):
    assert sha512(data) == hashlib.sha512(data).digest()


def cases() -> list[tuple[bytes, bytes, bytes, bool]]:
    """(key, message, signature, true) as Wycheproof has them; `true` by the library, where it is not too lenient."""
    message = b"Poise"
    good = KEY.sign(message)
    asked = [(PUBLIC, message, good), (PUBLIC, b"", KEY.sign(b"")), (PUBLIC, b"x", good)]
    for bit in range(0, 512, 31):
        changed = int.from_bytes(good, "little") ^ 1 << bit
        asked.append((PUBLIC, message, changed.to_bytes(64, "little")))
    for bit in range(0, 256, 17):
        changed = int.from_bytes(PUBLIC, "little") ^ 1 << bit
        asked.append((changed.to_bytes(32, "little"), message, good))
    asked += [(PUBLIC, message, good[:cut]) for cut in (0, 1, 31, 32, 63)]
    asked.append((PUBLIC, message, good + b"\0"))
    scalar = int.from_bytes(good[32:], "little")
    others = (0, 1, ORDER - 1, ORDER, scalar + ORDER, scalar + 8 * ORDER, 2**256 - 1)
    asked += [
        (PUBLIC, message, good[:32] + (other % 2**256).to_bytes(32, "little")) for other in others
    ]
    for code in (bytes(32), b"\xff" * 32, P.to_bytes(32, "little"), encode(1, 2)):
        asked.append((PUBLIC, message, code + good[32:]))
        asked.append((code, message, good))
    # Key and R with a part of small order: true of some messages, by chance, and only as the library has it.
    secret = scalar_of(KEY)
    for n in (1, 2, 4, 5):
        mixed = encode(*plus(times(secret, BASE), SMALL[n]))
        for number in range(12):
            text = b"%d" % number
            asked.append((mixed, text, forged(mixed, secret, 77 + number, (0, 1), text)))
            asked.append((mixed, text, forged(mixed, secret, 99 + number, SMALL[n], text)))
        asked.append((PUBLIC, message, forged(PUBLIC, secret, 5, SMALL[n], message)))
    return [(*case, library_says(*case)) for case in asked]


def weak_cases() -> list[tuple[bytes, bytes, bytes, bool]]:
    """Signatures for which the equation holds, and nobody had to have the secret."""
    texts = [b"%d" % number for number in range(8)]
    found = [
        (public, text, forged(public, 0, 0, torsion, text), False)
        for public in SMALL_CODES + OTHER_CODES
        for text in texts
        for torsion in SMALL
    ]
    secret = scalar_of(KEY)
    # R of small order: only who has the secret can make it, and has no use for it.
    found += [(PUBLIC, b"x", forged(PUBLIC, secret, 0, torsion, b"x"), False) for torsion in SMALL]
    return found


def test_cases_like_wycheproofs_with_a_library_as_judge():
    true = 0
    for public, message, signature, wanted in cases():
        assert verify(public, message, signature) == wanted, (public, message, signature)
        true += wanted
    assert true > 10


def test_keys_and_commitments_of_small_order_are_refused():
    """For those the equation holds for somebody who has no secret: the library lets some of them through."""
    assert len(set(SMALL_CODES)) == 8 and len(OTHER_CODES) == 6
    lenient = 0
    for public, message, signature, _ in weak_cases():
        assert not verify(public, message, signature), (public, message, signature)
        lenient += library_says(public, message, signature)
    assert lenient > 50


def test_such_keys_are_not_trusted_by_the_clip_and_not_given_to_it():
    above = [(P + n).to_bytes(32, "little") for n in range(19)]
    above += [(P + n | 1 << 255).to_bytes(32, "little") for n in range(19)]
    for code in SMALL_CODES + OTHER_CODES + above:
        assert not sound(code), code.hex()
        with pytest.raises(PoiseError):
            checked_key(code)
    for code in (b"", PUBLIC[:31], PUBLIC + b"x"):
        assert not sound(code)
        with pytest.raises(PoiseError):
            checked_key(code)
    with pytest.raises(PoiseError):  # no point of the curve
        checked_key(bytes((2,)) + bytes(31))
    for number in range(50):
        key = Ed25519PrivateKey.from_private_bytes(bytes((number,)) * 32)
        assert sound(public_bytes(key))
        assert checked_key(public_bytes(key)) == public_bytes(key)


def test_the_clip_says_the_same_in_its_own_python(run_script, tmp_path: Path):
    """On both VMs; the watchdog is fed on the way."""
    asked = cases()[::5] + weak_cases()[::61]
    asked += [
        (*map(bytes.fromhex, (public, message, signature)), True)
        for public, message, signature in VECTORS
    ]
    path = tmp_path / "cases"
    path.write_text(
        "".join(
            f"{public.hex()} {message.hex()} {signature.hex()} {int(true)}\n"
            for public, message, signature, true in asked
        )
    )
    told = run_script("signatures.py", str(path))
    assert told.split()[:2] == [str(len(asked)), "right"]
