"""Parquet files of an export: the tables of the CSV, typed, with unit and meaning in each column's metadata."""

import io
from typing import Any

from .collect import Exported
from .columns import TABLES, Column, Table
from .needs import library


def files(exported: Exported) -> dict[str, bytes]:
    """Return name -> content of the files. Raises PoiseError MISSING_EXTRA without pyarrow."""
    arrow = library("pyarrow", "cohort")
    writer = library("pyarrow.parquet", "cohort")
    return {f"{table.name}.parquet": _file(arrow, writer, table, exported) for table in TABLES}


def _file(arrow: Any, writer: Any, table: Table, exported: Exported) -> bytes:
    fields = [_field(arrow, column) for column in table.columns]
    about = {"poise.table": table.meaning, "poise.zone": str(exported.zone)}
    schema = arrow.schema(fields, metadata=about)
    columns: dict[str, list[Any]] = {column.name: [] for column in table.columns}
    for row in exported.rows[table.name]:
        for column in table.columns:
            columns[column.name].append(_value(column, row.get(column.name)))
    out = io.BytesIO()
    writer.write_table(arrow.table(columns, schema=schema), out)
    return out.getvalue()


def _field(arrow: Any, column: Column) -> Any:
    types = {
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "text": arrow.string(),
        "day": arrow.date32(),
        "utc": arrow.timestamp("ms", tz="UTC"),
        "local": arrow.string(),  # a timestamp has one zone, and not the offset that was in force
        "yes_no": arrow.bool_(),
    }
    about = {"unit": column.unit, "meaning": column.meaning}
    return arrow.field(column.name, types[column.kind], metadata=about)


def _value(column: Column, value: Any) -> Any:
    if column.kind == "local" and value is not None:
        return value.isoformat(timespec="milliseconds")
    return value
