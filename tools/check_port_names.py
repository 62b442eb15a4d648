"""Checks that each name the firmware takes from the port exists in every MicroPython that it has to run on.

    python -m tools.check_port_names STUBS [STUBS ...]

STUBS: folders of micropython-esp32-stubs, one for each version. A name that only some of them have has to stand behind
`hasattr`, in `getattr` with a default, or in a `try` that catches AttributeError, ImportError or TypeError. Names of
other objects than modules, their classes and what is made of these by a plain call are not followed.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("machine", "esp32", "bluetooth", "micropython", "os", "time", "gc")
_CATCHES = {"AttributeError", "ImportError", "TypeError", "Exception"}
_COMMON = {"__name__", "__class__", "__dict__"}


@dataclass
class Names:
    """What stands in a module or a class: name -> names inside it, and of a function its keywords (None: any)."""

    inner: dict[str, "Names"] = field(default_factory=dict)
    keywords: set[str] | None = None
    bases: list[str] = field(default_factory=list)
    is_class: bool = False


def stub(folder: Path, module: str) -> Names:
    """The names of one module's stub. Raises FileNotFoundError."""
    places = (f"{module}.pyi", f"stdlib/{module}.pyi", f"stdlib/{module}/__init__.pyi")
    path = next((folder / place for place in places if (folder / place).is_file()), None)
    if path is None:
        raise FileNotFoundError(f"{folder} has no stub of {module}")
    return _names(ast.parse(path.read_text(encoding="utf-8")).body)


def _names(body: list[ast.stmt]) -> Names:
    found = Names()
    for node in _flat(body):
        if isinstance(node, ast.ClassDef):
            inner = _names(node.body)
            inner.is_class = True
            inner.bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            if "__init__" in inner.inner:
                inner.keywords = inner.inner["__init__"].keywords
            found.inner[node.name] = inner
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _add_function(found.inner, node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.inner.update({t.id: Names() for t in targets if isinstance(t, ast.Name)})
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.inner.update({(a.asname or a.name): Names() for a in node.names})
    return found


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If):
            yield from _flat(node.body + node.orelse)
        else:
            yield node


def _add_function(into: dict[str, Names], node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Overloads of one name add up."""
    before = into.get(node.name)
    keywords: set[str] | None = {arg.arg for arg in node.args.args + node.args.kwonlyargs}
    if node.args.kwarg:
        keywords = None
    elif before and keywords is not None:
        keywords = None if before.keywords is None else keywords | before.keywords
    into[node.name] = Names(keywords=keywords)


class Source(ast.NodeVisitor):
    """Walks one file of the firmware and gathers what it takes: `used`, (line, module, path of names, keyword)."""

    def __init__(self, tree: ast.Module) -> None:
        self.used: list[tuple[int, str, tuple[str, ...], str | None]] = []
        self._bound: dict[str, tuple[str, ...]] = {}  # a name here -> module and names
        self._guarded: list[set[str]] = []
        for node in ast.walk(tree):
            self._bind(node)
        for node in ast.walk(tree):  # once more: objects made of what was bound
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                made = self._path(node.value.func)
                for target in node.targets:
                    if made and (key := _key(target)):
                        self._bound[key] = made
        self.visit(tree)

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in MODULES:
                    self._bound[alias.asname or alias.name] = (alias.name,)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                self._bound[alias.asname or alias.name] = (node.module, alias.name)

    def _path(self, node: ast.expr) -> tuple[str, ...] | None:
        key = _key(node)
        if key in self._bound:
            return self._bound[key]
        if isinstance(node, ast.Attribute):
            owner = self._path(node.value)
            return (*owner, node.attr) if owner else None
        return None

    def _note(self, node: ast.AST, path: tuple[str, ...], keyword: str | None = None) -> None:
        last = keyword or path[-1]
        if not any(last in names or "*" in names for names in self._guarded):
            self.used.append((getattr(node, "lineno", 0), path[0], path[1:], keyword))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Each name that is imported."""
        if node.module in MODULES:
            for alias in node.names:
                self._note(node, (node.module, alias.name))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """An attribute of a module, a class or an object."""
        path = self._path(node)
        if path and len(path) > 1:
            self._note(node, path)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """The keywords of a call."""
        path = self._path(node.func)
        for keyword in node.keywords:
            if path and len(path) > 1 and keyword.arg:
                self._note(node, path, keyword.arg)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """`if hasattr(x, "name"):` guards its body."""
        self.visit(node.test)
        self._under(_asked(node.test), node.body)
        self._under(set(), node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """The same as an expression."""
        self.visit(node.test)
        self._under(_asked(node.test), [node.body])
        self.visit(node.orelse)

    def visit_Try(self, node: ast.Try) -> None:
        """A `try` that catches what a missing name raises."""
        caught = {
            n.id
            for h in node.handlers
            if h.type
            for n in ast.walk(h.type)
            if isinstance(n, ast.Name)
        }
        self._under({"*"} if caught & _CATCHES else set(), node.body)
        self._under(set(), [*node.handlers, *node.orelse, *node.finalbody])

    def _under(self, names: set[str], nodes: list) -> None:
        self._guarded.append(names)
        for node in nodes:
            self.visit(node)
        self._guarded.pop()


def _key(node: ast.expr) -> str | None:
    """A plain name, or an attribute of self."""
    if isinstance(node, ast.Name):
        return node.id
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    ):
        return "self." + node.attr
    return None


def _asked(test: ast.expr) -> set[str]:
    """Names that `test` has asked for by hasattr, unless negated or one of several by `or`."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return set().union(*(_asked(value) for value in test.values))
    if (
        not isinstance(test, ast.Call)
        or not isinstance(test.func, ast.Name)
        or test.func.id != "hasattr"
    ):
        return set()
    name = test.args[1]
    return {str(name.value)} if isinstance(name, ast.Constant) else set()


def _lacks(names: Names, path: tuple[str, ...], keyword: str | None) -> bool:
    """Whether the stub has not what is used; what it leaves open counts as there."""
    top = names
    for part in path:
        inner = _inherited(names, part, top)
        if inner is None:
            return part not in _COMMON
        if not inner.is_class and part != path[-1]:
            return False  # what a function gives or a constant holds is not followed
        names = inner
    return bool(keyword and names.keywords is not None and keyword not in names.keywords)


def _inherited(names: Names, part: str, top: Names) -> Names | None:
    if part in names.inner:
        return names.inner[part]
    for base in names.bases:
        if base in top.inner and top.inner[base] is not names:
            found = _inherited(top.inner[base], part, top)
            if found:
                return found
    return None


def faults(text: str, stubs: dict[str, dict[str, Names]]) -> list[str]:
    """`LINE: NAME is not in VERSION` for each name that some version lacks. `stubs`: version -> module -> names."""
    found = []
    for line, module, path, keyword in Source(ast.parse(text)).used:
        for version, modules in stubs.items():
            if _lacks(modules[module], path, keyword):
                name = ".".join((module, *path)) + (f"({keyword}=)" if keyword else "")
                found.append(f"{line}: {name} is not in {version}")
    return found


def firmware() -> Iterator[Path]:
    """The files that run on a real board."""
    for path in sorted((ROOT / "firmware").rglob("*.py")):
        if "boards/twin" not in path.as_posix():
            yield path


def load(folders: list[Path]) -> dict[str, dict[str, Names]]:
    """Folder's name -> module -> names."""
    return {folder.name: {module: stub(folder, module) for module in MODULES} for folder in folders}


def main() -> None:
    """Prints the faults; the exit status tells whether there are any."""
    stubs = load([Path(name) for name in sys.argv[1:]])
    found = [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in firmware()
        for fault in faults(path.read_text(encoding="utf-8"), stubs)
    ]
    for line in found:
        print(line)
    sys.exit(1 if found or not stubs else 0)


if __name__ == "__main__":
    main()
