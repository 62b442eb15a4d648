"""Respelling of the firmware's own names with few spellings that all modules share, before compiling.

MicroPython keeps every name once, on the heap, for as long as it runs; names that it has built in cost nothing. A name
matters only where it is looked up: in a class's or a module's dictionary, or among a function's arguments. So names
that never meet in one place get the same spelling, and the first spellings are names that every VM has built in.

A name that is reached by its text stays: keywords, strings, names of the VM's own objects (`vm_names`), and all names
beside the slots, such as the board, which an update does not change. `readable` restores the names in a clip's
traceback. The lines keep their numbers.
"""

import ast
import builtins
import itertools
import re
import string
from collections import defaultdict
from collections.abc import Iterator

from .names import FUNCTIONS, Module, Program, class_body, union
from .vm_names import PORTS, STATIC

Edit = tuple[int, int, int, str]  # line, from byte, to byte, text

# Names that the compiler or the VM looks up in any object, or treats specially.
_SPECIAL = """
args bool builtins bytecode close const eval exec format globals int locals main map micropython object print range
read readinto readline remove self send super throw type value write uint ioctl
"""
# Names of exceptions would mislead in a traceback.
_SPELLINGS = [name for name in (*STATIC, *PORTS) if name not in _SPECIAL.split() and name.islower()]


def shortened(sources: dict[str, str], foreign: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the modules, dotted name -> source, with short names. `foreign`: modules in which only private names
    change."""
    program = Program(sources, foreign)
    spelling = _spelling(program)
    return {name: _edited(text, _edits(program, name, spelling)) for name, text in sources.items()}


def readable(traceback: str, sources: dict[str, str], foreign: frozenset[str] = frozenset()) -> str:
    """Return a traceback of firmware made of these sources, with the sources' names."""
    program = Program(sources, foreign)
    spelling = _spelling(program)
    longer = {
        name: {spelling[long]: long for long in made.functions if long in spelling}
        for name, made in program.modules.items()
    }

    def line(match: re.Match[str]) -> str:
        module, function = match["module"], match["function"]
        return f"{match[1]}{longer.get(module, {}).get(function, function)}"

    return re.sub(r'(File "(?P<module>[\w.]+)"[^\n]*, in )(?P<function>\w+)', line, traceback)


def _spelling(program: Program) -> dict[str, str]:
    """Return name -> its spelling everywhere. The names with most neighbours choose first."""
    near = program.neighbours()
    takers: dict[str, set[str]] = defaultdict(set)  # spelling -> names that have it
    for name in union(near.values()) - program.names:
        takers[name].add(name)
    spelling = {}
    for name in sorted(program.names, key=lambda name: (-len(near[name]), name)):
        variables = program.variables_beside(name)
        spelling[name] = next(
            candidate
            for candidate in itertools.chain(_SPELLINGS, _letters())
            if candidate not in variables and not takers[candidate] & near[name]
        )
        takers[spelling[name]].add(name)
    return spelling


def _letters() -> Iterator[str]:
    for length in (1, 2):
        for letters in itertools.product(string.ascii_letters, repeat=length):
            yield "_" + "".join(letters)


def _edits(program: Program, module: str, spelling: dict[str, str]) -> list[Edit]:
    made = program.modules[module]
    variables = {name: spelling[name] for name in made.renamed_as_variables if name in spelling}
    edits = [edit for node in ast.walk(made.tree) for edit in _attribute(node, spelling)]
    edits += _renamed(made.tree, variables)
    for node in ast.walk(made.tree):
        if isinstance(node, ast.ClassDef):
            bound = {
                part.id
                for part in class_body(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            } | {part.name for part in node.body if isinstance(part, FUNCTIONS)}
            own = {name: spelling[name] for name in bound if name in spelling}
            for part in class_body(node):
                edits += _name(part, own)
    for node in () if module in program.foreign else _outermost(made.tree):
        own = _argument_spelling(program, made, node, variables)
        for part in ast.walk(node):
            if isinstance(part, (ast.Name, ast.arg)):
                edits += _name(part, own)
    return edits


def _outermost(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (part for part in inside if isinstance(part, FUNCTIONS))


def _argument_spelling(
    program: Program, made: Module, function: ast.AST, variables: dict[str, str]
) -> dict[str, str]:
    """Return spellings of arguments that no call passes by keyword; they are alike in all functions.

    MicroPython keeps arguments by name for calls with keywords.
    """
    nodes = list(ast.walk(function))
    arguments = [node.arg for node in nodes if isinstance(node, ast.arg)]
    seen = {node.id for node in nodes if isinstance(node, ast.Name)} | set(arguments)
    seen |= {variables.get(name, name) for name in seen} | made.caught
    kept = program.keywords | program.words | made.renamed_as_variables | made.caught
    kept |= {*dir(builtins), "self"}
    free = (name for name in _SPELLINGS if name not in seen and name not in program.words)
    return {name: next(free) for name in dict.fromkeys(arguments) if name not in kept}


def _renamed(tree: ast.AST, spelling: dict[str, str]) -> list[Edit]:
    return [edit for node in ast.walk(tree) for edit in _name(node, spelling)]


def _attribute(node: ast.AST, spelling: dict[str, str]) -> Iterator[Edit]:
    if isinstance(node, ast.Attribute) and node.attr in spelling:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = node.end_col_offset - len(node.attr.encode())
        yield node.end_lineno, begin, node.end_col_offset, spelling[node.attr]


def _name(node: ast.AST, spelling: dict[str, str]) -> Iterator[Edit]:
    """Yield the edit of the node's own name, if `spelling` has it."""
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.alias(name=name):
            begin = node.col_offset
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            begin = node.col_offset + len(_KEYWORDS[type(node)])
        case _:
            return
    if name in spelling:
        yield node.lineno, begin, begin + len(name.encode()), spelling[name]


_KEYWORDS = {
    ast.FunctionDef: "def ",
    ast.AsyncFunctionDef: "async def ",
    ast.ClassDef: "class ",
}


def _edited(text: str, edits: list[Edit]) -> str:
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for line, begin, end, new in sorted(set(edits), reverse=True):
        lines[line - 1] = lines[line - 1][:begin] + new.encode() + lines[line - 1][end:]
    return b"".join(lines).decode()
