"""An exercise session with the real firmware: its angles are judged, its motor paces, its nudges wait."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.coach.plan.plan import parse_plan
from poise.coach.plan.prescription import for_reference, prescribe
from poise.coach.session.cues import Phase
from poise.guide import ClientFeed, SessionRunner
from poise.store import Store
from poise.twin.process import TwinProcess
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.plans import exercise, plan_text

pytestmark = pytest.mark.system

STILL = '[[segment]]\nname = "sits"\nduration_s = 14\n'
NOD = (
    '[[segment]]\nname = "nods"\nduration_s = 0.8\nflexion_deg = 22\nmove_s = 0.7\n'
    '[[segment]]\nname = "back"\nduration_s = 1.2\nmove_s = 0.7\n'
)
TURN = (
    '[[segment]]\nname = "turns left"\nduration_s = 4\nrotation_deg = 52\nmove_s = 2.0\n'
    '[[segment]]\nname = "back"\nduration_s = 4\nmove_s = 2.0\n'
)
PLAN = plan_text(
    exercise(
        id="turn",
        name="Turn left",
        instructions="Look over the left shoulder.",
        movement="rotation_left",
        reps=3,
        sets=1,
        hold_s=0,
        target_deg=45,
        times=["09:00"],
    ),
    quiet=("23:00", "05:00"),
)
# Milliseconds of each pulse that the pattern is felt as (firmware/drivers/haptic.py).
FELT = {"pace_out": (120,), "pace_back": (60, 60), "session_done": (250, 250, 500)}
SPEED = 4.0


class Case:
    """A twin whose wearer turns the head to the left, three times a half minute, from its upright on."""

    def __init__(self, twin: TwinProcess, store: Store) -> None:
        self.twin = twin
        self.store = store
        self.plan = parse_plan(PLAN)
        self.plan_id = store.plans.put(PLAN, "T", twin.clock.utc_ms()).plan_id

    def client(self) -> ClipClient:
        return ClipClient(SerialTransport(self.twin.info["usb"]), self.twin.clock)

    async def calibrate(self) -> None:
        client = self.client()
        identity = await client.open()
        try:
            await client.request("setting_set", key="saver_after_s", value=0)
            await client.request("calibrate", site="head", scope="full")
            await client.begin_log(identity.next_seq, 0, follow=True)
            async with asyncio.timeout(WITHIN_S):
                while True:
                    name, fields = await client.take_log(40)
                    if name == "log_data" and fields["records"] != b"":
                        kinds = [
                            r for r in _records(fields["records"]) if r["kind"] == "calibration"
                        ]
                        if kinds:
                            assert kinds[0]["result"] == "accepted"
                            return
        finally:
            await client.close()

    async def session(self, **options: Any) -> tuple[SessionRunner, int | None]:
        asked = prescribe(self.plan, self.plan.exercises[0], "head", self.plan_id)
        who = options.get("who", "")
        async with ClientFeed(self.client) as feed:
            runner: SessionRunner
            runner = SessionRunner(
                feed,
                for_reference(asked) if who else asked,
                self.twin.clock,
                self.store,
                lambda view: _answer(runner, view.phase),
                who=who,
            )
            running = asyncio.ensure_future(runner.run())
            _answer(runner, runner.view.phase)
            return runner, await asyncio.wait_for(running, WITHIN_S)

    async def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        client = self.client()
        await client.open()
        try:
            await client.read_log(0, lambda raw: found.extend(_records(raw)))
        finally:
            await client.close()
        return found


def _records(raw: bytes) -> list[dict[str, Any]]:
    found, at = [], 0
    while at < len(raw):
        record, at = codec.parse_record(raw, at)
        found.append(record)
    return found


def _answer(runner: SessionRunner, phase: Phase) -> None:
    if phase in (Phase.PAIN_BEFORE, Phase.PAIN_AFTER):
        asyncio.get_running_loop().call_soon(runner.answer_pain, 1)


@pytest.fixture
async def case(tmp_path: Path):
    story = tmp_path / "story.toml"
    story.write_text(STILL + 2 * NOD + STILL + 60 * TURN)
    async with TwinProcess(tmp_path / "twin", scenario=str(story), speed=SPEED) as twin:
        with Store.open(tmp_path / "poise.db") as store:
            made = Case(twin, store)
            await made.calibrate()
            yield made


async def _felt(case: Case) -> list[str]:
    """The session's patterns that the motor has played, in their order."""
    await case.twin.clock.sleep(2.0)
    patterns: list[list[int]] = []
    end_us = -1_000_000
    for pulse in (await case.twin.command("haptic"))["pulses"]:
        if pulse["at_us"] - end_us > 250_000:
            patterns.append([])
        patterns[-1].append(round(pulse["lasted_us"] / 1_000))
        end_us = pulse["at_us"] + pulse["lasted_us"]
    return [name for each in patterns for name, lengths in FELT.items() if _like(each, lengths)]


def _like(pulses: list[int], lengths: tuple[int, ...]) -> bool:
    """The clip's timer wakes to the millisecond, give or take one or two."""
    return len(pulses) == len(lengths) and all(
        abs(pulse - length) <= 5 for pulse, length in zip(pulses, lengths, strict=True)
    )


async def test_a_guided_session(case: Case):
    runner, number = await case.session()
    (row,) = case.store.sessions.history()
    assert row.session_id == number
    assert (row.outcome, row.reps_done, row.source, row.site) == ("done", 3, "sensed", "head")
    assert (row.pain_before, row.pain_after, row.plan_id) == (1, 1, case.plan_id)
    peaks = [one["peak_cdeg"] / 100 for one in row.detail["reps"]]
    assert peaks == pytest.approx([52, 52, 52], abs=3)
    assert not runner.result.not_counted
    assert await _felt(case) == ["pace_out", "pace_back"] * 3 + ["session_done"]


async def test_the_yardstick_is_recorded_with_the_therapist(case: Case):
    runner, number = await case.session(who="T")
    found = case.store.references.latest("turn", "head")
    assert found is not None and (found.reference_id, found.who) == (number, "T")
    figures = found.measures["movements"]["rotation_left"]
    assert figures["reps"] == runner.result.reps_done == 5
    assert figures["peak_cdeg"] / 100 == pytest.approx(52, abs=3)
    assert not case.store.sessions.history(), "a recording is no session"


async def test_two_presses_mark_a_headache(case: Case):
    await case.twin.command("button", press_ms=100, again_ms=250)
    await case.twin.clock.sleep(3.0)
    marks = [each for each in await case.log() if each["kind"] == "mark"]
    assert [each["mark"] for each in marks] == ["headache"]
