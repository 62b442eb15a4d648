"""Flashing of a signed bundle: only what a trusted key has signed, for this board, reaches it, and that unchanged."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise import cli
from poise.build import signed, trust
from poise.build.bundle import slot_files
from poise.build.keys import public_bytes
from poise.errors import PoiseError, Reason
from poise.flash.wanted import files_for
from poise.twin.shop import blank_board
from tests.conftest import vm_or_skip
from tests.support.flash_bench import BoardBench
from tests.support.rom_bench import RomBench, twin_image

ROOT, DAILY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(3))
FIRST = trust.first(ROOT)
ROTATED = trust.changed(FIRST, ROOT, public_bytes(ROOT), public_bytes(DAILY))
FILES = {"app/clip.py": b"x = 1\n", "wire/table.py": b"names = ()\n"}


def made(key: Ed25519PrivateKey | None, board: str = "esp32", arch: str = signed.SOURCE) -> bytes:
    return signed.make(FILES, "9.1.0", 90100, board, key, arch)


def one_bit(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "release.pub"
    trust.write_new(path, FIRST)
    return path


WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "not signed": (lambda: made(None), "is not signed"),
    "another key's": (lambda: made(OTHER), "is signed by another key"),
    "a changed file": (lambda: one_bit(made(ROOT), -3), "wire/table.py is damaged"),
    "a changed manifest": (
        lambda: made(ROOT).replace(b"9.1.0 90100", b"9.1.0 90101"),
        "is signed by another key",
    ),
    "a changed signature": (lambda: one_bit(made(ROOT), 20), "is signed by another key"),
    "cut off": (lambda: made(ROOT)[:-1], "not a bundle of firmware"),
    "more at its end": (lambda: made(ROOT) + b"x", "not a bundle of firmware"),
    "none at all": (lambda: b"\xe9 an image", "not a bundle of firmware"),
}


@pytest.mark.parametrize("command", [["flash"], ["flash", "firmware"], ["flash", "--many"]])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_bundle_that_is_not_right_is_refused_before_a_port_is_opened(
    wrong: str, command: list[str], tmp_path: Path, public: Path
):
    make, message = WRONG[wrong]
    bundle = tmp_path / "new.poise"
    bundle.write_bytes(make())
    port = [] if "--many" in command else ["--port", "/dev/there-is-no-such-port"]
    with pytest.raises(PoiseError, match=message) as caught:
        cli.dispatch([*command, *port, "--bundle", str(bundle), "--trust", str(public)])
    assert caught.value.reason is Reason.BAD_INPUT
    assert caught.value.hint


def test_a_bundle_by_a_key_that_was_replaced_is_refused(tmp_path: Path, public: Path):
    trust.append(public, FIRST, ROTATED)
    bundle = tmp_path / "old.poise"
    words = ["flash", "--port", "/dev/no-port", "--bundle", str(bundle), "--trust", str(public)]
    bundle.write_bytes(made(ROOT))
    with pytest.raises(PoiseError, match="is signed by a key that was replaced") as caught:
        cli.dispatch(words)
    assert caught.value.hint == "Get it anew from whoever signs the firmware."
    bundle.write_bytes(signed.sign(signed.read(made(None)), DAILY, ROTATED))
    with pytest.raises(PoiseError, match="no-port") as passed:
        cli.dispatch(words)
    assert passed.value.reason is Reason.NO_CLIP


def test_without_a_file_of_keys_no_bundle_is_trusted(tmp_path: Path):
    bundle = tmp_path / "new.poise"
    bundle.write_bytes(made(ROOT))
    with pytest.raises(PoiseError, match="nobody is named who may have signed it") as caught:
        cli.dispatch(["flash", "--bundle", str(bundle)])
    assert "--trust" in caught.value.hint


@pytest.mark.parametrize(
    ("board", "arch", "message"),
    [
        ("esp32s3", signed.SOURCE, "the bundle is for the board 'esp32s3', and this is an 'esp32'"),
        ("esp32", "rv32imc", "the bundle is for the processor 'rv32imc', and this is an 'xtensaw"),
    ],
)
def test_a_bundle_for_another_board_leaves_the_board_as_it_was(
    board: str, arch: str, message: str, tmp_path: Path, public: Path
):
    bundle = tmp_path / "new.poise"
    bundle.write_bytes(made(ROOT, board, arch))
    twin_image(tmp_path)
    with RomBench(tmp_path / "board") as bench:
        words = ["--image", str(next(tmp_path.glob("*.bin"))), "--port", bench.port, "--yes"]
        with pytest.raises(PoiseError) as caught:
            cli.dispatch(["flash", *words, "--bundle", str(bundle), "--trust", str(public)])
        assert str(caught.value).startswith(message)
        assert set(bench.flash) == {0xFF}


@pytest.mark.vm
def test_the_slot_is_the_bundles_and_the_top_is_this_versions(tmp_path: Path, public: Path):
    vm = vm_or_skip(64)
    root = tmp_path / "clip"
    root.mkdir()
    bundle = tmp_path / "new.poise"
    bundle.write_bytes(made(ROOT))
    own = files_for("esp32", vm.arch)
    with BoardBench(vm, root) as bench:
        words = ["--port", bench.port, "--board", "esp32", "--baud", "115200", "--json"]
        with pytest.raises(SystemExit) as ended:
            cli.dispatch(
                ["flash", "firmware", *words, "--bundle", str(bundle), "--trust", str(public)]
            )
        assert ended.value.code == 0
        there = bench.files()
    slot = {path: data for path, data in there.items() if path.startswith("a/")}
    assert slot == {f"a/{path}": data for path, data in FILES.items()}
    assert there["key"] == FIRST.on_clip
    assert {path for path in there if "/" not in path} - {"key"} == {
        path for path in own if "/" not in path
    }
    assert all(there[path] == own[path] for path in there if "/" not in path and path != "key")


@pytest.mark.vm
@pytest.mark.system
def test_a_blank_board_becomes_a_clip_that_runs_the_bundle(
    tmp_path: Path,
    public: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    vm = vm_or_skip(64)
    monkeypatch.setenv("POISE_DATA", str(tmp_path / "data"))
    files = slot_files("esp32", vm.arch)
    bundle = tmp_path / "new.poise"
    bundle.write_bytes(signed.make(files, "9.1.0", 90100, "esp32", ROOT, vm.arch))
    with blank_board(tmp_path / "board") as shop, pytest.raises(SystemExit) as ended:
        words = ["--image", str(shop.image), "--port", shop.port, "--arch", shop.arch, "--no-test"]
        cli.dispatch(["flash", *words, "--bundle", str(bundle), "--trust", str(public)])
    assert ended.value.code == 0
    assert "runs firmware" in capsys.readouterr().out
