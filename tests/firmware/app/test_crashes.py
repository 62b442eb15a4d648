"""Crashes in a row: counted over restarts, forgotten when it runs well, never a reason not to start."""

import ast
import os
from pathlib import Path

import pytest
from app import standby
from app.crashes import LIMIT, Crashes

APP = Path(standby.__file__).parent


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "crashes")


def start(path, cause="reset"):
    return Crashes(path, os, cause)


def test_three_in_a_row_are_safe_mode_and_it_tries_again(path):
    for _ in range(LIMIT):
        now = start(path)
        assert not now.safe
        now.add()
    now = start(path)
    assert now.safe
    assert now.well()  # restarts
    now = start(path)
    assert not now.safe
    now.add()
    assert start(path).safe  # one more is enough


def test_running_well_forgets(path):
    for _ in range(LIMIT - 1):
        start(path).add()
    now = start(path)
    assert now.count == LIMIT - 1
    assert not now.well()
    assert start(path).count == 0


def test_what_hangs_counts(path):
    for _ in range(LIMIT - 1):
        assert not start(path, "watchdog").safe
    assert start(path, "watchdog").safe


def test_damage_and_a_failing_flash_keep_nothing_from_starting(path):
    start(path).add()
    Path(path).write_bytes(b"\xff" + Path(path).read_bytes()[1:])
    assert start(path).count == 0
    assert Crashes(path + "/no/folder", os, "watchdog").count == 1


def test_the_stand_in_has_what_is_asked_of_the_sampler():
    source = (APP / "sampler.py").read_text(encoding="utf-8")
    sampler = next(node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    known = {node.name for node in sampler.body if isinstance(node, ast.FunctionDef)}
    known |= {
        node.attr
        for node in ast.walk(sampler)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"
    }
    mine = {name for name in vars(standby.Standby) if not name.startswith("_")}
    assert mine <= known
    for folder, names in (("", ("clip.py", "tasks.py", "status.py")), ("../link", ("service.py",))):
        for name in names:
            text = (APP / folder / name).read_text(encoding="utf-8")
            asked = {
                node.attr
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Attribute)
                and ast.unparse(node.value)
                in ("sampler", "self.sampler", "self._clip.sampler", "clip.sampler")
            }
            assert asked - {"open"} <= mine, name  # which is not asked of a stand-in
