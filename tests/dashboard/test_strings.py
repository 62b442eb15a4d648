"""Every word of the dashboard stands in words/strings.py, and every case that can come has its words."""

import ast
import re
from pathlib import Path

import pytest

from poise.coach.diary import MEDICATION
from poise.coach.measures import MEASURES
from poise.coach.session.cues import Cue, Phase
from poise.dashboard import sessionpart
from poise.sensing.movements import MOVEMENTS
from poise.wire.prose import FIELDS
from poise.wire.table import names
from poise.words import setup, strings
from poise.words.classes import ANGLE_CLASSES

DASHBOARD = Path(sessionpart.__file__).parent
WORDS = Path(strings.__file__).parent
# Call -> place of the argument that a reader sees.
_SEEN = {"el": 1, "button": 0, "link": 0, "card": 0, "empty": 0, "message": 0, "more": 0}
# Cues that only the big line and the figures tell.
_BY_THE_STEP = {
    Cue.GET_READY, Cue.HOLD_STILL, Cue.GO_OUT, Cue.TARGET, Cue.HOLD_DONE, Cue.COME_BACK, Cue.LOST,
    Cue.NOT_COUNTED, Cue.STOPPED_PAIN, Cue.STOPPED_UNWELL, Cue.SESSION_DONE,
}  # fmt: skip


def _literals(tree: ast.AST):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = _SEEN.get(node.func.id)
        if place is None or place >= len(node.args):
            continue
        shown = node.args[place]
        if isinstance(shown, ast.JoinedStr | ast.Constant) and any(
            isinstance(part, ast.Constant) and any(c.isalpha() for c in str(part.value))
            for part in ast.walk(shown)
        ):
            yield f"line {node.lineno}: {ast.unparse(shown)}"


@pytest.mark.parametrize("path", sorted(DASHBOARD.rglob("*.py")), ids=lambda path: path.stem)
def test_no_text_outside_strings(path: Path):
    # One letter is a key's name.
    found = [each for each in _literals(ast.parse(path.read_text())) if not each.endswith("'h'")]
    assert not found


def test_the_search_for_texts_finds_one():
    assert list(_literals(ast.parse('el("p", "Hello")\ncard(f"{x} is here")')))


def test_every_step_has_words():
    assert {each.value for each in Phase} - {each.value for each in sessionpart.ASKED} == (
        strings.EX_PHASES.keys()
    )
    assert {cue.value for cue in Cue if cue not in _BY_THE_STEP} == strings.EX_CUES.keys()


def test_every_movement_has_words():
    assert set(MOVEMENTS) | {""} == strings.MOVEMENTS.keys()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (strings.DIARY_MEDICINES, MEDICATION),
        (strings.SCORES_NAMES, MEASURES),
        (strings.CLIP_FITS, names("fit")),
        (strings.CLIP_SITES, names("site")),
        (strings.STATES, names("state")),
        (strings.CLIP_CALIBRATE_WHY, [*(n for n in names("calibration") if n != "accepted"), "timeout"]),
        (strings.SOURCE, ("sensed", "partly", "self_reported")),
    ],
)  # fmt: skip
def test_every_case_has_words(words, wanted):
    missing = set(wanted) - set(words)
    assert not missing


def test_the_angle_classes_are_those_of_the_log():
    assert {key: FIELDS[f"{key}_s"] for key in ANGLE_CLASSES} == ANGLE_CLASSES


def test_no_word_of_setting_up_is_left_over():
    rooms = (DASHBOARD, WORDS.parent / "setup", WORDS.parent / "cli")
    used = "".join(path.read_text() for room in rooms for path in room.rglob("*.py"))
    named = [name for name in vars(setup) if name.isupper()]
    assert not [name for name in named if not re.search(rf"words\.{name}\b", used)]


def test_no_word_is_left_over():
    used = "".join(path.read_text() for room in (DASHBOARD, WORDS) for path in room.rglob("*.py"))
    named = [name for name in vars(strings) if name.isupper() and not name.startswith("_")]
    assert not [name for name in named if f"strings.{name}" not in used and used.count(name) < 2]
