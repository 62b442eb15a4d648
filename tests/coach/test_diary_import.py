"""The diary of another tracker comes in: dates and units said, nothing wiped, nothing lost, nothing twice."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest

from poise.cli.diaryimport import import_file
from poise.coach.diary_import import merge
from poise.coach.diary_import.merge import Day
from poise.coach.diary_import.rows import Reading, read
from poise.errors import PoiseError, Reason
from poise.store.diary import DiaryRow

TODAY = dt.date(2026, 11, 28)
BERLIN = ZoneInfo("Europe/Berlin")
HEAD = "start_time,end_time,intensity,medication,triggers,notes\n"
ATTACKS = (
    HEAD
    + "2026-11-02 08:10:00,2026-11-02 10:40:00,7,triptan,short night,\n"
    + "2026-11-02 23:15:00,2026-11-03 01:20:00,8,simple,,second the same day\n"
)


def days(text: str, **said) -> dict[dt.date, Day]:
    said = {"scale": 10, **said}
    found = read(text, "d.csv", Reading(BERLIN, **said), TODAY)
    return {day: one for day, (one, _) in merge.by_day(found.attacks).items()}


def fault(text: str, **said) -> PoiseError:
    with pytest.raises(PoiseError) as caught:
        days(text, **said)
    assert caught.value.reason is Reason.BAD_INPUT
    return caught.value


def november(day: int) -> dt.date:
    return dt.date(2026, 11, day)


# --- reading


def test_two_attacks_of_a_day_are_one_day() -> None:
    """The stronger one's strength, both classes; the day past midnight is a headache day of its own."""
    assert days(ATTACKS) == {
        november(2): Day(True, 8, None, ("triptan", "simple")),
        november(3): Day(True),
    }


def test_an_attack_over_days_is_a_headache_on_each() -> None:
    found = days("start,end,severity\n2026-11-02 20:00,2026-11-05 00:00,6\n")
    assert [*found] == [november(2), november(3), november(4)]  # it ended with the fourth
    assert [one.headache_nrs for one in found.values()] == [6, None, None]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("date", "dates"),
    [
        ("2026-11-02", ""), ("2026/11/2", ""), ("2026-11-02T23:15:00", ""), ("2.11.2026", "dmy"),
        ("02.11.26", "dmy"), ("11/02/2026", "mdy"), ("2026-11-02T22:15:00Z", ""),
        ("2026-11-03 01:15:00 +0400", ""), ("11/2/2026 11:15 PM", "mdy"),
    ],
)  # fmt: skip
def test_dates_as_trackers_write_them(date: str, dates: str, mark: str) -> None:
    pain = "7,4" if mark == ";" else "7.4"
    text = f"Start{mark}Pain level (0-10)\n{date}{mark}{pain}{mark}\n"
    assert days(text, dates=dates) == {november(2): Day(True, 7)}


def test_date_and_time_in_columns_of_their_own() -> None:
    text = "Date,Start time,End time,Severity\n2026-11-02,23:15,01:20,3\n2026-11-05,08:00,09:00,2\n"
    assert [*days(text)] == [november(2), november(3), november(5)]


def test_a_diary_of_days() -> None:
    text = (
        "sep=;\nDatum;Kopfschmerz;Stärke;Nackenschmerzen\n2026-11-02;ja;5;3\n2026-11-03;nein;;0\n"
    )
    assert days(text) == {
        november(2): Day(True, 5, 3),
        november(3): Day(False, None, 0),
    }


@pytest.mark.parametrize(
    ("cell", "scale", "nrs"),
    [("7", 10, 7), ("2", 3, 7), ("1", 5, 2), ("66", 100, 7), ("0.4", 10, 1), ("7/10", 0, 7), ("5,5", 10, 6)],
)  # fmt: skip
def test_strengths_on_their_scale(cell: str, scale: float, nrs: int) -> None:
    assert days(f"date;pain\n2026-11-02;{cell}\n", scale=scale)[november(2)].headache_nrs == nrs


@pytest.mark.parametrize(
    ("cell", "classes"),
    [
        ("triptan", ("triptan",)),
        ("Sumatriptan 50 mg, 2x Ibuprofen 400mg", ("triptan", "simple")),
        ("simple; simple", ("simple",)),
        ("none", ()),
        ("Imigran", ("triptan",)),
        ("Magnesium 300 mg", ()),
        ("Paracetamol/Codeine", ("combination",)),
        ("Paracetamol + Imigran (1)", ("simple", "triptan")),
    ],
)
def test_medicines_become_classes(cell: str, classes: tuple[str, ...]) -> None:
    said = {"imigran": "triptan", "magnesium": "", "paracetamol/codeine": "combination"}
    text = f'date,pain,medicine\n2026-11-02,5,"{cell}"\n'
    assert days(text, medicines=said)[november(2)].medication == classes


def test_a_strength_in_words_is_said_and_not_guessed() -> None:
    text = "date,severity\n2026-11-02,Moderate\n"
    assert "--strength 'Moderate=5'" in fault(text).hint
    assert days(text, strengths={"moderate": 5})[november(2)].headache_nrs == 5


@pytest.mark.parametrize(
    ("row", "said", "cure"),
    [
        ("02/03/2026 08:10,,7,,,", "'02/03/2026 08:10' can be read in two ways", "--dates dmy"),
        ("2026-11-02 25:10,,7,,,", "'25:10' is no time of day", "23:15"),
        ("2026-13-02,,7,,,", "is no day of the calendar", "--dates"),
        ("0001-01-01,,7,,,", "is out of reach", "2000-01-01"),
        ("9999-12-31,,7,,,", "is out of reach", "2000-01-01"),
        ("2026-11-29,,7,,,", "2026-11-29 is still to come", "Correct its dates"),
        ("yesterday,,7,,,", "'yesterday' is no date", "2026-11-24"),
        (",2026-11-02,7,,,", "no date", "leave it out"),
        ("2026-11-02 08:00,2026-11-01 08:00,7,,,", "it ends before it begins", "Correct"),
        ("2025-11-02 08:00,2026-11-02 08:00,7,,,", "it would last 365 days", "Correct"),
        ("2026-11-02 08:00,,11,,,", "a strength of 11 is more than 10", "--scale"),
        ("2026-11-02 08:00,,7,Imigran 50 mg,,", "the class of 'Imigran 50 mg'", "'imigran=CLASS'"),
        ("2026-11-02 08:00,,7,400mg,,", "the class of '400mg'", "CLASS"),
        ("2026-11-02,,,,,", "does not say whether there was a headache", "--column"),
        ("2026-11-02,,7,,,,,x", "8 values under 6 columns", "Correct that line"),
    ],
)
def test_a_line_that_is_not_understood_is_told_and_nothing_is_taken(
    row: str, said: str, cure: str
) -> None:
    error = fault(ATTACKS + "\n" + row + "\n")
    assert str(error).startswith("d.csv line 5: ") and said in str(error)
    assert cure in error.hint and "Nothing was brought in" in error.hint


def test_the_scale_is_asked_for() -> None:
    error = fault(ATTACKS, scale=0)
    assert "line 2: a strength of 7, and nothing says of how much" in str(error)
    assert "--scale 10" in error.hint


def test_columns_are_named_where_they_are_not_known() -> None:
    text = "Attack began,How bad\n2026-11-02 08:00,4\n"
    error = fault(text)
    assert "--column start=NAME" in error.hint and "Attack began" in error.hint
    named = {"start": ["Attack began"], "strength": ["How bad"]}
    assert days(text, columns=named) == {november(2): Day(True, 4)}
    assert "no column 'x'" in str(fault(text, columns={"start": ["x"]}))
    assert "may both be the strength" in str(fault("date,pain,severity\n2026-11-02,1,2\n"))


def test_columns_that_stay_out_are_told() -> None:
    text = "date,pain,aura\n2026-11-02,3,yes\n2026-11-03,3,\n"
    found = read(text, "d.csv", Reading(BERLIN, scale=10), TODAY)
    assert dict(found.left) == {"aura": 1}
    assert dict(found.taken) == {"date": "day", "pain": "strength"}


# --- beside Poise's own diary


def a_row(day: int, via: str = "terminal", **fields) -> DiaryRow:
    given = {"headache": None, "headache_nrs": None, "neck_nrs": None, "medication": (), "note": ""}
    return DiaryRow(
        november(day), **{**given, **fields}, entered_utc_ms=0, backfilled=False, via=via
    )


def beside(given: Day, *history: DiaryRow, parts=()) -> merge.Change:
    return merge.change(november(2), given, parts, history)


FILE = Day(True, 8, None, ("triptan",))


def test_what_the_patient_wrote_stays() -> None:
    own = a_row(2, headache=True, headache_nrs=5, neck_nrs=3, medication=("simple",), note="mine")
    change = beside(FILE, own, parts=["08:10, 8"])
    assert change.entry == Day(True, 5, 3, ("simple", "triptan"), "mine | 08:10, 8")
    assert "strength stays 5/10 (the file: 8/10)" in change.told and "triptan" in change.told
    assert (change.is_new, change.via) == (False, "terminal+import")
    denied = beside(FILE, a_row(2, headache=False))
    assert denied.entry == Day(False, None, None, ("triptan",))
    assert "headache stays no (the file: yes)" in denied.told


def test_what_was_not_answered_is_filled() -> None:
    change = beside(FILE, a_row(2, neck_nrs=3))
    assert change.entry == Day(True, 8, 3, ("triptan",))


def test_what_was_brought_in_before_only_gains() -> None:
    before = a_row(2, via="import", headache=True, headache_nrs=7, medication=("triptan",))
    later = beside(Day(True, 8, None, ("triptan", "simple")), before)
    assert later.entry == Day(True, 8, None, ("triptan", "simple"))
    weaker = beside(Day(True, 6), before)
    assert weaker.entry is None
    assert weaker.told == ("strength stays 7/10 (the file: 6/10)",)


def test_what_the_patient_took_out_stays_out() -> None:
    history = (
        a_row(2, via="import", headache=True, medication=("triptan",), note="x"),
        a_row(2, via="dashboard", headache=True, headache_nrs=8),
    )
    assert beside(FILE, *history, parts=["x"]).entry is None


def test_bringing_in_again_changes_nothing_even_with_a_cut_note() -> None:
    parts = ["word " * 60, "other " * 60]
    first = beside(FILE, parts=parts)
    assert first.entry is not None and len(first.entry.note) == 500
    assert any("cut at 500" in told for told in first.told)
    kept = a_row(2, via="import", **first.entry.__dict__)
    assert beside(FILE, kept, parts=parts).entry is None


# --- the command


def test_the_command_tells_first_and_writes_once(poise, tmp_path) -> None:
    path = tmp_path / "attacks.csv"
    path.write_bytes(ATTACKS.replace("\n", "\r\n").encode("utf-16"))
    told = poise("diary", "import", str(path), "--scale", "10")
    assert "2026-11-02  new: headache, strength 8/10, triptan, simple" in told.stdout
    assert "Nothing is written yet (2 new days" in told.stdout
    assert "Nothing yet" in poise("diary", "list", "--days", "3660").stdout
    done = poise("diary", "import", str(path), "--scale", "10", "--write", "--json")
    assert [day["new"] for day in json.loads(done.stdout)["days"]] == [True, True]
    again = poise("diary", "import", str(path), "--scale", "10", "--write").stdout
    assert "0 new days, 0 added to, 2 as they were" in again
    listed = poise("diary", "list", "--days", "3660", "--json").stdout
    first, second = json.loads(listed)["diary"]
    assert (first["headache_nrs"], first["medication"]) == (8, ["triptan", "simple"])
    assert (first["via"], second["headache"]) == ("import", True)
    assert "short night" in first["note"] and "second the same day" in first["note"]
    shown = poise("diary", "list", "--days", "3660").stdout
    assert shown.count("(brought in from another diary)") == 2


@pytest.mark.parametrize("scale", ["nan", "inf", "-1"])
def test_a_scale_that_can_be_none_is_refused(tmp_path, scale: str) -> None:
    path = tmp_path / "attacks.csv"
    path.write_text(ATTACKS, encoding="utf-8")
    with pytest.raises(PoiseError, match=f"a scale of {scale}") as caught:
        import_file(path, scale=float(scale))
    assert caught.value.reason is Reason.BAD_INPUT


def test_free_days_are_said_and_not_assumed() -> None:
    found = days("date,pain\n2026-11-02,3\n2026-11-05,4\n")
    assert merge.free_between(found) == [november(3), november(4)]
    answered = merge.change(november(3), Day(headache=False), (), (a_row(3, headache=True),))
    assert answered.entry is None
