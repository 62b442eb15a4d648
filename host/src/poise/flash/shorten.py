"""Gives private names of the firmware short spellings that all its modules share, before it is compiled.

MicroPython keeps every name once, on the heap, for as long as it runs. Private attributes and variables are seen only
inside their own module (and in those that inherit from its classes), so `_refused` here and `_watermark` there can both
be `_a`. `readable` gives the names in a clip's traceback back. The lines keep their numbers.
"""

import ast
import itertools
import re
import string
from collections.abc import Iterator

Edit = tuple[int, int, int, str]  # line, from byte, to byte, text


def shortened(sources: dict[str, str]) -> dict[str, str]:
    """Dotted module name -> source, and back with short private names."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    out = {}
    for group, spelling in _spelled(trees):
        for name in group:
            edits = _edits(trees[name], sources[name].splitlines(), spelling)
            out[name] = _edited(sources[name], edits)
    return out


def readable(traceback: str, sources: dict[str, str]) -> str:
    """A traceback of the firmware made of these sources, with the names that they use."""
    longer = {}
    for group, spelling in _spelled({name: ast.parse(text) for name, text in sources.items()}):
        for name in group:
            longer[name] = {short: long for long, short in spelling.items()}

    def line(match: re.Match[str]) -> str:
        module, function = match["module"], match["function"]
        return f"{match[1]}{longer.get(module, {}).get(function, function)}"

    return re.sub(r'(File "(?P<module>[\w.]+)"[^\n]*, in )(?P<function>\w+)', line, traceback)


def _spelled(trees: dict[str, ast.Module]) -> Iterator[tuple[set[str], dict[str, str]]]:
    """Each family of modules, and its private names' short spellings."""
    names = {name: _all_names(tree) for name, tree in trees.items()}
    reached = {name: _reached(tree) for name, tree in trees.items()}
    for group in _families(trees):
        own = set().union(*(names[name] for name in group))
        private = set().union(*(_private(trees[name]) for name in group))
        fixed = set().union(*(_fixed(trees[name]) for name in group))
        # What another module reaches for keeps its name everywhere.
        fixed |= set().union(*(reached[name] for name in trees if name not in group))
        spellings = (name for name in _spellings() if name not in own)
        yield group, dict(zip(sorted(private - fixed), spellings, strict=False))


def _spellings() -> Iterator[str]:
    for length in (1, 2):
        for letters in itertools.product(string.ascii_letters, repeat=length):
            yield "_" + "".join(letters)


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


def _edits(tree: ast.Module, lines: list[str], spelling: dict[str, str]) -> list[Edit]:
    edits = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in spelling:
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            begin = node.end_col_offset - len(node.attr.encode())
            edits.append((node.end_lineno, begin, node.end_col_offset, spelling[node.attr]))
        elif isinstance(node, ast.Name) and node.id in spelling:
            assert node.end_col_offset is not None
            edits.append((node.lineno, node.col_offset, node.end_col_offset, spelling[node.id]))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in spelling:
            begin = lines[node.lineno - 1].encode().index(b"def ") + len("def ")
            edits.append((node.lineno, begin, begin + len(node.name.encode()), spelling[node.name]))
    return edits


def _edited(text: str, edits: list[Edit]) -> str:
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for line, begin, end, new in sorted(edits, reverse=True):
        lines[line - 1] = lines[line - 1][:begin] + new.encode() + lines[line - 1][end:]
    return b"".join(lines).decode()
