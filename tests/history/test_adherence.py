"""Done of prescribed: one count for report, Trends, Today, exercises, reminders and suggestions."""

import datetime as dt
from pathlib import Path

import pytest

from poise.cli.suggest import suggestions
from poise.coach.adherence import percent
from poise.coach.plan.plan import parse_plan
from poise.errors import PoiseError
from poise.history.adherence import tallies, tallies_of, today_of
from poise.history.overview import collect as look_back
from poise.insight.adherence import total
from poise.report.model import collect as report
from poise.report.rows import done as done_rows
from poise.report.rows import reminders as reminder_rows
from poise.store import Store
from poise.store.diary import DiaryRow
from poise.wire import plan_mark
from poise.words.strings import DASH, week_day
from tests.support.patient_rows import session
from tests.support.plans import exercise, plan_text
from tests.support.report_sample import CLIP, Log

TEXT = plan_text(exercise(use="nod", reps=10, hold_s=5, times=["08:00", "19:00"]))
PLAN = parse_plan(TEXT)
MONDAY = dt.date(2026, 6, 1)
SUNDAY = MONDAY + dt.timedelta(6)


def at(day: int, hour: int, minute: int = 0) -> int:
    """Of the day so many after that Monday."""
    moment = dt.datetime.combine(MONDAY, dt.time(hour, minute), dt.UTC) + dt.timedelta(day)
    return int(moment.timestamp() * 1000)


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


def done(store: Store, when: int, **changes) -> None:
    store.sessions.add(**session(started_utc_ms=when, ended_utc_ms=when + 60_000, **changes))


def told_done(store: Store, due: int) -> None:
    number = store.reminders.fired("nod", due, due + 60_000)
    store.reminders.answered(number, "done", due + 120_000, "desktop")


def worn(store: Store, day: int, site: str = "collar") -> Log:
    """Three minutes of a morning, so that there is something to report."""
    log = Log(at(0, 0), seq=1 + 10 * day)
    log.clock(at(day, 9))
    for minute in range(3):
        log.minute(at(day, 9, minute + 1), site, neutral_s=60, under_10_s=60)
    log.store(store)
    return log


def named(rows) -> dict[str, str]:
    return {row["cells"][0][0]: row["cells"][1][0] for row in rows}


# --- what is prescribed


def test_a_moment_counts_by_the_plan_in_force_at_it(store: Store):
    store.plans.put(TEXT, "T", at(2, 10))  # Wednesday's 08:00 was before the plan
    store.plans.put(TEXT.replace('["08:00", "19:00"]', '["12:00"]'), "T", at(4, 15))
    plan = parse_plan(store.plans.history()[0].text)
    found = tallies_of(store, plan, MONDAY, SUNDAY, None)
    assert [(one.day.day, one.prescribed) for one in found] == [
        (3, 1), (4, 2), (5, 1), (6, 1), (7, 1),
    ]  # fmt: skip


def test_what_is_not_due_yet_is_to_come_and_done_early_is_done(store: Store):
    store.plans.put(TEXT, "T", at(-7, 7))
    (early,) = tallies_of(store, PLAN, MONDAY, MONDAY, at(0, 7))
    assert (early.prescribed, early.to_come, percent([early])) == (0, 2, None)
    (noon,) = tallies_of(store, PLAN, MONDAY, MONDAY, at(0, 12))
    assert (noon.prescribed, noon.done, noon.to_come) == (1, 0, 1)
    done(store, at(0, 9))
    done(store, at(0, 11))
    (noon,) = tallies_of(store, PLAN, MONDAY, MONDAY, at(0, 12))
    assert (noon.prescribed, noon.sensed, noon.to_come) == (2, 2, 0)


def test_the_denominator_is_what_was_prescribed_and_not_what_was_shown(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    worn(store, 1)
    for day in range(7):
        number = store.reminders.fired("nod", at(day, 8), at(day, 8), silent=day < 4)
        if day == 6:
            store.reminders.answered(number, "done", at(day, 8, 5), "desktop")
    store.reminders.fired("diary", at(1, 20), at(1, 20), "diary")
    store.reminders.fired("move-break", at(1, 15), at(1, 15), "dose")
    done(store, at(2, 19))  # without any reminder
    done(store, at(3, 19), source="partly", outcome="partly", reps_done=5)
    done(store, at(4, 19), source="partly", outcome="partly", reps_done=4)  # not half
    found = report(store, CLIP, MONDAY, SUNDAY, at(8, 12))
    assert found.exercises is not None
    assert (found.exercises.prescribed, found.exercises.done) == (14, 3)
    assert (found.reminders.shown, found.reminders.answers["open"]) == (3, 2)
    rows = named(done_rows(found.exercises))
    assert rows["Done"] == "3 times (21 %)"
    assert (rows["sensed"], rows["partly sensed"], rows["self-reported"]) == ("1", "1", "1")
    rows = named(reminder_rows(found.reminders))
    assert rows["Reminders shown"] == "3"
    assert "Reminders, as the patient chose" not in rows
    store.preferences.choose("reminders", "times 09:00", "dashboard", at(6, 9))
    rows = named(reminder_rows(report(store, CLIP, MONDAY, SUNDAY, at(8, 12)).reminders))
    assert rows["Reminders, as the patient chose"] == "at 09:00"


def test_report_of_a_period_that_is_not_over(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    worn(store, 1)
    found = report(store, CLIP, MONDAY, SUNDAY, at(1, 12)).exercises
    assert found is not None and found.prescribed == 3


def test_two_answers_to_one_moment_are_one(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    for minute in (1, 40):
        number = store.reminders.fired("nod", at(0, 8), at(0, 8, minute))
        store.reminders.answered(number, "done", at(0, 8, minute + 1), "desktop")
    (found,) = tallies(store, PLAN, MONDAY + dt.timedelta(1))
    assert (found.prescribed, found.self_reported) == (2, 1)


def test_the_list_of_exercises_counts_what_was_told_too(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    told_done(store, at(0, 8))
    nod = PLAN.exercises[0]
    assert today_of(store, PLAN, nod, at(0, 12)) == (1, 2)
    for hour in (13, 14):
        done(store, at(0, hour))
    assert today_of(store, PLAN, nod, at(0, 15)) == (3, 2)


# --- this week


def test_this_week_does_not_blame(store: Store):
    store.plans.put(TEXT, "T", at(1, 12))
    store.treatments.add(MONDAY + dt.timedelta(2), "ill", "", at(2, 12))
    hold = store.holds.raise_("pain", "", "dashboard", at(3, 9))
    store.holds.clear(hold, "T", "", at(3, 21))
    done(store, at(4, 8))
    found = {one.day: one for one in tallies_of(store, PLAN, MONDAY, SUNDAY, at(5, 12))}
    told = [week_day(found.get(MONDAY + dt.timedelta(n))) for n in range(7)]
    assert told == [
        (DASH, ""), ("0", "of 1"), (DASH, "left out"), (DASH, "left out"), ("1", "of 2"), ("0", "of 1"),
        ("\u00b7", "2 to come"),
    ]  # fmt: skip
    so_far = total(list(found.values()))
    assert (so_far.done, so_far.prescribed, so_far.excused) == (1, 4, 2)


def test_weeks_before_the_plan_are_not_there(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    weeks = look_back(store, None, 28, at(7, 12), dt.UTC).adherence
    assert [(week.monday, week.prescribed) for week in weeks] == [(MONDAY, 14)]


# --- suggestions


def pain(store: Store, day: int, neck: int) -> None:
    date = MONDAY + dt.timedelta(day)
    store.diary.put(DiaryRow(date, False, None, neck, (), "", at(day, 20), False, "dashboard"))


def test_days_answered_done_are_not_missed(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    for day in range(3):
        told_done(store, at(day, 8))
        told_done(store, at(day, 19))
    assert suggestions(store, at(3, 12)) == ([], None)


def test_days_of_which_nothing_is_known_were_missed(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    lines, _ = suggestions(store, at(3, 12))
    assert "3 prescribed days in a row were missed." in "\n".join(lines)


def test_a_rise_is_no_reason_a_second_time_once_the_dose_has_changed(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    for day in range(10):
        for hour in (8, 19):
            done(store, at(day, hour))
        pain(store, day, 2 if day < 7 else 7)
    lines, text = suggestions(store, at(10, 12))
    assert "a step back" in lines[0] and "from 2, the usual, to 7" in lines[1]
    assert text is not None
    store.plans.put(text, "T", at(10, 13))
    assert suggestions(store, at(10, 14)) == ([], None)


def test_one_good_week_is_one_step_up(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    for day in range(8):
        for hour in (8, 19):
            done(store, at(day, hour))
    lines, text = suggestions(store, at(8, 12))
    assert "a step up" in lines[0] and text is not None
    store.plans.put(text, "T", at(8, 13))
    assert suggestions(store, at(9, 12)) == ([], None)


def test_nothing_is_suggested_while_the_exercises_are_stopped(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    for day in range(8):
        for hour in (8, 19):
            done(store, at(day, hour))
    store.holds.raise_("unwell", "", "terminal", at(8, 10))
    lines, text = suggestions(store, at(8, 12))
    assert "stopped" in lines[0] and text is None


# --- one site, one day, one plan


def test_angles_of_two_sites_are_never_pooled(store: Store):
    store.plans.put(TEXT, "T", at(0, 7))
    log = worn(store, 0)
    for minute in range(2):
        log.minute(at(0, 12, minute), "head", neutral_s=60, over_45_s=60)
    log.minute(at(1, 0), "collar", neutral_s=60, under_10_s=60)  # ends at midnight: still this day
    log.store(store)
    found = report(store, CLIP, MONDAY, MONDAY, at(1, 12))
    trends = look_back(store, CLIP, 1, at(1, 12), dt.UTC)
    (day,) = trends.exposure
    assert found.exposure.p90_deg == day.p90_deg == pytest.approx(9.0)
    assert (found.worn_min, found.exposure.valid_min) == (day.worn_min, day.valid_min) == (6.0, 4.0)


def test_a_plan_is_named_by_its_text(store: Store):
    other = TEXT.replace("hold_s = 5", "hold_s = 7")
    first, second = (store.plans.put(text, "T", at(0, 7)) for text in (TEXT, other))
    again = store.plans.put(TEXT, "T", at(0, 8))
    assert first.mark == again.mark == PLAN.mark != second.mark
    assert parse_plan(other).version == PLAN.version
    number = plan_mark.clip_number(PLAN.content_hash)
    assert 0 < number <= 0x7FFFFFFF
    assert plan_mark.mark_of(number) == PLAN.mark
    assert plan_mark.mark_of(0) == "none"


def test_another_text_of_the_same_version_is_told(poise, tmp_path: Path):
    file = tmp_path / "plan.toml"
    file.write_text(TEXT, encoding="utf-8")
    told = poise("plan", "set", str(file), "--by", "T").stdout
    assert f"In force: plan {PLAN.mark} (version 1), set by T." in told
    assert "Another text" not in told
    file.write_text(TEXT.replace("hold_s = 5", "hold_s = 7"), encoding="utf-8")
    told = poise("plan", "set", str(file), "--by", "T").stdout
    assert f"Another text says version = 1 too (plan {PLAN.mark})" in told


def test_an_earlier_plan_that_is_not_read_any_more_ends_no_counting(store: Store):
    store.plans.put(TEXT, "T", at(0, 0))
    store.plans.put(TEXT + 'ends = "of an earlier release"\n', "T", at(2, 0))
    store.plans.put(TEXT + "# the same again\n", "T", at(4, 0))
    done(store, at(3, 8, 5))
    week = tallies_of(store, PLAN, MONDAY, SUNDAY, None)
    assert [day.prescribed for day in week] == 7 * [2] and [day.done for day in week][3] == 1
    store.plans.put(TEXT + 'ends = "of a later release"\n', "T", at(5, 0))
    with pytest.raises(PoiseError, match="ends"):
        tallies_of(store, PLAN, MONDAY, SUNDAY, None)
