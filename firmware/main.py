"""Brings the radio up, then starts the firmware of one slot. Ending here leaves to the MicroPython prompt.

The radio takes its memory from ESP-IDF's heap, into which Python's own heap grows; a start that finds too little is a
panic. So it comes up before any Python code is loaded, and then Python's heap grows once, to its budget.
"""

import bluetooth
import machine  # both are C: they take nothing of the heap

_BUDGET = 13_000  # words: more than the first 56 KiB have left, so that the heap doubles, once


def start_radio():
    """None, or why the radio is off: an errno, or -1 after a start that died of it."""
    rtc = machine.RTC()
    kept = rtc.memory()  # its first byte: docs/developers/reliability.md, "Restarts"
    before, rest = kept[:1], kept[1:]
    if before in (b"N", b"S"):
        rtc.memory(b"n" + rest)
        return -1
    rtc.memory((b"S" if before == b"r" else b"N") + rest)
    failure = None
    try:
        bluetooth.BLE().active(True)
    except OSError as error:
        failure = error.args[0]
    rtc.memory((b"s" if before == b"r" else b"n") + rest)
    return failure


radio_failure = start_radio()
room = [None] * _BUDGET
room.clear()  # its last words stay where the heap has grown, or the collector would give that back

from start import main  # noqa: E402

main(radio_failure)
