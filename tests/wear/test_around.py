"""What the runner's reminders take into account beside the plan: stops, days ill, what was done, the diary, fading."""

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from poise.cli.wear import ScreenNotifier
from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.choice import PLANNED, How
from poise.errors import PoiseError
from poise.history.adherence import excused_days, tallies
from poise.history.days import DayFactsReader
from poise.history.plan_in_force import PlanFollower
from poise.history.reminder_choice import choose, reminder_choice
from poise.notify import Notice
from poise.notify.clip import ClipNotifier
from poise.notify.reasons import BUZZ_ONLY
from poise.store import Store
from poise.store.diary import DiaryRow
from poise.wear.live import Live
from poise.wear.reminding import Reminding
from tests.support.day_plan import DAY, TEXT, Clock, at
from tests.support.patient_rows import session

PLAN = parse_plan(TEXT)


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        opened.plans.put(TEXT, "T", at(7, days=-60))
        yield opened


def look(store: Store, clock: Clock) -> Live:
    """One look of the reminding; what it shows."""
    live = Live()

    async def once() -> None:
        reminding = Reminding(store, clock, live, None, lambda: None)
        reminding.fanout.use([ScreenNotifier(reminding.fanout.answered)])
        await reminding.look()

    asyncio.run(once())
    return live


def done(store: Store, when: int) -> None:
    store.sessions.add(**session(started_utc_ms=when, ended_utc_ms=when + 1000))


def test_a_reminder_comes_and_is_kept_with_its_cause(store: Store):
    live = look(store, Clock())
    assert live.reminder is not None and "Small nod" in live.reminder.text
    (row,) = store.reminders.history()
    assert (row.exercise_ids, row.cause, row.silent) == ("nod", "clock", False)


def test_none_while_a_stop_is_open(store: Store):
    number = store.holds.raise_("unwell", "", "terminal", at(7))
    live = look(store, Clock())
    assert (live.reminder, live.on_hold, store.reminders.history()) == (None, True, [])
    store.holds.clear(number, "T", "", at(7, 30))
    assert look(store, Clock()).reminder is not None


def test_a_stop_takes_away_the_reminder_that_waits(store: Store):
    live = look(store, Clock())
    assert live.reminder is not None
    store.holds.raise_("unwell", "", "terminal", at(8, 1))

    async def again() -> list[int]:
        reminding, gone = Reminding(store, Clock(), live, None, lambda: None), []

        async def withdraw(reminder_id: int) -> None:
            gone.append(reminder_id)

        reminding.fanout.withdraw = withdraw
        await reminding.look()
        return gone

    number = live.reminder.reminder_id
    assert asyncio.run(again()) == [number]
    assert live.reminder is None


def test_a_stop_that_was_a_mistap_excuses_no_day(store: Store):
    number = store.holds.raise_("unwell", "", "dashboard", at(8))
    assert DAY in excused_days(store, PLAN.timezone, DAY)
    assert store.holds.take_back(number, 10_000, at(8) + 4_000)
    assert not excused_days(store, PLAN.timezone, DAY)


@pytest.mark.parametrize("kind", ["ill", "away"])
def test_none_on_a_day_ill_or_away(store: Store, kind: str):
    number = store.treatments.add(DAY, kind, "", at(7))
    assert look(store, Clock()).reminder is None
    store.treatments.remove(number, at(7, 1))
    assert look(store, Clock()).reminder is not None


def test_none_for_what_was_done_within_the_hour_before(store: Store):
    done(store, at(7, 10))
    assert look(store, Clock()).reminder is None
    assert store.reminders.history() == []
    clock = Clock()
    clock.now = at(12)
    look(store, clock)
    assert len(store.reminders.history()) == 1  # noon's is another one, shown or silent


def test_the_diary_is_asked_for_once_unless_it_is_written(store: Store):
    clock = Clock()
    clock.now = at(20)
    live = look(store, clock)
    assert live.reminder is not None and live.reminder.title == "Your diary"
    clock.now = at(20, 40)
    assert look(store, clock).reminder is None


def test_a_written_diary_is_not_asked_for(store: Store):
    store.diary.put(DiaryRow(DAY, False, None, 1, (), "", at(9), False, "terminal"))
    clock = Clock()
    clock.now = at(20)
    assert look(store, clock).reminder is None


def test_after_weeks_of_doing_fewer_are_shown_and_some_are_silent(store: Store):
    for day in range(-60, 0):
        for hour in (7, 11):
            done(store, at(hour, 50, days=day))
    clock = Clock()
    facts = DayFactsReader(store, clock).look(PLAN, 1, clock.now)
    assert (facts.dosage.shown_pct, facts.dosage.probe_pct) == (25, 50)
    shown = 0
    for day in range(60):
        clock.now = at(8, days=day)
        live = look(store, clock)
        clock.now += 15 * 60_000
        shown += live.reminder is not None
        for hour in (8, 12):
            done(store, at(hour, 20, days=day))
    rows = store.reminders.history()
    silent = sum(row.silent for row in rows)
    assert 3 <= len(rows) <= 30  # a quarter of 60
    assert shown == len(rows) - silent
    assert 1 <= silent < len(rows)


def test_days_are_judged_by_the_plan_in_force_then_and_excused_ones_are_told(store: Store):
    later = TEXT.replace('["08:00", "12:00"]', '["08:00"]')
    store.plans.put(later, "T", at(7, days=-10))
    counted = tallies(store, parse_plan(later), DAY)
    assert [one.prescribed for one in counted] == [2] * 50 + [1] * 10
    store.treatments.add(DAY - dt.timedelta(3), "ill", "", at(7))
    hold = store.holds.raise_("pain", "", "terminal", at(7, days=-6))
    store.holds.clear(hold, "T", "", at(7, days=-5))
    assert sorted((DAY - day).days for day in excused_days(store, PLAN.timezone, DAY)) == [3, 5, 6]


def test_stillness_ends_with_half_a_minute_of_movement_or_taking_off():
    live = Live(connected=True)
    live.is_in("neutral", 1_000)
    assert live.wearer.still_since_utc_ms == 1_000
    live.is_in("moving", 10_000)
    live.is_in("flexed", 39_000)
    assert live.wearer.still_since_utc_ms == 1_000
    live.is_in("moving", 50_000)
    live.is_in("neutral", 80_000)
    assert live.wearer.still_since_utc_ms == 80_000
    live.is_in("flexed", 85_000)  # another posture is no movement
    assert live.wearer.still_since_utc_ms == 80_000
    live.is_in("neutral", 200_000)
    assert live.wearer.still_since_utc_ms == 80_000
    live.is_in("not_worn", 290_000)
    assert live.wearer.still_since_utc_ms is None
    assert live.wearer.worn is False
    live.is_in("moving", 295_000)
    assert live.wearer.still_since_utc_ms is None
    live.is_in("neutral", 297_000)  # just put on
    assert live.wearer.still_since_utc_ms == 297_000


def test_the_plan_is_read_anew_only_when_its_number_changes(store: Store):
    follower = PlanFollower(store)
    first = follower.look()
    assert first is not None and first.plan == PLAN and follower.look() is first
    store.plans.put(TEXT.replace("12:00", "13:00"), "T", at(9))
    second = follower.look()
    assert second is not None and second.plan_id > first.plan_id and second.plan != PLAN


def test_who_answers_none_for_two_weeks_is_asked_and_the_choice_holds_at_once(store: Store):
    for days in range(-16, 0):
        for hour in (8, 12):
            store.reminders.fired("nod", at(hour, days=days), at(hour, days=days))
        store.reminders.fired("diary", at(20, days=days), at(20, days=days), "diary")
    clock = Clock()
    reader = DayFactsReader(store, clock)
    facts = reader.look(PLAN, 1, clock.now)
    assert facts.asks_how and not facts.diary_open
    assert facts.dosage.shown_pct == 12
    choose(store, PLAN, "none", "dashboard", clock.now)
    facts = reader.look(PLAN, 1, clock.now + 1)
    assert (facts.asks_how, facts.choice.how) == (False, How.NONE)
    clock.now = at(12)
    live = look(store, clock)
    assert (live.reminder, live.next_reminder_utc_ms) == (None, None)
    choose(store, PLAN, "times 13:30", "dashboard", clock.now)
    clock.now = at(13, 30)
    live = look(store, clock)
    assert live.reminder is not None and "Small nod" in live.reminder.text
    # An entry of any day is use of the diary.
    store.diary.put(DiaryRow(DAY, False, None, 1, (), "", clock.now, False, "terminal"))
    assert reader.look(PLAN, 1, at(9, days=1)).diary_open


def test_a_choice_that_cannot_be_is_refused_and_one_of_a_newer_poise_is_left_alone(store: Store):
    for value in ("often", "times", "times 25:00"):
        with pytest.raises(PoiseError, match="no times of day"):
            choose(store, PLAN, value, "terminal", at(8))
    with pytest.raises(PoiseError, match="23:00 is in the plan's quiet hours"):
        choose(store, PLAN, "times 23:00", "terminal", at(8))
    assert reminder_choice(store) == PLANNED
    store.preferences.choose("reminders", "when it rains", "dashboard", at(8))
    assert reminder_choice(store) == PLANNED


@pytest.mark.parametrize("worn", [True, False])
async def test_only_the_clip_s_buzz(store: Store, worn: bool):
    choose(store, PLAN, "buzz", "dashboard", at(7))
    shown: list[int] = []

    class Clip:
        async def request(self, name: str, **fields: object) -> None:
            shown.append(1)
            assert (name, fields["reminder_id"]) == ("buzz", 1)

    class Desktop(ScreenNotifier):
        name = "desktop"

        async def notify(self, notice: Notice) -> None:
            pytest.fail("nothing on the computer")

    live = Live()
    reminding = Reminding(store, Clock(), live, None, lambda: None)
    answered = reminding.fanout.answered
    reminding.fanout.use([Desktop(answered), ClipNotifier(Clip(), answered, lambda: worn)])
    await reminding.look()
    assert len(shown) == len(store.reminders.history()) == worn
    assert live.warnings == {} and live.waits_because == ("" if worn else BUZZ_ONLY)
