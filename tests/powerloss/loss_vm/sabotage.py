# Faults put into the storage on purpose: each must be found, or the search for real ones is worth nothing.
import os

import clipstate
import storage.flashlog
import storage.recovery
import storage.settings


def no_flush():
    """The log is written and not made durable: "nothing that sync returned for is missing"."""
    storage.flashlog.make_durable = lambda _file, _os: None


def promise_early():
    """`sync` returns at every other call before it has written."""
    turn = [0]
    write = storage.flashlog.FlashLog.sync

    def sync(self):
        turn[0] += 1
        return write(self) if turn[0] % 2 else self.next_seq + self.held

    storage.flashlog.FlashLog.sync = sync


def remove_first():
    """The old settings are removed before the new ones get their name."""
    write = storage.settings.write_blob

    def write_blob(path, data, os_module):
        try:
            os.remove(path)
        except OSError:
            pass
        write(path, data, os_module)

    storage.settings.write_blob = write_blob


def number_again():
    """The start takes the last record's number for the next one."""
    storage.flashlog.unload = lambda _name: None  # it would be loaded anew, whole
    scan = storage.recovery.scan

    def again(path, first_seq):
        valid, next_seq, boot = scan(path, first_seq)
        return valid, next_seq - 1, boot

    storage.recovery.scan = again


def forget_bonds():
    """A blob's write returns before it is done."""
    clipstate.write_blob = lambda _path, _data, _os: None
