# What a script has been promised, and when: the instant is the number of flash operations carried out by then.


class Known:
    """What must hold after a power cut. `stored`: records that may not change or go. `given`: those that may be there.
    `cells`: name -> values that may be found, the promised one first."""

    def __init__(self):
        self.stored = {}
        self.given = {}
        self.cells = {}
        self.acked_seq = 0

    def copy(self):
        other = Known()
        other.stored = dict(self.stored)
        other.given = dict(self.given)
        other.cells = {name: values[:] for name, values in self.cells.items()}
        other.acked_seq = self.acked_seq
        return other


def unused():
    """What is known of a clip that nothing was stored on."""
    known = Known()
    known.cells = {"snooze_s": [3600], "upright": [None], "bonds": [None], "crashes": [0]}
    return known


class Ledger:
    """Notes of one script; `flash` counts the operations."""

    def __init__(self, flash):
        self._flash = flash
        self._events = []

    def _note(self, *event):
        self._events.append((self._flash.operations,) + event)

    def gave(self, seq, raw):
        """`append` returned this number for this record."""
        self._note("gave", seq, raw)

    def stored(self, next_seq):
        """`sync` returned this."""
        self._note("stored", next_seq, None)

    def seen(self, seq, raw):
        """The record was read."""
        self._note("seen", seq, raw)

    def lost(self):
        """What was given, and neither stored nor seen, is gone: its numbers may be given again."""
        self._note("lost", None, None)

    def writing(self, cell, value):
        """A value is about to be written."""
        self._note("writing", cell, value)

    def wrote(self, cell, value):
        """The call that wrote it has returned, or the value was read."""
        self._note("wrote", cell, value)

    def acked(self, seq):
        """`set_acked` returned true."""
        self._note("acked", seq, None)

    def known_at(self, cut_at, before):
        """What must hold when the power fails in operation `cut_at` (from 1). `before`: what held at the start."""
        known = before.copy()
        for when, what, key, value in self._events:
            if when >= cut_at:
                break
            if what == "gave":
                known.given[key] = value
            elif what == "stored":
                for seq in [seq for seq in known.given if seq < key]:
                    known.stored[seq] = known.given.pop(seq)
            elif what == "seen":
                known.stored[key] = value
            elif what == "lost":
                known.given.clear()
            elif what == "acked":
                known.acked_seq = max(known.acked_seq, key)
            elif what == "writing":
                known.cells[key] = [known.cells[key][0], value]
            else:
                known.cells[key] = [value]
        return known
