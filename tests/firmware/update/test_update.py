"""Signed updates where the clip takes them: what is refused, slots, power cuts and faults at every flash operation."""

import ast
import hashlib
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from app.start_records import note_reverted
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from slots import TRIALS, Slots
from update.installer import Update, UpdateError

from poise.build import signed, trust
from poise.clip import update as sendbundle
from poise.wire.table import names
from tests.powerloss.vm_script import counts_of
from tests.support.firmware_path import FIRMWARE

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = trust.first(KEY).on_clip
FILES = {"clip.py": b"VERSION = 2\n" * 100, "link/ble.py": b"# new\n" * 50, "wire/__init__.py": b""}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/clip.py").write_text("VERSION = 1\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/clip.py").write_text("VERSION = 0\n")
    return tmp_path


def begun(root: Path, size: int) -> Update:
    return Update(Slots(str(root), os), "twin", KEYS, os, size, lambda: None)


def bundle_of(manifest: bytes, content: bytes = b"") -> bytes:
    """A signed bundle with any manifest."""
    signature = KEY.sign(signed.CONTEXT + hashlib.sha256(manifest).digest())
    return signed.HEAD.pack(signed.MAGIC, len(manifest), signature) + manifest + content


def row_of(path: str, content: bytes = b"x", size: object = None) -> str:
    size = len(content) if size is None else size
    return f"\n{hashlib.sha256(content).hexdigest()} {size} {path}"


def fails(root: Path, data: bytes, piece: int = 238, size: int | None = None) -> str | int:
    """Why the clip refuses it; 0: it is taken. `size`: as announced."""
    update = begun(root, len(data) if size is None else size)
    try:
        for at in range(0, len(data), piece):
            update.take(at, data[at : at + piece])
        update.finish()
    except UpdateError as error:
        return error.args[0]
    finally:
        update.abandon()
        assert not (root / "b.manifest").exists()
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
        ("signature", signed.make(FILES, "2", 2, "twin", other)),
        ("signature", good[:10] + bytes((good[10] ^ 1,)) + good[11:]),
        ("signature", good[: manifest + 6] + b"9" + good[manifest + 7 :]),
        ("hash", good[:-1] + b"x"),
        ("format", good + b"x"),
        ("format", b"PB2\n" + good[4:]),
        ("board", signed.make(FILES, "2", 2, "esp32", KEY)),
        ("board", signed.make(FILES, "2", 2, "twin", KEY, "xtensawin")),
        ("format", good[:-1]),
        ("format", good[: manifest + 3]),
        ("format", signed.make({"../clip.py": b"x"}, "2", 2, "twin", KEY)),
        ("format", signed.make({"/key": b"x"}, "2", 2, "twin", KEY)),
    ):
        assert fails(root, data) == why
        assert Slots(str(root), os).start([]) == (0, False, False)
    assert (root / "a/clip.py").read_text() == "VERSION = 1\n"


@pytest.mark.parametrize(
    ("number", "arch"), [(1, "x86"), (2, "x64"), (10, "xtensawin"), (11, "rv32imc")]
)
def test_only_the_architecture_of_the_vm_is_taken(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, arch: str
):
    vm = SimpleNamespace(implementation=SimpleNamespace(_mpy=0x306 | number << 10))
    monkeypatch.setattr(sys.modules["update.installer"], "sys", vm)
    for other in {"x86", "x64", "xtensawin", "rv32imc", "armv7m", ""} - {arch}:
        assert fails(root, signed.make(FILES, "2", 2, "twin", KEY, other)) == "board", other
    assert fails(root, signed.make(FILES, "2", 2, "twin", KEY, arch)) == 0


def test_what_ends_early_is_not_installed(root: Path):
    good = signed.make(FILES, "2", 2, "twin", KEY)
    for end in (0, 1, 69, 70, 71, signed.HEAD.size + 30, len(good) - 700, len(good) - 1):
        assert fails(root, good[:end], size=len(good)) == "unfinished", end
        assert Slots(str(root), os).start([]) == (0, False, False)


FIRST = "poise 2 2 twin source"


@pytest.mark.parametrize(
    ("manifest", "content"),
    [
        ("", b""),
        (FIRST, b""),  # no file
        ("poise 2 2", b""),
        ("Poise 2 2 twin source" + row_of("a.py"), b"x"),
        ("poise 2 2 twin" + row_of("a.py"), b"x"),
        ("poise 2 2 twin source more" + row_of("a.py"), b"x"),
        ("poise 2 0 twin source" + row_of("a.py"), b"x"),
        ("poise 2 -1 twin source" + row_of("a.py"), b"x"),
        ("poise 2 2.0 twin source" + row_of("a.py"), b"x"),
        ("poise 2 4294967296 twin source" + row_of("a.py"), b"x"),
        ("poise 2 99999999999999999999 twin source" + row_of("a.py"), b"x"),
        (FIRST + "\n", b""),
        (FIRST + "\nno row", b""),
        (FIRST + "\n\n" + row_of("a.py"), b"x"),
        (FIRST + row_of("a.py", size=-1), b"x"),
        (FIRST + row_of("a.py", size="1e1"), b"x" * 10),
        (FIRST + row_of("a.py", size="0x1"), b"x"),
        (FIRST + row_of("a.py", size=2), b"x"),  # more than there is
        (FIRST + row_of("a.py", b"xy", size=1), b"xy"),  # less
        (FIRST + row_of("a.py") + row_of("b.py", size=4_000_000_000), b"xx"),
        (FIRST + row_of("a.py") + row_of("a.py"), b"xx"),  # twice
        (FIRST + row_of("b.py") + row_of("a.py"), b"xx"),  # not in order
        (FIRST + row_of("a/./b.py"), b"x"),
        (FIRST + row_of("a//b.py"), b"x"),
        (FIRST + row_of("a/"), b"x"),
        (FIRST + row_of("."), b"x"),
        (FIRST + row_of("a/../../key"), b"x"),
        (FIRST + row_of("a\0.py"), b"x"),
        (FIRST + row_of("a\r"), b"x"),
        (FIRST + row_of("a\udcff.py"), b"x"),  # no UTF-8
        (FIRST + "".join(row_of(f"{n:03}", b"") for n in range(100)) + row_of("x", size=600_000), b"x" * 600_000),
    ],
)  # fmt: skip
def test_a_signed_manifest_that_is_not_right_is_refused(root: Path, manifest: str, content: bytes):
    data = bundle_of(manifest.encode("utf-8", "surrogateescape"), content)
    assert fails(root, data) == "format"
    assert Slots(str(root), os).start([]) == (0, False, False)
    assert (root / "b/clip.py").read_text() == "VERSION = 0\n"


def test_many_empty_files_and_the_last_build_are_taken(root: Path):
    rows = "".join(row_of(f"{n:03}", b"") for n in range(100))
    assert fails(root, bundle_of(f"poise 2 {2**32 - 1} twin source{rows}".encode())) == 0
    slots = Slots(str(root), os)
    assert (slots.build, len(list((root / "b").iterdir()))) == (2**32 - 1, 100)


def test_the_size_that_was_announced_has_to_be_true(root: Path):
    data = signed.make(FILES, "2", 2, "twin", KEY)
    for size in (0, 10, signed.HEAD.size + 5, len(data) - 1, len(data) + 1):
        assert fails(root, data, size=size) == "format", size
        assert Slots(str(root), os).start([]) == (0, False, False)


def test_a_path_that_is_a_folder_ends_it(root: Path):
    rows = row_of("a") + row_of("a/b.py")
    with pytest.raises(OSError):
        fails(root, bundle_of(f"{FIRST}{rows}".encode(), b"xx"))
    assert Slots(str(root), os).start([]) == (0, False, False)


def test_a_place_that_does_not_follow_is_refused_and_changes_nothing(root: Path):
    data = signed.make(FILES, "2", 2, "twin", KEY)
    update = begun(root, len(data))
    update.take(0, data[:500])
    for offset in (0, 499, 501, 2**31):
        with pytest.raises(UpdateError) as failure:
            update.take(offset, data[:10])
        assert failure.value.args[0] == "order"
    update.take(500, data[500:])
    update.finish()


def test_older_ones_are_refused_and_trials_end(root: Path):
    def install(build: int) -> str | int:
        return fails(root, signed.make(FILES, "2", build, "twin", KEY))

    assert install(5) == 0
    with pytest.raises(UpdateError):
        install(6)  # on trial: the other slot is what a bad one goes back to
    slots = Slots(str(root), os)
    slots.start([])
    slots.keep()
    assert (slots.build, install(4), install(5)) == (5, "older", 0)
    starts = [Slots(str(root), os).start([]) for _ in range(TRIALS + 2)]
    assert starts == [(0, True, False)] * TRIALS + [(1, False, True)] * 2
    Slots(str(root), os).told()
    assert Slots(str(root), os).start([]) == (1, False, False)
    assert not Slots(str(root), os).give_way()  # the other one did not run well


def test_that_a_firmware_was_put_back_is_told_once_and_crashes_count_again(root: Path):
    """Told at each start, it would clear the count of crashes each time, and safe mode would never come."""
    assert fails(root, signed.make(FILES, "2", 5, "twin", KEY)) == 0
    starts = [Slots(str(root), os).start([])[2] for _ in range(TRIALS + 1)]
    assert starts == [False] * TRIALS + [True]
    done: list[object] = []
    clip = SimpleNamespace(
        slot=0,
        board=SimpleNamespace(filesystem_root=lambda: str(root)),
        crashes=SimpleNamespace(forget=lambda: done.append("forgotten")),
        log=SimpleNamespace(sync=lambda: done.append("stored")),
        note=lambda kind, fields: done.append((kind, fields)),
    )
    record = ("update", {"result": "reverted", "slot": 0})
    (root / "slots.tmp").mkdir()  # it can't be written: told again at the next start
    note_reverted(clip, os)
    assert Slots(str(root), os).start([]) == (0, False, True)
    (root / "slots.tmp").rmdir()
    note_reverted(clip, os)
    assert done == ["forgotten", record, "stored"] * 2
    assert Slots(str(root), os).start([]) == (0, False, False)


def test_what_does_not_load_gives_way_to_the_other_slot_once(root: Path):
    assert Slots(str(root), os).give_way()
    assert Slots(str(root), os).start([]) == (1, False, True)
    assert not Slots(str(root), os).give_way()


def test_a_start_removes_what_an_update_left_before_it_was_checked(root: Path):
    (root / "b.manifest").write_bytes(b"of a host that was cut off")
    Slots(str(root), os).start([])
    assert not (root / "b.manifest").exists()


def test_a_start_does_not_fail_when_it_can_not_be_counted(root: Path):
    assert fails(root, signed.make(FILES, "2", 5, "twin", KEY)) == 0
    (root / "slots.tmp").mkdir()
    assert Slots(str(root), os).start([]) == (1, True, False)


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
    counts = counts_of(vm, "update_cut.py", str(path), KEYS.hex(), shapes, "1")
    print(counts)
    assert counts["cuts"] == counts["old"] + counts["new"] == 5 * counts["operations"] > 100
    assert counts["old"] > 0 and counts["new"] > 0


def test_a_fault_at_every_flash_operation_of_an_update(run_script, tmp_path: Path):
    """The flash fails once, and the host goes on as if nothing were: on both VMs, on the real littlefs."""
    path = tmp_path / "bundle"
    path.write_bytes(signed.make(FILES, "2", 2, "twin", KEY))
    told = run_script("update_faults.py", str(path), KEYS.hex())
    counts = json.loads(told.splitlines()[-1])
    print(counts)
    assert counts["faults"] == counts["operations"] > 20
    assert counts["refused"] > 20 and counts["refused"] + counts["installed"] == counts["faults"]


def test_one_list_of_reasons():
    """The host has words for each of the wire's reasons, and the clip gives no others."""
    reasons = names("update_refusal")
    assert (
        reasons[0] == "none" and len(reasons) == 11
    )  # numbers on the wire: appended to, never changed
    assert set(sendbundle._WHY) == set(reasons[1:])
    given = set()
    for path in ("update/installer.py", "app/standby.py"):
        for node in ast.walk(ast.parse((FIRMWARE / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "UpdateError":
                given.add(ast.literal_eval(node.args[0]))
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "_refused":
                given |= {part.value for part in node.args if isinstance(part, ast.Constant)}
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "why":
                given |= {node.value.value} if isinstance(node.value, ast.Constant) else set()
    assert given == {*reasons[1:], "storage"}
