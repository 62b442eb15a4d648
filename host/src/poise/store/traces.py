"""What a patient's rows would leave behind in a file, and the search for it, byte by byte.

A trace is a text of the patient's (a long one: each of its lines), a clip's id, or a log record as it stands on the
clip's flash. Numbers, dates and Poise's own words are none: they tell of nobody, and stand in every store.
"""

import json
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import schema

LEAST_BYTES = 4  # a shorter text is found everywhere by chance
SURE_BYTES = 20  # a shorter text may be anybody's: a word, a day
_KEY_BYTES = 8
# Columns whose values are Poise's own words.
_OWN_WORDS = {
    "act",
    "answer",
    "cause",
    "content_hash",  # of the text, which is searched for itself
    "direction",
    "kind",
    "kinds",
    "mark",
    "measure",
    "medication",
    "name",
    "outcome",
    "reason",
    "role",
    "site",
    "spans",
    "standing",
    "via",
}
_TEXTS = (sa.String, sa.LargeBinary, sa.JSON)
_AS_TEXT = (*_TEXTS, sa.Date)  # what SQLite keeps as text or bytes


@dataclass
class Traces:
    """Traces by what they are: "pseudonym", "clip", "text", "record". `short`: texts that are too short to search."""

    kinds: dict[bytes, str] = field(default_factory=dict[bytes, str])
    short: set[bytes] = field(default_factory=set[bytes])

    def add(self, value: bytes, kind: str) -> None:
        """Take one trace."""
        if len(value) < LEAST_BYTES:
            self.short.add(value)
        else:
            self.kinds.setdefault(value, kind)

    def is_sure(self, trace: bytes) -> bool:
        """Return whether the trace tells of the patient wherever it stands, and is no word that others say too."""
        return self.kinds.get(trace) != "text" or len(trace) >= SURE_BYTES

    def counts(self) -> dict[str, int]:
        """Return the number of traces of each kind."""
        out = {"pseudonym": 0, "clip": 0, "text": 0, "record": 0}
        for kind in self.kinds.values():
            out[kind] += 1
        return out


def collect(connection: Connection, patient_id: int, into: Traces) -> None:
    """Add the traces of everything that the patient has in this database."""
    for table in schema.metadata.sorted_tables:
        columns = [column for column in table.c if _tells(column)]
        if table is schema.audit:
            columns = [table.c.detail]  # who did what stays
        if "patient_id" not in table.c or not columns:
            continue
        query = sa.select(*columns).where(table.c.patient_id == patient_id)
        for row in connection.execute(query):
            for column, value in zip(columns, row, strict=True):
                for piece in _pieces(value):
                    into.add(piece, _kind(column))


def found_in(path: Path, traces: Iterable[bytes]) -> set[bytes]:
    """Return the traces whose bytes stand anywhere in the file. Raises OSError."""
    if not path.stat().st_size:
        return set()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _found(data, traces)


def told_by_others(connection: Connection, traces: Iterable[bytes]) -> set[bytes]:
    """Return the traces that rows which are here, or the schema, hold by themselves: a therapist's name, for one."""
    left = set(traces)
    found: set[bytes] = set()
    for table in (*schema.metadata.sorted_tables, _MASTER):
        for column in table.c:
            if not left or not isinstance(column.type, _AS_TEXT):
                continue
            here = {trace for trace in left if _holds(connection, table, column, trace)}
            found |= here
            left -= here
    return found


# The schema's own text and names; a table that SQLite has by itself.
_MASTER = sa.Table(
    "sqlite_master", sa.MetaData(), *(sa.Column(n, sa.Text) for n in ("name", "sql"))
)


def _holds(connection: Connection, table: sa.Table, column: sa.Column[Any], trace: bytes) -> bool:
    place = sa.func.instr(sa.cast(column, sa.LargeBinary), trace)
    query = sa.select(sa.literal(1)).select_from(table).where(place > 0).limit(1)
    return connection.scalar(query) is not None


def _tells(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, _TEXTS) and column.name not in _OWN_WORDS


def _kind(column: sa.Column[Any]) -> str:
    return {"pseudonym": "pseudonym", "clip_id": "clip", "raw": "record"}.get(column.name, "text")


def _pieces(value: Any) -> Iterator[bytes]:
    """Yield the pieces of a value as they stand in the file. SQLite may break a long text at any of its pages."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield from (line.strip().encode() for line in value.splitlines() if line.strip())
    elif isinstance(value, dict):
        for each in cast("dict[str, Any]", value).values():
            yield from _pieces_of_json(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _pieces_of_json(each)


def _pieces_of_json(value: Any) -> Iterator[bytes]:
    if isinstance(value, str):
        yield json.dumps(value)[1:-1].encode()
    else:
        yield from _pieces(value)


def _found(data: mmap.mmap, traces: Iterable[bytes]) -> set[bytes]:
    """Search for all traces at once, by their last eight bytes; what matches there is compared whole."""
    found: set[bytes] = set()
    by_key: dict[int, list[bytes]] = {}
    for trace in traces:
        if len(trace) >= _KEY_BYTES:
            by_key.setdefault(int.from_bytes(trace[-_KEY_BYTES:], "little"), []).append(trace)
        elif data.find(trace) >= 0:
            found.add(trace)
    keys = np.sort(np.fromiter(by_key, np.uint64, len(by_key)))
    for shift in range(min(_KEY_BYTES, len(data) - _KEY_BYTES + 1) if len(keys) else 0):
        count = (len(data) - shift) // _KEY_BYTES
        # A copy, for a view of the mapping would keep it from being closed.
        words = np.frombuffer(data[shift : shift + count * _KEY_BYTES], "<u8")
        places = np.minimum(np.searchsorted(keys, words), len(keys) - 1)
        for place in np.flatnonzero(keys[places] == words):
            end = shift + (int(place) + 1) * _KEY_BYTES
            same = by_key[int(words[place])]
            found.update(one for one in same if data[max(0, end - len(one)) : end] == one)
    return found
