"""Constants folded over modules: same behaviour, same line numbers, fewer names."""

import ast
import types

import pytest

from poise.build.bundle import contents
from poise.build.fold import folded

LIMITS = """'''Limits.'''
FAR_MS = 60 * 1_000  # a minute
NEAR_CDEG = -5
_HALF = FAR_MS // 2
BOTH = FAR_MS + NEAR_CDEG
DECLARED = const(
    BOTH + 1  # over several lines
)
NAMES = ("a", "b")
CHANGED = 3
TWICE = 1
TWICE = 2


def half():
    return _HALF
"""
USER = """from pack import limits
from pack.limits import (
    FAR_MS,
    NAMES,
    NEAR_CDEG as near,
)

limits.CHANGED = 4


def all():
    BOTH = limits.BOTH
    more = limits.CHANGED, limits.TWICE, limits.DECLARED
    return [FAR_MS, near * 2, 7 - near, limits.FAR_MS, limits.NAMES, NAMES, BOTH, more]


def fails():
    raise ValueError
"""


def run(sources: dict[str, str]) -> dict[str, types.ModuleType]:
    import sys

    made = {}
    pack = types.ModuleType("pack")
    for name, text in sources.items():
        module = types.ModuleType(name)
        sys.modules[name] = module
        setattr(pack, name.rpartition(".")[2], module)
        sys.modules["pack"] = pack
        exec(compile(text, name, "exec"), module.__dict__)
        made[name] = module
    return made


@pytest.fixture
def both(monkeypatch):
    import builtins
    import sys

    monkeypatch.setattr(builtins, "const", int, raising=False)

    for name in ("pack", "pack.limits", "pack.user"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sources = {"pack.limits": LIMITS, "pack.user": USER}
    return run(sources), run(folded(sources))


def test_it_says_the_same(both):
    before, after = both
    assert after["pack.user"].all() == before["pack.user"].all()
    assert after["pack.limits"].half() == before["pack.limits"].half() == 30_000


def test_names_are_gone_unless_they_change(both):
    _, after = both
    kept = {name for name in vars(after["pack.limits"]) if name.isupper()}
    assert kept == {"NAMES", "CHANGED", "TWICE"}
    assert "FAR_MS" not in vars(after["pack.user"])


def test_lines_keep_their_numbers(both):
    for module in both[1].values():
        for function in (value for value in vars(module).values() if callable(value)):
            before = both[0][module.__name__]
            line = getattr(before, function.__name__).__code__.co_firstlineno
            assert function.__code__.co_firstlineno == line


def test_modules_beside_the_slots_keep_their_public_names():
    text = "PIN = 5\n_SDA = 21\n\n\ndef pins():\n    return PIN, _SDA\n"
    assert folded({"board": text}, frozenset({"board"}))["board"].splitlines()[0] == "PIN = 5"
    assert folded({"clip": text})["clip"].splitlines()[0] == "pass"


def test_what_nothing_uses_any_more_is_not_imported():
    sources = {
        "pack.limits": LIMITS,
        "user": "from micropython import const\nfrom pack import limits\n_A = const(3)\nB = limits.BOTH + _A\n",
    }
    assert folded(sources)["user"].splitlines() == ["pass", "pass", "pass", "B = 59995 + 3"]


def test_the_firmware_folds_and_its_lines_stay():
    sources = {
        name.removesuffix(".py").replace("/", "."): path.read_text(encoding="utf-8")
        for name, path in contents("esp32").items()
    }
    for name, text in folded(sources).items():
        ast.parse(text)
        assert text.count("\n") == sources[name].count("\n"), name


def test_what_only_a_checker_reads_goes():
    head = "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from .fields import Data\n\n\n"
    text = folded({"size": head + 'def size(data: "Data") -> int:\n    return len(data)\n'})["size"]
    assert "TYPE_CHECKING" not in text and "fields" not in text
    assert text.splitlines()[5].startswith("def size")
