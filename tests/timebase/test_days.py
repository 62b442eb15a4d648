"""Days of 23 and 25 hours, time zones that change under way, and times that are not known: what users see of them."""

import asyncio
import datetime as dt
import json
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from poise.cli.context import local_time
from poise.cli.live import clock_time, view
from poise.clip.client import NO_TIME, ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.coach.plan.moments import occurrences
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.facts import Wearer
from poise.notify import Notifier
from poise.report.model import collect
from poise.report.view import view as page
from poise.store import Store
from poise.store.records import Event
from poise.timebase.calendar import local_date
from poise.timebase.clock import FIRST_UTC_MS, SystemClock
from poise.timebase.period import Period
from poise.wear import Live, Runner
from poise.wear.bring_in import BringIn
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.decided import due
from tests.support.peer import CLIP_ID, IDENTITY, Peer, button
from tests.support.peer import transfer as a_transfer
from tests.support.plans import exercise, plan_text
from tests.support.report_sample import CLIP, Log, utc_ms
from tests.support.wear_day import Clip

HOUR_MS = 3_600_000
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")
CHANGES = {  # of 2026, with the hours of the day
    "Europe/Berlin": (("2026-03-29", 23), ("2026-10-25", 25)),
    "America/New_York": (("2026-03-08", 23), ("2026-11-01", 25)),
    "Asia/Kolkata": (("2026-03-29", 24), ("2026-10-25", 24)),
    "Pacific/Apia": (("2026-04-05", 24), ("2026-09-27", 24)),
}
DAYS = [(zone, *change) for zone, changes in CHANGES.items() for change in changes]
EARLIER = [  # what zones do besides: a day that begins at one o'clock, one with two midnights, one that never was
    ("Africa/Cairo", "2026-04-24", 23),
    ("America/Havana", "2026-11-01", 25),
    ("Pacific/Apia", "2011-12-29", 24),
    ("Pacific/Apia", "2012-04-01", 25),
]
WORN = {"neutral_s": 60, "under_10_s": 60, "p50_deg": 5}


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


@pytest.fixture
def machine_in(monkeypatch):
    """Puts this machine into a time zone."""

    def put(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


def worn_hours(log: Log, from_utc_ms: int, hours: int) -> None:
    """A minute of every hour, at its middle."""
    for hour in range(hours):
        log.minute(from_utc_ms + hour * HOUR_MS + HOUR_MS // 2, "collar", **WORN)


# --- reports


@pytest.mark.parametrize(("name", "day", "hours"), DAYS + EARLIER)
def test_a_day_lasts_from_its_midnight_to_the_next(name: str, day: str, hours: int):
    zone, date = ZoneInfo(name), dt.date.fromisoformat(day)
    period = Period(date, date, zone)
    assert period.to_utc_ms - period.from_utc_ms == hours * HOUR_MS
    assert local_date(period.from_utc_ms, zone) == date == local_date(period.to_utc_ms - 1, zone)
    assert local_date(period.from_utc_ms - 1, zone) < date < local_date(period.to_utc_ms, zone)


@pytest.mark.parametrize(("name", "day", "hours"), DAYS)
def test_each_minute_is_in_one_day_of_the_report(
    store: Store, machine_in, name: str, day: str, hours: int
):
    machine_in(name)  # there is no plan that would say
    zone, middle = ZoneInfo(name), dt.date.fromisoformat(day)
    first, last = middle - dt.timedelta(days=1), middle + dt.timedelta(days=1)
    start = utc_ms(f"{first}T00:00", zone)
    log = Log(start - HOUR_MS)
    log.clock(start - HOUR_MS)
    worn_hours(log, start, 24 + hours + 24)
    log.store(store)
    # Made in another season than the days' own.
    found = collect(store, CLIP, first, last, utc_ms("2027-01-15T12:00", zone))
    assert [part.worn_min for part in found.parts] == [24, hours, 24]
    assert (found.days_worn, found.worn_min) == (3, 48 + hours)
    assert found.period_min == (48 + hours) * 60
    assert found.exposure.state_min["off"] == (48 + hours) * 59
    whole = collect(store, CLIP, None, None, utc_ms("2027-01-15T12:00", zone))
    assert (whole.period.first, whole.period.last) == (first, last)
    assert page(found)["zone"] == f"Times and days in {name}."


def test_a_flight_moves_the_days_and_loses_no_minute(store: Store, machine_in):
    """Berlin to New York to Apia to Kolkata: the clip runs on in UTC, and the machine that makes the report travels."""
    start = utc_ms("2026-10-20T08:00")
    log = Log(start)
    log.clock(start)
    worn_hours(log, start, 20 * 24)
    log.store(store)
    for name in ZONES:
        machine_in(name)
        found = collect(store, CLIP, None, None, start + 40 * 24 * HOUR_MS)
        assert found.worn_min == 20 * 24 == sum(part.worn_min for part in found.parts)
        assert found.period.first == local_date(start, ZoneInfo(name))
        assert found.days_worn == len(found.parts) == 21


def test_a_plans_zone_stays_whatever_machine_makes_the_report(store: Store, machine_in):
    machine_in("Pacific/Apia")
    store.plans.put(text_of("Europe/Berlin"), "T", FIRST_UTC_MS)
    start = utc_ms("2026-10-25T00:00")
    log = Log(start)
    log.clock(start)
    worn_hours(log, start, 25)
    log.store(store)
    found = collect(store, CLIP, None, None, start + 30 * HOUR_MS)
    assert [part.worn_min for part in found.parts] == [25]


# --- reminders


def text_of(zone: str) -> str:
    nod = exercise(id="nod", name="Nod", reps=10, times=["07:00", "12:30", "21:00"])
    return plan_text(nod, zone=zone, quiet=("22:00", "06:30"))


@pytest.mark.parametrize(("name", "day", "hours"), DAYS)
def test_prescribed_times_are_the_wearers_on_the_days_of_the_change(
    name: str, day: str, hours: int
):
    plan, zone = parse_plan(text_of(name)), ZoneInfo(name)
    whole = Period(dt.date.fromisoformat(day), dt.date.fromisoformat(day), zone)
    moments = occurrences(plan, whole.from_utc_ms - 1, whole.to_utc_ms - 1)
    local = [dt.datetime.fromtimestamp(one.due_utc_ms / 1000, zone) for one in moments]
    assert [f"{one:%H:%M}" for one in local] == ["07:00", "12:30", "21:00"]
    assert moments[0].due_utc_ms - whole.from_utc_ms == (7 + hours - 24) * HOUR_MS
    worn = Wearer(worn=True, still=True)
    fired = [
        at for at in range(whole.from_utc_ms, whole.to_utc_ms, 60_000) if due(plan, [], at, worn)
    ]
    quiet = [dt.datetime.fromtimestamp(at / 1000, zone).time() for at in fired]
    assert fired and min(quiet) == dt.time(7) and max(quiet) < dt.time(22)


@pytest.mark.parametrize(("name", "day", "hours"), DAYS)
def test_the_budget_is_of_the_last_24_hours_whatever_the_day_lasts(name: str, day: str, hours: int):
    plan, zone = parse_plan(text_of(name)), ZoneInfo(name)
    noon = utc_ms(f"{day}T12:30", zone)
    worn = Wearer(worn=True, still=True)
    budget = max(plan.nudge.per_day, 6)
    spent = [noon - 24 * HOUR_MS + 1 + n * HOUR_MS for n in range(budget)]
    assert due(plan, [], noon, worn, spent) is None
    assert due(plan, [], noon, worn, spent[1:]) is not None
    assert due(plan, [], noon, worn, [spent[0] - 1, *spent[1:]]) is not None
    assert hours in (23, 24, 25)


# --- times that are not known


UNKNOWN = (None, -1, 0, 1, 946_684_800_000, FIRST_UTC_MS - 1, 4_102_444_800_000)


@pytest.mark.parametrize("when", UNKNOWN)
def test_no_time_is_made_of_none(when: int | None):
    assert local_time(when) == "-"
    assert clock_time(when) == "earlier "
    assert local_time(FIRST_UTC_MS) != "-" and clock_time(FIRST_UTC_MS) != "earlier "


def frame(live: Live) -> str:
    console = Console(width=100, record=True)
    with console.capture() as shown:
        console.print(view(live))
    return shown.get()


def test_the_live_view_shows_no_time_that_is_none():
    live = Live(next_reminder_utc_ms=28_800_000)
    live.events.append((5000, "button", {"press": "short"}))
    shown = frame(live)
    assert "earlier" in shown and "00:00" not in shown and "reminder" not in shown
    live.next_reminder_utc_ms = FIRST_UTC_MS
    assert "next reminder" in frame(live)


def untimed(store: Store, utc: int | None) -> list[Event]:
    """A log whose only time is `utc`."""
    log = Log(0)
    log.add("boot", 10, cause="power_on", firmware="0.1.0", wire_hash=bytes(8))
    if utc is not None:
        log.add("clock", 1000, utc_ms=utc, uncertainty_ms=50)
    log.minute(60_000, "collar", **WORN)
    log.add("button", 61_000, press="short")
    log.store(store)
    return store.records.events(CLIP)


@pytest.mark.parametrize("utc", [None, 0, 5000, 946_684_800_000, 2**64 - 1])
def test_a_log_without_a_time_has_none_in_the_store(store: Store, utc: int | None):
    events = untimed(store, utc)
    assert len(events) >= 2
    assert all(event.utc_ms is None and event.uncertainty_ms is None for event in events)
    assert store.minutes.columns(CLIP)["utc_ms"].tolist() == [-1]
    assert store.records.events(CLIP, 0, 2**62) == []
    assert len(store.minutes.columns(CLIP, 0)["utc_ms"]) == 0
    assert len(store.minutes.columns(CLIP, -5)["utc_ms"]) == 0


def test_a_log_without_a_time_is_listed_with_a_dash(poise, tmp_path: Path):
    log = Log(0)
    log.add("clock", 1000, utc_ms=0, uncertainty_ms=50)
    log.add("button", 61_000, press="short")
    path = tmp_path / "log.bin"
    path.write_bytes(b"".join(log.parts))
    assert poise("import", str(path), "--clip", CLIP).returncode == 0
    shown = poise("events").stdout
    assert "button" in shown and "1970" not in shown and "19" not in shown.split()[1]
    assert json.loads(poise("events", "--kind", "button", "--json").stdout)["utc_ms"] is None
    refused = poise("report")
    assert refused.returncode != 0 and "nothing is logged yet" in refused.stderr


def test_a_report_says_how_many_minutes_and_times_it_left_out(store: Store):
    start = utc_ms("2026-11-02T08:00")
    log = Log(start)
    log.add("boot", start, cause="power_on", firmware="0.1.0", wire_hash=bytes(8))
    log.clock(start + 90_000)
    log.add("clock", start + 95_000, utc_ms=1_000_000, uncertainty_ms=50)
    log.add("clock", start + 96_000, utc_ms=start - 400 * 24 * HOUR_MS, uncertainty_ms=50)
    log.clock(start + 97_000)
    log.minute(start + 120_000, "collar", **WORN)
    log.store(store)
    found = collect(store, CLIP, None, None, start + HOUR_MS)
    assert (found.quality.wrong_times, found.quality.untimed_min) == (2, 0)
    told = json.dumps(page(found))
    assert "Wrong times given to the clip" in told and "2, not used" in told
    lost = collect(store, CLIP, None, None, 5000)  # made on a machine that has lost the time
    assert "Made at a time that this machine does not know" in json.dumps(page(lost))
    assert "1970" not in json.dumps(page(lost))


def test_what_the_clip_kept_over_a_restart_is_told_from_a_host(store: Store):
    wrong, right = utc_ms("2030-01-01T00:00"), utc_ms("2026-11-02T08:00")

    def put(seq: int, boot: int, t_ms: int, kind: str, **fields) -> bytes:
        return codec.pack_record(kind, seq, boot, t_ms, fields)

    start = {"cause": "reset", "firmware": "0.1.0", "wire_hash": bytes(8)}
    raw = put(1, 1, 5, "boot", **start) + put(2, 1, 900, "clock", utc_ms=wrong, uncertainty_ms=50)
    for boot in (2, 3):
        raw += put(2 * boot - 1, boot, 5, "boot", **start)
        raw += put(2 * boot, boot, 7, "clock", utc_ms=wrong + boot * 9000, uncertainty_ms=300)
    raw += put(7, 3, 5000, "clock", utc_ms=right, uncertainty_ms=50)
    store.records.import_raw(CLIP, raw, "usb", right)
    clock = store.records.clock_map(CLIP)
    assert [(one.boot, one.kept) for one in clock.outliers] == [(1, False), (2, True), (3, True)]
    assert clock.utc_ms(3, 5000) == right and clock.instant(1, 900) is None


# --- a host that has lost the time


class LostClock(SystemClock):
    """A machine whose clock began at 1970 when it was switched on, two hours ago."""

    def __init__(self) -> None:
        self._on_ms = super().utc_ms() - 2 * HOUR_MS

    def utc_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return super().utc_ms() - self._on_ms


async def test_a_host_without_the_time_downloads_and_gives_none(store: Store):
    raw = button(1)
    clip = Peer(log_read=lambda _n, i, _f: a_transfer(i, raw, 1, 2))
    client = ClipClient(SerialTransport(clip.port), LostClock())
    result = await BringIn(store, lambda: client, client.clock).run()
    clip.unplug()
    assert result["new"] == 1 and result["time_given"] is False
    assert "time_set" not in clip.names()
    assert store.records.events(CLIP_ID.hex())[0].utc_ms is None


async def test_the_runner_goes_on_without_the_time_says_so_and_reminds_of_nothing(store: Store):
    clip, shown = Clip(), []

    class Way(Notifier):
        @property
        def name(self) -> str:
            return "test"

        async def notify(self, notice) -> None:
            shown.append(notice)

        async def withdraw(self, reminder_id: int) -> None:
            pass

    times = ", ".join(f'"{hour:02}:00"' for hour in range(6))
    text = text_of("UTC").replace('"07:00", "12:30", "21:00"', times).replace("06:30", "23:00")
    plan = parse_plan(text)
    clock = LostClock()
    runner = Runner(lambda: ClipClient(SerialTransport(clip.port), clock), store, clock, plan)
    runner.use([Way()])
    running = asyncio.ensure_future(runner.run())
    await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
    async with asyncio.timeout(WITHIN_S):
        while runner.live.warning != NO_TIME or runner.live.records != 3:
            await asyncio.sleep(0.02)
    await asyncio.sleep(1.2)  # long enough for a reminder, if there were one
    assert NO_TIME[:40] in frame(runner.live) and "1970" not in frame(runner.live)
    assert "time_set" not in clip.names() and shown == []
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    clip.unplug()


async def test_the_error_of_the_time_is_half_of_what_reading_the_clips_clock_took():
    """However long any other message takes, the time's own too."""
    slow = {"hello": iter((0.3,)), "setting_get": iter((0.2, 0.12, 0.3)), "time_set": iter((0.4,))}
    read: list[float] = []

    def answered(name: str, number: int) -> list[bytes]:
        time.sleep(next(slow[name]))
        if name == "hello":
            return [codec.pack("identity", number, **IDENTITY)]
        read.append(time.time() * 1000)
        return [codec.pack("ok", number, t_ms=61_000 + len(read), value=0)]

    clip = Peer(**{name: lambda n, i, _f: answered(n, i) for name in slow})
    client = ClipClient(SerialTransport(clip.port), SystemClock())
    await client.open()
    assert await client.set_time()
    await client.close()
    clip.unplug()
    (told,) = (fields for name, fields in clip.requests if name == "time_set")
    best = told["at_ms"] - 61_001
    assert 50 <= told["uncertainty_ms"] < 65_535
    assert abs(told["utc_ms"] - read[best]) <= told["uncertainty_ms"]
