"""Line numbers of the keys of a TOML text, which tomllib does not give. Pure."""

import re

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w.-]|"[^"]*"|'[^']*')+)\s*=\s*(.*)$""")
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*$')


def key_lines(text: str) -> dict[Path, int]:
    """Return the line, from 1, of each table and key by its path, such as ("exercises", 1, "reps").

    `text`: valid TOML.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    prefix: Path = ()
    closing = ""  # quotes that end the open multi-line string
    depth = 0  # open brackets of a value that spans lines
    # Not `splitlines`: Unicode counts other characters as line ends, too.
    for number, line in enumerate(text.split("\n"), start=1):
        if closing:
            if closing in line:
                closing = ""
            continue
        if depth:
            depth += _depth(line)
            continue
        table = _TABLE.match(line)
        if table:
            prefix = _enter(_split(table[2]), table[1] == "[[", counts)
            lines.setdefault(prefix, number)
            continue
        key = _KEY.match(line)
        if key is None:
            continue
        lines.setdefault(prefix + _split(key[1]), number)
        closing = _opens_text(key[2])
        depth = 0 if closing else _depth(key[2])
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of the path, or of the nearest table that holds it; 1 when none is known."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


def _enter(name: Path, is_array: bool, counts: dict[Path, int]) -> Path:
    if not is_array:
        return name
    counts[name] = counts.get(name, -1) + 1
    return (*name, counts[name])


def _split(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _opens_text(value: str) -> str:
    for quotes in ('"""', "'''"):
        if value.startswith(quotes) and quotes not in value[3:]:
            return quotes
    return ""


def _depth(value: str) -> int:
    bare = _TEXT.sub("", value)
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
