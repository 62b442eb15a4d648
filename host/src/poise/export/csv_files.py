"""CSV files of an export, one for each table, and the data dictionary. UTF-8, RFC 4180, a point in numbers."""

import csv
import datetime as dt
import io
from typing import Any

from .collect import Exported
from .columns import TABLES, TYPES, Table


def files(exported: Exported) -> dict[str, bytes]:
    """Return name -> content of the files."""
    out = {f"{table.name}.csv": _table(table, exported) for table in TABLES}
    out["dictionary.csv"] = dictionary()
    return out


def dictionary() -> bytes:
    """Return the data dictionary: a line for each column of each table."""
    rows = [
        (table.name, column.name, column.kind, column.unit, column.meaning, table.meaning)
        for table in TABLES
        for column in table.columns
    ]
    head = ("table", "column", "type", "unit", "meaning", "table_meaning")
    types = [("", "", kind, "", meaning, "") for kind, meaning in TYPES.items()]
    return _written(head, [*rows, *types])


def _table(table: Table, exported: Exported) -> bytes:
    names = [column.name for column in table.columns]
    rows = ([_cell(row.get(name)) for name in names] for row in exported.rows[table.name])
    return _written(names, rows)


def _written(head: Any, rows: Any) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str) and value[:1] in _FORMULA:
        return f"'{value}"  # else a spreadsheet would carry out what a patient wrote
    return value


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
