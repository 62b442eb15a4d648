"""Folding of integer constants over all modules of the firmware, before compiling.

MicroPython keeps every public module constant as a name and a dictionary's entry on the heap, and `const()` folds only
private names inside one file. Here a constant is written where it is used, so that the clip keeps neither. The lines
keep their numbers, for tracebacks. Three more things are left out: texts of errors that the clip never shows, imports
that are no longer used, and what only a type checker reads. A constant that is assigned from outside, or read through
an object that is no module, must not be folded: public constants of modules beside the slots (`board`, `machine`) stay.
Of a board's pins (`wiring`), which only `board` imports, those that are declared by `const()` go.
"""

import ast
from dataclasses import dataclass, field

# Errors whose text nobody reads on the clip: only their reason counts there.
_UNTOLD = ("WireError", "SettingError")
_PINS = "wiring"
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.LShift, ast.RShift, ast.BitOr, ast.USub)


@dataclass
class _Module:
    """A source, its constants, and the replacements in its text: (line, from, to, text)."""

    name: str
    text: str
    tree: ast.Module
    constants: dict[str, int] = field(default_factory=dict)
    edits: list[tuple[int, int, int, str]] = field(default_factory=list)

    def replace(self, node: ast.expr | ast.stmt, text: str) -> None:
        assert node.end_col_offset is not None
        self.edits.append((node.lineno, node.col_offset, node.end_col_offset, text))

    def edited(self) -> str:
        lines = [line.encode() for line in self.text.splitlines(keepends=True)]
        for line, begin, end, text in sorted(self.edits, reverse=True):
            old = lines[line - 1]
            lines[line - 1] = old[:begin] + text.encode() + old[end:]
        return b"".join(lines).decode()


def folded(sources: dict[str, str], beside: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the same modules, dotted name -> source, with their integer constants folded.

    `beside`: modules whose public constants stay.
    """
    modules = {name: _Module(name, text, ast.parse(text)) for name, text in sources.items()}
    for module in modules.values():
        module.constants = _constants(module, module.name in beside)
    for module in modules.values():
        for owner, name in _assigned_from_outside(module, modules):
            modules[owner].constants.pop(name, None)
    texts = {name: _fold(module, modules) for name, module in modules.items()}
    return {name: _without_unused(name, text, modules) for name, text in texts.items()}


def _constants(module: _Module, only_private: bool) -> dict[str, int]:
    """Return the names in capitals that are assigned once, at the top, from integers and each other."""
    found: dict[str, int] = {}
    stored = [
        node.id
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    for node in module.tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name = node.targets[0].id
        if not name.isupper() or stored.count(name) != 1:
            continue
        declared = _declared(node.value)
        is_pin = module.name.rpartition(".")[2] == _PINS and declared is not node.value
        if only_private and not is_pin and not name.startswith("_"):
            continue
        value = _value(declared, found)
        if value is not None:
            found[name] = value
    return found


def _declared(node: ast.expr) -> ast.expr:
    """Return the expression inside of `const(...)`."""
    if isinstance(node, ast.Call) and _name_of(node.func) == "const":
        return node.args[0]
    return node


def _value(node: ast.expr, known: dict[str, int]) -> int | None:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant):
            if type(part.value) is not int:
                return None
        elif isinstance(part, ast.Name):
            if part.id not in known:
                return None
        elif not isinstance(part, (ast.BinOp, ast.UnaryOp, ast.expr_context, *_OPERATORS)):
            return None
    return eval(compile(ast.Expression(node), "<constant>", "eval"), {}, dict(known))


def _imports(module: _Module, modules: dict[str, _Module]) -> dict[str, str]:
    """Return name in this module -> dotted name of the module that it stands for."""
    found = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                dotted = f"{_absolute(module, node)}.{alias.name}"
                if dotted in modules:
                    found[alias.asname or alias.name] = dotted
    return found


def _absolute(module: _Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.rsplit(".", node.level)[0]
    return f"{package}.{node.module}" if node.module else package


def _assigned_from_outside(module: _Module, modules: dict[str, _Module]) -> list[tuple[str, str]]:
    imports = _imports(module, modules)
    return [
        (imports[node.value.id], node.attr)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id in imports
    ]


def _fold(module: _Module, modules: dict[str, _Module]) -> str:
    imports = _imports(module, modules)
    names = dict(module.constants)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            names.update(_fold_import(module, node, modules))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id in names:
            if isinstance(node.ctx, ast.Load):
                module.replace(node, _literal(names[node.id]))
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in imports
            and node.attr in modules[imports[node.value.id]].constants
        ):
            value = modules[imports[node.value.id]].constants[node.attr]
            module.replace(node, _literal(value))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _name_of(node.func) in _UNTOLD:
            _blank(module, node.args[-1])
    for node in module.tree.body:
        if _is_folded(node, module.constants) or _is_for_checkers(node):
            _drop_edits(module, node)
            _spread(module, node, "pass")
    return module.edited()


def _is_folded(node: ast.stmt, constants: dict[str, int]) -> bool:
    return isinstance(node, ast.Assign) and _name_of(node.targets[0]) in constants


def _is_for_checkers(node: ast.stmt) -> bool:
    """True for `TYPE_CHECKING = False` and for `if TYPE_CHECKING:`."""
    if isinstance(node, ast.If):
        return _name_of(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.Assign) and _name_of(node.targets[0]) == "TYPE_CHECKING"


def _without_unused(name: str, text: str, modules: dict[str, _Module]) -> str:
    """Return the text without top-level imports of names that are no longer used."""
    module = _Module(name, text, ast.parse(text))
    used = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
    for node in module.tree.body:
        if not isinstance(node, ast.ImportFrom):
            continue
        origin = _absolute(module, node)
        kept = [
            alias
            for alias in node.names
            if (alias.asname or alias.name) in used
            or not (f"{origin}.{alias.name}" in modules or alias.name == "const")
        ]
        if len(kept) < len(node.names):
            _rewrite_import(module, node, kept)
    return module.edited()


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _blank(module: _Module, node: ast.expr) -> None:
    """Replace an expression, which may go over several lines, by an empty text."""
    _drop_edits(module, node)
    _spread(module, node, "''")


def _drop_edits(module: _Module, node: ast.expr | ast.stmt) -> None:
    module.edits = [edit for edit in module.edits if not _within(node, edit[0], edit[1])]


def _within(node: ast.expr | ast.stmt, line: int, column: int) -> bool:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    begin, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    return begin <= (line, column) < end


def _spread(module: _Module, node: ast.expr | ast.stmt, text: str) -> None:
    """Put `text` at the node's beginning and nothing on the rest of its lines."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    lines = module.text.splitlines()
    for line in range(node.lineno, node.end_lineno + 1):
        begin = node.col_offset if line == node.lineno else 0
        last = line == node.end_lineno
        end = node.end_col_offset if last else len(lines[line - 1].encode())
        module.edits.append((line, begin, end, text if line == node.lineno else ""))


def _fold_import(
    module: _Module, node: ast.ImportFrom, modules: dict[str, _Module]
) -> dict[str, int]:
    """Take the constants out of an import; return their local names and values."""
    owner = modules.get(_absolute(module, node))
    if owner is None:
        return {}
    taken = {
        alias.asname or alias.name: owner.constants[alias.name]
        for alias in node.names
        if alias.name in owner.constants
    }
    if taken:
        kept = [alias for alias in node.names if alias.name not in owner.constants]
        _rewrite_import(module, node, kept)
    return taken


def _rewrite_import(module: _Module, node: ast.ImportFrom, kept: list[ast.alias]) -> None:
    names = ", ".join(f"{a.name} as {a.asname}" if a.asname else a.name for a in kept)
    text = f"from {'.' * node.level}{node.module or ''} import {names}" if kept else "pass"
    _spread(module, node, text)


def _literal(value: int) -> str:
    return f"({value})" if value < 0 else str(value)
