"""Which days a plan prescribes: weekdays, every n days, dates; the same for whatever counts, shows or reminds."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poise.coach.adherence import tally
from poise.coach.plan import days, outlook
from poise.coach.plan.moments import DAY_MS, local, occurrences, prescribed, utc_ms
from poise.coach.plan.plan import Plan, parse_plan
from poise.errors import PoiseError
from poise.history.days import tallies
from poise.store import Store
from tests.support.plans import plan_text

SATURDAY = dt.date(2026, 11, 28)


def a_plan(*tables: str, zone: str = "Europe/Berlin", version: int = 1) -> Plan:
    return parse_plan(a_text(*tables, zone=zone, version=version))


def a_text(*tables: str, zone: str = "Europe/Berlin", version: int = 1) -> str:
    listed = "".join(
        f'[[exercises]]\nid = "e{n}"\nname = "Exercise {n}"\nreps = 5\n'
        + ("" if "times" in table or "as_needed" in table else 'times = ["18:00"]\n')
        + table
        + "\n"
        for n, table in enumerate(tables)
    )
    return plan_text(listed, zone=zone, version=version)


def on(plan: Plan, day: dt.date) -> list[str]:
    return [each.id for each in prescribed(plan, day)]


def span(first: dt.date, count: int) -> list[dt.date]:
    return [first + dt.timedelta(n) for n in range(count)]


@given(
    n=st.integers(1, days.MAX_EVERY_DAYS),
    starts=st.dates(days.FIRST_DAY, dt.date(2090, 1, 1)),
    after=st.integers(-100, 2000),
)
def test_every_n_days_is_counted_from_starts(n: int, starts: dt.date, after: int) -> None:
    plan = a_plan(f"every_days = {n}\nstarts = {starts}")
    day = starts + dt.timedelta(after)
    assert bool(on(plan, day)) == (after >= 0 and after % n == 0)


def test_two_exercises_alternate() -> None:
    plan = a_plan("every_days = 2\nstarts = 2026-03-01", "every_days = 2\nstarts = 2026-03-02")
    told = [on(plan, day) for day in span(dt.date(2026, 3, 2), 60)]
    assert told == [["e1"], ["e0"]] * 30


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Gaza"])
@pytest.mark.parametrize("time", ["07:00", "12:00", "21:29"])
def test_the_count_holds_over_changes_of_clocks(zone: str, time: str) -> None:
    """A reminder and a prescribed day every second date, all year: no day is doubled or left out."""
    plan = a_plan(f'every_days = 2\nstarts = 2026-01-01\ntimes = ["{time}"]', zone=zone)
    first, last = (
        utc_ms(plan, dt.date(2026, 1, 1), dt.time()),
        utc_ms(plan, dt.date(2027, 1, 1), dt.time()),
    )
    found = [
        dt.datetime.fromtimestamp(one.due_utc_ms / 1000, ZoneInfo(zone)).date()
        for one in occurrences(plan, first - 1, last - 1)
    ]
    assert found == span(dt.date(2026, 1, 1), 365)[::2]
    assert found == [day for day in span(dt.date(2026, 1, 1), 365) if on(plan, day)]


def test_an_occurrence_at_midnight_belongs_to_its_own_day() -> None:
    text = a_text('every_days = 2\nstarts = 2026-11-28\ntimes = ["00:00", "23:30"]')
    plan = parse_plan(text.replace("version", 'quiet_hours = ["03:00", "04:00"]\nversion'))
    start = utc_ms(plan, SATURDAY, dt.time())
    due = [one.due_utc_ms for one in occurrences(plan, start - 1, start + 3 * DAY_MS - 1)]
    assert due == [
        start,
        start + DAY_MS - 1_800_000,
        start + 2 * DAY_MS,
        start + 3 * DAY_MS - 1_800_000,
    ]


def test_a_new_version_of_the_plan_shifts_no_day(tmp_path) -> None:
    """Also without `starts`: the days are the file's, and not those of the day on which it was put in force."""
    for table in ("every_days = 3", "every_days = 3\nstarts = 2026-10-31"):
        with Store.open(tmp_path / f"{len(table)}.db") as store:
            plan = a_plan(table)
            for version, day in enumerate((dt.date(2026, 11, 1), dt.date(2026, 11, 9)), start=1):
                text = a_text(table, version=version)
                store.plans.put(text, "T", utc_ms(plan, day, dt.time(10)))
            told = [one.prescribed for one in tallies(store, plan, SATURDAY)]
        assert len(told) == 27
        assert told == [int(bool(on(plan, day))) for day in span(dt.date(2026, 11, 1), 27)]
        assert sum(told) == 9


def test_adherence_asks_for_nothing_on_a_day_between() -> None:
    plan = a_plan("every_days = 2\nstarts = 2026-11-27")
    told = [tally(plan, day, (), ()).prescribed for day in span(dt.date(2026, 11, 26), 4)]
    assert told == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('every_days = 2\ndays = ["mon"]', "'Exercise 0', every_days: cannot stand beside `days`"),
        ("every_days = 0", "'Exercise 0', every_days: 0 is less than 1"),
        ("every_days = 61", "'Exercise 0', every_days: 61 is more than 60"),
        ('every_days = "2"', "'Exercise 0', every_days: must be a whole number"),
        ("starts = 0001-01-01", "starts: 0001-01-01 is out of reach; allowed are 2000-01-01"),
        ("ends = 9999-12-31", "ends: 9999-12-31 is out of reach"),
    ],
)
def test_what_is_refused(table: str, said: str) -> None:
    with pytest.raises(PoiseError) as caught:
        a_plan(table)
    assert said in str(caught.value), str(caught.value)


def test_a_message_names_the_exercise_or_counts_it_from_one() -> None:
    text = plan_text()
    text += '[[exercises]]\nuse = "chin-tuck"\nreps = 0\ntimes = ["08:00"]\n'
    text += '[[exercises]]\nid = "walk"\nreps = 1\ntimes = ["09:00"]\n[[exercises]]\nreps = 0\n'
    text += '[[phases]]\nname = "Low load"\nexercises = ["swim"]\n[[phases]]\nweeks = 99\n'
    with pytest.raises(PoiseError) as caught:
        parse_plan(text)
    said = str(caught.value)
    assert "[0]" not in said and "[1]" not in said and "[2]" not in said
    for part in (
        "exercise 'Glide the chin back', reps: 0",
        "exercise 'walk', name: missing",
        "exercise 3, reps: 0",
        "phase 'Low load', exercises: no exercise 'swim'",
        "phase 2, weeks: 99",
    ):
        assert part in said, said


@pytest.mark.parametrize("key", ["patient", "therapist"])
@pytest.mark.parametrize("escape", ["\\u001b[2J", "\\u009b2J", "\\r", "\\u202e", "\\u2028x"])
def test_a_name_is_one_line_that_no_terminal_obeys(key: str, escape: str) -> None:
    text = a_text("").replace('"P"' if key == "patient" else '"T"', f'"x{escape}y"')
    with pytest.raises(PoiseError, match=f"{key}: must be text"):
        parse_plan(text)


def test_a_name_of_several_lines_is_one() -> None:
    text = a_text("").replace('"P"', '"""P\n\tQ"""') + '[graduation]\ngoal = "read\\nan hour"\n'
    plan = parse_plan(text)
    assert (plan.patient, plan.graduation.goal) == ("P Q", "read an hour")


# --- what a therapist proof-reads


def told(*tables: str, today: dt.date = SATURDAY) -> tuple[list[str], list[str]]:
    plan = a_plan(*tables)
    return outlook.lines(plan, today), outlook.warnings(plan, today)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "at 18:00, every day"),
        ('days = ["mon", "wed", "fri"]', "Mon, Wed, Fri; next on Mon 2026-11-30"),
        (
            'days = ["mon"]\nstarts = 2027-06-01\nends = 2027-06-08',
            "Mon, from 2027-06-01, until 2027-06-08; next on Mon 2027-06-07",
        ),
        (
            "every_days = 2\nstarts = 2026-11-23",
            "every 2 days, counted from 2026-11-23; next on Sun 2026-11-29",
        ),
        ("every_days = 2", "counted from 2024-01-01 as it has no `starts`; next on Sat 2026-11-28"),
        ("starts = 2026-12-24", "every day, from 2026-12-24; next on Thu 2026-12-24"),
        ("every_days = 1", "every day"),
    ],
)
def test_days_and_dates_are_shown(table: str, said: str) -> None:
    (line,), warned = told(table)
    assert line.endswith(said), line
    assert warned == []


def test_an_ended_plan_is_warned_of() -> None:
    _, warned = told("starts = 2025-01-01\nends = 2025-02-01")
    assert warned[0].startswith("Exercise 0 has ended: its last day was Sat 2025-02-01")
    assert warned[1] == "Nothing of this plan is still to come: its last day was Sat 2025-02-01."
    _, warned = told("ends = 2025-02-01", "")
    assert len(warned) == 1
    _, warned = told("ends = 2026-11-28")
    assert warned == []  # its last day is today
    _, warned = told("every_days = 3\nstarts = 2026-11-26\nends = 2026-11-28")
    assert "its last day was Thu 2026-11-26" in warned[0]


def test_days_that_never_come_are_warned_of() -> None:
    _, warned = told('days = ["mon"]\nstarts = 2026-12-01\nends = 2026-12-06')
    assert warned[0].startswith("Exercise 0 never comes")
    assert "none of its exercises has a day" in warned[1]


def test_every_phase_is_shown() -> None:
    phases = (
        '[[phases]]\nname = "A"\nexercises = ["e0"]\n[[phases]]\nname = "B"\nexercises = ["e1"]\n'
    )
    plan = parse_plan(a_text("", 'days = ["sun"]') + phases)
    assert outlook.lines(plan, SATURDAY) == [
        "Phase 1 of 2 (now): A",
        "  Exercise 0: 5 repetitions, at 18:00, every day",
        "Phase 2 of 2: B",
        "  Exercise 1: 5 repetitions, at 18:00, Sun",
    ]


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31", "heute", "", "2026-02-30"]
)
def test_a_day_that_cannot_be_is_told(text: str) -> None:
    with pytest.raises(PoiseError) as caught:
        days.parsed(text)
    assert caught.value.hint


def test_the_next_reminder_is_known_however_far_it_is() -> None:
    from tests.support.decided import next_due

    plan = a_plan("every_days = 30\nstarts = 2026-11-27", "starts = 2027-06-01")
    now = utc_ms(plan, SATURDAY, dt.time(12))
    assert next_due(plan, (), now) == utc_ms(plan, dt.date(2026, 12, 27), dt.time(18))
    assert next_due(a_plan("ends = 2026-11-27"), (), now) is None
    eve = utc_ms(plan, dt.date(2026, 12, 27), dt.time(12))
    assert next_due(plan, (), eve) == utc_ms(plan, dt.date(2026, 12, 27), dt.time(18))


def test_as_needed_is_neither_prescribed_nor_reminded_of_and_spread_times_are():
    plan = a_plan('times_a_day = 3\nbetween = ["09:00", "18:00"]\n', "as_needed = true\n")
    day = dt.date(2026, 3, 2)
    begin = utc_ms(plan, day, dt.time())
    moments = occurrences(plan, begin - 1, begin + DAY_MS)
    assert [one.exercise_ids for one in moments] == [("e0",)] * 3
    assert [local(plan, one.due_utc_ms).hour for one in moments] == [10, 13, 16]
    counted = tally(plan, day, [], [])
    assert counted.prescribed == 3 and counted.of("e1").prescribed == 0
