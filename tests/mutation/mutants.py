"""The mutants of a module, made by cosmic-ray's operators: one small fault each."""

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

# Of each operator those replacements that a person could have meant. All of them would be thousands, most of which end
# in a TypeError at the first call.
_BINARY = (
    ("Add", "Sub"), ("Sub", "Add"), ("Mul", "FloorDiv"), ("FloorDiv", "Mul"), ("Div", "Mul"), ("Mod", "FloorDiv"),
    ("LShift", "RShift"), ("RShift", "LShift"), ("BitAnd", "BitOr"), ("BitOr", "BitAnd"), ("BitXor", "BitOr"),
)  # fmt: skip
_COMPARISON = (
    ("Lt", "LtE"), ("Lt", "GtE"), ("LtE", "Lt"), ("LtE", "Gt"), ("Gt", "GtE"), ("Gt", "LtE"), ("GtE", "Gt"),
    ("GtE", "Lt"),
    ("Eq", "NotEq"), ("NotEq", "Eq"), ("Is", "IsNot"), ("IsNot", "Is"),
)  # fmt: skip
_WANTED = (
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in _BINARY),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in _COMPARISON),
    "ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue",
    "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer",
    "ZeroIterationForLoop",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where an operator of cosmic-ray can plant its fault. `module`: its path from the root."""

    module: str
    operator: str
    occurrence: int


@dataclass(frozen=True)
class Mutant:
    """A fault in one line. `place`: the function around it, "" for none. `before`, `after`: without the indent."""

    module: str
    line: int
    place: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Names it in the list of equivalents: a line's number would not last."""
        return self.module, self.place, self.before, self.after


def places(root: Path, module: str) -> Iterator[Place]:
    """Every place of that module outside of annotations and decorators.

    `int | None` is no arithmetic, and that nothing is assigned to a frozen class is what pyright sees to.
    """
    source = (root / module).read_text(encoding="utf-8")
    annotated = _annotated(source)
    nodes = list(ast_nodes(get_ast(source)))
    for name in _WANTED:
        operator = get_operator(f"core/{name}")()
        starts = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        yield from (Place(module, name, n) for n, at in enumerate(starts) if at not in annotated)


def sample(found: list[Place], count: int, seed: int) -> list[Place]:
    """At most `count` of them, drawn by the seed; all of them when it is 0."""
    if not count or count >= len(found):
        return found
    return random.Random(seed).sample(found, count)


def planted(root: Path, place: Place) -> Mutant | None:
    """The mutant of that place; None where the fault changes no line, or more than one."""
    source = (root / place.module).read_text(encoding="utf-8")
    operator = get_operator(f"core/{place.operator}")()
    mutated = mutate_code(source, operator, place.occurrence) or source
    lines = zip(source.splitlines(), mutated.splitlines(), strict=False)
    changed = [
        (n, before.strip(), after.strip())
        for n, (before, after) in enumerate(lines, 1)
        if before != after
    ]
    if len(changed) != 1:
        return None
    (number, before, after), *_ = changed
    return Mutant(place.module, number, functions(source).get(number, ""), before, after, mutated)


def functions(source: str) -> dict[int, str]:
    """The innermost function around each line that is in one, as `Class.method`."""
    found: dict[int, str] = {}

    def walk(node: ast.AST, outer: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = outer
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{outer}.{child.name}".lstrip(".")
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = range(child.lineno, (child.end_lineno or child.lineno) + 1)
                found.update(dict.fromkeys(lines, name))
            walk(child, name)

    walk(ast.parse(source), "")
    return found


def _annotated(source: str) -> set[tuple[int, int]]:
    """Positions of lines and columns within annotations and decorators."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for part in [*parts, *getattr(node, "decorator_list", [])]:
            if isinstance(part, ast.expr) and part.end_col_offset is not None:
                found |= {(part.lineno, n) for n in range(part.col_offset, part.end_col_offset)}
    return found
