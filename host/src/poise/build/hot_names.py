"""Puts a module's most used names first, before it is compiled.

Bytecode tells a name by its place in the module's table, which is in the order of their first use: one byte for the
first 128, two for all others. A first line that never runs names those that the functions use most; it is forgotten
with the rest of the module's own code once that has run.
"""

import ast
import keyword
from collections import Counter
from collections.abc import Iterator

_ONE_BYTE = 128
_BEFORE = 4  # the module's own, `<module>`, `__name__`
_FIT = 100  # so many leave room for what the module itself names first
_INTERNED_CHARS = 10  # texts of up to so many are kept with the names
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def hot_names_first(text: str) -> str:
    """The source, its first line preceded by one that names the names; as it is if they fit anyhow."""
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
    # Those of one count in the order of the source, so that the same source gives the same bytes.
    hot = [name for name, _ in counts.most_common(_ONE_BYTE - _BEFORE)]
    return f"if not __name__: __name__.{'.'.join(hot)}\n{text}"


def _names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Every use of a name that stands in a function's bytecode, without those of functions in it."""
    arguments = [node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)]
    yield function.name
    yield from arguments
    nodes = list(_inside(function))
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
