"""Commands in docs and hints: each exists with its options, and those for a fresh twin work as they stand."""

import ast
import importlib.util
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from poise.cli import COMMANDS
from tests.conftest import vm_or_skip
from tests.support.command import environment
from tests.support.doc_commands import INLINE, PAGES, ROOT, RUN_BLOCKS, Named, blocks, documented

SOURCES = ROOT / "host/src/poise"
_ALONE = {"--version", "--help"}


def hints() -> Iterator[str]:
    """Commands between backticks in the host's texts; `{...}` of an f-string is `X`."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (
                    each.value if isinstance(each, ast.Constant) else "X" for each in node.values
                )
                yield from INLINE.findall("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from (each for each in INLINE.findall(node.value) if not each.endswith(" "))


@pytest.mark.parametrize("command", sorted({*hints(), *(each.text for each in documented())}))
def test_a_command_that_is_named_exists(command: str) -> None:
    words = list(Named(command, "", is_typed=False).command)
    if not words or words[0] in _ALONE or words[0].isupper():
        return
    found = _command(words.pop(0))
    while words and hasattr(found, "commands") and not words[0].startswith("-"):
        if words[0].isupper():
            return  # any of them
        assert words[0] in found.commands, f"{command}: no {words[0]}"
        found = found.commands[words.pop(0)]
    known = {option for each in found.params for option in (*each.opts, *each.secondary_opts)}
    given = {word.partition("=")[0].rstrip(",;.") for word in words if word.startswith("--")}
    assert not given - known - {"--help"}, command


@cache
def _command(name: str) -> Any:
    assert name in COMMANDS, name
    return typer.main.get_command(importlib.import_module(f"poise.cli.{COMMANDS[name][0]}").app)


def block(page: str, first: str) -> list[str]:
    """The lines of the page's block that has this line."""
    return next(lines for lines in blocks(ROOT / "docs" / page) if first in lines)


def fits(line: str, folder: Path) -> str:
    """As it stands, but for its folder; waits for what it begins, and ends what would not."""
    line = line.replace("/tmp/clip", str(folder))
    if line.endswith("&"):
        return f"{line}\nuntil [ -e {folder}/twin.json ]; do kill -0 $! && sleep 0.1; done"
    if line.startswith("poise wear"):
        return "poise wear --seconds 1"
    return line


def made_ready() -> Iterator[tuple[str, str]]:
    """(kind, name) of each target of make and each module that a page has its readers run."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = [
            *re.findall(r"`([^`\n]+)`", text),
            *(line for each in blocks(page) for line in each),
        ]
        for line in code:
            if found := re.match(r"make (?:-j ?\d+ )?([a-z0-9-]+)", line):
                yield "make", found[1]
            if found := re.search(r"python3? -m ([a-z_0-9.]+)", line):
                yield "module", found[1]


@pytest.mark.parametrize(("kind", "name"), sorted(set(made_ready())))
def test_a_target_or_module_that_is_named_exists(kind: str, name: str) -> None:
    if kind == "module":
        assert importlib.util.find_spec(name)
    else:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{name}:", makefile, re.MULTILINE)


@pytest.mark.system
@pytest.mark.vm
@pytest.mark.skipif(sys.platform != "linux", reason="--arch x64")
@pytest.mark.parametrize(
    ("page", "begins", "says"),
    [(*block, says) for block, says in RUN_BLOCKS.items()],
    ids=lambda word: word if word.endswith(".md") else "",
)
def test_a_twins_commands_on_a_fresh_twin(
    tmp_path: Path, page: str, begins: str, says: str
) -> None:
    vm_or_skip(64)
    lines = block(page, begins)
    script = ["set -e", *(fits(line, tmp_path / "clip") for line in lines)]
    kept = environment(tmp_path / "none", PATH=f"{_shims(tmp_path)}:{os.environ['PATH']}")
    process = subprocess.Popen(
        ["bash", "-c", "\n".join(script)], cwd=tmp_path, env=kept, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        output, errors = process.communicate(timeout=280)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, errors[-2000:]
    assert says in output
    assert not (tmp_path / "none").exists()


def _shims(folder: Path) -> Path:
    """`python` and `poise`, of the environment that runs the tests."""
    made = folder / "bin"
    made.mkdir()
    for name, more in (("python", ""), ("poise", " -m poise")):
        file = made / name
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}"{more} "$@"\n')
        file.chmod(0o700)
    return made
