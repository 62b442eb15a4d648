"""Public names of the firmware, which can be spelled otherwise in all its modules at once, and the rewriting.

A name goes by one spelling everywhere, so it does not matter whose attribute it is. It stays when something outside the
sources may know it: a text (`getattr`, a wire field), a keyword, a type of MicroPython or of Python, a module's path
(which in capitals is its class: drivers.search).
"""

import array
import ast
import asyncio
import builtins
import collections
import hashlib
import io
import itertools
import keyword
import os
import re
import select
import string
import struct
import sys
import time
from collections.abc import Iterator, Set

from .interned import NAMES

Edit = tuple[int, int, int, str]  # line, from byte, to byte, text

# Objects of the VM that the firmware uses: their attributes keep their names.
_FOREIGN = (
    *(int, str, bytes, bytearray, memoryview, list, tuple, dict, set, array.array, OSError),
    *(struct, os, sys, time, io, hashlib, select, collections, asyncio, asyncio.StreamReader),
    *(asyncio.StreamWriter, asyncio.Event, asyncio.Lock, asyncio.Task, asyncio.BaseEventLoop),
    *(io.StringIO, io.BufferedReader, hashlib.sha256()),
)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NAME_LIKE = 10  # bytes; MicroPython's compiler keeps texts up to this length with the names
_EXCEPTIONS = ("Error", "Exception", "Refusal")  # a traceback prints their names


def private_spellings(taken: Set[str]) -> Iterator[str]:
    """Those that cost nothing, then short ones."""
    return itertools.chain(_interned(taken), _short(taken, "_"))


def _interned(taken: Set[str]) -> Iterator[str]:
    return (name for name in NAMES if name not in taken)


def _short(taken: Set[str], prefix: str) -> Iterator[str]:
    for length in (1, 2):
        for letters in itertools.product(string.ascii_letters, repeat=length):
            name = prefix + "".join(letters)
            if name not in taken and not keyword.iskeyword(name):
                yield name


def public_spelling(sources: dict[str, str], kept: Set[str]) -> dict[str, str]:
    """Name -> its spelling in all modules."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    bound = set().union(*(_bound(tree) for tree in trees.values()))
    fixed = set(kept).union(*(_fixed(tree, trees) for tree in trees.values()))
    fixed |= set().union(*(dir(foreign) for foreign in _FOREIGN), dir(builtins))
    modules = {part for name in trees for part in name.split(".")}
    fixed |= modules | {name for name in bound if name.isupper() and name.lower() in modules}
    used = set().union(*(identifiers(tree) for tree in trees.values()))
    candidates = sorted(name for name in bound - fixed if not name.startswith("_"))
    own_texts = set().union(*(_names_as_text(tree) for tree in trees.values()))
    free = itertools.chain(
        _interned(fixed | used), sorted(own_texts - kept - used), _short(fixed | used, "")
    )
    return dict(zip(candidates, free, strict=False))


def renamed(sources: dict[str, str], spelling: dict[str, str]) -> dict[str, str]:
    """The sources with these names spelled so wherever they stand."""
    out = {}
    for name, text in sources.items():
        out[name] = edited(text, edits(ast.parse(text), text.splitlines(), spelling, spelling))
    return out


def text_words(tree: ast.Module) -> set[str]:
    """Every word of the texts in the code; docstrings are not on the clip."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        word
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        for word in re.findall(r"\w+", node.value)
    }


def _names_as_text(tree: ast.Module) -> set[str]:
    """Texts that are on the heap as names are, and may be one: so short a text is kept with the names."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and 2 < len(node.value) <= _NAME_LIKE
        and node.value.isidentifier()
        and not keyword.iskeyword(node.value)
    }


def identifiers(tree: ast.Module) -> set[str]:
    """Every word of the code that is no text."""
    found = set()
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found |= set(value.split("."))
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            found |= set(node.names)
    return found


def _bound(tree: ast.Module) -> set[str]:
    """Names of functions, classes, attributes and of what modules and classes set."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, _NAMED) and not _is_exception(node):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        if isinstance(node, (ast.Module, ast.ClassDef)):
            for statement in node.body:
                targets = statement.targets if isinstance(statement, ast.Assign) else []
                found |= {
                    part.id for t in targets for part in ast.walk(t) if isinstance(part, ast.Name)
                }
    return found


def _is_exception(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        ast.unparse(base).endswith(_EXCEPTIONS) for base in node.bases
    )


def _fixed(tree: ast.Module, trees: dict[str, ast.Module]) -> set[str]:
    found = text_words(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found |= set(node.names)
        elif isinstance(node, ast.ExceptHandler):
            found.add(node.name or "")
        elif isinstance(node, ast.ClassDef) and _is_exception(node):
            found.add(node.name)
        elif isinstance(node, ast.Import):
            found |= {part for a in node.names for part in (*a.name.split("."), a.asname or "")}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            ours = node.level or module in trees or module == ""
            found |= {a.asname for a in node.names if a.asname}
            found |= set() if ours else {a.name for a in node.names}
    return found


def edits(
    tree: ast.Module, lines: list[str], spelling: dict[str, str], arguments: dict[str, str]
) -> list[Edit]:
    """What to rewrite. `arguments`: the spelling of arguments and of variables named so, before `spelling`."""
    variables = {**spelling, **arguments}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in spelling:
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            begin = node.end_col_offset - len(node.attr.encode())
            found.append((node.end_lineno, begin, node.end_col_offset, spelling[node.attr]))
        elif isinstance(node, ast.Name) and node.id in variables:
            assert node.end_col_offset is not None
            found.append((node.lineno, node.col_offset, node.end_col_offset, variables[node.id]))
        elif isinstance(node, ast.arg) and node.arg in variables:
            end = node.col_offset + len(node.arg.encode())
            found.append((node.lineno, node.col_offset, end, variables[node.arg]))
        elif isinstance(node, ast.alias) and node.name in spelling:
            end = node.col_offset + len(node.name.encode())
            found.append((node.lineno, node.col_offset, end, spelling[node.name]))
        elif isinstance(node, _NAMED) and node.name in spelling:
            word = b"class " if isinstance(node, ast.ClassDef) else b"def "
            begin = lines[node.lineno - 1].encode().index(word) + len(word)
            found.append((node.lineno, begin, begin + len(node.name.encode()), spelling[node.name]))
    return found


def edited(text: str, found: list[Edit]) -> str:
    """The text with these edits, which do not overlap."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for line, begin, end, new in sorted(found, reverse=True):
        lines[line - 1] = lines[line - 1][:begin] + new.encode() + lines[line - 1][end:]
    return b"".join(lines).decode()
