"""What a host may say in an update, in any order, while the flash or the heap fails: the clip refuses and does not
crash, and nothing starts that was not whole and checked."""

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import slots
from app import standby
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from update import ed25519, installer
from update import trust as on_clip

from poise.build import signed, trust
from poise.build.keys import public_bytes
from poise.wire.table import names

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DAILY = Ed25519PrivateKey.from_private_bytes(bytes(32))
BEGUN = trust.first(KEY)
KEYS = BEGUN.on_clip
PUBLIC = KEYS[:32]
ROTATED = trust.changed(BEGUN, KEY, public_bytes(KEY), public_bytes(DAILY))
FILES = {"clip.py": b"VERSION = 2\n" * 40, "link/ble.py": b"# new\n" * 50, "wire/__init__.py": b""}
OLD = {"clip.py": b"VERSION = 0\n"}
GOOD = signed.make(FILES, "2", 2, "twin", KEY)
REKEYING = ROTATED.changes + signed.make(FILES, "2", 2, "twin", DAILY)  # other keys, then a bundle


def changed(at: int, by: int = 1) -> bytes:
    return GOOD[:at] + bytes((GOOD[at] ^ by,)) + GOOD[at + 1 :]


def with_manifest(manifest: bytes, content: bytes) -> bytes:
    signature = KEY.sign(signed.CONTEXT + hashlib.sha256(manifest).digest())
    return signed.HEAD.pack(signed.MAGIC, len(manifest), signature) + manifest + content


BUNDLES = {
    "good": GOOD,
    "rekeying": REKEYING,
    "keys alone": ROTATED.changes,
    "keys, then the old one's": ROTATED.changes + GOOD,
    "keys, damaged": REKEYING[:100] + bytes((REKEYING[100] ^ 1,)) + REKEYING[101:],
    "short": GOOD[:-1],
    "long": GOOD + b"x",
    "signature": changed(20),
    "manifest": changed(signed.HEAD.size + 9),
    "file": changed(len(GOOD) - 3),
    "magic": changed(0),
    "empty": with_manifest(b"poise 2 2 twin source", b""),
    "folder": with_manifest(
        b"poise 2 2 twin source\n%(h)s 1 a\n%(h)s 1 a/b"
        % {b"h": hashlib.sha256(b"x").hexdigest().encode()},
        b"xx",
    ),
}


class Refusal(Exception):
    pass


def bad_update(why: str) -> tuple[str, int]:
    """The refusal's arguments."""
    return "bad_update", names("update_refusal").index(why)


class Clip:
    """What `update` uses of a clip."""

    def __init__(self, root: Path):
        self.board = SimpleNamespace(NAME="twin", filesystem_root=lambda: str(root))
        self.notes: list[str] = []
        self.slot, self.updating, self.on_trial, self.restarting = 0, False, False, False

    def feed(self) -> None:
        pass

    def request_restart(self) -> None:
        self.restarting = True

    def note(self, kind: str, fields: dict[str, Any]) -> None:
        assert kind == "update" and fields["slot"] == 1
        self.notes.append(fields["result"])


class Bench:
    """A file system whose `fails_at`-th operation fails with `failure`, and with `for_good` all that follow."""

    def __init__(self, failure: Exception | None = None, fails_at: int = 0, for_good: bool = False):
        self.failure, self.fails_at, self.for_good = failure, fails_at, for_good
        self.operations = 0
        self.paused = False

    def __getattr__(self, name: str):
        real = getattr(os, name)
        if name == "fsync":
            return real
        return lambda *arguments: self.do(real, *arguments)

    def do(self, real, *arguments):
        if self.paused:
            return real(*arguments)
        self.operations += 1
        past = self.operations - self.fails_at
        if self.failure and (past == 0 or (past > 0 and self.for_good)):
            raise self.failure
        return real(*arguments)

    def open(self, path: str, mode: str):
        return File(self, self.do(open, path, mode))


class File:
    def __init__(self, bench: Bench, file):
        self._bench, self._file = bench, file

    def __getattr__(self, name: str):
        return lambda *arguments: self._bench.do(getattr(self._file, name), *arguments)

    def __enter__(self):
        return self._file

    def __exit__(self, *_):
        self._file.close()


class World:
    """A clip with both slots, and a host that says what it likes."""

    def __init__(self, root: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch):
        self.root, self.bench = root, bench
        for folder in ("a", "b"):
            (root / folder).mkdir(parents=True)
            for path, data in OLD.items():
                (root / folder / path).write_bytes(data)
        self.clip = Clip(root)
        self.timers = 0
        self.ended: tuple[object, ...] | None = None
        loop = SimpleNamespace(create_task=self._timer, sleep_ms=lambda _ms: None)
        monkeypatch.setattr(installer, "asyncio", loop)
        monkeypatch.setattr(installer, "os", bench)
        monkeypatch.setattr(installer, "open", bench.open, raising=False)
        monkeypatch.setattr(slots, "open", bench.open, raising=False)
        (root / "key").write_bytes(KEYS)
        monkeypatch.setattr(on_clip, "FILE", str(root / "key"))
        monkeypatch.setattr(on_clip, "open", bench.open, raising=False)
        # No slower for being done so often.
        monkeypatch.setattr(installer, "gc", SimpleNamespace(collect=lambda: None), raising=False)
        monkeypatch.setattr("update.ed25519.verify", _quick)
        installer._now.clear()
        installer._failure.clear()

    def _timer(self, coroutine) -> None:
        coroutine.close()
        self.timers += 1

    def say(self, **fields: object) -> int | None:
        """The answer; None: refused. Once an update has ended all is refused for the same reason."""
        try:
            told = installer.answer(self.clip, fields, self.keys(), Refusal)
        except Refusal as refusal:
            if self.ended:
                assert refusal.args == self.ended
            elif refusal.args != bad_update("order"):
                self.ended = refusal.args
                assert self.clip.notes[-1] == "refused" and self.timers
            told = None
        else:
            assert not self.ended
        self.check()
        return told

    def keys(self) -> bytes:
        """The keys that are trusted now: those of old, or the other ones, whole."""
        self.bench.paused = True
        keys = on_clip.trusted()
        self.bench.paused = False
        assert keys == (ROTATED if "rekeyed" in self.clip.notes else BEGUN).on_clip
        return keys

    def check(self) -> None:
        """What would start now, by itself or in the other's place, is whole."""
        self.keys()
        self.bench.paused = True
        slot = slots.Slots(str(self.root), os).active
        self.bench.paused = False
        files = {"a": OLD, "b": self.content("b")}
        assert self.content("a") == OLD
        assert files["b"] in (OLD, FILES, None)
        if slot:
            assert files["b"] == FILES and "installed" in self.clip.notes
        if "installed" in self.clip.notes:
            assert slot == 1
        if self.ended:
            assert not installer._now

    def content(self, folder: str) -> dict[str, bytes] | None:
        top = self.root / folder
        if not top.exists():
            return None
        return {
            path.relative_to(top).as_posix(): path.read_bytes()
            for path in top.rglob("*")
            if path.is_file()
        }


_real_verify = ed25519.verify
_known: dict[tuple[bytes, bytes, bytes], bool] = {}


def _quick(key: bytes, message: bytes, signature: bytes, breathe) -> bool:
    asked = (key, message, signature)
    if asked not in _known:
        _known[asked] = _real_verify(*asked, breathe)
    return _known[asked]


def send(world: World, data: bytes, piece: int = 238) -> int | None:
    """A host that goes on whatever the clip says; the last answer."""
    world.say(size=len(data))
    for at in range(0, len(data), piece):
        world.say(offset=at, data=data[at : at + piece])
    return world.say()


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("failure", [OSError(5), OSError(28), MemoryError()], ids=str)
@pytest.mark.parametrize("data", [GOOD, REKEYING], ids=["bundle", "keys and bundle"])
def test_a_failure_of_any_file_operation_ends_the_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, failure: Exception, for_good: bool
):
    world = World(tmp_path / "whole", bench := Bench(), monkeypatch)
    told = ["started", "rekeyed", "installed"] if data is REKEYING else ["started", "installed"]
    assert send(world, data) == 0 and world.clip.notes == told
    refused = 0
    for number in range(1, bench.operations + 1):
        world = World(tmp_path / str(number), Bench(failure, number, for_good), monkeypatch)
        installed = send(world, data) == 0
        assert installed or world.ended, number
        refused += not installed
        assert world.clip.notes[-1] == ("installed" if installed else "refused")
    assert refused > bench.operations * 2 // 3


def test_a_file_that_could_not_be_opened_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The fault of old: it was left out, and the rest was installed."""
    world = World(tmp_path / "clip", Bench(), monkeypatch)
    opened = world.bench.open

    def no_ble(path: str, mode: str):
        if path.endswith("ble.py"):
            raise OSError(28)
        return opened(path, mode)

    monkeypatch.setattr(installer, "open", no_ble)
    assert send(world, GOOD) is None
    assert world.ended == ("storage", 0)
    assert world.content("b") is None or world.content("b") == OLD


@pytest.mark.parametrize("name", BUNDLES)
def test_each_kind_of_bundle_and_then_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    world = World(tmp_path, Bench(), monkeypatch)
    send(world, BUNDLES[name])
    assert (world.ended is None) == (name in ("good", "rekeying", "keys alone"))
    before = world.clip.notes[:]
    world.say()  # three times, and it was in safe mode
    world.say()
    world.say(offset=0, data=b"PB1\n")
    world.say(size=10)
    assert world.clip.notes == before


STEP = st.one_of(
    st.tuples(st.just("begin"), st.integers(-1, 1)),
    st.tuples(st.just("next"), st.integers(0, 700)),
    st.tuples(st.just("next"), st.integers(0, 700)),
    st.tuples(st.just("next"), st.just(10_000)),
    st.tuples(st.just("wrong"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("end"), st.just(0)),
    st.tuples(st.just("garbage"), st.binary(max_size=300)),
)


@given(
    st.sampled_from([*BUNDLES, "good", "good"]),
    st.lists(STEP, max_size=14),
    st.sampled_from([None, OSError(5), OSError(28), MemoryError(), ValueError(), RuntimeError()]),
    st.integers(1, 60),
    st.booleans(),
)
@settings(max_examples=400)
def test_any_messages_while_anything_fails(
    tmp_path_factory: pytest.TempPathFactory, name: str, steps, failure, fails_at: int, for_good
):
    data = BUNDLES[name]
    with pytest.MonkeyPatch.context() as monkeypatch:
        bench = Bench(failure, fails_at, for_good)
        world = World(tmp_path_factory.mktemp("clip"), bench, monkeypatch)
        there = world.say(size=len(data)) or 0
        for kind, value in steps:
            if kind == "begin":
                there = world.say(size=len(data) + value) or 0
            elif kind == "next":
                told = world.say(offset=there, data=data[there : there + value])
                there = there if told is None else told
            elif kind == "wrong":
                world.say(offset=value, data=data[:10])
            elif kind == "garbage":
                told = world.say(offset=there, data=value)
                there = there if told is None else told
            else:
                world.say()


def test_an_end_whose_reply_was_lost_is_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    world = World(tmp_path, Bench(), monkeypatch)
    assert send(world, GOOD) == 0
    assert world.say(size=len(GOOD)) == len(GOOD)
    assert world.say() == 0
    assert world.say(size=len(GOOD) + 1) is None and world.ended is None
    assert world.say(offset=len(GOOD), data=b"x") is None and world.ended is None
    assert world.clip.notes == ["started", "installed"]


def test_a_link_that_was_lost_goes_on_and_another_bundle_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world = World(tmp_path, Bench(), monkeypatch)
    world.say(size=len(GOOD))
    assert world.say(offset=0, data=GOOD[:500]) == 500
    assert world.say(size=len(GOOD)) == 500
    assert world.say(size=len(BUNDLES["long"])) == 0
    assert send(world, GOOD) == 0
    assert world.clip.notes == ["started", "started", "started", "installed"]


def test_a_choice_that_can_not_be_read_does_not_have_the_running_slot_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world = World(tmp_path, Bench(), monkeypatch)
    world.clip.slot = 1
    monkeypatch.setattr(world.clip, "note", lambda *_: world.clip.notes.append("refused"))
    assert send(world, GOOD) is None
    assert world.ended == ("storage", 0) and world.content("b") == OLD


# --- before an update begins


@pytest.fixture
def awake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path, Bench(), monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_bytes(KEYS)

    def enter_standby(clip: Clip) -> None:
        clip.updating = True

    monkeypatch.setattr(standby, "enter_standby", enter_standby)
    return world


def refusal_of(world: World, **fields: object) -> tuple[object, ...]:
    with pytest.raises(Refusal) as refusal:
        standby.update(world.clip, fields, Refusal)
    return refusal.value.args


def test_a_piece_of_no_update_leaves_the_clip_measuring(awake: World):
    assert refusal_of(awake, offset=0, data=b"x") == bad_update("order")
    assert refusal_of(awake) == bad_update("order")
    assert not awake.clip.updating and not awake.clip.notes


def test_on_trial_the_clip_goes_on_measuring(awake: World):
    awake.clip.on_trial = True
    assert refusal_of(awake, size=5000) == bad_update("on_trial")
    assert not awake.clip.updating and not awake.clip.notes


@pytest.mark.parametrize(
    "key",
    [
        *(b"", PUBLIC[:31], PUBLIC + b"x", bytes(32), b"\x01" + bytes(31)),
        *(KEYS[:-1], KEYS + b"x", bytes(68), PUBLIC + bytes(36), bytes(32) + KEYS[32:]),
    ],
)
def test_a_key_that_is_none_is_as_if_there_were_none(awake: World, key: bytes):
    (awake.root / "key").write_bytes(key)
    assert refusal_of(awake, size=5000) == bad_update("no_key")
    assert not awake.clip.updating


def test_an_update_that_begins_puts_the_clip_to_sleep(awake: World):
    assert standby.update(awake.clip, {"size": 5000}, Refusal) == 0
    assert awake.clip.updating and awake.clip.notes == ["started"]


def test_no_room_for_the_code_restarts_the_clip_and_is_no_crash(
    awake: World, monkeypatch: pytest.MonkeyPatch
):
    def no_room(name: str, *rest):
        if name == "update.installer":
            raise MemoryError
        return imported(name, *rest)

    imported = __import__
    monkeypatch.setattr("builtins.__import__", no_room)
    assert refusal_of(awake, size=5000) == ("busy", 0)
    assert awake.clip.restarting
