"""Types of messages, records and frames, for readers and the type checker. Not on the clip, which has no `typing`."""

from collections.abc import Callable, Sequence
from typing import Any

Data = bytes | bytearray | memoryview
Value = Any  # of one field: a number, an enumeration's name, bytes, or a list of numbers
Fields = dict[str, Any]  # of a message or a record: name of the field -> value
Outcome = tuple[str, Any]  # (FRAME, payload) or (ERROR, the WireError)
Specs = Sequence[str]  # of fields, as in `wire.table`: "name:format" or "name:format=enumeration"
Stray = Callable[[bytes], None]  # gets bytes outside of frames
