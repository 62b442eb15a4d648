"""The clip's timetable from the host's side: when it is written, and when the computer waits for the clip's news."""

import asyncio
import struct
from binascii import crc32
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from poise.clip.timetable import identity
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.facts import Snapshot
from poise.errors import PoiseError, Reason
from poise.store import Store
from poise.wear.live import Live
from poise.wear.reminding import CLIP_WAIT_S, Reminding
from poise.wear.timetable import NO_TIMETABLE, TimetableKeeper, keys_of, packed
from poise.wire import codec
from poise.wire import timetable as layout
from tests.support import wear_day
from tests.support.day_plan import TEXT, Clock, at
from tests.support.plans import exercise, plan_text, table
from tests.support.timetable_story import PLAN, written

PAYLOAD = 182


class Clip:
    """The clip's side of the two requests, over a link that can lose its reply to the last part."""

    def __init__(self) -> None:
        self.transport = SimpleNamespace(max_payload=PAYLOAD)
        self.data, self.file = b"", b""
        self.writes = 0
        self.loses_reply = False

    async def request(self, name: str, **fields: Any) -> dict[str, int]:
        if name == "timetable_get":
            return {"value": identity(self.file) if self.file else 0}
        assert len(fields["data"]) + 6 <= PAYLOAD
        self.data = self.data[: fields["offset"]] + fields["data"]
        if len(self.data) < fields["total"]:
            return {"value": len(self.data)}
        assert struct.unpack("<I", self.data[-4:])[0] == crc32(self.data[:-4])
        self.file, self.writes = self.data[:-4], self.writes + 1
        if self.loses_reply:
            raise PoiseError(Reason.LINK_LOST, "The clip is out of reach.", "Come closer.")
        return {"value": identity(self.file)}


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


def step(keeper: TimetableKeeper, clip: Clip) -> None:
    asyncio.run(keeper.step(clip))  # pyright: ignore[reportArgumentType] (what it asks of a client)


def test_it_is_written_once_and_again_when_something_was_shown(store: Store):
    seen = Snapshot(parse_plan(PLAN), at(8))
    keeper, clip = TimetableKeeper(store, lambda: seen), Clip()
    for now, writes in ((at(8), 1), (at(9, 59), 1)):
        seen = replace(seen, now_utc_ms=now)
        step(keeper, clip)
        assert clip.writes == writes
    store.reminders.fired("nod", at(8), at(9, 59))
    step(keeper, clip)
    assert clip.writes == 2
    step(TimetableKeeper(store, lambda: None), clip)
    assert clip.writes == 2


def test_a_host_killed_before_the_clip_confirmed_writes_nothing_anew(store: Store):
    seen = Snapshot(parse_plan(PLAN), at(8))
    clip = Clip()
    clip.loses_reply = True
    with pytest.raises(PoiseError):
        step(TimetableKeeper(store, lambda: seen), clip)
    clip.loses_reply = False
    step(TimetableKeeper(store, lambda: seen), clip)
    assert clip.writes == 1


def test_more_moments_than_a_clip_can_hold_are_refused_in_words():
    made = written()
    full = replace(made, moments=tuple(replace(made.moments[0], due_utc_ms=n) for n in range(30)))
    with pytest.raises(PoiseError, match="of the clip's 26"):
        packed(full, dict.fromkeys(keys_of(full), 1))


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_fullest_plan_fits_at_any_hour(hour: int):
    times = [
        f"{each:02}:00" for each in range(8, 14)
    ]  # six, which is the most that a plan may have
    plan = plan_text(
        table("reminders", move_break_min=30),
        exercise(use="nod", times=times),
        quiet=("22:00", "06:00"),
    )
    with pytest.raises(PoiseError, match="more than 6"):
        parse_plan(plan.replace(times[0], '07:30", "08:00'))
    made = written(plan, now=at(hour), paused_until=at(hour, days=9))
    shown = tuple(range(at(hour), at(hour) + 40_000, 1000))
    held = packed(replace(made, shown=shown, breaks=shown), dict.fromkeys(keys_of(made), 1))
    assert held[layout.ENTRIES] <= layout.MAX_ENTRIES - 2 and len(held) + 4 <= layout.MAX_BYTES


async def test_a_clip_that_does_not_take_it_is_told_once_and_until_it_does(store: Store):
    plan = parse_plan(PLAN)
    refuses = True

    def put(_name: str, number: int, fields: dict[str, Any]) -> list[bytes]:
        if refuses:
            return [codec.pack("error", number, code="storage", detail=0)]
        data[fields["offset"] :] = fields["data"]
        whole = len(data) == fields["total"]
        value = identity(bytes(data[:-4])) if whole else len(data)
        return [codec.pack("ok", number, t_ms=0, value=value)]

    data = bytearray()
    none = lambda _name, number, _fields: [codec.pack("ok", number, t_ms=0, value=0)]  # noqa: E731
    clip = wear_day.Clip(timetable_get=none, timetable_set=put)
    async with wear_day.running(store, clip.port, plan) as (runner, updates):
        await wear_day.until(updates, lambda: "timetable" in runner.live.warnings)
        assert runner.live.warnings["timetable"].startswith(NO_TIMETABLE)
        assert "storage" in runner.live.warnings["timetable"] and runner.live.connected
        refuses = False
        await wear_day.until(updates, lambda: "timetable" not in runner.live.warnings)
    clip.unplug()
    assert len(data) > 100


class Day:
    """A reminding at eight in the morning whose moment a clip has in its timetable."""

    def __init__(self, store: Store) -> None:
        store.plans.put(TEXT, "T", at(0))
        self.store, self.clock = store, Clock()
        (self.number,) = store.reminders.reserve([("nod", at(8), "clock")])
        self.reminding = Reminding(store, self.clock, Live(), None, lambda: None)
        self.reminding.fanout.use([_Screen()])

    def look(self, later_s: float = 0) -> list[int]:
        self.clock.now += int(1000 * later_s)
        asyncio.run(self.reminding.look())
        return [row.reminder_id for row in self.store.reminders.history()]


class _Screen:
    name = "desktop"

    async def notify(self, notice: object) -> None:
        del notice

    async def withdraw(self, reminder_id: int) -> None:
        del reminder_id


def test_the_computer_waits_for_a_clip_out_of_reach_and_then_shows_it(store: Store):
    """As after a sleep of the computer: the clip may have shown it, and tells at the next contact."""
    day = Day(store)
    assert day.look(60) == [] and day.look(CLIP_WAIT_S - 1) == []
    assert day.look(1) == [day.number]


def test_the_computer_shows_it_at_once_when_the_clip_has_told_all(store: Store):
    day = Day(store)
    day.reminding.clip_is_heard = lambda: True
    assert day.look(60) == [day.number]


def test_a_reminder_that_was_held_back_and_given_to_the_clip_counts_once_it_is_shown(store: Store):
    day = Day(store)
    kept = store.reminders
    number = kept.fired("nod", at(8), at(8), "clock")
    kept.unshown(number, at(8))
    assert kept.reserve([("nod", at(8), "clock")]) == [number] and not kept.history()
    kept.shown(number, at(9))
    assert [row.fired_utc_ms for row in kept.history()] == [at(9)]
    assert day.number == number
