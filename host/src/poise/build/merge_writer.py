"""Rewriting of a module for the merged module that it joins, or that it imports from."""

import ast
from typing import TypeVar

from .merge_plan import FUNCTIONS, Plan, Target, defined, imports, targets

_Method = ast.FunctionDef | ast.AsyncFunctionDef
_F = TypeVar("_F", ast.FunctionDef, ast.AsyncFunctionDef)


class Writer(ast.NodeTransformer):
    """Rewrites the statements of one module for the merged module that takes it in.

    `module` is the dotted name of the rewritten module, `home` that of the merged one. `plan` says for every module
    where it goes.
    """

    def __init__(self, plan: Plan, module: str, home: str) -> None:
        self._plan, self._module, self._home = plan, module, home
        self._local: list[set[str]] = []  # names of the functions, or the class, around
        self._targets: dict[str, Target] = {}
        for node, origin in imports(plan.trees[module], module):
            self._targets.update(targets(plan, node, origin))

    def rewritten(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements that replace `statement` in the new home."""
        made = self.visit(statement)
        return made if isinstance(made, list) else [made]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.stmt]:
        """Rewrite an import: drop names that are in the same home, import merged ones from their home."""
        origin = next(o for n, o in imports(ast.Module([node], []), self._module))
        made: list[ast.stmt] = []
        for alias in node.names:
            target = targets(self._plan, node, origin).get(alias.asname or alias.name)
            if target is None:
                made.append(ast.ImportFrom(node.module, [alias], node.level))
            elif (
                not self._plan.merged(target.module)
                and self._plan.home[target.module] != self._home
            ):
                made.append(ast.ImportFrom(origin, [alias], 0))
            elif self._plan.home[target.module] != self._home and target.name:
                name = self._plan.called(target.module, target.name)
                made.append(ast.ImportFrom(self._plan.home[target.module], [ast.alias(name)], 0))
            elif self._plan.home[target.module] != self._home:
                made += self._import_used(target.module, alias.asname or alias.name)
        return made or [ast.Pass()]

    def _import_used(self, module: str, local: str) -> list[ast.stmt]:
        """Return imports of those names of a merged module that this module uses."""
        used = sorted(
            {
                node.attr
                for node in ast.walk(self._plan.trees[self._module])
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == local
            }
        )
        home = self._plan.home[module]
        return [
            ast.ImportFrom(home, [ast.alias(self._plan.called(module, name))], 0) for name in used
        ]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Replace `module.name` by the name itself if that module is in the same home or merged."""
        if isinstance(node.value, ast.Name) and not self._is_local(node.value.id):
            target = self._targets.get(node.value.id)
            if target and not target.name and self._moved(target.module):
                name = self._plan.called(target.module, node.attr)
                return ast.copy_location(ast.Name(name, node.ctx), node)
        self.generic_visit(node)
        return node

    def _moved(self, module: str) -> bool:
        return self._plan.merged(module) or self._plan.home[module] == self._home

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Rename a name that is not local to its name in the home."""
        if not self._is_local(node.id):
            node.id = self._called(node.id)
        return node

    def _called(self, name: str) -> str:
        target = self._targets.get(name)
        if target and target.name and self._moved(target.module):
            return self._plan.called(target.module, target.name)
        if name in self._plan.bound[self._module] and self._plan.merged(self._module):
            return self._plan.called(self._module, name)
        return name

    def _is_local(self, name: str) -> bool:
        return any(name in names for names in self._local)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Rewrite a function: its name, decorators, defaults and body, without the docstring."""
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        """Rewrite a coroutine as `visit_FunctionDef` does a function."""
        return self._function(node)

    def _function(self, node: _F) -> _F:
        if not self._local:
            node.name = self._called(node.name)
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        node.args.defaults = [self.visit(part) for part in node.args.defaults]
        outer = self._local
        # A class's own names are not seen inside of its methods.
        self._local = [names for names in outer if not isinstance(names, _ClassNames)]
        self._local.append(self._names_of(node))
        body: list[ast.stmt] = []
        for part in node.body:
            if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)):
                body += self.rewritten(part)
        node.body = body or [ast.Pass()]
        self._local = outer
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        """Rewrite a lambda; its arguments are local."""
        self._local.append({part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)})
        self.generic_visit(node)
        self._local.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Rewrite a class: its name, bases and body, without the docstring."""
        class_name = node.name
        node.name = self._called(node.name)
        node.bases = [self.visit(base) for base in node.bases]
        self._local.append(_ClassNames(defined(ast.Module(node.body, []))))
        body: list[ast.stmt] = []
        for part in node.body:
            if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
                continue
            body += self.rewritten(part)
            if isinstance(part, FUNCTIONS):
                body += self._told_apart(part, class_name)
        node.body = body or [ast.Pass()]
        self._local.pop()
        return node

    def _told_apart(self, method: _Method, class_name: str) -> list[ast.stmt]:
        """Rename the method for tracebacks; return statements that bind it to its own name again."""
        name = method.name
        method.name = self._plan.method_called(self._module, class_name, name)
        if method.name == name:
            return []
        return ast.parse(f"{name} = {method.name}\ndel {method.name}").body

    def _names_of(self, function: ast.AST) -> set[str]:
        found = set()
        for node in ast.walk(function):
            if isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, (ast.ExceptHandler, *FUNCTIONS)) and node is not function:
                found |= {node.name} - {None}
        return found


class _ClassNames(set[str]):
    """Names in a class's body."""
