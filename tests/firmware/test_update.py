"""Signed updates where the clip checks them: signatures, slots, power cuts at every flash operation of an update."""

import hashlib
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ed25519 import sha512, verify
from hypothesis import given, settings
from hypothesis import strategies as st
from slots import TRIALS, Slots
from update import BOARD, FORMAT, HASH, OLDER, ORDER, SIGNATURE, UNFINISHED, Update, UpdateError

from poise.flash import signed
from tests.powerloss.vm_script import counts_of

from .conftest import FIRMWARE  # noqa: F401 (puts the firmware on the path)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = signed.public_bytes(KEY)
FILES = {"clip.py": b"VERSION = 2\n" * 100, "link/ble.py": b"# new\n" * 50, "wire/__init__.py": b""}

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_vectors_of_rfc_8032(public: str, message: str, signature: str):
    parts = [bytes.fromhex(text) for text in (public, message, signature)]
    assert verify(*parts)
    for place in range(3):
        if not parts[place]:
            continue
        for bit in (0, 7, 8 * len(parts[place]) - 1):
            changed = bytearray(parts[place])
            changed[bit // 8] ^= 1 << bit % 8
            assert not verify(*parts[:place], bytes(changed), *parts[place + 1 :])
    # S + L is the same point: RFC 8032 has it refused.
    order = (1 << 252) + 27742317777372353535851937790883648493
    scalar = int.from_bytes(parts[2][32:], "little") + order
    assert not verify(parts[0], parts[1], parts[2][:32] + scalar.to_bytes(32, "little"))


@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32))
@settings(max_examples=30, deadline=None)
def test_signatures_of_a_library_are_true_and_of_no_other_message(message: bytes, secret: bytes):
    key = Ed25519PrivateKey.from_private_bytes(secret)
    signature = key.sign(message)
    assert verify(signed.public_bytes(key), message, signature)
    assert not verify(signed.public_bytes(key), message + b"x", signature)
    assert not verify(PUBLIC, message, signature) or signed.public_bytes(key) == PUBLIC


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_sha512_is_hashlibs(data: bytes):
    assert sha512(data) == hashlib.sha512(data).digest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/clip.py").write_text("VERSION = 1\n")
    return tmp_path


def fails(root: Path, data: bytes, piece: int = 238) -> int:
    """Why the clip refuses it."""
    update = Update(Slots(str(root), os), "twin", PUBLIC, os)
    try:
        for at in range(0, len(data), piece):
            update.take(at, data[at : at + piece])
        update.finish()
    except UpdateError as error:
        return error.args[0]
    finally:
        update.close()
    return 0


@pytest.mark.parametrize("piece", [1, 69, 70, 71, 238, 10_000])
def test_in_pieces_of_any_size(root: Path, piece: int):
    assert fails(root, signed.make(FILES, "2", 2, "twin", KEY), piece) == 0
    path: list[str] = []
    assert Slots(str(root), os).start(path) == (1, True, False)
    assert path == [f"{root}/b"]
    for name, data in FILES.items():
        assert (root / "b" / name).read_bytes() == data


def test_what_is_refused_leaves_the_slot_that_runs(root: Path):
    good = signed.make(FILES, "2", 2, "twin", KEY)
    other = Ed25519PrivateKey.generate()
    manifest = signed.HEAD.size
    for why, data in (
        (SIGNATURE, signed.make(FILES, "2", 2, "twin", other)),
        (SIGNATURE, good[:10] + bytes((good[10] ^ 1,)) + good[11:]),
        (SIGNATURE, good[: manifest + 6] + b"9" + good[manifest + 7 :]),
        (HASH, good[:-1] + b"x"),
        (FORMAT, good + b"x"),
        (FORMAT, b"PB2\n" + good[4:]),
        (BOARD, signed.make(FILES, "2", 2, "esp32", KEY)),
        (UNFINISHED, good[:-1]),
        (UNFINISHED, good[: manifest + 3]),
        (FORMAT, signed.make({"../clip.py": b"x"}, "2", 2, "twin", KEY)),
        (FORMAT, signed.make({"/key": b"x"}, "2", 2, "twin", KEY)),
    ):
        assert fails(root, data) == why
        assert Slots(str(root), os).start([]) == (0, False, False)
    assert (root / "a/clip.py").read_text() == "VERSION = 1\n"


def test_a_place_that_does_not_follow_is_refused_and_changes_nothing(root: Path):
    data = signed.make(FILES, "2", 2, "twin", KEY)
    update = Update(Slots(str(root), os), "twin", PUBLIC, os)
    update.take(0, data[:500])
    for offset in (0, 499, 501, 2**31):
        with pytest.raises(UpdateError) as failure:
            update.take(offset, data[:10])
        assert failure.value.args[0] == ORDER
    update.take(500, data[500:])
    update.finish()


def test_older_ones_are_refused_and_trials_end(root: Path):
    def install(build: int) -> int:
        return fails(root, signed.make(FILES, "2", build, "twin", KEY))

    assert install(5) == 0
    with pytest.raises(UpdateError):
        install(6)  # on trial: the other slot is what a bad one goes back to
    slots = Slots(str(root), os)
    slots.start([])
    slots.keep()
    assert (slots.build, install(4), install(5)) == (5, OLDER, 0)
    starts = [Slots(str(root), os).start([])[0] for _ in range(TRIALS + 2)]
    assert starts == [0] * TRIALS + [1, 1]
    assert Slots(str(root), os).reverted


def test_a_damaged_choice_starts_slot_a(root: Path):
    assert fails(root, signed.make(FILES, "2", 5, "twin", KEY)) == 0
    path = root / "slots"
    data = bytearray(path.read_bytes())
    for at in range(len(data)):
        damaged = data.copy()
        damaged[at] ^= 0x40
        path.write_bytes(damaged)
        assert Slots(str(root), os).start([]) == (0, False, False)


def test_power_cut_at_every_flash_operation_of_an_update(vm, tmp_path: Path):
    path = tmp_path / "bundle"
    path.write_bytes(signed.make(FILES, "2", 2, "twin", KEY))
    shapes = "nothing,first,half,all_but_one,whole"
    counts = counts_of(vm, "update_cut.py", str(path), PUBLIC.hex(), shapes, "1")
    print(counts)
    assert counts["cuts"] == counts["old"] + counts["new"] == 5 * counts["operations"] > 100
    assert counts["old"] > 0 and counts["new"] > 0
