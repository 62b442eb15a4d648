"""An answer at the clip's button counts from when it was pressed, however late its record comes, and by any command."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.store import Store, log_file
from poise.wear.bring_in import BringIn
from poise.wear.intake import Intake
from poise.wear.live import Live
from poise.wear.reminding import Reminding
from poise.wire import codec
from tests.support.day_plan import Clock
from tests.support.peer import CLIP_ID, Peer, transfer

CLIP = CLIP_ID.hex()
BOOT = 3
MINUTE_MS = 60_000


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


STARTED = at(20, 8)  # of the clip's start
SHOWN = at(20, 9)
ARRIVED = at(21, 7)


def clock(seq: int, boot: int = BOOT, utc_ms: int = STARTED) -> bytes:
    """At its start the clip was given the time."""
    return codec.pack_record("clock", seq, boot, 0, {"utc_ms": utc_ms, "uncertainty_ms": 50})


def answer(seq: int, number: int, word: str, utc_ms: int, boot: int = BOOT) -> bytes:
    fields = {"reminder_id": number, "pattern": "reminder", "answer": word}
    return codec.pack_record("reminder", seq, boot, utc_ms - STARTED, fields)


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


@pytest.fixture
def number(store: Store) -> int:
    return store.reminders.fired("nod", SHOWN, SHOWN)


def kept(store: Store) -> tuple:
    (row,) = store.reminders.history()
    return row.answer, row.answered_utc_ms, row.via, row.snooze_min


def by_import(store: Store, raw: bytes) -> None:
    store.records.import_raw(CLIP, raw, "usb", ARRIVED)


def by_file(store: Store, raw: bytes) -> None:
    path = Path(store._database.engine.url.database or "").with_name("log.raw")
    path.write_bytes(raw)
    store.records.import_file(CLIP, log_file.read(path), ARRIVED)


def by_download(store: Store, raw: bytes) -> None:
    peer = Peer(log_read=lambda _n, i, _f: transfer(i, raw, 2, 3))
    client = ClipClient(SerialTransport(peer.port), Clock())
    asyncio.run(BringIn(store, lambda: client, client.clock).run())
    peer.unplug()


def by_wear(store: Store, raw: bytes) -> None:
    intake, _live = wearing(store)
    asyncio.run(intake.records(OfUsb(), raw))  # pyright: ignore[reportArgumentType] (what it asks of a client)


class OfUsb:
    """A client, as far as the intake asks."""

    class transport:
        source = "usb"

    linked = True


def wearing(store: Store) -> tuple[Intake, Live]:
    now = Clock()
    now.now = ARRIVED
    live = Live(clip_id=CLIP, connected=True)
    reminding = Reminding(store, now, live, None, lambda: None)
    return Intake(store, now, live, reminding, lambda: None, lambda: None), live


@pytest.mark.parametrize("bring", [by_import, by_file, by_download, by_wear])
@pytest.mark.parametrize(("word", "snooze_min"), [("done", 0), ("snoozed", 10)])
def test_its_time_is_the_records_own(store: Store, number: int, bring, word: str, snooze_min: int):
    pressed = SHOWN + MINUTE_MS
    bring(store, clock(1) + answer(2, number, word, pressed))
    assert kept(store) == (word, pressed, "clip", snooze_min)


def test_the_earlier_answer_counts_though_it_comes_later(store: Store, number: int):
    store.reminders.answered(number, "skipped", SHOWN + 10 * MINUTE_MS, "desktop")
    by_import(store, clock(1) + answer(2, number, "done", SHOWN + MINUTE_MS))
    assert kept(store)[:2] == ("done", SHOWN + MINUTE_MS)
    assert not store.reminders.answered(number, "skipped", SHOWN + 2 * MINUTE_MS, "desktop")
    by_import(store, answer(2, number, "done", SHOWN + MINUTE_MS))  # again
    assert kept(store)[:2] == ("done", SHOWN + MINUTE_MS)


@pytest.mark.parametrize("pressed", [at(18, 9, 1), at(19, 9, 1), at(22, 9, 1)])
def test_another_computers_reminder_of_this_number_is_not_answered(
    store: Store, number: int, pressed: int
):
    early = at(18, 8)
    fields = {"reminder_id": number, "pattern": "reminder", "answer": "done"}
    raw = codec.pack_record("reminder", 2, BOOT, pressed - early, fields)
    by_import(store, clock(1, utc_ms=early) + raw)
    assert kept(store)[0] is None


def test_a_time_that_nobody_knows_is_the_reminders(store: Store, number: int):
    by_import(store, answer(1, number, "done", SHOWN + MINUTE_MS))
    assert kept(store)[:2] == ("done", SHOWN)


def test_what_an_earlier_start_saw_is_not_what_the_wearer_does_now(store: Store):
    intake, live = wearing(store)
    intake._start = (BOOT, STARTED)
    live.is_in("neutral", ARRIVED)
    live.activity = "still"
    doing = {"activity": "vehicle", "previous": "still", "lasted_ms": 5}
    old = codec.pack_record("activity", 2, BOOT - 1, 5, doing)
    state = {"state": "moving", "previous": "neutral", "lasted_ms": 5, "site": 1, "flexion_cdeg": 0}
    moved = codec.pack_record("posture", 3, BOOT - 1, 6, state)
    asyncio.run(intake.records(OfUsb(), clock(1) + old + moved))  # pyright: ignore[reportArgumentType] (what it asks of a client)
    assert (live.state, live.activity, live.still_since_utc_ms) == ("neutral", "still", ARRIVED)
