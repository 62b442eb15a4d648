"""A damaged store is noticed: whatever is damaged, no command gives a wrong answer without a word."""

import contextlib
import importlib
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from poise import cli
from poise.errors import PoiseError, Reason
from poise.store import Store, copies, witness
from poise.store.schema import HEAD, REVISIONS
from tests.support import store_sample as sample
from tests.support.store_sample import CLIP, NOW, at, cut, flipped, foreign, noise, page, wal

COMMANDS = (
    ("events", "--json"),
    ("report", "--json", "--from", "2026-11-13", "--to", "2026-11-18"),
    ("insight", "--json", "--days", "14"),
    ("diary", "list", "--json"),
    ("plan", "show", "--json"),
)
LIVE = ("the journal", "a bit of the journal")  # a program was killed, and its journal is there
RAW = sample.log(4)
NUDGE = next(raw for raw in RAW if raw[0] == RAW[45][0])

# Name -> how the file is damaged. `None` in place of a function: the database is removed.
DAMAGES: dict[str, Callable[[Path], object]] = {
    "a word of a diary's note": flipped(b"note of day 2", b"vote of day 2"),
    "a number of the diary": flipped(b'["simple"]note of day 1', b'["triptn"]note of day 1'),
    "a dose of the plan": flipped(b"reps = 10", b"reps = 90"),
    "the therapist's name": flipped(b"T. Therapist", b"T. Imposter!"),
    "an answer": flipped(b"desktop", b"desktap"),
    "a session's outcome": flipped(b"sensedheaddone", b"sensedheadgone"),
    "a treatment": flipped(b"visit 3", b"visit 8"),
    "a minute's body": flipped(RAW[100][20:40], b"\x01" * 8),
    "a minute's time": flipped(RAW[100][:16], RAW[100][:12] + b"\x7f"),
    "a nudge": flipped(NUDGE, NUDGE[:-6] + b"\x55\x55"),
    "a record's kind": flipped(b'nudge{"site"', b'nadge{"site"', 1),
    "a record's kind, into another": flipped(b"minute", b"button", 9),
    "a record's clip": flipped(CLIP.encode(), b"f" * 16, 40),
    "a record's clip in an index": flipped(CLIP.encode(), b"f" * 16, 1500),
    "a clock pair": flipped(RAW[301][16:24], bytes(8)),
    "the part list of the log": flipped(b'"minute": ', b'"minute":9'),
    "a trigger": flipped(b"CREATE TRIGGER seal_diary", b"CREATE TRIGGER sael_diary"),
    "a column's name": flipped(b"neck_nrs", b"nick_nrs"),
    "the table of tables": flipped(b"tablediary_entries", b"tablediary_entriez"),
    "the schema's number": flipped(HEAD.encode(), REVISIONS[-2].encode()),
    "page size": at(16, b"\x02\x00"),
    "encoding": at(56, b"\x00\x00\x00\x02"),
    "count of pages": at(28, b"\x00\x00\x00\x09"),
    "header": at(0, b"PK\x03\x04"),
    "read version": at(18, b"\x05\x05"),
    "first page": page(0),
    "a page of zeros, early": page(20),
    "a page of zeros, middle": page("records"),
    "a page of zeros, late": page(112),
    "a page written over with another": page("records", 71),
    "a page written over with the first": page(45, 0),
    "three quarters": cut(0.75),
    "half": cut(0.5),
    "a page and a half": cut(0.013),
    "nothing": cut(0),
    "text": lambda path: path.write_text("not a database\n" * 500),
    "another program's": foreign,
    "removed": lambda path: path.unlink(),
    "an older one": lambda path: shutil.copy(path.with_name("older.db"), path),
    "the journal is lost": wal(lambda _raw: b""),
    "the journal is half": wal(lambda raw: bytes(raw[: len(raw) // 2])),
    "a bit of the journal": wal(lambda raw: bytes(raw[:200] + bytes((raw[200] ^ 1,)) + raw[201:])),
    **{f"bits here and there, {seed}": noise(seed) for seed in range(6)},
}


class Then:
    """The clock of the sample's day."""

    def utc_ms(self) -> int:
        return NOW


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    with Store.open(folder / "poise.db") as store:
        sample.fill(store, days=3)
    shutil.copy(folder / "poise.db", folder / "older.db")
    (folder / "poise.db").unlink()
    witness.path_of(folder / "poise.db").unlink()
    shutil.copy(folder / "older.db", folder / "poise.db")
    with Store.open(folder / "poise.db") as store:
        sample.fill(store, days=4)
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    """Runs a command in this process: (status or reason, what it said, what it complained of)."""
    for name in ("context", "events", "report", "insight", "diary", "plan"):
        module = importlib.import_module(f"poise.cli.{name}")
        if hasattr(module, "clock"):
            monkeypatch.setattr(module, "clock", Then)

    def command(folder: Path, *words: str) -> tuple[object, str, str]:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setenv("POISE_DATA", str(folder))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = cli.dispatch(list(words))
            except PoiseError as error:
                return error.reason, out.getvalue(), f"{error}. {error.hint}"
            except SystemExit as ended:
                status = ended.code or 0
        return status, out.getvalue(), err.getvalue()

    return command


@pytest.fixture(scope="module")
def truths() -> dict[bool, list[tuple[object, str, str]]]:
    return {}


def truth_of(good: Path, folder: Path, run, truths, live: bool):
    """What the whole store says, with the entry of the program that was killed or without."""
    if live not in truths:
        shutil.copytree(good, folder)
        if live:
            sample.put_aside_wal(folder)
        truths[live] = [run(folder, *words) for words in COMMANDS]
    return truths[live]


@pytest.mark.parametrize("name", DAMAGES)
def test_no_wrong_answer_without_a_word(good: Path, tmp_path: Path, run, truths, name: str):
    truth = truth_of(good, tmp_path / "whole", run, truths, name.startswith(LIVE))
    folder = tmp_path / "broken"
    shutil.copytree(good, folder)
    DAMAGES[name](folder / "poise.db")
    told = 0
    for words, right in zip(COMMANDS, truth, strict=True):
        assert right[0] == 0, right
        status, out, complaint = run(folder, *words)
        told += bool(complaint)
        assert not complaint or "poise restore" in complaint
        if status == 0:  # right, whatever the day's copy found
            assert out == right[1], words
            continue
        assert status is Reason.STORE_BROKEN, (status, complaint)
        assert complaint
    assert told or name.startswith("bits here and there"), name  # these may hit what nobody reads


def test_doctor_finds_what_no_command_reads(good: Path, tmp_path: Path):
    shutil.copytree(good, tmp_path / "data")
    path = tmp_path / "data/poise.db"
    flipped(RAW[100][20:40], b"\x01" * 8)(path)
    with Store.open(path) as store:  # the diary can be read
        assert any("log record 101" in fault for fault in store.faults())


def test_a_damaged_store_is_never_copied_over_the_good_copies(good: Path, tmp_path: Path):
    shutil.copytree(good, tmp_path / "data")
    path = tmp_path / "data/poise.db"
    flipped(RAW[100][20:40], b"\x01" * 8)(path)
    with pytest.raises(PoiseError, match="log record 101") as caught:
        copies.copy(path, tmp_path / "copy.db")
    assert caught.value.reason is Reason.STORE_BROKEN
    assert {file.name for file in tmp_path.iterdir()} == {"data"}
