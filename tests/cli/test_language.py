"""The terminal's language: `--lang`, the environment, and what stays the same in every language."""

import ast
import json
import sys
from pathlib import Path
from typing import TypeGuard

import numpy as np
import pytest

import poise as package
from poise.errors import Reason
from poise.language import formats
from tests.support.command import refused
from tools import messages

HOST = Path(package.__file__).parent
# Rooms of the terminal's texts. The others have their own words: pages, coach and reports.
ROOMS = (
    *("build", "cli", "clip", "doctor", "files", "flash", "store", "two_clips", "wear"),
    "installed.py",
)
# Only developers and makers meet these texts, which have no German yet.
LEFT_OUT = (
    *("build/", "flash/"),
    *("cli/bench.py", "cli/demo.py", "cli/flash.py", "cli/flash_steps.py"),
    *("cli/release.py", "cli/replay.py"),
)
# Raised in English: only developers meet these.
ENGLISH_ERRORS = ("cli/bench.py", "cli/replay.py", "cli/shell.py")
SOURCES = sorted(
    path
    for room in ROOMS
    for path in ([HOST / room] if room.endswith(".py") else (HOST / room).rglob("*.py"))
)


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        (("--lang", "de"), {}),
        ((), {"POISE_LANG": "de-CH"}),
        ((), {"LANGUAGE": "de_AT:en"}),
        ((), {"LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "de_DE.UTF-8"}),
    ],
)
def test_the_user_or_the_environment_chooses(poise, arguments: tuple, more: dict[str, str]) -> None:
    assert "Noch nichts." in poise(*arguments, "diary", "list", **more).stdout


def test_the_user_goes_before_the_environment(poise) -> None:
    assert "Nothing yet." in poise("--lang", "en", "diary", "list", POISE_LANG="de").stdout


def test_help_and_errors_are_in_the_language_too(poise) -> None:
    told = poise("--lang", "de", "diary", "--help").stdout
    assert "Kopfschmerz" in told and "stellt keine" in told and "Einen Tag eintragen." in told
    assert "Kopfschmerz" in poise("--lang", "de", "--help").stdout
    line = refused(poise("--lang", "de", "import", "log.bin", "--clip", "x"), Reason.BAD_INPUT)
    assert "'x' ist keine Kennung" in line and "poise status" in line


@pytest.mark.skipif(sys.platform == "win32", reason="a task of Windows has no environment")
def test_the_service_speaks_the_language_that_the_user_chose(poise) -> None:
    made = poise("--lang", "de", "wear", "--install", "--dry-run").stdout
    assert "POISE_LANG" in made
    assert "POISE_LANG" not in poise("wear", "--install", "--dry-run").stdout


def test_a_language_without_words_is_refused(poise) -> None:
    line = refused(poise("--lang", "xx", "status"), Reason.BAD_INPUT)
    assert "'xx'" in line and "en, de" in line


def test_what_a_script_reads_is_the_same_in_every_language(poise) -> None:
    assert "Kopfschmerz 4/10" in poise(
        "--lang", "de", "diary", "add", "--headache", "--intensity", "4"
    ).stdout  # fmt: skip
    for command in (("diary", "list", "--json"), ("safety", "holds", "--json")):
        english, german = (poise("--lang", tag, *command).stdout for tag in ("en", "de"))
        assert json.loads(english) == json.loads(german)
    checks = json.loads(poise("--lang", "de", "doctor", "--json").stdout)
    assert "data folder" in [each["what"] for each in checks]


def test_a_number_rounds_as_python_rounds_it() -> None:
    assert [formats.number(np.float64(value), 1) for value in (0.15, 0.25, -0.05)] == [
        f"{value:.1f}" for value in (0.15, 0.25, -0.05)
    ]


def test_what_patients_and_therapists_read_has_german() -> None:
    made = messages.updated("de", messages.template())
    lacking = set(messages.missing(made))
    told_here = {
        messages.first(message.id)
        for message in made
        if any(_is_told_here(path) for path, _line in message.locations)
    }
    assert not lacking & told_here


def _is_told_here(path: str) -> bool:
    return path.partition("/")[0] in ROOMS and not path.startswith(LEFT_OUT)


# --- in the code: an error's text goes through gettext, and gettext's tool can find it


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(HOST).as_posix())
def test_texts_of_errors_are_translated(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = path.relative_to(HOST).as_posix()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            hidden = [each for each in ast.walk(node) if _calls(each, ("_", "ngettext"))]
            literal = [each for each in hidden if isinstance(each.args[0], ast.Constant)]
            assert not literal, (
                f"{inside}:{node.lineno}: gettext's tool finds no text in an f-string"
            )
        if _calls(node, ("_",)):
            assert not isinstance(node.args[0], ast.JoinedStr), (
                f"{inside}:{node.lineno}: f-string in _()"
            )
        if _calls(node, ("PoiseError",)) and inside not in ENGLISH_ERRORS:
            bare = [each for each in node.args[1:3] if _is_english(each)]
            assert not bare, f"{inside}:{node.lineno}: put the text into _()"


def _calls(node: ast.AST, names: tuple[str, ...]) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _is_english(node: ast.expr) -> bool:
    """Is this a text with words of its own? "{port}: {why}" is none."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if not isinstance(node, ast.JoinedStr):
        return False
    literal = "".join(str(each.value) for each in node.values if isinstance(each, ast.Constant))
    return any(character.isalpha() for character in literal)
