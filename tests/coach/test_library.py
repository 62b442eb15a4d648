"""The built-in exercises: each with words, a drawing and what the clip can judge."""

import xml.etree.ElementTree as ET

import pytest

from poise.coach.plan.library import drawing_svg, entry, library, limits, source
from poise.coach.plan.pain import EFFORT
from poise.coach.plan.plan import parse_plan
from poise.errors import PoiseError
from poise.sensing.movements import MOVEMENTS
from tests.support.plans import exercise, plan_text


@pytest.mark.parametrize("name", list(library()))
def test_an_exercise_is_whole(name):
    found = entry(name)
    assert 60 <= len(found.instructions) <= 500
    assert found.instructions.endswith(EFFORT)
    assert "safe" not in found.instructions.lower()
    assert found.phase in (1, 2, 3)
    assert found.evidence
    assert all(movement in MOVEMENTS for movement in found.movements)
    plan = parse_plan(plan_text(exercise(use=name)))
    assert plan.current[0].movements == found.movements


@pytest.mark.parametrize("name", list(library()))
def test_a_drawing_speaks_and_takes_the_text_s_colour(name):
    root = ET.fromstring(drawing_svg(name))
    space = "{http://www.w3.org/2000/svg}"
    assert root.attrib["viewBox"] == "0 0 200 160"
    assert root.attrib["stroke"] == "currentColor"
    assert root.findtext(f"{space}title") == entry(name).name
    assert root.findtext(f"{space}desc") == entry(name).picture


def test_what_the_clip_makes_of_it_depends_on_the_site():
    assert source("flexion", "head") == "sensed"
    assert source("flexion", "collar") == "self_reported"
    assert source("flexion", "unknown") == "self_reported"  # as little as the least
    assert source("posture_reset", "collar") == "sensed"
    assert source("", "head") == "self_reported"
    assert "collar" in limits("flexion", "collar")
    assert "nothing" in limits("", "head")


def test_a_name_that_is_not_there():
    with pytest.raises(PoiseError, match="hop"):
        entry("hop")
