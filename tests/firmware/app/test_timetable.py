"""The clip's own reminders: stories of a wearer, a host that comes and goes, restarts and clocks, in both VMs."""

from dataclasses import dataclass

import pytest

from poise.coach.reminders.fading import Dosage
from poise.wear.timetable import keys_of
from tests.support.day_plan import at
from tests.support.timetable_story import PLAN, WRITTEN, Lives, clock, file_of, sealed, written

pytestmark = pytest.mark.vm

BREAKS = PLAN.replace("move_break_min = 0", "move_break_min = 30")
DAY_S = 86_400


@pytest.fixture
def live(run_script, tmp_path) -> Lives:
    return Lives(run_script, tmp_path)


def brief(told) -> list[tuple[str, str]]:
    """(local time, what) of each line except the buzzes' own."""
    return [(clock(at_s), what) for at_s, what, _ in told if what != "buzz"]


def test_a_day_without_the_computer(live):
    """Unanswered it comes once more; Done ends it, Later brings it back in ten minutes, a long press skips it."""
    told = live(
        (at(12, 16), "press", "short"),
        (at(17, 50), "does", "walking"),
        (at(18, 5), "does", "still"),
        (at(18, 10), "press", "double"),
        (at(18, 40), "press", "long"),
        (at(20), "press", "long"),
        until=at(22),
    )
    assert brief(told) == [
        ("08:15", "shown"),  # nobody moved, and a natural break is waited for no longer
        ("09:00", "again"),
        ("12:15", "shown"),
        ("12:16", "done"),
        ("18:06", "shown"),  # just after a walk
        ("18:10", "snoozed"),
        ("18:35", "again"),
        ("18:40", "skipped"),
        ("20:00", "calibrate"),  # no reminder waits for an answer
    ]
    assert [number for _, what, number in told if what == "shown"] == [1, 2, 3]
    assert sum(what == "buzz" for _, what, _ in told) == 5


def test_it_waits_until_the_clip_is_worn_and_nobody_is_on_the_road(live):
    told = live(
        (at(7), "does", "not_worn"),
        (at(9, 30), "does", "still"),
        (at(9, 40), "press", "short"),
        (at(11, 50), "does", "vehicle"),
        (at(13, 20), "does", "moving"),
        (at(13, 30), "press", "short"),
        (at(17), "does", "not_worn"),
        (at(22, 30), "does", "still"),
        until=at(23),
    )
    assert brief(told) == [
        ("09:31", "shown"),  # it was not worn, and waited long enough
        ("09:40", "done"),
        ("13:21", "shown"),  # the window is over: a poor moment is better than none
        ("13:30", "done"),
        # six in the evening is over, and quiet hours end the day
    ]


@pytest.mark.parametrize("cause", ["reset", "power_on"])
def test_nothing_twice_over_restarts_and_nothing_while_the_time_is_unknown(live, cause):
    told = live(
        (at(8, 20), "restart", cause),
        (at(8, 21), "time", 0),
        (at(9, 5), "restart", cause),
        (at(9, 6), "time", 0),
        (at(11, 50), "restart", cause),
        (at(13), "time", 0),
        (at(13, 10), "press", "double"),
        (at(13, 11), "restart", cause),
        (at(13, 12), "time", 0),
        until=at(14),
    )
    known = cause == "reset"  # the board's clock counts on
    assert brief(told) == [
        ("08:15", "shown"),
        ("09:00", "again"),
        ("12:15", "shown") if known else ("13:01", "shown"),
        *([("13:01", "again")] if known else []),
        ("13:10", "snoozed"),
        ("13:35", "again"),
    ]


def test_a_corrected_clock_shows_nothing_twice_and_loses_nothing(live):
    hour, day = 3_600, 86_400
    told = live(
        (at(8, 20), "time", -2 * hour),  # it is 06:20 there
        (at(8, 25), "press", "short"),
        (at(10), "time", 0),
        (at(10, 1), "time", 3 * day),  # the clip believes this, and shows Thursday's by it
        (at(10, 30), "time", 0),
        until=at(12, 30),
    )
    assert brief(told)[:2] == [("08:15", "shown"), ("08:25", "done")]
    assert brief(told)[-1] == ("12:15", "shown")
    assert sum(what == "shown" for _, what, _ in told) == 3


def test_what_a_host_shows_the_clip_does_not(live):
    told = live(
        (at(7, 50), "follow", True),
        (at(8, 1), "buzz", 1),  # the host shows it by the buzz, and is gone
        (at(8, 2), "follow", False),
        (at(8, 50), "press", "short"),
        (at(11, 50), "follow", True),  # a host that follows decides, and shows nothing
        (at(12, 50), "follow", False),
        until=at(13),
    )
    assert brief(told) == [
        ("08:01", "none"),
        ("08:46", "again"),
        ("08:50", "done"),
        ("12:51", "shown"),
    ]


def test_a_host_that_shows_what_the_clip_has_just_shown_does_not_buzz_and_later_it_does(live):
    """For a quarter of an hour the button answers a reminder, and nobody needs to feel it again."""
    told = live(
        (at(8, 17), "buzz", 1),
        (at(8, 29), "buzz", 1),
        (at(8, 31), "buzz", 1),
        (at(8, 40), "press", "short"),
        until=at(9, 30),
    )
    assert brief(told) == [("08:15", "shown"), ("08:31", "none"), ("08:40", "done")]
    assert sum(what == "buzz" for _, what, _ in told) == 2


@dataclass
class Shown:
    """As the store keeps a reminder."""

    exercise_ids: str
    due_utc_ms: int
    fired_utc_ms: int
    answer: str | None = None
    answered_utc_ms: int | None = None
    snooze_min: int | None = None
    cause: str = "clock"
    silent: bool = False


def test_a_new_timetable_closes_what_the_host_has_closed(live):
    """The host showed and heard it without the clip; later the budget is used up by reminders elsewhere and nudges."""
    done = Shown("nod", at(8), at(8, 16), "done", at(8, 20))
    others = [Shown("diary", at(0), at(17, n), cause="diary") for n in (30, 31)]
    told = live(
        (at(8, 21), "write", file_of(written(history=[done], now=at(8, 21)))),
        (at(8, 22), "write", file_of(written())[:-2] + "00"),  # damaged: the one before stays
        (at(8, 23), "write", sealed(b"\x01").hex()),  # whole, and too short for its head
        (at(12, 20), "press", "short"),
        (at(17, 40), "write", file_of(written(history=[done, *others], now=at(17, 40)))),
        (at(17, 41), "nudge", 1),
        until=at(18, 50),
    )
    assert brief(told) == [
        ("08:15", "shown"),
        ("08:21", "written"),
        ("08:22", "refused"),
        ("08:23", "refused"),
        ("12:15", "shown"),
        ("12:20", "done"),
        ("17:40", "written"),
        ("18:30", "shown"),  # three an hour
    ]


def test_a_probe_is_noted_and_not_felt(live):
    told = live(until=at(8, 59), made=written(dosage=Dosage(100, 100)))
    assert [what for _, what, _ in told] == ["silent"]


def test_move_breaks_after_stillness_within_their_number_and_the_budget(live):
    plan = BREAKS.replace("[reminders]", "[reminders]\nmove_breaks_a_day = 2")
    told = live(
        (at(8, 20), "press", "short"),
        (at(8, 40), "does", "moving"),
        (at(8, 42), "does", "still"),
        until=at(10),
        made=written(plan),
    )
    numbered = keys_of(written(plan))
    breaks = numbered.index(("move-break", 0, "dose")) + 1
    shown = [(clock(at_s), number) for at_s, what, number in told if what == "shown"]
    assert shown[:2] == [("06:30", breaks), ("07:00", breaks)] and shown[2][0] == "08:15"
    assert [number for _, number in shown].count(breaks) == 2


def test_a_week_without_any_host_then_it_is_quiet_and_says_so(live):
    made = written()
    end = made.until_utc_ms + 7 * DAY_S * 1000
    told = live(
        (at(10), "skip", 6 * DAY_S),
        (at(13, days=6), "skip", (end - at(13, days=6)) // 1000 - 4 * 3_600),
        until=end + 26 * 3_600_000,
    )
    days = [((at_s - WRITTEN) // DAY_S, clock(at_s)) for at_s, what, _ in told if what == "shown"]
    assert days == [(0, "08:15"), (6, "10:01"), (6, "12:15"), (9, "08:15")]
    ((ended_s, _, number),) = [line for line in told if line[1] == "ended"]
    assert number == 0 and 0 <= ended_s - end // 1000 <= 900
    assert told[-1][1] == "ended"


@pytest.mark.parametrize("days", [2, 4], ids=["into the last day", "past the end"])
def test_a_pause_comes_once_and_lasts_to_its_end_without_any_host(live, days):
    """Quiet hours belong to the last day, which is repeated; a pause belongs to its date."""
    made = written(paused_until=at(9, days=days))
    assert at(9, days=2) < made.until_utc_ms < at(9, days=3)
    told = live(
        (at(6, 10), "skip", 86_400 * days),
        (at(9, 10, days), "press", "short"),
        (at(9, 40, days), "skip", 22 * 3_600),
        until=at(8, 20, days + 1),
        made=made,
    )
    assert [what for _, what in brief(told)] == ["shown", "done", "shown"]
    assert brief(told)[0][0] in ("09:00", "09:01") and brief(told)[2][0] == "08:15"
