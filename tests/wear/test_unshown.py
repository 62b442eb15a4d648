"""A reminder that nobody could see or feel: it is told, counts neither as shown nor as ignored, and comes again."""

import asyncio
import io
import plistlib
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from poise.cli import wear as command
from poise.cli.wearservice import Site
from poise.coach.plan.moments import lot
from poise.coach.reminders.facts import Reminder
from poise.coach.reminders.policy import CATCH_UP_MS
from poise.errors import PoiseError, Reason
from poise.notify import Hold, Notice, interruption, presence, reasons
from poise.notify.clip import ClipNotifier
from poise.notify.terminal import TerminalNotifier
from poise.store import Store
from poise.wear import Runner
from poise.wear.live import Live
from poise.wear.reminding import AGAIN_S, Reminding
from tests.support.day_plan import TEXT, Clock, at

FREE = Hold()


class Way:
    """The desktop's, as long as it `works`."""

    name = "desktop"

    def __init__(self, works: bool = True) -> None:
        self.works = works
        self.shown: list[int] = []

    async def notify(self, notice: Notice) -> None:
        if not self.works:
            raise PoiseError(Reason.NO_DATA, "No daemon.", "Start dunst.")
        self.shown.append(notice.reminder_id)

    async def withdraw(self, reminder_id: int) -> None:
        del reminder_id


class Clip:
    """A client; `reached`: the buzz arrives."""

    reached = True

    async def request(self, name: str, **fields: Any) -> None:
        del name, fields
        if not self.reached:
            raise PoiseError(Reason.LINK_LOST, "The clip is out of reach.", "Come closer.")


class Day:
    """A patient's reminding at eight o'clock, looked at by hand."""

    def __init__(self, store: Store, ways: list[Any], held: Hold = FREE) -> None:
        self.store, self.clock, self.live = store, Clock(), Live()
        self.reminding = Reminding(store, self.clock, self.live, None, lambda: None)
        self.reminding.fanout.use(ways)
        self.held = held

        async def ask() -> Hold:
            return self.held

        self.reminding.fanout.hold = ask

    def look(self, later_s: float = 0) -> list:
        """The reminders that count, after one more look."""
        self.clock.now += int(later_s * 1000)
        asyncio.run(self.reminding.look())
        return self.store.reminders.history()


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        opened.plans.put(TEXT, "T", at(7, days=-60))
        yield opened


@pytest.mark.parametrize("ways", [[], [Way(works=False)]])
def test_what_no_way_could_show_is_told_and_counts_as_nothing(store: Store, ways: list[Way]):
    day = Day(store, ways)
    for _ in range(3):
        assert day.look(AGAIN_S) == []
    told = day.live.warnings["unshown"]
    assert "can't be shown" in told and ("Start dunst." in told or "poise dashboard" in told)
    assert (day.live.reminder, day.live.reminders_fired) == (None, 0)


def test_it_is_shown_once_a_way_works_as_one_reminder(store: Store):
    way = Way(works=False)
    day = Day(store, [way])
    day.look()
    way.works = True
    assert day.look(1) == []  # not at each look
    (row,) = day.look(AGAIN_S)
    assert (row.reminder_id, row.fired_utc_ms, row.answer) == (1, day.clock.now, None)
    assert not row.silent
    assert way.shown == [1] and "unshown" not in day.live.warnings
    assert day.live.reminder is not None and day.live.reminders_fired == 1
    assert len(day.look(60)) == 1


def test_an_answer_while_it_is_being_shown_counts(store: Store):
    class Quick(Way):
        async def notify(self, notice: Notice) -> None:
            await super().notify(notice)
            day.reminding.fanout.answered(notice.reminder_id, "done", "desktop")

    day = Day(store, [Quick()])
    day.look()
    (row,) = day.look(1)
    assert (row.answer, row.silent) == ("done", False)
    assert "unshown" not in day.live.warnings
    assert (day.live.reminder, day.live.reminders_fired) == (None, 1)


def test_a_moment_that_is_over_is_told_no_more(store: Store):
    day = Day(store, [])
    day.look()
    assert day.live.warnings
    day.clock.now = at(23)
    assert day.look() == [] and day.live.warnings == {}


@pytest.mark.parametrize(
    "held",
    [Hold(reasons.LOCKED), Hold(reasons.QUIET), Hold(reasons.CALL, buzz_too=True)],
)
def test_held_back_it_counts_as_nothing_and_comes_at_the_end_of_the_hold(store: Store, held: Hold):
    way = Way()
    day = Day(store, [way], held)
    assert day.look() == [] and way.shown == [] and day.live.warnings == {}
    assert day.live.waits_because == held.why
    day.held = FREE
    (row,) = day.look(AGAIN_S)
    assert row.fired_utc_ms == day.clock.now and way.shown == [1]
    assert day.live.waits_because == ""


def test_held_back_for_longer_than_moments_are_caught_up_it_is_left_out(store: Store):
    day = Day(store, [Way()], Hold(reasons.CALL, buzz_too=True))
    day.look()
    day.held = FREE
    assert day.look(CATCH_UP_MS / 1000 + 1) != []  # noon's
    assert [row.due_utc_ms for row in day.look()] == [at(12)]
    assert day.live.waits_because == ""


@pytest.mark.parametrize(("buzz_too", "shown"), [(False, [1]), (True, [])])
def test_what_the_clip_buzzed_is_on_the_screen_for_those_who_come(
    store: Store, buzz_too: bool, shown: list[int]
):
    way = Way()
    held = Hold(reasons.CALL if buzz_too else reasons.LOCKED, buzz_too)
    day = Day(store, [way, ClipNotifier(Clip(), lambda *_: None)], held)
    assert len(day.look()) == len(shown) and way.shown == shown


def test_a_probe_stands_for_a_reminder_that_would_be_shown(store: Store):
    probing = TEXT.replace("probe_pct = 50", "probe_pct = 50\nfull_weeks = 1")
    for days in range(-7, 0):
        for hour in (8, 12):
            told = store.reminders.fired("nod", at(hour, days=days), at(hour, days=days))
            store.reminders.answered(told, "done", at(hour, 1, days=days), "desktop")
    store.plans.put(probing, "T", at(7, days=-59))
    day = Day(store, [Way()], Hold(reasons.CALL, buzz_too=True))
    moments = [at(hour, days=days) for days in range(9) for hour in (8, 12)]
    day.clock.now = next(
        one for one in moments if lot(one, "probe") < 50 and lot(one, "shown") < 75
    )
    held = day.look()
    day.held = FREE
    assert [row.silent for row in day.look(AGAIN_S) if row not in held] == [True]


def test_a_buzz_alone_is_shown_and_it_is_told_that_nothing_names_the_exercise(store: Store):
    day = Day(store, [Way(works=False), ClipNotifier(Clip(), lambda *_: None)])
    assert len(day.look()) == 1 and day.live.reminder is not None
    assert len(day.look(1)) == 1
    assert "nothing here tells for which" in day.live.warnings["unshown"]
    day.live.reminder = None  # answered
    day.look(1)
    assert day.live.warnings == {}


@pytest.mark.parametrize(("reached", "worn"), [(False, True), (True, False)])
def test_a_buzz_that_nobody_feels_shows_nothing(store: Store, reached: bool, worn: bool):
    clip = Clip()
    clip.reached = reached
    day = Day(store, [ClipNotifier(clip, lambda *_: None, lambda: worn)])
    assert day.look() == [] and day.live.warnings


def test_an_answer_shows_that_it_was_felt_all_the_same(store: Store):
    day = Day(store, [])
    day.look()
    assert store.reminders.answered(1, "done", day.clock.now + 1000, "clip")
    (row,) = store.reminders.history()
    assert (row.answer, row.via, row.silent) == ("done", "clip", False)


@pytest.mark.parametrize(
    "fields", [{"state": "not_worn"}, {"charging": True}, {"power": "no_buzz"}]
)
def test_the_runner_knows_when_a_buzz_is_felt(store: Store, fields: dict[str, Any]):
    runner = Runner(lambda: pytest.fail("not connected here"), store, Clock())
    runner.live.connected, runner.live.state = True, "neutral"
    assert runner._felt()
    for name, value in fields.items():
        setattr(runner.live, name, value)
    assert not runner._felt()


# --- lines instead of a live view


@pytest.mark.parametrize("read", [True, False])
async def test_lines_have_title_and_text_and_count_where_somebody_reads_them(read: bool):
    out = io.StringIO()
    way = TerminalNotifier(Console(file=out, width=30), print, keys=False, read=read)
    notice = Notice(7, "Time for your exercises", "Test walk: one repetition, as slow as you like.")
    for _ in range(2):
        if read:
            await way.notify(notice)
        else:
            with pytest.raises(PoiseError):
                await way.notify(notice)
    assert out.getvalue() == f"{notice.title}  {notice.text}\n"


async def test_plain_names_the_exercise(store: Store, monkeypatch: pytest.MonkeyPatch, capsys):
    async def until(runner: Runner, *_: Any) -> None:
        await runner._reminding.look()

    async def there() -> Hold:
        return FREE

    monkeypatch.setattr(command, "until", until)
    monkeypatch.setattr(interruption, "hold", there)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    runner = Runner(lambda: pytest.fail("not connected here"), store, Clock())
    await command._with_lines(runner, store, 1.0, Site(False, None, None), quiet=False)
    assert "Time for your exercises  Small nod" in capsys.readouterr().out


# --- who is there


SCREEN = r"""
import asyncio
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_method
from poise.notify import presence

class Screen(ServiceInterface):
    locked, idle_ms = False, 0
    def __init__(self):
        super().__init__("org.freedesktop.ScreenSaver")
    @dbus_method()
    def GetActive(self) -> "b":
        return self.locked
    @dbus_method()
    def GetSessionIdleTime(self) -> "u":
        return self.idle_ms

async def main():
    print(repr(await presence.away()))
    bus = await MessageBus().connect()
    screen = Screen()
    bus.export("/org/freedesktop/ScreenSaver", screen)
    await bus.request_name("org.freedesktop.ScreenSaver")
    for screen.locked, screen.idle_ms in ((False, 0), (True, 0), (False, 299_000), (False, 300_000)):
        print(repr(await presence.away()))

asyncio.run(main())
"""


@pytest.mark.skipif(
    not shutil.which("dbus-run-session"), reason="needs dbus-run-session (Debian: dbus)"
)
def test_a_locked_or_idle_screen_is_known_by_its_desktop(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", SCREEN],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        repr(why) for why in ("", "", reasons.LOCKED, "", reasons.IDLE)
    ]


async def test_what_cannot_be_asked_counts_as_somebody_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert await presence.away() == ""


@pytest.mark.parametrize(
    ("locked", "idle_s", "why"),
    [(True, 1, reasons.LOCKED), (False, 299, ""), (False, 301, reasons.IDLE)],
)
def test_a_macs_properties(locked: bool, idle_s: int, why: str):
    root = plistlib.dumps({"IOConsoleLocked": locked})
    devices = [{"IORegistryEntryChildren": [{"HIDIdleTime": idle_s * 1_000_000_000}]}]
    assert presence.of_ioreg(root, plistlib.dumps(devices)) == why
    assert presence.of_ioreg(b"", b"nothing") == ""


def test_two_looks_at_a_time_show_one_reminder(store: Store):
    """A letter from the clinic has a plan taken up while the runner looks by itself."""
    desktop = Way()
    day = Day(store, [desktop])
    stores, calls, second = day.reminding._fired, [0], threading.Event()

    def waits_for_another(reminder: Reminder, now: int) -> int:
        calls[0] += 1
        if calls[0] == 2:
            second.set()
        second.wait(0.3)  # of a second look, if one comes
        return stores(reminder, now)

    day.reminding._fired = waits_for_another

    async def both() -> None:
        await asyncio.gather(day.reminding.look(), day.reminding.take_up_plan())

    asyncio.run(both())
    assert len(desktop.shown) == len(store.reminders.history()) == 1
