"""What becomes of a session: kept when it is broken off, on hold at once, no more than the plan allows."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from poise.coach import safety
from poise.coach.plan.prescription import Prescription, for_reference
from poise.coach.session.cues import Phase
from poise.coach.session.session import Pace
from poise.errors import PoiseError, Reason
from poise.guide import SessionRunner, keeping
from poise.store import Store
from poise.timebase.clock import SystemClock
from tests.conftest import WITHIN_S
from tests.support.exercise_wearer import Head

PACE = Pace(ready=20, out=60, between=40, stay=60, reached=20, rest=40, side=40, stuck=2_000)
ASKED = Prescription(
    "turn", "Turn left", ("rotation_left",), "head", reps=3, target_deg=45, max_a_day=2
)
TIMED = Prescription("row", "Row", (), "unknown", reps=2, max_a_day=2)


class FrameClock(SystemClock):
    """Goes on with the wearer's frames, however busy the machine is."""

    now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            await asyncio.sleep(0.001)


class Wearer:
    """A feed whose head goes out and back as the cues ask; `client` None: nothing buzzes."""

    client = None

    def __init__(self) -> None:
        self.head = Head()
        self.clock = FrameClock()
        self._tell: Callable[[dict[str, Any]], None] | None = None
        self._task: asyncio.Task | None = None
        self.ended = 0

    def subscribe_motion(self, callback, rate_hz: int):
        assert rate_hz == 52
        self._tell = callback
        self._task = asyncio.get_running_loop().create_task(self._move())

        def stop() -> None:
            self.ended += 1
            assert self._task is not None
            self._task.cancel()

        return stop

    def follow(self, told) -> None:
        if told.cue == "go_out":
            self.head.go(1.5, rotation=-50)
        elif told.cue in ("come_back", "lost"):
            self.head.go(1.5)

    async def _move(self) -> None:
        # Twenty times as fast as a wearer: the judge goes by the frames' own time.
        while True:
            for _ in range(4):
                self.head.t_ms += 20
                self.clock.now_s += 0.001
                assert self._tell
                self._tell(self.head.frame())
            await asyncio.sleep(0.004)


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


def runner(store: Store, asked: Prescription, feed=None, views=None, **options) -> SessionRunner:
    def told(cue) -> None:
        if feed:
            feed.follow(cue)

    clock = feed.clock if feed else SystemClock()
    return SessionRunner(
        feed, asked, clock, store, (views or []).append, on_told=told, zone=UTC, pace=PACE, **options
    )  # fmt: skip


async def until(session: SessionRunner, *phases: Phase) -> None:
    async with asyncio.timeout(WITHIN_S):
        while session.view.phase not in phases:
            await asyncio.sleep(0.01)


async def test_judged_repetitions_become_a_row(store: Store):
    wearer = Wearer()
    session = runner(store, ASKED, wearer)
    running = asyncio.ensure_future(session.run())
    session.answer_pain(0)
    await until(session, Phase.PAIN_AFTER)
    session.answer_pain(0)
    number = await running
    (row,) = store.sessions.history()
    assert (row.session_id, row.reps_done, row.source, row.outcome) == (number, 3, "sensed", "done")  # fmt: skip
    assert [one["peak_cdeg"] for one in row.detail["reps"]] == pytest.approx([4530] * 3, abs=150)
    assert wearer.ended == 1


async def test_broken_off_it_keeps_what_was_done(store: Store):
    wearer = Wearer()
    session = runner(store, ASKED, wearer)
    running = asyncio.ensure_future(session.run())
    session.answer_pain(1)
    async with asyncio.timeout(WITHIN_S):
        while not session.result.reps:
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (row,) = store.sessions.history()
    assert row.outcome == "partly"
    assert row.reps_done == len(row.detail["reps"]) >= 1
    assert wearer.ended == 1


async def test_nothing_done_is_nothing_kept(store: Store):
    session = runner(store, TIMED)
    running = asyncio.ensure_future(session.run())
    session.stop()
    assert await running is None
    assert not store.sessions.history()


async def test_pain_puts_the_programme_on_hold_before_the_page_is_read(store: Store):
    session = runner(store, TIMED, via="dashboard")
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    session.answer_pain(7)
    (hold,) = store.holds.open()
    assert (hold.reason, hold.via) == ("pain", "dashboard")
    assert "7 of 10" in hold.detail
    assert not running.done()
    session.close_safety()
    await running
    with pytest.raises(PoiseError) as refused:
        await runner(store, TIMED).run()
    assert refused.value.reason is Reason.ON_HOLD


async def test_unwell_in_the_middle(store: Store):
    wearer = Wearer()
    session = runner(store, ASKED, wearer)
    running = asyncio.ensure_future(session.run())
    session.answer_pain(1)
    await until(session, Phase.OUT)
    session.unwell()
    assert [hold.reason for hold in store.holds.open()] == ["unwell"]
    session.close_safety()
    await running
    assert store.sessions.history()[0].outcome == "stopped_flag"


async def test_a_mistap_is_taken_back_and_the_session_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(safety, "TAKE_BACK_MS", 600_000)
    monkeypatch.setattr(safety, "TAKE_BACK_S", 600.0)
    session = runner(store, TIMED, via="dashboard")
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    assert not session.take_back()
    session.answer_pain(9)
    assert session.can_take_back and session.take_back() and not session.take_back()
    assert (session.view.phase, session.view.pain_before) == (Phase.PAIN_BEFORE, None)
    session.answer_pain(1)
    await until(session, Phase.OUT, Phase.HOLD, Phase.BACK)
    session.unwell()
    await asyncio.sleep(0)
    assert session.take_back()
    assert session.view.phase is Phase.PAUSED
    assert [hold.taken_back for hold in store.holds.history()] == [True, True]
    session.resume()
    await until(session, Phase.REPS_DONE)
    session.answer_reps(2)
    session.answer_pain(1)
    await running
    (row,) = store.sessions.history()
    assert (row.outcome, row.reps_done, row.pain_before) == ("done", 2, 1)
    assert row.detail["taken_back"] == [{"reason": "pain", "pain": 9}, {"reason": "unwell"}]


async def test_a_stop_whose_page_was_read_is_no_mistap(store: Store):
    session = runner(store, TIMED)
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    session.unwell()
    session.close_safety()
    assert not session.can_take_back and not session.take_back()
    await running
    assert len(store.holds.open()) == 1


async def test_a_stop_raised_elsewhere_ends_it(store: Store):
    session = runner(store, TIMED)
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    session.answer_pain(1)
    session.pause()
    store.holds.raise_("pain", "", "dashboard", SystemClock().utc_ms())
    session.resume()
    assert session.view.phase is Phase.SAFETY
    assert not session.can_take_back
    session.close_safety()
    await running
    assert len(store.holds.history()) == 1


def test_only_a_report_is_taken_back(store: Store):
    number = keeping.keep_report(store, TIMED, keeping.Report(1_000), 1_000, "terminal")
    assert keeping.times_at_most(store, replace(TIMED, max_a_day=1), 1_000, UTC) == 1
    assert keeping.remove_report(store, number, 2_000)
    assert not keeping.remove_report(store, number, 2_000)
    assert keeping.times_at_most(store, replace(TIMED, max_a_day=1), 1_000, UTC) == 0


async def test_what_was_guided_is_not_taken_back(store: Store):
    session = runner(store, TIMED)
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    session.answer_pain(8)
    session.close_safety()
    number = await running
    assert number is not None
    assert not keeping.remove_report(store, number, 1)


async def test_the_plans_most_a_day(store: Store):
    now = SystemClock().utc_ms()
    for _ in range(2):
        keeping.keep_report(store, TIMED, keeping.Report(now), now, "terminal")
    with pytest.raises(PoiseError, match="the most that the plan allows"):
        await runner(store, TIMED).run()
    session = runner(store, replace(TIMED, exercise_id="other"))
    running = asyncio.ensure_future(session.run())
    session.stop()
    await running


async def test_a_link_that_is_lost_waits_and_goes_on(store: Store):
    wearer = Wearer()
    session = runner(store, ASKED, wearer)
    running = asyncio.ensure_future(session.run())
    session.answer_pain(1)
    await until(session, Phase.OUT)
    tell, wearer._tell = wearer._tell, lambda _frame: None
    await until(session, Phase.LOST)
    assert session.view.angle_deg is None
    wearer._tell = tell
    await until(session, Phase.PAIN_AFTER)
    session.answer_pain(None)
    await running
    (row,) = store.sessions.history()
    assert (row.reps_done, row.detail["lost"]) == (3, 1)


async def test_a_recording_needs_three_repetitions(store: Store):
    wearer = Wearer()
    session = runner(store, for_reference(ASKED), wearer, who="T")
    running = asyncio.ensure_future(session.run())
    await until(session, Phase.DONE)
    number = await running
    found = store.references.latest("turn", "head")
    assert found is not None and found.reference_id == number
    assert found.measures["movements"]["rotation_left"]["reps"] == 5


@pytest.mark.parametrize("reps", [0, 3, -1])
def test_a_report_beyond_the_dose_is_refused(store: Store, reps: int):
    with pytest.raises(PoiseError) as refused:
        keeping.keep_report(store, TIMED, keeping.Report(1, reps), 1, "terminal")
    assert refused.value.reason is Reason.BAD_INPUT
    assert not store.sessions.history()


def test_a_report_of_pain_stops_the_programme(store: Store):
    report = keeping.Report(when_utc_ms=1_000, reps=1, pain_after=6)
    keeping.keep_report(store, TIMED, report, 2_000, "terminal")
    (row,) = store.sessions.history()
    assert (row.outcome, row.ended_utc_ms, row.entered_utc_ms) == ("stopped_pain", 1_000, 2_000)
    assert [hold.reason for hold in store.holds.open()] == ["pain"]
