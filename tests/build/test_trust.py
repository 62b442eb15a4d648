"""The public file of keys: what it says is signed line by line, and only the root key of now adds a line."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise.build import trust
from poise.build.keys import public_bytes
from poise.errors import PoiseError, Reason
from poise.files.locked import taken

ROOT, DAILY, NEXT = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(3))
BEGUN = trust.first(ROOT)
DAYS = trust.changed(BEGUN, ROOT, public_bytes(ROOT), public_bytes(DAILY))


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "release.pub"
    trust.write_new(path, BEGUN)
    return path


def refused(path: Path) -> str:
    with pytest.raises(PoiseError) as failure:
        trust.read(path)
    assert failure.value.reason == Reason.BAD_INPUT
    return str(failure.value)


def test_it_reads_back_with_every_change(public: Path):
    assert trust.read(public) == BEGUN
    trust.append(public, BEGUN, DAYS)
    assert trust.read(public) == DAYS
    assert DAYS.on_clip == public_bytes(ROOT) + public_bytes(DAILY) + b"\1\0\0\0"
    assert (BEGUN.changes, len(DAYS.changes)) == (b"", trust.STATEMENT_BYTES)


def test_it_holds_no_secret(public: Path):
    trust.append(public, BEGUN, DAYS)
    text = public.read_text()
    for key in (ROOT, DAILY):
        assert key.private_bytes_raw().hex() not in text


def test_each_damaged_character_is_told_with_its_line(public: Path):
    trust.append(public, BEGUN, DAYS)
    text = public.read_text()
    for at in range(0, len(text), 7):
        if text[at] in " \n":
            continue
        public.write_text(text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :])
        line = text.count("\n", 0, at) + 1
        said = refused(public)
        assert (f"line {line}" in said) if line > 1 else "no public file" in said, (at, said)


@pytest.mark.parametrize("cut", [1, 10, 100, 259])
def test_a_line_that_a_crash_left_half_is_no_line(public: Path, cut: int):
    trust.append(public, BEGUN, DAYS)
    public.write_bytes(public.read_bytes()[:-cut])
    assert "line 3 is not whole" in refused(public)


def test_a_line_in_the_wrong_place_is_refused(public: Path):
    trust.append(public, BEGUN, DAYS)
    title, one, two = public.read_text().splitlines(keepends=True)
    for lines in ([title, two], [title, two, one], [title, one, one], [title, one, two, two]):
        public.write_text("".join(lines))
        assert "is not whole, or not by the key before it" in refused(public)
    public.write_text(title)
    assert "no public file of keys" in refused(public)


@pytest.mark.parametrize("text", ["", "ab" * 32, "-----BEGIN AGE ENCRYPTED FILE-----\n"])
def test_another_file_is_told_and_a_private_key_above_all(public: Path, text: str):
    public.write_text(text)
    assert ("may be a private key" in refused(public)) == text.startswith("-----BEGIN")


def test_only_the_root_key_of_now_changes_keys_and_none_comes_back():
    with pytest.raises(PoiseError, match="not the root key of now"):
        trust.changed(DAYS, DAILY, public_bytes(DAILY), public_bytes(DAILY))
    again = trust.changed(DAYS, ROOT, public_bytes(ROOT), public_bytes(NEXT))
    with pytest.raises(PoiseError, match="can't come back"):
        trust.changed(again, ROOT, public_bytes(ROOT), public_bytes(DAILY))
    for weak in (bytes(32), b"\1" + bytes(31), b"\xff" * 32, public_bytes(NEXT)[:31]):
        with pytest.raises(PoiseError, match="no key that a clip may trust"):
            trust.changed(DAYS, ROOT, public_bytes(ROOT), weak)


def test_of_two_rotations_at_once_one_is_written(public: Path):
    other = trust.changed(BEGUN, ROOT, public_bytes(ROOT), public_bytes(NEXT))
    with public.open("rb") as held:
        assert taken(held)
        with pytest.raises(PoiseError, match="changed by somebody else"):
            trust.append(public, BEGUN, DAYS)
    trust.append(public, BEGUN, DAYS)
    with pytest.raises(PoiseError, match="changed by somebody else"):
        trust.append(public, BEGUN, other)
    assert trust.read(public) == DAYS
