"""The acts of setting up that need no radio: plans that are brought in, a clip that is chosen, a start at login."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from poise.clip.transport.ble import BleTransport, Found
from poise.coach.plan.plan import parse_plan
from poise.errors import PoiseError, Reason
from poise.setup.acts import Means, Setup
from poise.setup.steps import State, Step
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.wear import Runner
from poise.words import setup as words
from tests.support.plans import exercise, plan_text

PLAN = plan_text(exercise(use="chin-tuck"))
NEAR, FAR = (Found(f"Poise {name}", name, rssi, None) for name, rssi in (("1901", -50), ("2A02", -80)))  # fmt: skip


class Desk:
    """A computer whose answers a test sets."""

    def __init__(self, store: Store) -> None:
        self.installed: list[str | None] = []
        self.heard: list[Found] = []
        self.fault: PoiseError | None = None
        self.runner = Runner(self._no_client, store, SystemClock())
        means = Means(
            self._look, self._no_client, self._install, lambda: bool(self.installed), self._notify
        )
        self.setup = Setup(store, SystemClock(), self.runner, means)

    def _no_client(self, *_given: object):
        raise AssertionError("no act here talks with a clip")

    async def _look(self) -> list[Found]:
        return self.heard

    def _install(self, wanted: str | None) -> None:
        if self.fault:
            raise self.fault
        self.installed.append(wanted)

    async def _notify(self) -> None:
        if self.fault:
            raise self.fault


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_plan_is_used_only_once_it_has_been_seen(desk: Desk, store: Store, encoding: str) -> None:
    desk.setup.offer(PLAN.replace("\n", "\r\n").encode(encoding), "mine.toml")
    assert desk.setup.offered and store.plans.current() is None
    desk.setup.use()
    current = store.plans.current()
    assert current and current.text == PLAN and desk.setup.offered is None
    assert current.who == parse_plan(PLAN).therapist
    assert desk.setup.progress()[Step.PLAN] is State.DONE


def test_a_faulty_plan_changes_nothing_and_every_fault_is_told(desk: Desk, store: Store) -> None:
    desk.setup.offer(PLAN.encode(), "good.toml")
    desk.setup.use()
    desk.setup.offer(b"version = 1", "mine.toml")
    desk.setup.use()
    told = desk.setup.trouble[Step.PLAN].told
    assert told.startswith(words.PLAN_FAULTY) and told.count("mine.toml line") >= 3
    desk.setup.offer(b"\xff\xfe\x00\xd8", "photo.jpg")
    assert "photo.jpg" in desk.setup.trouble[Step.PLAN].told
    current = store.plans.current()
    assert current and current.text == PLAN


async def test_of_several_clips_the_chosen_one_is_followed_from_login_on(desk: Desk) -> None:
    desk.heard = [NEAR, FAR]
    await desk.setup.look()
    assert desk.setup.progress()[Step.FIND] is State.NOW
    desk.setup.choose(FAR.name)
    await desk.setup.look()
    assert desk.setup.progress()[Step.PAIR] is State.NOW
    await desk.setup.install()
    assert desk.installed == [FAR.name]
    assert desk.setup.progress()[Step.REMIND] is State.DONE


async def test_one_clip_needs_no_name_and_none_is_told_with_its_cure(desk: Desk) -> None:
    await desk.setup.look()
    assert desk.setup.trouble[Step.FIND].cure == words.FINDING_CLIP_CURE
    desk.heard = [NEAR]
    await desk.setup.look()
    assert desk.setup.wanted is None and Step.FIND not in desk.setup.trouble


async def test_a_start_at_login_that_fails_is_told_and_can_be_tried_again(desk: Desk) -> None:
    desk.fault = PoiseError(Reason.REFUSED, "`systemctl` failed: no bus", "Log in on the desktop.")
    await desk.setup.install()
    assert "no bus" in desk.setup.trouble[Step.REMIND].text and not desk.setup.turns_over
    assert (found := await desk.setup.notify()) and found.cure == "Log in on the desktop."
    desk.fault = None
    await desk.setup.install()
    assert Step.REMIND not in desk.setup.trouble
    assert await desk.setup.notify() is None


def test_whoever_starts_poise_by_hand_is_not_asked_to_start_it_at_login(desk: Desk) -> None:
    assert Step.REMIND not in desk.setup.missing()

    async def nowhere() -> str:
        return ""

    desk.setup.hand_over = nowhere
    assert Step.REMIND in desk.setup.missing()
    desk.setup.leave(Step.REMIND)
    assert Step.REMIND not in desk.setup.missing()


def test_a_clip_that_has_forgotten_this_computer_is_to_be_paired_again(desk: Desk) -> None:
    desk.runner.live.clip_id = "0011223344556677"
    assert desk.setup.facts().paired
    desk.runner.live.link_fault = BleTransport("Poise 1901")._not_paired().reason
    assert not desk.setup.facts().paired


async def test_it_leads_until_the_user_goes_on(desk: Desk) -> None:
    assert desk.setup.leads
    assert await desk.setup.end() == ""
    assert not desk.setup.leads
