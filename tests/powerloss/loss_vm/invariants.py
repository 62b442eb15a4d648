# What must be true after a power cut, each with a name.
import struct

from wire import codec
from wire.errors import WireError

# Records that the log writes of its own.
LIBRARY_KINDS = ("gap", "block")


class Broken(Exception):
    """An invariant does not hold: its name and what was found."""


def check(state, known):
    """All invariants of a clip that has just started again, in the order in which they are of use to a reader."""
    try:
        found = state.records()
    except WireError as error:
        raise Broken("no torn record is accepted", str(error)) from None
    for seq, raw in found:
        state.ledger.seen(seq, raw)
    state.ledger.lost()
    _order(found)
    _nothing_torn(found, known)
    _nothing_missing(state.log, dict(found), known)
    _numbers_go_on(state.log, found, known)
    _cells(state, known)
    return _goes_on(state)


def _order(found):
    numbers = [seq for seq, _ in found]
    if numbers != sorted(set(numbers)):
        raise Broken("every number once and in order", numbers)


def _nothing_torn(found, known):
    for seq, raw in found:
        if raw in (known.stored.get(seq), known.given.get(seq)):
            continue
        kind = codec.parse_record(raw)[0]["kind"]
        if kind not in LIBRARY_KINDS or seq in known.stored:
            raise Broken("no torn record is accepted", (seq, kind, raw))


def _nothing_missing(log, by_seq, known):
    for seq in known.stored:
        if seq >= log.oldest_seq and seq not in by_seq:
            raise Broken("nothing that sync returned for is missing", (seq, log.oldest_seq))
    if known.stored and log.next_seq <= max(known.stored):
        raise Broken("sequence numbers never come back", (log.next_seq, max(known.stored)))
    if log.acked_seq < known.acked_seq:
        raise Broken("nothing acknowledged is forgotten", (log.acked_seq, known.acked_seq))


def _numbers_go_on(log, found, known):
    boots = [struct.unpack_from("<H", raw, 6)[0] for raw in known.stored.values()]
    if boots and log.boot <= max(boots):
        raise Broken("boot numbers never come back", (log.boot, max(boots)))
    if found and log.next_seq <= found[-1][0]:
        raise Broken("sequence numbers never come back", (log.next_seq, found[-1][0]))
    if log.acked_seq > log.next_seq:
        raise Broken("what is acknowledged was given", (log.acked_seq, log.next_seq))


def _cells(state, known):
    if state.settings.corrupt:
        raise Broken("settings are the old or the new ones", "corrupt")
    for name, value in state.cells().items():
        if value not in known.cells[name]:
            detail = name, value, known.cells[name]
            raise Broken("settings and bonds are the old or the new ones", detail)
        state.ledger.wrote(name, value)


def _goes_on(state):
    """The log takes and keeps records; every number that is missing is told by a gap record."""
    seq = state.append("button", 5, {"press": "long"})
    state.sync()
    log = state.log
    if log.held or log.write_errors or log.next_seq <= seq:
        raise Broken("the log goes on", (log.held, log.write_errors, log.next_seq, seq))
    found = state.records()
    numbers = {seq for seq, _ in found}
    missing = set(range(log.oldest_seq, log.next_seq)) - numbers
    for _, raw in found:
        if codec.parse_record(raw)[0]["kind"] == "gap" and missing:
            gap = codec.parse_record(raw)[0]
            missing -= set(range(gap["first_seq"], gap["last_seq"] + 1))
    if missing or seq not in numbers:
        raise Broken("what is missing is told", sorted(missing)[:5])
    return len(found)
