"""Modules put into one: same behaviour, whoever imports whom, and tracebacks that name the sources' modules."""

import ast
import fnmatch
import sys
import types

import pytest

from poise.build.bundle import _folded, contents, readable_traceback, stage
from poise.build.merge import located, merged
from poise.build.merge_plan import GROUPS

LOW = """'''Below all others.'''
import math
limit = 4
_cache = []


class LowError(Exception):
    '''Told in tracebacks.'''


class Counter:
    limit = 7
    twice = limit * 2

    def __init__(self, limit=limit):
        self.n = limit

    def read(self):
        return self.n + limit


def read(value, cache=None):
    _cache.append(value)
    if value < 0:
        raise LowError(value)
    return [limit for limit in range(value)] + [math.floor(1.5)], len(_cache)


def reset():
    limit = 9
    return limit
"""
MIDDLE = """from .low import Counter as Tally, limit
from pack import low

_cache = {}


class Middle(Tally):
    def __init__(self, limit=5):
        super().__init__(limit)

    def read(self):
        low_limit = low.limit
        return super().read() + low_limit + limit, Tally.twice

    def late(self):
        from pack.low import reset

        def inner(low):
            return low + 1

        return reset(), inner(3), (lambda limit: limit)(2)
"""
TOP = """from pack import low
from pack.low import LowError, read
from pack.middle import Middle

low.changed = 3


def run():
    said = None
    try:
        read(-1)
    except LowError as error:
        said = error.args
    middle = Middle()
    return middle.read(), middle.late(), read(2), low.Counter(2).read(), low.changed, said
"""
USER = """from pack import low
from pack.middle import Middle
import top


def run():
    from pack.low import read

    return top.run(), low.reset(), Middle(1).read(), read(1)
"""
SOURCES = {"pack.low": LOW, "pack.middle": MIDDLE, "top": TOP, "user": USER}
PUT = {"top": ("pack.middle", "pack.low")}


def run(sources: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> object:
    pack = types.ModuleType("pack")
    pack.__path__ = []
    monkeypatch.setitem(sys.modules, "pack", pack)
    for name in ("pack.low", "pack.middle", "top", "user"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in ("pack.low", "pack.middle", "top", "user"):
        if name in sources:
            module = types.ModuleType(name)
            module.__package__ = name.rpartition(".")[0]
            monkeypatch.setitem(sys.modules, name, module)
            exec(compile(sources[name], name, "exec"), module.__dict__)
            setattr(pack, name.rpartition(".")[2], module)
    return sys.modules["user"].run()


def test_the_program_works_as_before(monkeypatch):
    before = run(SOURCES, monkeypatch)
    one = merged(SOURCES, PUT)
    assert set(one) == {"top", "user"}
    assert run(one, monkeypatch) == before


def test_two_things_of_one_name_are_refused():
    sources = {"a": "from struct import pack\n", "b": "from other import pack\n"}
    with pytest.raises(ValueError, match="pack"):
        merged(sources, {"a": ("b",)})


def test_a_traceback_names_the_modules_of_the_sources():
    told = """  File "top", line 1, in run
  File "top", line 1, in low__read
  File "top", line 1, in low__Counter__read
  File "top", line 1, in low__Counter__init
  File "top", line 1, in inner
  File "other", line 1, in read
"""
    assert located(told, SOURCES, PUT).splitlines() == [
        '  File "top", line 1, in run',
        '  File "pack.low", line 1, in read',
        '  File "pack.low", line 1, in read',
        '  File "pack.low", line 1, in __init__',
        '  File "pack.middle", line 1, in inner',
        '  File "other", line 1, in read',
    ]


def test_methods_of_one_name_are_told_apart(monkeypatch):
    one = merged(SOURCES, PUT)
    run(one, monkeypatch)
    top = sys.modules["top"]
    names = {top.low__Counter.read.__name__, top.middle__Middle.read.__name__}
    assert names == {"low__Counter__read", "middle__Middle__read"}
    assert not any("__read" in name for name in vars(top.low__Counter))


@pytest.mark.parametrize("board", ["esp32", "twin"])
def test_the_firmwares_groups_are_whole(board):
    texts, _ = _folded(board)
    one = merged(texts)
    patterns = [pattern for members in GROUPS.values() for pattern in members]
    assert all(fnmatch.filter(texts, pattern) for pattern in patterns)
    assert set(texts) - set(one) == {
        name for pattern in patterns for name in fnmatch.filter(texts, pattern)
    }
    gone = set(texts) - set(one)
    for name, text in one.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in gone, (name, node.module)
                assert not {f"{node.module}.{alias.name}" for alias in node.names} & gone, name
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("unload"):
                assert getattr(node.args[0], "value", None) not in gone, name


def test_what_is_compiled_lacks_the_merged_and_its_tracebacks_are_read(tmp_path):
    staged = stage("esp32", tmp_path / "bundle", "xtensawin")
    paths = {path.relative_to(staged).as_posix() for path in staged.rglob("*.mpy")}
    assert {"app/clip.mpy", "app/sampler.mpy", "app/tasks.mpy", "link/gatt.mpy"} < paths
    assert "motion/attitude.mpy" not in paths
    assert "motion/attitude.py" in contents("esp32")
    told = 'Traceback (most recent call last):\n  File "nowhere", line 1, in step\nOSError: 5\n'
    assert readable_traceback(told) == told
