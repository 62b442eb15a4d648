"""Short names: same behaviour, same lines, no two in one place alike, tracebacks that can be read again."""

import ast
import builtins
import sys
import types
from collections import defaultdict
from functools import lru_cache

import pytest

from poise.build.bundle import _texts
from poise.build.shorten import readable, shortened

BASE = """LIMIT = [3]
alike = 7
declared = const(
    9
)


class Base:
    first = alike

    def __init__(self, begin, further=1):
        self._number = LIMIT[0] + begin * further
        self.told = None

    def secret(self, begin=alike):
        return self._number, begin

    also = secret

    def told_by(self, told_by, text):
        try:
            raise Worse(text, told_by)
        except Worse as worse:
            return worse.grade

    def fails(self):
        raise ValueError(self.secret())


class Worse(Exception):
    def __init__(self, text, grade):
        super().__init__(text)
        self.grade = grade
"""
HEIR = """from pack.base import Base
import other
from pack import base

STATE = "kept"


class Heir(Base):
    kept = 5

    def __init__(self):
        super().__init__(2, further=4)
        self.another = 9

    def both(self):
        from other import shared

        self.fetched = [shared(self), other.shared(self), base.alike, base.Base.first]
        return self.secret() + self.also(1) + (self.another, self.fetched, getattr(self, STATE), self.told)

    def more(self):
        return self.told_by(8, text=""), [len(part) for part in (self.fetched, [1])], other.at_end
"""
OTHER = """own_thing = 2
at_end = max(own_thing, 1)


def shared(heir):
    own = heir.another
    heir.told = "x"
    return own * own_thing
"""
MAIN = """from pack.heir import Heir


def run():
    heir = Heir()
    return heir.both(), heir.more()


def fail():
    Heir().fails()
"""
SOURCES = {"pack.base": BASE, "other": OTHER, "pack.heir": HEIR, "main": MAIN}
FOREIGN = frozenset({"main"})


@lru_cache
def firmware_of(board: str) -> dict[str, str]:
    """The board's firmware with short names: seconds of work that the tests share."""
    return shortened(*_texts(board))


def loaded(sources: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    monkeypatch.setattr(builtins, "const", int, raising=False)
    pack = types.ModuleType("pack")
    monkeypatch.setitem(sys.modules, "pack", pack)
    for name in sources:
        module = types.ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(sources[name], name, "exec"), module.__dict__)
        setattr(pack, name.rpartition(".")[2], module)
    return sys.modules["main"]


def test_the_program_works_as_before(monkeypatch):
    before = loaded(SOURCES, monkeypatch).run()
    short = shortened(SOURCES, FOREIGN)
    assert loaded(short, monkeypatch).run() == before
    assert short["main"] == MAIN


def test_names_go_and_what_is_reached_by_text_stays():
    short = shortened(SOURCES, FOREIGN)
    text = short["pack.base"] + short["pack.heir"] + short["other"]
    words = {
        node.attr
        for part in short.values()
        for node in ast.walk(ast.parse(part))
        if isinstance(node, ast.Attribute)
    }
    for gone in (
        "_number",
        "secret",
        "alike",
        "another",
        "fetched",
        "own_thing",
        "shared",
        "LIMIT",
    ):
        assert gone not in text, gone
    for kept in (
        "further",
        "kept",
        "grade",
        "both",
        "more",
        "fails",
        "Heir",
        "Worse",
        "text=",
        "declared",
    ):
        assert kept in text, kept
    assert {"both", "more", "grade", "fails"} < words


def test_a_traceback_is_read_again(monkeypatch):
    hidden = SOURCES | {"main": MAIN.replace("fails", "told_by")}
    short = shortened(hidden, FOREIGN)
    heir = loaded(short, monkeypatch).Heir()
    spelled = {
        new.name: old.name
        for old, new in zip(
            ast.walk(ast.parse(BASE)), ast.walk(ast.parse(short["pack.base"])), strict=True
        )
        if isinstance(old, ast.FunctionDef) and isinstance(new, ast.FunctionDef)
    }
    name = next(new for new, old in spelled.items() if old == "fails")
    assert name != "fails"
    with pytest.raises(ValueError):
        getattr(heir, name)()
    told = f'  File "pack.base", line 1, in {name}'
    assert readable(told, hidden, FOREIGN).rpartition(" ")[2] == "fails"


@pytest.mark.parametrize("board", ["esp32", "twin"])
def test_the_firmware_keeps_its_lines_and_loses_names(board):
    sources, _ = _texts(board)
    short = firmware_of(board)
    names: dict[bool, set[str]] = {False: set(), True: set()}
    for is_short, texts in ((False, sources), (True, short)):
        for text in texts.values():
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Attribute):
                    names[is_short].add(node.attr)
    assert len(names[True]) < 0.5 * len(names[False])
    for name, text in sources.items():
        assert text.count("\n") == short[name].count("\n")
        before, after = ast.walk(ast.parse(text)), ast.walk(ast.parse(short[name]))
        assert [type(node) for node in before] == [type(node) for node in after]


@pytest.mark.parametrize("board", ["esp32", "twin"])
def test_in_no_place_of_the_firmware_have_two_names_one_spelling(board):
    sources, _ = _texts(board)
    short = firmware_of(board)
    spelled: dict[str, set[str]] = defaultdict(set)  # attributes: wherever they stand, alike
    for name, text in sources.items():
        before, after = ast.parse(text), ast.parse(short[name])
        for (where, old), (_, new) in zip(_places(before), _places(after), strict=True):
            back: dict[str, str] = {}
            for long, brief in zip(old, new, strict=True):
                assert back.setdefault(brief, long) == long, (name, where, long, back[brief])
        for old, new in zip(ast.walk(before), ast.walk(after), strict=True):
            if isinstance(old, ast.Attribute) and isinstance(new, ast.Attribute):
                spelled[old.attr].add(new.attr)
    assert [name for name, spellings in spelled.items() if len(spellings) > 1] == []


def _places(tree: ast.Module) -> list[tuple[str, list[str]]]:
    """Names of each class's body and `self`, of each function, and of the module's variables."""
    places = [("module", [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)])]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            inside = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
            for part in ast.walk(node):
                if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                    inside += [part.attr] if part.value.id == "self" else []
            places.append((str(node.lineno), inside))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = [part.arg for part in ast.walk(node) if isinstance(part, ast.arg)]
            inside += [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
            places.append((str(node.lineno), inside))
    return places[1:]  # arguments of different functions share theirs


def test_names_are_spelled_alike_on_every_board():
    spelled = {board: firmware_of(board) for board in ("esp32", "twin")}
    common = set(spelled["esp32"]) - _texts("esp32")[1] - _texts("twin")[1]
    assert {"app.clip", "app.sampler", "app.tasks", "link.gatt"} < common
    for module in common:
        assert spelled["esp32"][module] == spelled["twin"][module], module


def test_a_name_in_an_annotation_is_respelled_all_the_same():
    source = """class Longer:
    again: "Longer"

    def make(self, of: "Longer | None") -> "Longer":
        found: "Longer" = Longer()
        return found
"""
    assert "class Longer" not in shortened({"pack.base": source})["pack.base"]
