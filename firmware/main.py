"""Entry point: starts the radio, then the firmware of one slot. When it ends, the MicroPython prompt follows.

The radio takes its memory from ESP-IDF's heap, into which Python's own heap grows. A start that finds too little is a
panic. So the radio starts before any Python code is loaded, and then Python's heap grows once, to its budget.
"""

import bluetooth
import machine  # both modules are C: they take no Python heap

_BUDGET = 13_000  # words: more than is free of the first 56 KiB, so the heap doubles, once


def start_radio() -> "int | None":
    """Start the radio. Return None, or the failure: an errno, or -1 if the start before died while starting it."""
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
room.clear()  # its end keeps the grown heap, or the collector gives that back

from start import main  # noqa: E402

main(radio_failure)
