"""The message table as tuples, for the host's documentation, reports and tests."""

from typing import NamedTuple

from . import table


class Message(NamedTuple):
    """A row of MESSAGES; `kind`: request, reply or stream; `fields`: `name:format[=enumeration]` each."""

    code: int
    name: str
    kind: str
    fields: tuple[str, ...]


class Record(NamedTuple):
    """A row of RECORDS."""

    code: int
    name: str
    fields: tuple[str, ...]


def _words(text: str) -> list[list[str]]:
    return [("0x" + row).split() for row in text.split("\n0x")[1:]]


MESSAGES = tuple(
    Message(int(code, 16), name, kind, tuple(fields))
    for code, name, kind, *fields in _words(table.MESSAGES)
)
RECORDS = tuple(
    Record(int(code, 16), name, tuple(fields)) for code, name, *fields in _words(table.RECORDS)
)
ENUMS = {enum: tuple(table.names(enum)) for enum in table.ENUMS}
