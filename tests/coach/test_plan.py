"""The plan file: what it takes, and what it says about what it refuses."""

import datetime as dt
from pathlib import Path

import pytest

from poise.coach.plan.pain import EFFORT
from poise.coach.plan.plan import parse_plan
from poise.coach.plan.toml_lines import key_lines
from poise.errors import PoiseError, Reason
from tests.support.plans import exercise, plan_text

EXAMPLE = (Path(__file__).parents[2] / "host/src/poise/coach/plan/example.toml").read_text(
    encoding="utf-8"
)
HEAD = plan_text(zone="Europe/Berlin")
EXERCISE = exercise(id="nod{n}", name="Nod", reps=10, times=["08:00"])


def faults(text: str) -> list[str]:
    with pytest.raises(PoiseError) as caught:
        parse_plan(text)
    assert caught.value.reason is Reason.BAD_PLAN
    return str(caught.value).splitlines()


def test_the_example_is_a_plan():
    plan = parse_plan(EXAMPLE)
    assert [exercise.id for exercise in plan.exercises] == [
        "nod", "shoulder-blades", "head-lift", "arm-raise", "walk",
    ]  # fmt: skip
    assert [exercise.id for exercise in plan.current] == ["nod", "shoulder-blades", "walk"]
    assert [exercise.id for exercise in plan.of_phase(2)] == ["head-lift", "arm-raise", "walk"]
    nod, walk = plan.current[0], plan.current[2]
    assert (nod.dose, nod.movement, nod.library) == ("10 repetitions, hold 5 s", "nod", "nod")
    assert EFFORT in nod.instructions
    assert (walk.movement, walk.library, walk.dose) == ("", "", "1 repetition")
    assert plan.nudge.settings()["flexed_threshold_cdeg"] == 2000
    assert (plan.progression.max_reps, plan.progression.adherence_pct) == (12, 80)
    assert plan.reminders.diary == dt.time(20)


PHASES = '[[phases]]\nname = "One"\nexercises = ["nod1"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[exercises]]\nuse = "hop"\ntimes = ["08:00"]\n',
            "use: not in the library; there are: nod",
        ),
        (EXERCISE.format(n=1) + 'movement = "hop"\n', "movement: must be one or two of: flexion"),
        (EXERCISE.format(n=1) + "level = 5\n", "level: 5 is more than 4"),
        (EXERCISE.format(n=1) + 'steps = ["speed"]\n', "steps: must be a list of some of: hold_s"),
        (
            EXERCISE.format(n=1) + PHASES.replace("nod1", "x"),
            "phase 'One', exercises: no exercise 'x'",
        ),
        ("phase = 2\n" + EXERCISE.format(n=1) + PHASES, "phase: 2 is more than 1"),
        ("".join(EXERCISE.format(n=n) for n in range(7)), "7 exercises are more than 6"),
        (EXERCISE.format(n=1) + "[reminders]\nprobe_pct = 80\n", "probe_pct: 80 is more than 50"),
        (EXERCISE.format(n=1) + '[reminders]\ndiary = "23:00"\n', "diary: lies in the quiet hours"),
        (EXERCISE.format(n=1) + "[progression]\npain_max = 6\n", "pain_max: 6 is more than 5"),
        (EXERCISE.format(n=1) + "[graduation]\nweek = 6\n", "graduation.week: no such field"),
    ],
)
def test_what_the_newer_fields_refuse(text, said):
    assert any(said in line for line in faults(HEAD + text)), faults(HEAD + text)


def test_twelve_exercises_over_three_phases():
    listed = "".join(EXERCISE.format(n=n) for n in range(12))
    stages = "".join(
        f'[[phases]]\nname = "{k}"\nexercises = {[f"nod{n}" for n in range(4 * k, 4 * k + 4)]}\n'
        for k in range(3)
    ).replace("'", '"')
    plan = parse_plan(HEAD + "phase = 3\n" + listed + stages)
    assert [each.id for each in plan.current] == ["nod8", "nod9", "nod10", "nod11"]


def test_the_dose_of_two_sides():
    plan = parse_plan(HEAD + exercise(use="turn"))
    assert plan.current[0].dose == "5 repetitions each side"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "reps = 10",
            "reps = 5000",
            "line 8: exercise 'Nod', reps: 5000 is more than 100; allowed are 1 to 100",
        ),
        ("reps = 10", "reps = 0", "line 8: exercise 'Nod', reps: 0 is less than 1"),
        (
            "reps = 10",
            "reps = 1\nhold_s = 600",
            "line 9: exercise 'Nod', hold_s: 600 is more than 120",
        ),
        ("reps = 10", "reps = true", "must be a whole number"),
        ("reps = 10", "rep = 10", "line 8: exercise 'Nod', rep: no such field"),
        ('["08:00"]', '["8 o\'clock"]', "is no time of day"),
        ('["08:00"]', '["23:00"]', "quiet hours"),
        ('["08:00"]', '["08:00", "08:10"]', "less than 30 min apart"),
        ('["08:00"]', str([f"{h:02}:00" for h in range(8, 21)]).replace("'", '"'), "more than 6"),
        ("Europe/Berlin", "Europe/Atlantis", "line 4: timezone: 'Europe/Atlantis' is no time zone"),
        ("version = 1", "version = 1\nstop_rules = false", "cannot change the stop rules"),
        ("reps = 10", 'reps = 10\ninstructions = "a\\u001b[2J"', "without control characters"),
        ("version = 1", "version = ", "line 3: not TOML"),
        ('times = ["08:00"]\n', "times", "line 9: not TOML"),
        ("version = 1\n", "", "version: missing"),
    ],
)
def test_what_is_refused_names_line_field_and_range(old: str, new: str, said: str):
    found = faults((HEAD + EXERCISE.format(n=1)).replace(old, new))
    assert any(said in fault for fault in found), found


def test_every_fault_is_told_at_once_and_seven_exercises_are_too_many():
    text = HEAD + "".join(EXERCISE.format(n=n) for n in range(7)).replace("reps = 10", "reps = -1")
    found = faults(text)
    assert sum("reps" in fault for fault in found) == 7
    assert any("7 exercises are more than 6" in fault for fault in found)


def test_lines_are_right_after_texts_and_lists_over_several_lines():
    text = 'a = """\nb = 1\n"""\nc = [\n 1,\n 2,\n]\n[d]\ne = 1 # [\n[[f]]\ng = 1\n[[f]]\ng = 2\n'
    lines = key_lines(text)
    assert (lines["a",], lines["c",], lines["d", "e"], lines["f", 1, "g"]) == (1, 4, 9, 13)
    assert ("b",) not in lines


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version = 1", "version = " + "9" * 5000, "line 3: a number with too many digits"),
        ("version = 1", "version = 0x" + "f" * 5000, "line 3: version: a value too long to show"),
        (
            "version = 1",
            "version = 1\na = " + "[" * 3000,
            "line 4: lists or tables nested too deep",
        ),
        ("reps = 10", '"a\\nb" = 10', "line 5: exercise 'Nod', 'a\\nb': no such field"),
        ("Europe/Berlin", "a\\nb", "line 4: timezone: 'a\\nb' is no time zone"),
        ('["08:00"]', '["\\u001b[2J"]', r"'\x1b[2J' is no time of day"),
        ('"Nod"\nreps = 10', '"a\u2028b\x85"\nreps = 0', r"line 8: exercise 'a\u2028b\x85', reps"),
    ],
)
def test_one_line_a_fault_whatever_the_file_holds(old: str, new: str, said: str):
    with pytest.raises(PoiseError) as caught:
        parse_plan((HEAD + EXERCISE.format(n=1)).replace(old, new))
    lines = str(caught.value).split("\n")
    assert all(line.startswith("plan.toml line ") and line.isprintable() for line in lines), lines
    assert any(said in line for line in lines), lines


@pytest.mark.parametrize("spaces", [20, 400_000])
def test_spaces_in_a_text_take_no_time(spaces: int):
    """A line of a long text may look like a table's head: a search that looks again from each space takes hours."""
    assert key_lines('a = """ \\"""\n[ ' + " " * spaces + '"\n"""\n') == {("a",): 1}
