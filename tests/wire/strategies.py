"""Hypothesis strategies made from the message table: any valid message or record."""

from hypothesis import strategies as st

from poise.wire import codec, rows

_BOUNDS = {
    "B": (0, 0xFF),
    "b": (-0x80, 0x7F),
    "H": (0, 0xFFFF),
    "h": (-0x8000, 0x7FFF),
    "I": (0, 0xFFFFFFFF),
    "i": (-0x80000000, 0x7FFFFFFF),
    "Q": (0, 0xFFFFFFFFFFFFFFFF),
}


def _field(fmt: str, enum: str | None, cap: int) -> st.SearchStrategy:
    if enum:
        return st.sampled_from(rows.ENUMS[enum])
    if fmt == "*":
        return st.binary(max_size=cap)
    if fmt.endswith("s"):
        size = int(fmt[:-1])
        return st.binary(min_size=size, max_size=size)
    return st.integers(*_BOUNDS[fmt])


def _values(layout: codec.Layout, cap: int) -> st.SearchStrategy:
    return st.fixed_dictionaries(
        {name: _field(fmt, enum, cap) for name, fmt, enum in layout.fields}
    )


def message(name: str) -> st.SearchStrategy:
    """(name, request id, values) of one kind of message."""
    cap = codec.MAX_PAYLOAD - codec.MESSAGE_HEAD
    values = _values(codec.message_layout(name), cap)
    return st.tuples(st.just(name), st.integers(0, 255), values)


def messages() -> st.SearchStrategy:
    """(name, request id, values) of any message in the table."""
    return st.sampled_from([row.name for row in rows.MESSAGES]).flatmap(message)


def record(name: str) -> st.SearchStrategy:
    """(name, seq, boot, t_ms, values) of one kind of log record."""
    head = (st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFF), st.integers(0, 2**64 - 1))
    return st.tuples(st.just(name), *head, _values(codec.record_layout(name), codec.MAX_BODY))


def records() -> st.SearchStrategy:
    """(name, seq, boot, t_ms, values) of any log record in the table."""
    return st.sampled_from([row.name for row in rows.RECORDS]).flatmap(record)
