# Scripts of a clip's life as lists of actions, the fixed short one and random ones, and what carries them out.
import struct

from clipstate import CELLS, ClipState
from wire import codec, table

# Block bytes, blocks, littlefs' read and program size. "esp32" mounts as the firmware does.
GEOMETRIES = {"small": (512, 128, 32), "esp32": (4096, 32, 32), "page": (4096, 32, 256)}

_NOT_OURS = ("gap", "block")  # the log's own


def _kinds():
    rows = table.RECORDS.split("\n0x")[1:]
    return [row.split()[1] for row in rows if row.split()[1] not in _NOT_OURS]


def random_fields(kind, rng):
    """Values for every field of a record, each within its range."""
    fields = {}
    for name, fmt, enum in codec.record_layout(kind).fields:
        if fmt == "*":
            fields[name] = rng.octets(rng.below(140))
        elif enum:
            fields[name] = rng.below(len(table.names(enum)))
        elif fmt[-1] == "s":
            fields[name] = rng.octets(int(fmt[:-1]))
        else:
            span = 1 << 8 * struct.calcsize(fmt)
            low = 0 if fmt < "a" else -span // 2
            high = low + span - 1
            fields[name] = rng.pick((low, high, 0, rng.below(100)))
    return fields


def short_story():
    """Two starts with every kind of record, syncs, acknowledgements, settings and a crash; the log wraps."""
    from rng import Rng

    rng = Rng(7)
    kinds = _kinds()
    actions = []
    for start in range(2):
        actions.append(("start", start))
        for n in range(60):
            kind = kinds[n % len(kinds)]
            actions.append(("append", kind, random_fields(kind, rng)))
            if n % 3 == 2:
                actions.append(("sync",))
            if n % 20 == 7:
                actions.append(("ack",))
            if n % 15 == 11:
                name = CELLS[n // 15]
                actions.append(("cell", name, cell_value(name, rng)))
        actions.append(("crash",) if start == 0 else ("stop",))
    return actions


def cell_value(name, rng):
    """A value for `ClipState.set_cell`; the count of crashes is told by what happens."""
    if name == "bonds":
        return rng.octets(rng.between(1, 700))
    if name == "crashes":
        return 0
    return rng.between(1, 10_000)


def random_story(rng):
    """One to four starts of 20 to 80 actions."""
    kinds = _kinds()
    actions = []
    for start in range(rng.between(1, 4)):
        actions.append(("start", start))
        weights = ["append"] * rng.between(4, 12) + ["sync"] * rng.between(1, 4)
        weights += ["ack", "cell", "read"]
        for _ in range(rng.between(20, 80)):
            what = rng.pick(weights)
            if what == "append":
                kind = rng.pick(kinds)
                actions.append((what, kind, random_fields(kind, rng)))
            elif what == "cell":
                name = rng.pick(CELLS)
                actions.append((what, name, cell_value(name, rng)))
            else:
                actions.append((what,))
        actions.append((rng.pick(("stop", "crash", "off")),))
    return actions


class Player:
    """Carries out actions. `sizes`: segment bytes, greatest log bytes."""

    def __init__(self, sizes, ledger):
        self._sizes = sizes
        self._ledger = ledger
        self.state = None
        self._t_ms = 0

    def play(self, actions):
        for action in actions:
            self._t_ms += 333
            getattr(self, "_" + action[0])(*action[1:])

    def _start(self, number):
        self._t_ms = number * 100_000
        self.state = ClipState(*self._sizes, self._ledger)
        fields = {"cause": "power_on", "firmware": b"0.1.0", "wire_hash": codec.definition_hash()}
        self.state.append("boot", 0, fields)

    def _append(self, kind, fields):
        self.state.append(kind, self._t_ms, fields)

    def _sync(self):
        self.state.sync()

    def _ack(self):
        self.state.ack(self.state.log.next_seq)

    def _read(self):
        self.state.log.read_into(self.state.log.oldest_seq, bytearray(300))

    def _cell(self, name, value):
        crashes = self.state.crashes
        if name == "crashes" and (crashes.safe or not crashes.count):
            return  # nothing is written
        self.state.set_cell(name, value)

    def _crash(self):
        crashes = self.state.crashes
        self.state.set_cell("crashes", min(crashes.count + 1, 3))
        self.state.append("crash", self._t_ms, {"text": b"ValueError: boom"})
        self._stop()

    def _stop(self):
        self.state.close()

    def _off(self):
        """The firmware is gone; what was held is lost, which is no fault. The files are closed for littlefs' sake."""
        self.state.log._close_files()
        self._ledger.lost()
