"""Ordering of a module's names by use, before compiling.

Bytecode encodes a name as its index in the module's table, which is in the order of first use: one byte for the first
128 names, two for all others. A first line that never runs lists the names that the functions use most; the line's own
code is freed with the rest of the module's code once that has run.
"""

import ast
import keyword
from collections import Counter
from collections.abc import Iterator

from .names import annotations

_ONE_BYTE = 128
_BEFORE = 4  # the module's own, `<module>`, `__name__`
_FIT = 100  # at most this many names leave room for the module's own first names
_INTERNED_CHARS = 10  # texts up to this length are kept with the names
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def hot_names_first(text: str) -> str:
    """Return the source with a first line that lists the hot names; unchanged if all names fit one byte."""
    tree = ast.parse(text)
    counts = Counter(
        name
        for node in ast.walk(tree)
        if isinstance(node, _FUNCTIONS)
        for name in _names(node)
        if name.isidentifier() and not keyword.iskeyword(name)
    )
    if len(counts) <= _FIT:
        return text
    # Names of equal count stay in the order of the source, so that the same source gives the same bytes.
    hot = [name for name, _ in counts.most_common(_ONE_BYTE - _BEFORE)]
    return f"if not __name__: __name__.{'.'.join(hot)}\n{text}"


def _names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Yield every use of a name in a function's bytecode, without those in nested functions."""
    arguments = [node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)]
    yield function.name
    yield from arguments
    unheard = set(annotations(function))
    nodes = [node for node in _inside(function) if node not in unheard]
    local = {
        *arguments,
        *(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)),
    }
    for node in nodes:
        match node:
            case ast.Name(id=name) if name not in local:
                yield name
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.alias(name=name):
                yield name
            case ast.Constant(value=str(name)) if len(name) <= _INTERNED_CHARS:
                yield name
            case _:
                pass


def _inside(function: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, (*_FUNCTIONS, ast.arguments)):
            yield node
            yield from _inside(node)
