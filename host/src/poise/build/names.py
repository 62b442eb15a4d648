"""The names in the firmware's sources by place, and the choice of those that may be respelled."""

import ast
import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .vm_names import OTHERS, STATIC

_WORD = re.compile(r"[A-Za-z_]\w*")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Module:
    """A source, and the names in it by place."""

    tree: ast.Module
    scope: set[str] = field(default_factory=set)  # in the module's own dictionary
    imported: set[str] = field(default_factory=set)  # from other modules, also inside of functions
    functions: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)  # all names that are no attributes
    attributes: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)  # attributes that are set of others than `self`
    keywords: set[str] = field(default_factory=set)  # of calls
    texts: set[str] = field(default_factory=set)  # whole strings
    caught: set[str] = field(default_factory=set)  # by `except`, `as` and `const`
    origins: set[tuple[str, str]] = field(default_factory=set)  # module and name of imports

    @property
    def renamed_as_variables(self) -> set[str]:
        """Names that have one meaning everywhere in the module."""
        return self.scope | self.imported


class Program:
    """All modules of the firmware.

    `sources`: dotted module name -> its text. `foreign`: modules whose names stay unless they are private.
    """

    def __init__(self, sources: dict[str, str], foreign: frozenset[str]) -> None:
        self.modules = {name: _module(ast.parse(text)) for name, text in sources.items()}
        self.foreign = foreign
        ours = self.modules.values()
        self.classes, inherited = _class_scopes(ours)
        self.reached = union(made.reached for made in ours)
        self.texts = union(made.texts for made in ours)
        self.words = {word for text in self.texts for word in _WORD.findall(text)}
        self.keywords = union(made.keywords for made in ours)
        own = union(self.classes) | self.reached | union(made.scope for made in ours)
        fixed = {*STATIC, *OTHERS, *dir(builtins), *keyword.kwlist, *self.keywords, *inherited}
        fixed |= {part for name in self.modules for part in name.split(".")}
        fixed |= union(made.caught for made in ours)
        known = {name.rpartition(".")[2] for name in self.modules} | {""}
        fixed |= {
            name
            for made in ours
            for module, name in made.origins
            if module.rpartition(".")[2] not in known
        }
        fixed |= union(_public(self.modules[name]) for name in foreign & set(sources))
        rows = {text for text in self.texts if "\n" in text}  # names that a host may ask for
        fixed |= self.texts | {word for text in rows for word in _WORD.findall(text)}
        # `drivers.search` finds a driver's class by the module's name in capitals.
        fixed |= {text.upper() for text in self.texts if f"drivers.{text}" in self.modules}
        self.names = {name for name in own - fixed if not name.startswith("__") and len(name) > 1}

    def neighbours(self) -> dict[str, set[str]]:
        """Return name -> names that must be spelled otherwise, because they may be looked up in the same place."""
        near: dict[str, set[str]] = {name: set() for name in self.names}
        in_classes = union(self.classes)
        scopes = [*self.classes, self.reached]
        for made in self.modules.values():
            # Functions of one module stay apart for the tracebacks.
            scopes += [made.renamed_as_variables | made.functions]
        for scope in scopes:
            for name in scope & self.names:
                near[name] |= scope
        for name in self.reached & self.names:
            near[name] |= in_classes
        for name in in_classes & self.names:
            near[name] |= self.reached
        return near

    def variables_beside(self, name: str) -> set[str]:
        """Return every variable, in its present spelling, of the modules that have `name` as a variable."""
        return union(
            made.variables for made in self.modules.values() if name in made.renamed_as_variables
        )


def union(sets: Iterable[set[str]]) -> set[str]:
    """Return the union of all sets."""
    return set().union(*sets)


def annotations(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes inside of annotations."""
    for node in ast.walk(tree):
        for field_name in ("annotation", "returns"):
            annotation = getattr(node, field_name, None)
            if annotation:
                yield from ast.walk(annotation)


def class_body(node: ast.ClassDef) -> Iterator[ast.AST]:
    """Yield all nodes that are evaluated in the class's own scope: methods by name, without their bodies."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        found = waiting.pop()
        yield found
        if isinstance(found, FUNCTIONS):
            waiting += [*found.decorator_list, *found.args.defaults]
            waiting += [default for default in found.args.kw_defaults if default]
        elif not isinstance(found, ast.Lambda):
            waiting += ast.iter_child_nodes(found)


def _module(tree: ast.Module) -> Module:
    made = Module(tree, scope=set(_bound(tree.body)))
    told = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    unheard = told | {node for node in annotations(tree) if isinstance(node, ast.Constant)}
    for node in ast.walk(tree):
        if node not in unheard:  # the compiler leaves docstrings and annotations out
            _sort(node, made)
    made.variables |= made.scope | made.caught
    return made


def _sort(node: ast.AST, made: Module) -> None:
    match node:
        case ast.Name():
            made.variables.add(node.id)
        case ast.arg():
            made.variables.add(node.arg)
        case ast.alias():
            made.variables.add(node.asname or node.name.partition(".")[0])
        case ast.Import():
            made.caught |= {alias.name.partition(".")[0] for alias in node.names}
        case ast.ImportFrom():
            made.imported |= {alias.name for alias in node.names}
            made.caught |= {alias.asname for alias in node.names if alias.asname}
            made.origins |= {(node.module or "", alias.name) for alias in node.names}
        case ast.keyword():
            made.keywords |= {node.arg} if node.arg else set()
        case ast.ExceptHandler():
            made.caught |= {node.name} if node.name else set()
        case ast.Assign(value=ast.Call(func=ast.Name(id="const"))):
            made.caught |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        case ast.Global() | ast.Nonlocal():
            made.caught |= set(node.names)
        case ast.Constant(value=str()):
            made.texts.add(str(node.value))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            made.functions.add(node.name)
        case ast.Attribute():
            made.attributes.add(node.attr)
            if not isinstance(node.ctx, ast.Load) and not _of_self(node):
                made.reached.add(node.attr)
        case _:
            pass


def _of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names that the statements bind in their own scope."""
    for statement in body:
        if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            yield statement.name
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.alias):
                yield node.asname or node.name.partition(".")[0]


def _class_scopes(modules: Iterable[Module]) -> tuple[list[set[str]], set[str]]:
    """Return the names of each family of classes, and the names of classes with a base from the VM, such as
    exceptions."""
    nodes = [node for made in modules for node in ast.walk(made.tree)]
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    families = {name: {name} for name in classes}
    inherited = set()
    for name, node in classes.items():
        for base in node.bases:
            parent = base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")
            if parent not in classes:
                inherited |= {name, *_class_names(node)}
            elif families[parent] is not families[name]:
                families[parent] |= families[name]
                for member in families[parent]:
                    families[member] = families[parent]
    unique = {id(family): family for family in families.values()}.values()
    return [union(_class_names(classes[name]) for name in family) for family in unique], inherited


def _class_names(node: ast.ClassDef) -> set[str]:
    found = {part.id for part in class_body(node) if isinstance(part, ast.Name)}
    found |= {part.name for part in node.body if isinstance(part, FUNCTIONS)}
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and _of_self(part):
            found.add(part.attr)
    return found


def _public(made: Module) -> set[str]:
    """Return the names that a module may share with others: all but the private ones."""
    found = (
        made.variables
        | made.functions
        | made.keywords
        | made.texts
        | made.attributes
        | union(
            _class_names(node) for node in ast.walk(made.tree) if isinstance(node, ast.ClassDef)
        )
    )
    return {name for name in found if not name.startswith("_")}
