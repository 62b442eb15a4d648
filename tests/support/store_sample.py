"""A small store with something in every table, made in a moment; and the ways in which a file can be damaged."""

import contextlib
import datetime as dt
import random
import shutil
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from poise.store import Store
from poise.store.diary import DiaryRow
from poise.store.letters import CorrespondentRow, LetterRow
from poise.wire import codec

CLIP = "0011223344556677"
DAY_MS = 86_400_000
NOW = 1_795_000_000_000  # 18 November 2026
FIRST = NOW - 4 * DAY_MS
PAGE = 4096
ZERO = {name: 0 for name, _, _ in codec.record_layout("minute").fields} | {"site": "collar"}


def fill(store: Store, days: int = 4, *, letters: bool = True) -> None:
    """Days of an hour worn each, the plan, the diary, exercises, scores and a stop; letters of made-up keys."""
    text = files("poise.coach.plan").joinpath("example.toml").read_text(encoding="utf-8")
    plan = store.plans.put(text, "T. Therapist", FIRST)
    store.records.import_raw(CLIP, b"".join(log(days)), "usb", NOW)
    for number in range(days):
        at = FIRST + number * DAY_MS
        day = dt.datetime.fromtimestamp(at / 1000, dt.UTC).date()
        store.diary.put(
            DiaryRow(
                day, True, 5, number, ("simple",), f"note of day {number}", at, False, "terminal"
            )
        )
        shown = store.reminders.fired("nod", at, at)
        store.reminders.answered(shown, "done", at + 60_000, "desktop")
        store.sessions.add(
            plan_id=plan.plan_id, exercise_id="nod", started_utc_ms=at, ended_utc_ms=at + 60_000,
            source="sensed", site="head", outcome="done", reps_prescribed=10, reps_done=10,
            hold_prescribed_s=5, hold_done_s=5, pain_before=2, pain_after=2, via="terminal",
            entered_utc_ms=at, detail={},
        )  # fmt: skip
        store.outcomes.add(day, "ndi", 20 - number, {}, "T", at)
        store.treatments.add(day, "visit", f"visit {number}", at)
    hold = store.holds.raise_("pain", "6 of 10", "dashboard", FIRST)
    store.holds.clear(hold, "T. Therapist", "seen", FIRST + 1)
    store.references.add("nod", "head", "T", FIRST, {})
    store.nudge_marks.put(CLIP, 50, "wrong", NOW)
    store.preferences.choose("reminders", "seldom", "dashboard", NOW)
    if not letters:
        return
    store.letters.believe(CorrespondentRow("clinic", "0" * 20, "00" * 32, "age1", 1, FIRST))
    store.letters.add(LetterRow("sent", "to_clinic", days, "1" * 20, "d", FIRST, FIRST, {}))


def log(days: int) -> list[bytes]:
    """Raw records: a clock pair a day, 300 minutes, of which some end in a nudge, and a quiet stretch."""
    out: list[bytes] = []

    def add(kind: str, at: int, fields: dict) -> None:
        out.append(codec.pack_record(kind, len(out) + 1, 1, at - FIRST, fields))

    for day in range(days):
        begin = FIRST + day * DAY_MS
        add("clock", begin, {"utc_ms": begin, "uncertainty_ms": 20})
        for n in range(1, 301):
            at = begin + n * 60_000
            classes = {"under_20_s": n % 61, "under_10_s": 60 - n % 61}
            add("minute", at, {**ZERO, **classes, "state": "neutral", "neutral_s": 60})
            if n % 45 == 0:
                nudge = {
                    "site": "collar",
                    "flexion_cdeg": 3000 + n,
                    "held_ms": 240_000,
                    "left_hour": 2,
                    "left_day": 6,
                }
                add("nudge", at, nudge)  # fmt: skip
        add("quiet", begin + 310 * 60_000, {"state": "not_worn", "site": "collar", "minutes": 10})
    return out


def put_aside_wal(folder: Path) -> None:
    """Leaves a last entry in the journal, as a program that was killed does."""
    other = folder / "killed"
    other.mkdir()
    for file in folder.glob("poise.db*"):
        shutil.copy(file, other / file.name)
    path = other / "poise.db"
    with Store.open(path) as store:
        day = dt.date(2026, 11, 18)
        store.diary.put(DiaryRow(day, False, None, 9, (), "the last entry", NOW, False, "terminal"))
        for file in other.glob("poise.db*"):
            shutil.copy(file, folder / file.name)
    shutil.rmtree(other)


# --- damage: each takes the database's path


def flipped(text: bytes, into: bytes, occurrence: int = 0) -> Callable[[Path], None]:
    """Bytes that are found in the file are others now."""

    def damage(path: Path) -> None:
        raw, at = bytearray(path.read_bytes()), -1
        for _ in range(occurrence + 1):
            at = raw.index(text, at + 1)
        raw[at : at + len(into)] = into
        path.write_bytes(raw)

    return damage


def at(offset: int, into: bytes) -> Callable[[Path], None]:
    """Other bytes at this place."""

    def damage(path: Path) -> None:
        raw = bytearray(path.read_bytes())
        raw[offset : offset + len(into)] = into
        path.write_bytes(raw)

    return damage


def page(where: int | str, other: int | None = None) -> Callable[[Path], None]:
    """A page of zeros, or one that was written over with another. A table's name means a page in its middle."""

    def damage(path: Path) -> None:
        number = where if isinstance(where, int) else _middle(path, where)
        raw = bytearray(path.read_bytes())
        source = bytes(PAGE) if other is None else raw[other * PAGE : (other + 1) * PAGE]
        raw[number * PAGE : (number + 1) * PAGE] = source
        path.write_bytes(raw)

    return damage


def _middle(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno", (table,)
        ).fetchall()
    return found[len(found) // 2][0] - 1


def cut(share: float) -> Callable[[Path], None]:
    """Only the first part of the file is left."""

    def damage(path: Path) -> None:
        raw = path.read_bytes()
        path.write_bytes(raw[: int(len(raw) * share) // 512 * 512])

    return damage


def noise(seed: int, places: int = 3) -> Callable[[Path], None]:
    """Bits that fell over anywhere in the file."""

    def damage(path: Path) -> None:
        rng, raw = random.Random(seed), bytearray(path.read_bytes())
        for _ in range(places):
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        path.write_bytes(raw)

    return damage


def foreign(path: Path) -> None:
    """Another program's database."""
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()


def wal(change: Callable[[bytearray], bytes]) -> Callable[[Path], None]:
    """The journal of a program that was killed is changed."""

    def damage(path: Path) -> None:
        put_aside_wal(path.parent)
        journal = path.with_name(path.name + "-wal")
        journal.write_bytes(change(bytearray(journal.read_bytes())))

    return damage
