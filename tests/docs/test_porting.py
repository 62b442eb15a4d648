"""docs/developers/porting.md: each fact of the chips names a test that there is; every sensor has its rows."""

import ast
import re
from pathlib import Path

import pytest

from poise.power.currents import SENSORS as CURRENTS
from poise.wire.rows import ENUMS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/developers/porting.md").read_text(encoding="utf-8")
FACTS = [
    line.strip("| ").split(" | ")
    for line in PAGE.partition("## What the chips really do")[2].splitlines()
    if line.startswith("| ") and "---" not in line
][1:]
SENSORS = ENUMS["imu"][1:]


def names_in(path: Path) -> set[str]:
    """Names of the tests in a file, those in classes included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact[0][:40])
def test_each_fact_names_a_test_that_there_is(fact: list[str]):
    assert len(fact) == 3
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", fact[2])
    assert named, fact[0]
    for path, name in named:
        assert name in names_in(ROOT / path), f"{path} has no {name}"


def test_every_sensor_has_its_modules_and_rows():
    search = (ROOT / "firmware/drivers/search.py").read_text(encoding="utf-8")
    checks = (ROOT / "firmware/drivers/self_test.py").read_text(encoding="utf-8")
    for name in SENSORS:
        assert (ROOT / f"firmware/drivers/{name}.py").is_file(), name
        assert (ROOT / f"host/src/poise/twin/chips/{name}.py").is_file(), name
        assert f'"{name}")' in search, f"drivers/search.py does not know the {name}"
        assert f"check_{name}(" in checks, f"drivers/self_test.py does not check the {name}"
        assert name in CURRENTS, f"power/currents.py has no current of the {name}"
    rows = re.findall(r'0x\w\w, "(\w+)"\)', search)
    assert sorted(rows) == sorted(SENSORS), "wire/table.py and drivers/search.py name other sensors"
    drivers = {path.stem for path in (ROOT / "firmware/drivers").glob("*.py")
               if "(Imu):" in path.read_text(encoding="utf-8")}  # fmt: skip
    assert drivers == set(SENSORS)
