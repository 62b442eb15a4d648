"""The most used names stand first in a module's table, and nothing else changes."""

import ast

from poise.build.bundle import _texts
from poise.build.hot_names import hot_names_first
from poise.build.shorten import shortened

MANY = "\n".join(f"def f{n}(value_{n}):\n    return value_{n}.attribute_{n}" for n in range(80))


def test_what_is_used_most_comes_first_and_nothing_runs():
    source = f"import often\n{MANY}\n\ndef last():\n    often.used, often.used, often.used\n    return 'text'\n"
    first, rest = hot_names_first(source).split("\n", 1)
    assert rest == source
    assert first.startswith("if not __name__: __name__.used.often.f0.")
    assert ".text" not in first  # 124 names of the 243 that the functions use
    assert first.count(".") == 124
    space = {"__name__": "told", "often": None}
    exec(first, space)


def test_an_annotation_is_no_use_of_a_name():
    annotated = "def last(one) -> 'Noted':\n    two: 'Noted' = one\n    return two\n"
    assert "Noted" not in hot_names_first(f"{MANY}\n\n{annotated}").split("\n", 1)[0]


def test_a_module_of_few_names_stays_as_it_is():
    source = "def double(value):\n    return value * 2\n"
    assert hot_names_first(source) == source


def test_the_firmware_still_parses():
    for name, text in shortened(*_texts("esp32")).items():
        ast.parse(hot_names_first(text), name)
