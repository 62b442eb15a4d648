"""The search for unnoticed faults itself: what it plants, what it notices, and the list of those that nobody could."""

import shutil
import subprocess
from pathlib import Path

import pytest

from .__main__ import ROOT, equivalents
from .mutants import functions, places, planted, sample
from .pool import outcomes
from .subjects import SUBJECTS

SUBJECT = '''"""A threshold."""

from functools import lru_cache


@lru_cache(maxsize=4)
def is_bent(angle: "int | None") -> bool | None:
    """True from 20 on."""
    return None if angle is None else angle >= 20
'''
TEST = """from subject import is_bent


def test_it():
    assert is_bent(30) and not is_bent(10) and is_bent(None) is None
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of one module with a test that looks past the threshold."""
    here = Path(__file__).parent
    shutil.copytree(here, tmp_path / "tests/mutation", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests/__init__.py").touch()
    (tmp_path / "host/src").mkdir(parents=True)
    (tmp_path / "subject.py").write_text(SUBJECT, encoding="utf-8")
    (tmp_path / "test_subject.py").write_text(TEST, encoding="utf-8")
    (tmp_path / ".gitignore").write_text("build\n__pycache__\n", encoding="utf-8")
    return tmp_path


def test_a_fault_is_planted_in_one_line_and_never_in_an_annotation_or_a_decorator(tree: Path):
    found = [planted(tree, place) for place in places(tree, "subject.py")]
    assert {one.after for one in found if one} == {
        "return None if angle is not None else angle >= 20",
        "return None if angle is None else angle > 20",
        "return None if angle is None else angle < 20",
        "return None if angle is None else angle >= 21",
        "return None if angle is None else angle >= 19",
    }
    assert {(one.line, one.module, one.place) for one in found if one} == {
        (9, "subject.py", "is_bent")
    }


def test_the_same_seed_draws_the_same_mutants(tree: Path):
    found = list(places(tree, "subject.py"))
    assert sample(found, 2, 1) == sample(found, 2, 1) != sample(found, 2, 2)
    assert sample(found, 0, 1) == found


def test_what_no_test_notices_survives_and_the_tree_stays_as_it_was(tree: Path):
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)
    found = [one for one in (planted(tree, place) for place in places(tree, "subject.py")) if one]
    told = {one.after: killed for one, killed in outcomes(tree, ("test_subject.py",), found, 1)}
    survivors = {after.rpartition("angle ")[2] for after, killed in told.items() if not killed}
    assert survivors == {"> 20", ">= 19", ">= 21"}
    assert (tree / "subject.py").read_text(encoding="utf-8") == SUBJECT


def test_every_subject_and_every_equivalent_is_still_there():
    for subject in SUBJECTS:
        assert all((ROOT / module).is_file() for module in subject.modules)
        assert all((ROOT / each).is_file() for each in subject.tests if each.endswith(".py"))
    for (module, place, before, after), why in equivalents().items():
        source = (ROOT / module).read_text(encoding="utf-8")
        around = functions(source)
        numbered = enumerate(source.splitlines(), 1)
        assert (place, before) in {(around.get(n, ""), line.strip()) for n, line in numbered}
        assert after != before and why
