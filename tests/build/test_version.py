"""One version at both ends and in the package's own description."""

import ast
import re
import tomllib
from pathlib import Path

import poise
from poise.build.sources import firmware_folder
from poise.wire import VERSION

ROOT = Path(__file__).parents[2]


def test_the_host_and_the_package_take_the_version_of_wire():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    read_from = ROOT / project["tool"]["hatch"]["version"]["path"]
    assert "version" in project["project"]["dynamic"]
    found = re.findall(r'^VERSION = "(.+)"', read_from.read_text(encoding="utf-8"), re.MULTILINE)
    assert found == [VERSION] == [poise.__version__]


def test_the_firmware_takes_it_too():
    imported, assigned = set(), set()
    for node in ast.walk(
        ast.parse((firmware_folder() / "app/clip.py").read_text(encoding="utf-8"))
    ):
        if isinstance(node, ast.ImportFrom) and node.module == "wire":
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            assigned |= {ast.unparse(target) for target in node.targets}
    assert "VERSION" in imported - assigned
