"""Gives names of the firmware spellings that cost the clip no heap, before it is compiled.

MicroPython keeps every name once, on the heap, for as long as it runs; those that it has itself are in flash
(`interned`). Public names get a spelling of their own each, the same in all modules (`rename`). Private attributes,
variables and arguments are seen only inside their own module (and in those that inherit from its classes), so
`_refused` here and `_watermark` there can both be `acos`. `readable` gives the names in a clip's traceback back. The
lines keep their numbers.
"""

import ast
import re
from collections.abc import Iterator, Set

from .rename import edited, edits, private_spellings, public_spelling, renamed, text_words


def shortened(sources: dict[str, str], kept: Set[str] = frozenset()) -> dict[str, str]:
    """Dotted module name -> source, and back with short names. `kept`: names that others know the firmware by."""
    sources = renamed(sources, public_spelling(sources, kept))
    trees = {name: ast.parse(text) for name, text in sources.items()}
    out = {}
    for group, spelling, arguments in _spelled(trees, kept):
        for name in group:
            found = edits(trees[name], sources[name].splitlines(), spelling, arguments)
            out[name] = edited(sources[name], found)
    return out


def readable(traceback: str, sources: dict[str, str], kept: Set[str] = frozenset()) -> str:
    """A traceback of the firmware made of these sources, with the names that they use."""
    public = public_spelling(sources, kept)
    sources = renamed(sources, public)
    public = {short: long for long, short in public.items()}
    longer = {}
    trees = {name: ast.parse(text) for name, text in sources.items()}
    for group, spelling, _ in _spelled(trees, kept):
        for name in group:
            longer[name] = {short: long for long, short in spelling.items()}

    def line(match: re.Match[str]) -> str:
        module, function = match["module"], match["function"]
        function = longer.get(module, {}).get(function, function)
        return f"{match[1]}{public.get(function, function) if module in longer else function}"

    return re.sub(r'(File "(?P<module>[\w.]+)"[^\n]*, in )(?P<function>\w+)', line, traceback)


def _spelled(
    trees: dict[str, ast.Module], kept: Set[str]
) -> Iterator[tuple[set[str], dict[str, str], dict[str, str]]]:
    """Each family of modules, the spellings of its private names, and of its arguments."""
    texts = set().union(*(text_words(tree) for tree in trees.values()))
    texts |= set().union(*(_keywords(tree) for tree in trees.values())) | kept
    names = {name: _all_names(tree) for name, tree in trees.items()}
    reached = {name: _reached(tree) for name, tree in trees.items()}
    for group in _families(trees):
        own = set().union(*(names[name] for name in group))
        private = set().union(*(_private(trees[name]) for name in group))
        fixed = set().union(*(_fixed(trees[name]) for name in group))
        # What another module reaches for keeps its name everywhere.
        fixed |= set().union(*(reached[name] for name in trees if name not in group))
        free = private_spellings(own)
        spelling = dict(zip(sorted(private - fixed), free, strict=False))
        local = set().union(*(_arguments(trees[name]) for name in group))
        local -= set().union(*(_bound_outside_functions(trees[name]) for name in group))
        yield group, spelling, dict(zip(sorted(local - texts - set(spelling)), free, strict=False))


def _families(trees: dict[str, ast.Module]) -> list[set[str]]:
    """Modules that share instances by inheritance, together; every other one by itself."""
    owner = {
        node.name: name
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    family = {name: {name} for name in trees}
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef):
                continue
            for base in node.bases:
                parent = owner.get(base.id if isinstance(base, ast.Name) else _attribute(base))
                if parent and family[parent] is not family[name]:
                    family[parent] |= family[name]
                    for member in family[parent]:
                        family[member] = family[parent]
    unique = {id(members): members for members in family.values()}
    return list(unique.values())


def _attribute(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and len(name) > 2


def _private(tree: ast.Module) -> set[str]:
    """Private names that the module itself sets: attributes, variables, functions."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.add(node.name)
    return {name for name in found if _is_private(name)}


def _fixed(tree: ast.Module) -> set[str]:
    """Names that stay: of classes, arguments and imports, and those that also stand as text."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg) or (isinstance(node, ast.keyword) and node.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found |= {node.name, node.asname or node.name}
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found |= set(node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def _reached(tree: ast.Module) -> set[str]:
    """Private names that a module uses of something else than its own objects."""
    found = set()
    own = _private(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr not in own:
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
    return found


def _all_names(tree: ast.Module) -> set[str]:
    found = _fixed(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.add(node.name)
    return found


def _keywords(tree: ast.Module) -> set[str]:
    return {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}


def _arguments(tree: ast.Module) -> set[str]:
    return {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def _bound_outside_functions(tree: ast.Module) -> set[str]:
    """Names of the module and of its classes, and those that a statement spells which is not rewritten."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found |= {node.name, node.asname or node.name}
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found |= set(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        if isinstance(node, (ast.Module, ast.ClassDef)):
            found |= _stored_in(node)
    return found


def _stored_in(scope: ast.Module | ast.ClassDef) -> set[str]:
    """Names that the statements of a module or class themselves set, without those of functions in it."""
    found = set()
    waiting: list[ast.AST] = list(scope.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return found
