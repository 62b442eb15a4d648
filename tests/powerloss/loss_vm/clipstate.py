# The clip's stored things as one object: the real log, settings, upright, crash count and a blob, on a mounted root.
import os
import struct

from app.crashes import Crashes
from storage.blob import read_blob, write_blob
from storage.flashlog import FlashLog
from storage.upright import Upright
from storage.settings import Settings
from wire import codec

ROOT = "/clip"
BONDS = ROOT + "/bonds"
CELLS = ("snooze_s", "upright", "bonds", "crashes")


def _block():
    """Fields of the record that a segment begins with."""
    return {"pair_boot": 1, "pair_t_ms": 5, "utc_ms": 9, "uncertainty_ms": 3, "plan_version": 2}


class ClipState:
    """Opened as at the start of the firmware. `ledger` is told of everything that is promised."""

    def __init__(self, segment_bytes, max_bytes, ledger):
        self.ledger = ledger
        self.log = FlashLog(ROOT, segment_bytes, max_bytes, os, _block)
        self.settings = Settings(ROOT + "/settings", os)
        self.upright = Upright(ROOT + "/neutral", os)
        self.crashes = Crashes(ROOT + "/crashes", os, "power_on")

    def cells(self):
        """Name -> value of what is stored beside the log."""
        up = self.upright.up_q14
        return {
            "snooze_s": self.settings.get("snooze_s"),
            "upright": up[0] if up else None,
            "bonds": read_blob(BONDS),
            "crashes": self.crashes.count,
        }

    def append(self, kind, t_ms, fields):
        log = self.log
        seq = log.append(kind, t_ms, fields)
        self.ledger.gave(seq, codec.pack_record(kind, seq, log.boot, t_ms, fields))
        return seq

    def sync(self):
        self.ledger.stored(self.log.sync())

    def ack(self, seq):
        if self.log.set_acked(seq):
            self.ledger.acked(seq)

    def set_cell(self, name, value):
        """Changes what is stored beside the log, by the call that the firmware uses."""
        self.ledger.writing(name, value)
        if name == "snooze_s":
            self.settings.set(name, value)
        elif name == "upright":
            self.upright.store(1, 90, (value, 0, 0), (0, value, 0), 0)
        elif name == "bonds":
            write_blob(BONDS, value, os)
        elif value:
            self.crashes.add()
        else:
            self.crashes.well()
        self.ledger.wrote(name, value)

    def records(self):
        """[(number, raw bytes)] of all that can be read. Raises WireError for a record that is not intact."""
        found = []
        buffer = bytearray(512)
        seq = 0
        while True:
            n_bytes, seq = self.log.read_into(seq, buffer)
            if not n_bytes:
                return found
            at = 0
            while at < n_bytes:
                length = codec.check_record(buffer[:n_bytes], at)
                raw = bytes(buffer[at : at + length])
                found.append((struct.unpack_from("<I", raw, 2)[0], raw))
                at += length

    def close(self):
        """As when the firmware ends."""
        end = self.log.next_seq + self.log.held
        self.log.close()
        if not self.log.held:
            self.ledger.stored(end)
