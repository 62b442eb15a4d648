"""A plan's draft: what is written reads back equal, the checks are the file's, and no difference is left untold."""

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from poise.coach.plan import draft as drafts
from poise.coach.plan.difference import differences
from poise.coach.plan.draft import Draft
from poise.coach.plan.draft_times import HOURS, INTERVAL, moments, with_days_way, with_way
from poise.coach.plan.library import library
from poise.coach.plan.outlook import line
from poise.coach.plan.plan import Plan, parse_plan
from poise.coach.plan.prescription import prescribe
from poise.coach.progression import check_ins
from poise.coach.taper import ended, next_step, tapered
from poise.errors import PoiseError

START = drafts.empty("P-017", "T. Therapist", "Europe/Berlin").add("nod")
USES = sorted(library())
TEXT = st.text(max_size=12) | st.sampled_from(
    ["a\nb", 'say "ah"', "\\", "\x7f", "Gummiband, rot", " "]
)
FIELDS = st.sampled_from(
    ["reps", "sets", "hold_s", "rest_s", "load", "side", "name", "instructions", "precaution", "level",
     "target_deg", "starts", "ends", "every_days", "id", "times_a_day"]
)  # fmt: skip
TYPED = (
    st.integers(-1, 130).map(str)
    | st.sampled_from(
        ["left", "right", "each", "2026-02-01", "2026-02-30", "", "99999999999", "1.5"]
    )
    | TEXT
)
PLACES = st.integers(0, 7)
TIMES = st.lists(
    st.sampled_from(["07:00", "08:00", "08:20", "12:30", "19:30", "25:00"]), max_size=4
)
HEAD = st.sampled_from(
    [("precautions",), ("alerts", "neck_pain"), ("graduation", "goal"), ("graduation", "ended"),
     ("nudge", "threshold_deg"), ("reminders", "diary"), ("progression", "max_reps"), ("phase",), ("timezone",)]
)  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.just("add"), st.sampled_from(["", *USES]))
    | st.tuples(st.just("typed"), PLACES, FIELDS, TYPED)
    | st.tuples(st.just("times"), PLACES, TIMES)
    | st.tuples(st.just("needed"), PLACES)
    | st.tuples(st.just("remove"), PLACES)
    | st.tuples(st.just("move"), PLACES, st.integers(-2, 2))
    | st.tuples(st.just("phase"), TEXT)
    | st.tuples(st.just("into"), PLACES, st.integers(0, 3))
    | st.tuples(st.just("head"), HEAD, TYPED),
    max_size=8,
)


def changed(draft: Draft, changes: list[tuple]) -> Draft:
    """The draft after these clicks; one at an exercise or a phase that isn't there does nothing."""
    for what, *values in changes:
        if what == "add":
            draft = draft.add(values[0], "Walk")
        elif what == "phase":
            draft = draft.add_phase(values[0])
        elif what == "head":
            path, text = values
            listed = [text] if path == ("precautions",) else None
            draft = draft.put(path, listed) if listed else draft.typed(path, text)
        elif values[0] >= len(draft.exercises):
            continue
        elif what == "typed":
            draft = draft.typed(("exercises", values[0], values[1]), values[2])
        elif what == "times":
            draft = draft.put(("exercises", values[0], "times"), values[1])
        elif what == "needed":
            at = ("exercises", values[0])
            draft = draft.put((*at, "times"), None).put((*at, "as_needed"), True)
        elif what == "into":
            draft = draft.put_in_phase(*values)
        else:
            draft = getattr(draft, what)(*values)
    return draft


def said(plan: Plan) -> Plan:
    """What a plan says: without its names, the order of its exercises, and rests that no second set follows."""
    listed = sorted(plan.exercises, key=lambda each: each.id)
    told = tuple(
        replace(e, rest_s=e.rest_s if e.sets > 1 else 0, library="", side=e.dose) for e in listed
    )
    return replace(plan, version=1, therapist="", content_hash="", exercises=told)


@settings(max_examples=60)
@given(CHANGES)
def test_a_draft_reads_back_equal_and_has_the_faults_of_its_file(changes: list[tuple]):
    draft = changed(START, changes)
    found = [fault.text for fault in draft.faults]
    try:
        plan = parse_plan(draft.text)
    except PoiseError as error:
        lines = str(error).splitlines()
        assert found and all(map(str.endswith, lines, found)) and len(lines) == len(found)
        return
    assert not found
    again = drafts.of_text(draft.text)
    assert again.text == draft.text and again.plan() == plan
    for each in plan.exercises:
        asked = prescribe(plan, each, "head")
        assert asked == prescribe(again.plan(), again.plan().exercise(each.id), "head")  # type: ignore[arg-type]
        assert len(asked.blocks) == asked.sets * len(asked.ways)
    assert differences(plan, again.plan()) == []


@settings(max_examples=60)
@given(CHANGES)
def test_every_difference_between_two_plans_is_told(changes: list[tuple]):
    before, after = START.plan(), changed(START, changes)
    if after.faults:
        return
    told = differences(before, after.plan())
    assert bool(told) == (said(before) != said(after.plan()))


def test_what_a_therapist_reads_of_a_change():
    nod = ("exercises", 0)
    later = START.add("trapezius-stretch").typed((*nod, "sets"), "2").typed((*nod, "rest_s"), "45")
    later = later.put((*nod, "times"), None).typed((*nod, "times_a_day"), "3")
    later = later.typed(("exercises", 1, "side"), "left").put(("precautions",), ["No fast turns."])
    assert differences(START.plan(), later.plan()) == [
        "Small nod, lying down: dose: 10 repetitions, hold 5 s → "
        "2 × 10 repetitions, hold 5 s, rest 45 s between sets",
        "Small nod, lying down: times: at 08:00 → 3 times a day from 08:00 to 20:00",
        "New: Stretch the side of the neck: 2 repetitions, left side, hold 20 s, at 08:00, every day",
        "New precaution: No fast turns.",
    ]
    stretch = later.plan().exercises[1]
    assert stretch.movements == ("stretch_trapezius_left",) and stretch.ways == stretch.movements
    nod_times = [f"{anchor.time:%H:%M}" for anchor in later.plan().exercises[0].anchors]
    assert nod_times == ["10:00", "14:00", "18:00"]


def test_a_taper_goes_down_step_by_step_to_as_needed_with_its_check_ins():
    draft = START.add("turn").put(("exercises", 0, "times"), ["08:00", "19:30"])
    draft = with_days_way(with_way(draft, 1, HOURS), 1, INTERVAL)
    steps = []
    while (step := next_step(draft.plan())) is not None:
        draft = tapered(draft, step)
        steps.append((step, [line(each) for each in draft.plan().exercises]))
    assert [step for step, _ in steps] == [7, 3, 2]
    assert steps[-1][1][0].endswith("at 08:00, Mon, Thu")
    last = ended(draft, dt.date(2026, 11, 30)).plan()
    assert [each.due.as_needed for each in last.exercises] == [True, True]
    assert last.graduation.ended and [f"{day:%d.%m.%y}" for day in check_ins(last.graduation.ended)] == [
        "30.12.26", "28.02.27", "30.05.27", "30.11.27",
    ]  # fmt: skip
    again = drafts.next_of(draft.text)
    assert again.value(("version",)) == 2 and moments(again, 0) == [("08:00", "")]
