"""Writer of a plan's TOML text from its tables, as tomllib reads them. Pure."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from .check import as_list, as_table


def written(data: Mapping[str, Any]) -> str:
    """Return the TOML text of a plan's tables, single values first. `tomllib.loads` reads the same tables back."""
    head = [f"{_key(key)} = {value(item)}" for key, item in data.items() if not _is_table(item)]
    parts = ["\n".join(head)] if head else []
    for key, item in data.items():
        if not _is_table(item):
            continue
        tables = as_list(item)
        mark = f"[{_key(key)}]" if tables is None else f"[[{_key(key)}]]"
        for table in [item] if tables is None else tables:
            lines = [f"{_key(name)} = {value(one)}" for name, one in table.items()]
            parts.append("\n".join([mark, *lines]))
    return "\n\n".join(parts) + "\n"


def value(item: Any) -> str:
    """Return one value in TOML's spelling. Raises TypeError for one that TOML does not have."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int | float):
        return repr(item)
    if isinstance(item, str):
        return _text(item)
    if isinstance(item, dt.date | dt.time):  # a moment is a date, too
        return item.isoformat()
    if (listed := as_list(item)) is not None:
        return f"[{', '.join(map(value, listed))}]"
    if (table := as_table(item)) is not None:
        pairs = ", ".join(f"{_key(key)} = {value(one)}" for key, one in table.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    raise TypeError(type(item).__name__)


def _is_table(item: Any) -> bool:
    """True for a table, or for a list of nothing but tables."""
    listed = as_list(item)
    return as_table(item) is not None or bool(
        listed and all(as_table(each) is not None for each in listed)
    )


def _text(text: str) -> str:
    # TOML takes JSON's escapes, and wants DEL escaped as well. A half of a surrogate pair is no character.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "a").replace("_", "a").isalnum()
    return key if bare else _text(key)
