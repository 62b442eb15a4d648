"""Merging of modules that are always loaded together into one, before compiling.

Each module costs the clip a dictionary, tables of its names and constants, its path and the names that it imports: some
150 bytes for nothing. A merged module has the name of its head. The names of the other members get their module's name
as a prefix, so that no two collide; an import between members becomes that name itself. The rest of the firmware
imports from the merged module. `located` maps a traceback back to the modules of the sources.
"""

import ast
import copy
import re

from .merge_plan import FUNCTIONS, GROUPS, Plan, imports, methods, targets, uses_merged
from .merge_writer import Writer


def merged(
    sources: dict[str, str], groups: dict[str, tuple[str, ...]] | None = None
) -> dict[str, str]:
    """Return the modules, dotted name -> source, with each group merged into its head. `groups` None: GROUPS."""
    plan = Plan({name: ast.parse(text) for name, text in sources.items()}, groups or GROUPS)
    out = {}
    for name, text in sources.items():
        if plan.merged(name):
            continue
        members = _in_order(plan, name) if name in plan.groups else [name]
        if len(members) > 1 or uses_merged(plan, name):
            out[name] = _joined(plan, name, members)
        else:
            out[name] = text
    return out


def located(
    traceback: str, sources: dict[str, str], groups: dict[str, tuple[str, ...]] | None = None
) -> str:
    """Return a traceback with the modules of the sources in place of merged ones. `groups` None: GROUPS.

    If several modules define a function of that name, all of them are listed.
    """
    plan = Plan({name: ast.parse(text) for name, text in sources.items()}, groups or GROUPS)
    origins: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for module, tree in plan.trees.items():
        called = {
            node: plan.method_called(module, class_name, node.name)
            for class_name, node in methods(tree)
        }
        called |= {n: plan.called(module, n.name) for n in tree.body if isinstance(n, FUNCTIONS)}
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS):
                name = called.get(node, node.name)
                origins.setdefault((plan.home[module], name), set()).add((module, node.name))

    def line(match: re.Match[str]) -> str:
        found = origins.get((match["module"], match["function"]), set())
        if not found:
            return match[0]
        modules = " or ".join(sorted(module for module, _ in found))
        return f'File "{modules}"{match["line"]}, in {min(name for _, name in found)}'

    return re.sub(
        r'File "(?P<module>[\w.]+)"(?P<line>[^\n]*), in (?P<function>\w+)', line, traceback
    )


def _in_order(plan: Plan, head: str) -> list[str]:
    """Return the members of a group, each after those that it imports at its top."""
    members = (*plan.groups[head], head)
    done: list[str] = []

    def add(module: str) -> None:
        if module in done or module not in members:
            return
        top = ast.Module([n for n in plan.trees[module].body if isinstance(n, ast.ImportFrom)], [])
        for node, origin in imports(top, module):
            for target in targets(plan, node, origin).values():
                add(target.module)
        done.append(module)

    for module in members:
        add(module)
    return done


def _joined(plan: Plan, head: str, members: list[str]) -> str:
    body: list[ast.stmt] = []
    imported: dict[str, str] = {}  # local name -> the import that gives it
    for module in members:
        writer = Writer(plan, module, head)
        for statement in plan.trees[module].body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue  # its docstring
            body += [
                made
                for made in writer.rewritten(copy.deepcopy(statement))
                if not isinstance(made, (ast.Import, ast.ImportFrom)) or _is_news(made, imported)
            ]
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, []))) + "\n"


def _is_news(node: ast.Import | ast.ImportFrom, imported: dict[str, str]) -> bool:
    """Drop the aliases that are imported already; return True if any is left. Raises ValueError if a name gets two
    meanings."""
    left = []
    for alias in node.names:
        local = alias.asname or alias.name
        said = f"{getattr(node, 'module', '')}:{alias.name}"
        if local not in imported:
            left.append(alias)
        if imported.setdefault(local, said) != said:
            raise ValueError(f"{local} is {imported[local]} and {said}")
    node.names = left
    return bool(left)
