"""docs/makers/hazards.md names tests, lines and steps that exist; every hazard has a severity and what prevents it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from hardware.enclosure import fits, page

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/makers/hazards.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs/makers/assembly.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:\w+/)*test_\w+\.py)(?:::(\w+))?`", PAGE)))
LINES = {line.what for group in fits.fits().values() for line in group}
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| hazard", "| ---"))
]


@cache
def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_named_test_exists(file: str, test: str) -> None:
    there = names_in(ROOT / "tests" / file)
    assert test in there if test else there


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[2]}")
def test_each_hazard_has_its_severity_and_what_prevents_it(row: list[str]) -> None:
    hazard, severity, cause, prevents, shown, remains = row
    assert hazard and cause and prevents
    assert severity in {"1", "2", "3"}
    assert shown or remains  # what nothing shows is told as what remains


def test_a_named_line_of_the_case_and_a_named_step_of_the_assembly_exist() -> None:
    lines = re.findall(r'fits: "([^"]+)"', PAGE)
    assert lines
    assert not [name for name in lines if not any(what.startswith(name) for what in LINES)]
    steps = re.findall(r"assembly (\d)(?:\.(\d))?(?: and (\d))?", PAGE)
    assert steps
    for step, test, other in steps:
        for number in filter(None, (step, other)):
            section = GUIDE.split(f"\n## {number}. ")[1].split("\n## ")[0]
            assert "**Test" in section
            assert not test or f"\n{test}. " in section


def test_the_warmest_case_is_told() -> None:
    """The figures in the words are those of the tables."""
    warm = {each.what: f"{each.surface_c(30):.0f} °C" for each in page.cases()}
    assert warm["live, at its worst"] in PAGE
    assert warm["fault: receives for good, motor stuck on"] in PAGE
