"""Bundles and keys on the host: what can't be right is refused before a clip sees it."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from typer.testing import CliRunner

from poise.build import signed
from poise.cli.bundle import app
from poise.errors import PoiseError, Reason


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "release.pem"
    signed.new_key(path)
    return path


@pytest.mark.parametrize("build", [-1, 0, 2**32, 2**64])
def test_a_build_that_a_clip_can_not_keep_is_refused(key_file: Path, tmp_path: Path, build: int):
    with pytest.raises(PoiseError) as failure:
        signed.make({"a.py": b""}, "1", build, "esp32", signed.private_key(key_file))
    assert failure.value.reason == Reason.BAD_INPUT and "4294967295" in str(failure.value)
    out = tmp_path / "new.poise"
    asked = ["make", "--out", str(out), "--key", str(key_file), "--build", str(build)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code != 0 and not out.exists()
    assert isinstance(done.exception, PoiseError) and "4294967295" in str(done.exception)


@pytest.mark.parametrize("build", [1, 2**32 - 1])
def test_the_first_and_the_last_build_are_made(key_file: Path, build: int):
    data = signed.make(
        {"b.py": b"x", "a.py": b"y"}, "1", build, "esp32", signed.private_key(key_file)
    )
    made = signed.read(data)
    assert (made.build, list(made.files)) == (build, ["a.py", "b.py"])


def test_a_bundle_whose_build_no_clip_can_keep_is_not_sent(key_file: Path):
    data = signed.make({"a.py": b"y"}, "1", 4294967295, "esp32", signed.private_key(key_file))
    with pytest.raises(PoiseError):
        signed.read(data.replace(b"4294967295", b"4294967296"))


def test_a_key_to_trust_may_be_private_or_public(key_file: Path, tmp_path: Path):
    key = signed.private_key(key_file).public_key()
    public = key.public_bytes_raw()
    pem, digits = tmp_path / "public.pem", tmp_path / "public.hex"
    pem.write_bytes(
        key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    digits.write_text(public.hex() + "\n")
    for path in (key_file, pem, digits):
        assert signed.trusted_key(path) == public
    for text in ("", "00" * 32, "ff" * 32, public.hex()[:-2], "no key"):
        digits.write_text(text)
        with pytest.raises(PoiseError) as failure:
            signed.trusted_key(digits)
        assert failure.value.reason == Reason.BAD_INPUT


@pytest.mark.parametrize(
    ("given", "arch"),
    [
        ([], "xtensawin"),
        (["--board", "twin"], "x64"),
        (["--board", "twin", "--arch", "x86"], "x86"),
        (["--arch", "source"], "source"),
        (["--board", "twin", "--arch", "source"], "source"),
    ],
)
def test_the_architecture_is_the_boards(key_file: Path, tmp_path: Path, given, arch: str):
    out = tmp_path / "new.poise"
    done = CliRunner().invoke(app, ["make", "--out", str(out), "--key", str(key_file), *given])
    assert done.exit_code == 0, done.output
    assert signed.read(out.read_bytes()).arch == arch


@pytest.mark.parametrize(
    "given", [["--arch", "x64"], ["--board", "twin", "--arch", "xtensawin"], ["--arch", "sparc"]]
)
def test_an_architecture_that_does_not_fit_is_refused(key_file: Path, tmp_path: Path, given):
    out = tmp_path / "new.poise"
    done = CliRunner().invoke(app, ["make", "--out", str(out), "--key", str(key_file), *given])
    assert isinstance(done.exception, PoiseError) and "does not run on" in str(done.exception)
    assert not out.exists()
