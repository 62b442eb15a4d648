"""Other keys by statement, where the clip takes them: who may replace a key, and what an attacker can't."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from slots import Slots
from update import trust as on_clip
from update.installer import Update, UpdateError

from poise.build import signed
from poise.build.keys import public_bytes
from poise.build.trust import CONTEXT, STATEMENT_BYTES, Statement, Trust, changed, first
from tests.powerloss.vm_script import counts_of

ROOT, DAILY, NEXT, NEW_ROOT, THIEF = (
    Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(5)
)
FILES = {"clip.py": b"VERSION = 2\n" * 30}
UNSIGNED = signed.read(signed.make(FILES, "2", 2, "twin", None))


def rotated(trust: Trust, root: Ed25519PrivateKey, to: tuple[Ed25519PrivateKey, ...]) -> Trust:
    return changed(trust, root, *map(public_bytes, to))


BEGUN = first(ROOT)  # one key, in every clip that was flashed first
DAYS = rotated(BEGUN, ROOT, (ROOT, DAILY))
AGAIN = rotated(DAYS, ROOT, (ROOT, NEXT))
MOVED = rotated(AGAIN, ROOT, (NEW_ROOT, NEXT))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(root: Path, data: bytes, trusted: Trust | None = None, piece: int = 238) -> str:
    """The clip's answer to a file of statements, of a bundle, or both: "taken", or why it refuses it."""
    if trusted:
        (root / "key").write_bytes(trusted.on_clip)
    update = Update(Slots(str(root), os), "twin", on_clip.trusted(), os, len(data), lambda: None)
    try:
        for at in range(0, len(data), piece):
            update.take(at, data[at : at + piece])
        update.finish()
    except UpdateError as error:
        return str(error.args[0])
    finally:
        update.abandon()
    return "taken"


def by(key: Ed25519PrivateKey, changes: bytes = b"") -> bytes:
    return changes + signed.make(FILES, "2", 2, "twin", key)


def stated(
    signer: Ed25519PrivateKey, number: int, to: Sequence[Ed25519PrivateKey | bytes]
) -> bytes:
    """A statement as an attacker may make it."""
    root, signing = (one if isinstance(one, bytes) else public_bytes(one) for one in to)
    plain = Statement(number, root, signing)
    return Statement(number, root, signing, signer.sign(CONTEXT + plain.body)).packed


@pytest.mark.parametrize("before", [BEGUN, DAYS, AGAIN, MOVED], ids="0123")
@pytest.mark.parametrize("piece", [1, 137, 138, 139, 10_000])
def test_a_bundle_takes_every_clip_to_the_keys_of_now(root: Path, before: Trust, piece: int):
    assert told(root, signed.sign(UNSIGNED, NEXT, MOVED), before, piece) == "taken"
    assert (root / "key").read_bytes() == MOVED.on_clip
    assert Slots(str(root), os).start([]) == (1, True, False)
    assert (root / "b/clip.py").read_bytes() == FILES["clip.py"]


def test_a_key_that_was_replaced_signs_nothing_more(root: Path):
    assert told(root, MOVED.changes, BEGUN) == "taken"
    for old in (ROOT, DAILY, NEW_ROOT):
        assert told(root, by(old)) == "signature"
        for statement in (stated(old, 4, (old, old)), stated(old, 4, (NEW_ROOT, old))):
            expected = "taken" if old is NEW_ROOT else "signature"
            assert told(root, statement, MOVED) == expected
    assert told(root, by(NEXT), MOVED) == "taken"


def test_statements_alone_replace_the_keys_and_touch_no_slot(root: Path):
    assert told(root, MOVED.changes, BEGUN) == "taken"
    assert on_clip.trusted() == MOVED.on_clip
    assert sorted(path.name for path in root.iterdir()) == ["key"]


def test_an_old_statement_that_is_sent_again_changes_nothing(root: Path):
    old = DAYS.changes
    assert told(root, old, AGAIN) == "taken"
    assert on_clip.trusted() == AGAIN.on_clip
    assert told(root, by(DAILY, old), AGAIN) == "signature"
    assert told(root, old * 3 + MOVED.changes + old, AGAIN) == "taken"
    assert on_clip.trusted() == MOVED.on_clip


def test_of_two_changes_with_one_number_the_first_counts_and_the_next_heals(root: Path):
    one, other = AGAIN, rotated(DAYS, ROOT, (ROOT, THIEF))
    assert one.now.number == other.now.number
    assert told(root, one.changes, BEGUN) == "taken"
    assert told(root, by(THIEF, other.changes)) == "signature"
    assert on_clip.trusted() == one.on_clip
    # A clip that took the other one goes on with the next number as well.
    assert told(root, MOVED.changes, other) == "taken"
    assert on_clip.trusted() == MOVED.on_clip


@pytest.mark.parametrize(
    "statement",
    [
        stated(DAILY, 2, (ROOT, THIEF)),  # the signing key states nothing
        stated(DAILY, 2, (DAILY, DAILY)),
        stated(THIEF, 2, (THIEF, THIEF)),
        stated(THIEF, 2**32 - 1, (THIEF, THIEF)),
        stated(ROOT, 2, (ROOT, bytes(32))),  # for which anybody can sign
        stated(ROOT, 2, (b"\1" + bytes(31), DAILY)),
        stated(ROOT, 2, (ROOT, b"\xff" * 32)),
    ],
)
def test_who_has_no_root_key_replaces_none(root: Path, statement: bytes):
    assert told(root, statement, DAYS) == "signature"
    assert on_clip.trusted() == DAYS.on_clip
    assert told(root, by(THIEF)) == "signature"


def test_a_root_key_that_the_clip_has_not_met_is_no_root(root: Path):
    last = rotated(MOVED, NEW_ROOT, (NEW_ROOT, THIEF))
    assert told(root, last.changes[3 * STATEMENT_BYTES :], AGAIN) == "signature"
    assert told(root, last.changes, AGAIN) == "taken"
    assert on_clip.trusted() == last.on_clip


def test_every_damaged_byte_is_refused_or_changes_nothing(root: Path):
    statement = DAYS.changes
    for at in range(0, STATEMENT_BYTES, 9):
        damaged = statement[:at] + bytes((statement[at] ^ 0x10,)) + statement[at + 1 :]
        assert told(root, damaged, BEGUN) in ("signature", "format"), at
        assert on_clip.trusted() == BEGUN.on_clip, at
    for end in (1, 69, 70, 71, STATEMENT_BYTES - 1):
        assert told(root, statement[:end], BEGUN) in ("unfinished", "signature"), end
        assert on_clip.trusted() == BEGUN.on_clip, end


def test_a_file_of_one_key_is_root_and_signing_key_without_a_number(root: Path):
    (root / "key").write_bytes(public_bytes(ROOT))
    assert on_clip.trusted() == BEGUN.on_clip
    assert told(root, signed.sign(UNSIGNED, NEXT, AGAIN)) == "taken"


def test_an_unsigned_bundle_is_refused(root: Path):
    assert told(root, signed.make(FILES, "2", 2, "twin", None), BEGUN) == "signature"


def test_keys_that_can_not_be_written_are_not_trusted(root: Path):
    (root / "key").write_bytes(BEGUN.on_clip)
    (root / "key.tmp").mkdir()
    with pytest.raises(OSError):
        told(root, signed.sign(UNSIGNED, DAILY, DAYS))
    assert on_clip.trusted() == BEGUN.on_clip


def test_power_cut_at_every_flash_operation_of_the_keys(vm, tmp_path: Path):
    path = tmp_path / "statements"
    path.write_bytes(BEGUN.on_clip + MOVED.changes)
    counts = counts_of(vm, "keys_cut.py", str(path))
    print(counts)
    assert counts["cuts"] == 6 * counts["operations"] > 30
    assert counts["old"] and counts["new"] and counts["old"] + counts["new"] == counts["cuts"]
