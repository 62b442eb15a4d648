"""Bundles and their commands on the host: what can't be right is refused before a clip sees it."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from poise.build import keys, signed, trust
from poise.cli.release import app
from poise.errors import PoiseError, Reason

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PASSPHRASE = "four words nobody guesses"


def run(*given: object, typed: str = "") -> Result:
    return CliRunner().invoke(app, [str(one) for one in given], input=typed)


def told(done: Result) -> str:
    """What a command that was refused says."""
    assert isinstance(done.exception, PoiseError) and done.exit_code != 0, done.output
    assert done.exception.reason == Reason.BAD_INPUT
    return str(done.exception)


@pytest.mark.parametrize("build", [-1, 0, 2**32, 2**64])
def test_a_build_that_a_clip_can_not_keep_is_refused(tmp_path: Path, build: int):
    with pytest.raises(PoiseError) as failure:
        signed.make({"a.py": b""}, "1", build, "esp32", KEY)
    assert failure.value.reason == Reason.BAD_INPUT and "4294967295" in str(failure.value)
    out = tmp_path / "new.poise"
    assert "4294967295" in told(run("make", "--out", out, "--build", build))
    assert not out.exists()


@pytest.mark.parametrize("build", [1, 2**32 - 1])
def test_the_first_and_the_last_build_are_made(build: int):
    made = signed.read(signed.make({"b.py": b"x", "a.py": b"y"}, "1", build, "esp32", KEY))
    assert (made.build, list(made.files)) == (build, ["a.py", "b.py"])


def test_a_bundle_whose_build_no_clip_can_keep_is_not_sent():
    data = signed.make({"a.py": b"y"}, "1", 4294967295, "esp32", KEY)
    with pytest.raises(PoiseError):
        signed.read(data.replace(b"4294967295", b"4294967296"))


def test_a_signature_changes_nothing_but_itself():
    plain = signed.make({"a.py": b"y"}, "1", 3, "esp32", None)
    data = signed.sign(signed.read(plain), KEY, trust.first(KEY))
    assert data == signed.make({"a.py": b"y"}, "1", 3, "esp32", KEY)
    assert data[:6] + bytes(64) + data[70:] == plain
    assert not signed.read(plain).is_signed
    assert signed.read(data).is_by(keys.public_bytes(KEY))


def test_who_signs_from_a_key_to_a_person_who_checks(tmp_path: Path):
    """Each key costs a second of scrypt, so one test goes the whole way: key, bundle, rotation, another bundle."""
    root, public, daily = (tmp_path / name for name in ("root.key", "root.pub", "daily.key"))
    bundle, file = tmp_path / "new.poise", tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n")
    assert "fewer than 12" in told(run("key", root, typed="too short\n"))
    assert "differ" in told(run("key", root, typed=f"{PASSPHRASE}\n{PASSPHRASE}!\n"))
    assert not root.exists() and not public.exists()
    done = run("key", root, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert done.exit_code == 0 and f"--trust {public}" in done.output, done.output
    assert PASSPHRASE not in done.output and root.stat().st_mode & 0o077 == 0
    assert f"{root} exists" in told(run("key", root, typed=""))

    bundle.write_bytes(signed.make({"a.py": b"y"}, "1.2.3", 10203, "esp32", None))
    unsigned = bundle.read_bytes()
    assert "is not signed" in told(run("check", bundle, "--trust", public))
    assert "does not open" in told(run("sign", bundle, "--key", root, typed="a wrong passphrase\n"))
    assert bundle.read_bytes() == unsigned

    rotated = ("rotate", public, "--root", root, "--new", daily, "--passphrase-file", file)
    done = run(*rotated)
    assert done.exit_code == 0 and "number 1" in done.output, done.output
    assert f"{daily} exists" in told(run(*rotated))
    signing = ("sign", bundle, "--passphrase-file", file, "--trust", public, "--key", daily)
    done = run(*signing)
    assert done.exit_code == 0 and f"{bundle}: 1.2.3 for esp32" in done.output, done.output
    data, changes = bundle.read_bytes(), trust.read(public).changes
    assert data.startswith(changes + unsigned[:6]) and data.endswith(unsigned[70:])
    done = run("check", bundle, "--trust", public, "--json")
    assert done.exit_code == 0 and '"number": 1' in done.output, done.output


def test_who_signed_a_bundle_is_told(tmp_path: Path):
    daily = Ed25519PrivateKey.from_private_bytes(bytes(32))
    begun = trust.first(KEY)
    now = trust.changed(begun, KEY, keys.public_bytes(KEY), keys.public_bytes(daily))
    public, other, bundle = tmp_path / "a.pub", tmp_path / "b.pub", tmp_path / "new.poise"
    trust.write_new(public, now)
    trust.write_new(other, trust.first(Ed25519PrivateKey.generate()))
    plain = signed.read(signed.make({"a.py": b"y"}, "1", 3, "esp32", None))
    bundle.write_bytes(signed.sign(plain, KEY, begun))
    assert "by a key that was replaced" in told(run("check", bundle, "--trust", public))
    assert "by another key" in told(run("check", bundle, "--trust", other))
    with pytest.raises(PoiseError, match="clips take no bundle by this key"):
        signed.sign(plain, KEY, now)
    bundle.write_bytes(signed.sign(plain, daily, now))
    assert (
        f"Signed by {keys.public_bytes(daily).hex()}"
        in run("check", bundle, "--trust", public).output
    )


def test_what_is_no_sealed_key_asks_for_no_passphrase(tmp_path: Path):
    plain, public, bundle = tmp_path / "old.key", tmp_path / "old.pub", tmp_path / "new.poise"
    trust.write_new(public, trust.first(KEY))
    bundle.write_bytes(signed.make({"a.py": b"y"}, "1", 3, "esp32", None))
    for text in ("", "-----BEGIN PRIVATE KEY-----\n"):
        plain.write_text(text)
        assert "holds no sealed signing key" in told(run("sign", bundle, "--key", plain))
    plain.unlink()
    assert "can't be read" in told(run("sign", bundle, "--key", plain))


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
def test_the_architecture_is_the_boards(tmp_path: Path, given, arch: str):
    out = tmp_path / "new.poise"
    done = run("make", "--out", out, *given)
    assert done.exit_code == 0, done.output
    assert "It is not signed" in done.output
    assert signed.read(out.read_bytes()).arch == arch


@pytest.mark.parametrize(
    "given", [["--arch", "x64"], ["--board", "twin", "--arch", "xtensawin"], ["--arch", "sparc"]]
)
def test_an_architecture_that_does_not_fit_is_refused(tmp_path: Path, given):
    out = tmp_path / "new.poise"
    assert "does not run on" in told(run("make", "--out", out, *given))
    assert not out.exists()
