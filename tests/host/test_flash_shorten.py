"""Short private names: same behaviour, same lines, tracebacks that can be read again."""

import ast
import sys
import types

import pytest

from poise.flash.bundle import contents
from poise.flash.fold import folded
from poise.flash.shorten import readable, shortened

BASE = """_LIMIT = [3]


class Base:
    def __init__(self):
        self._number = _LIMIT[0]

    def _secret(self):
        return self._number

    def _fails(self):
        raise ValueError(self._secret())
"""
HEIR = """from pack.base import Base
import other

_STATE = "_kept"


class Heir(Base):
    _kept = 5

    def __init__(self):
        super().__init__()
        self._another = 9
        self._reached = 7

    def both(self):
        return self._secret() + self._another + self._number, getattr(self, _STATE), other._shared(self)

    def fails(self):
        self._fails()
"""
OTHER = """_own_thing = 2


def _shared(heir):
    _long_local = heir._reached
    return _long_local * _own_thing
"""
KEPT = frozenset(("Heir", "both", "fails"))  # what the test itself calls
SOURCES = {"pack.base": BASE, "pack.heir": HEIR, "other": OTHER}


def loaded(sources: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    monkeypatch.setitem(sys.modules, "pack", types.ModuleType("pack"))
    for name in ("other", "pack.base", "pack.heir"):
        module = types.ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(sources[name], name, "exec"), module.__dict__)
    return sys.modules["pack.heir"]


def test_inheritance_text_and_reaching_in_work_as_before(monkeypatch):
    before = loaded(SOURCES, monkeypatch).Heir().both()
    short = shortened(SOURCES, KEPT)
    assert loaded(short, monkeypatch).Heir().both() == before == (15, 5, 14)
    text = "".join(short.values())
    for gone in ("_number", "_secret", "_another", "_own_thing", "_long_local", "_LIMIT"):
        assert gone not in text, gone
    for kept in ("_kept", "_shared", "_reached"):
        assert kept in text, kept


def test_public_names_and_arguments_are_the_same_in_all_modules(monkeypatch):
    base = "class Parent:\n    rate = 3\n    def measured_by(self, factor):\n        return self.rate * factor\n"
    heir = (
        "from pack.base import Parent\nclass Heir(Parent):\n    def both(self, given):\n"
        "        return self.measured_by(given) + (lambda argument: argument)(given), getattr(self, 'told'), "
        "self.worded(option=2)\n    told = 4\n    def worded(self, option):\n        return option\n"
    )
    sources = {"pack.base": base, "pack.heir": heir, "other": ""}
    short = shortened(sources, KEPT)
    assert loaded(short, monkeypatch).Heir().both(5) == (20, 4, 2)
    text = "".join(short.values())
    for gone in ("Parent", "measured_by", "factor", "given", "argument"):
        assert gone not in text, gone
    for kept in ("told", "option", "Heir"):
        assert kept in text, kept


def test_a_traceback_is_read_again(monkeypatch):
    short = shortened(SOURCES, KEPT)
    heir = loaded(short, monkeypatch).Heir()
    with pytest.raises(ValueError) as failure:
        heir.fails()
    names = [entry.frame.code.name for entry in failure.traceback][1:]
    assert "_fails" not in names
    told = "\n".join(
        f'  File "pack.{"heir" if n == "fails" else "base"}", line 1, in {n}' for n in names
    )
    assert [line.rpartition(" ")[2] for line in readable(told, SOURCES, KEPT).splitlines()] == [
        "fails",
        "_fails",
    ]


@pytest.mark.parametrize("board", ["esp32", "twin"])
def test_the_firmware_keeps_its_lines_and_loses_names(board):
    sources = folded(
        {
            name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path.read_text(
                "utf-8"
            )
            for name, path in contents(board).items()
            if name != "main.py"
        }
    )
    short = shortened(sources)
    names: dict[bool, set[str]] = {False: set(), True: set()}
    for is_short, texts in ((False, sources), (True, short)):
        for text in texts.values():
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Attribute):
                    names[is_short].add(node.attr)
    assert len(names[True]) < 0.7 * len(names[False])
    for name, text in sources.items():
        assert text.count("\n") == short[name].count("\n")
        before, after = ast.walk(ast.parse(text)), ast.walk(ast.parse(short[name]))
        assert [type(node) for node in before] == [type(node) for node in after]
