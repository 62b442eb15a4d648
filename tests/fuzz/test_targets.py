"""Every fuzz target, briefly: real data, then structured and mutated data. `make torture` has the long search."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poise.wire import codec, framing
from tests.torture import fuzz, targets_clip, targets_host, targets_service, targets_wire
from tests.torture.fuzz_child import mutated
from tests.torture.shapes import in_records, joined, pieces, repaired
from tests.torture.targets import TARGETS, Target
from tests.wire.strategies import messages, records

# `__members__` holds the deprecated checks, too, which hypothesis refuses; its metaclass leaves them out.
FEW = settings(
    max_examples=40,
    suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
)
BYTES = st.integers(0, 255)
NOISE = st.binary(max_size=200)


@pytest.mark.parametrize("name", TARGETS)
def test_real_data(name: str):
    for data in TARGETS[name].seeds():
        TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_data(name: str):
    target = TARGETS[name]
    rng = random.Random(20)
    seeds = target.seeds()
    for _ in range(100 if name != "imports" else 30):
        target.run(mutated(rng, seeds, target.most))


packed = messages().map(lambda m: codec.pack(m[0], m[1], **m[2]))
raw_records = records().filter(lambda r: len(r[4].get("text", b"")) <= codec.MAX_BODY)
logs = st.lists(raw_records.map(lambda r: codec.pack_record(*r)), max_size=8).map(b"".join)


def scripts(piece: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Scripts for `pieces`."""
    short = piece.filter(lambda data: len(data) < 255)
    return st.lists(st.tuples(BYTES, short), max_size=8).map(joined)


@FEW
@given(scripts(packed | NOISE | packed.map(framing.encode_frame)))
def test_wire(data: bytes):
    targets_wire.wire(data)


@FEW
@given(scripts(packed | NOISE | logs.map(lambda log: b"\x81\0" + log)))
def test_client(data: bytes):
    targets_wire.client(data)


@FEW
@given(BYTES, scripts(packed | NOISE))
def test_service(link: int, data: bytes):
    targets_service.service(bytes((link,)) + data)


@FEW
@given(st.integers(0, 1), st.lists(st.tuples(BYTES, BYTES, BYTES, st.integers(0, 2), BYTES)))
def test_log_folder(fits: int, changes: list[tuple[int, ...]]):
    targets_clip.log_folder(bytes((fits,)) + b"".join(map(bytes, changes)))


@FEW
@given(st.integers(0, 4), st.integers(0, 3), st.binary(max_size=60))
def test_blobs(which: int, flags: int, content: bytes):
    targets_clip.blobs(bytes((which, flags)) + content)


@FEW
@given(st.integers(0, 3), logs, st.binary(max_size=20))
def test_imports(flags: int, log: bytes, tail: bytes):
    targets_host.imports(bytes((flags,)) + log + tail)


values = st.recursive(
    st.integers().map(str) | st.sampled_from(["true", "1.5", "2026-02-30", "08:00:01", '"07:30"', '"x"', "nan"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=5,
)  # fmt: skip


@FEW
@given(st.data())
def test_plan(data: st.DataObject):
    lines = targets_host.plan_seeds()[0].decode().split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[at].partition(" = ")
        lines[at] = f"{key} = {data.draw(values)}" if equals else data.draw(st.text(max_size=20))
    targets_host.plan("\n".join(lines).encode("utf-8", "replace"))


numbers = st.floats().map(repr) | st.integers().map(str) | st.text(max_size=3)


@FEW
@given(st.lists(st.lists(numbers, min_size=6, max_size=8).map(",".join), max_size=6))
def test_trace(lines: list[str]):
    header = targets_host.trace_seeds()[0].split(b"\n")[0]
    targets_host.trace(header + ("\n" + "\n".join(lines)).encode("utf-8", "replace"))


# --- the tools themselves: a fuzzer that cannot find anything finds nothing


@given(st.lists(st.tuples(BYTES, st.binary(max_size=254)), max_size=6))
def test_pieces_are_what_was_joined(items: list[tuple[int, bytes]]):
    assert list(pieces(joined(items))) == items


@given(logs, st.data())
def test_repaired_records_are_intact(log: bytes, data: st.DataObject):
    assert repaired(log) == log
    if log:
        changed = bytearray(log)
        at = data.draw(st.integers(2, 15))
        changed[at] ^= 0xFF
        assert len(in_records(repaired(bytes(changed)))) == len(in_records(log))


def _bites(data: bytes) -> None:
    assert 0x7F not in data, "planted"


PLANTED = Target("planted", 1, _bites, lambda: [b"abcdefgh"], 64)


def test_a_target_that_raises_is_a_finding_with_its_input(tmp_path, monkeypatch):
    """The whole way: a child process, its exit status, the input that it kept."""
    monkeypatch.setattr(fuzz, "KEPT", tmp_path)
    name = f"{__name__}:PLANTED"
    with pytest.raises(fuzz.Finding, match="planted") as caught:
        fuzz.fuzz(name, 1, time.monotonic() + 20)
    (kept,) = (tmp_path / "crashes" / name).iterdir()
    assert 0x7F in kept.read_bytes()
    assert f"fuzz_child {name} --replay {kept}" in str(caught.value)


def test_executions_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "KEPT", tmp_path)
    (runs, *_) = fuzz.fuzz("records", 1, 0.0).values()
    assert runs >= len(TARGETS["records"].seeds())
