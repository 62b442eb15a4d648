"""The reminders of the coming days, shown by the clip itself while no host follows.

A host writes the timetable (`wire.timetable` has its layout). What the clip has shown is kept in a second file, so that
a restart, a corrected clock or a new timetable shows nothing twice. Nothing is shown while UTC is unknown. Without a
host the timetable's last day is repeated for a week; then a record says that it has ended.

Loaded when a look is due, then unloaded.
"""

import os
import struct
from binascii import crc32

from app.timetable_file import Timetable, path, read, recent
from storage.blob import make_durable
from system.unload import unload
from wire import timetable as layout

for _name in ("app.timetable_file", "wire.timetable"):  # parts of this module, once it is compiled
    unload(_name)

_DAY_S = 86_400
_HOUR_S = 3_600
_LOOK_S = 10  # between two looks while a reminder waits for its moment
_STILL_LOOK_S = 60  # between two looks for a stillness that is long enough for a move break
_REST_S = 600  # the longest time between two looks
_ROAD = ("walking", "vehicle")  # no reminder, however long it lasts
_BUSY = ("walking", "vehicle", "exercising", "lying")
_AT_REST = ("uncalibrated", "neutral", "flexed")


def look(clip: "Clip") -> None:
    """Show the reminder that is due now, if any, and set the time of the next look."""
    wait_s = _REST_S
    utc_s = clip.utc_s()
    if utc_s:
        table = Timetable(clip, utc_s)
        if table.written:
            wait_s = min(_REST_S, _look(clip, table, utc_s))
    clip.look_ms = clip.now_ms() + 1000 * wait_s


def _look(clip: "Clip", table: Timetable, utc_s: int) -> int:
    """Show what is due; return the seconds until the next look."""
    entries = _entries(table, utc_s)
    if entries is None:
        _note_end(clip, table, utc_s)
        return _REST_S
    for number, at_s, minutes, _ in entries:
        if not number and at_s <= utc_s < at_s + 60 * minutes:
            return at_s + 60 * minutes - utc_s
    due = _due(table, entries, utc_s)
    if not due:
        _look_for_break(clip, table, entries, utc_s)
        return _until_next(table, entries, utc_s)
    ready_s, number, at_s, kind, again = due
    if _may_show(clip, table, utc_s) and _is_good(clip, table, utc_s - ready_s):
        probe = kind == layout.PROBE
        table.shown(number, at_s, utc_s, comes_again=not probe)
        _show(clip, table, utc_s, number, "silent" if probe else "again" if again else "shown")
    return _LOOK_S


def _until_next(table: Timetable, entries: "list[tuple[int, ...]]", utc_s: int) -> int:
    """Return the seconds until something may be due."""
    least_s = _STILL_LOOK_S if table.head[layout.STILL_MIN] else _REST_S
    for at_s in [entry[1] for entry in entries] + [table.last[3]]:
        if at_s > utc_s:
            least_s = min(least_s, at_s - utc_s)
    return least_s


def _entries(table: Timetable, utc_s: int) -> "list[tuple[int, ...]] | None":
    """Return the entries of this time; after the timetable's end those of its last day, moved by whole days.

    None once the last day has been repeated often enough.
    """
    end_s = table.head[layout.UNTIL_S]
    if utc_s < end_s:
        return table.entries
    days = (utc_s - end_s) // _DAY_S + 1
    if days > table.head[layout.CARRY_ON_DAYS]:
        return None
    found = []
    for number, at_s, minutes, kind in table.entries:
        if kind in (layout.MOVE_BREAK, layout.PAUSE):  # of no day
            found.append((number, at_s, minutes, kind))
        elif at_s + 60 * minutes >= end_s - _DAY_S:
            at_s += (days - 1) * _DAY_S  # of the day before: it may still wait
            found.append((number, at_s, minutes, kind))
            found.append((number, at_s + _DAY_S, minutes, kind))
    return found


def _due(
    table: Timetable, entries: "list[tuple[int, ...]]", utc_s: int
) -> "tuple[int, int, int, int, int] | None":
    """Return what waits: since when, its number, moment and kind, and 1 if it comes again.

    The latest of several moments stands for all: one reminder, not two.
    """
    since_s = utc_s - table.head[layout.CATCH_UP_H] * _HOUR_S
    last, last_s, _, again_s, _ = table.last
    found = None
    for number, at_s, _, kind in entries:
        fresh = max(since_s, last_s) < at_s <= utc_s
        if number and fresh and (not found or at_s > found[0]):
            found = (at_s, number, at_s, kind, 0)
    if not found and again_s and since_s < again_s <= utc_s:
        found = (again_s, last, last_s, 0, 1)
    return found


# --- the right moment


def _may_show(clip: "Clip", table: Timetable, utc_s: int) -> bool:
    """True if somebody would feel a buzz and is not on the road, and the budget is not used up."""
    sampler = clip.sampler
    if sampler.silent or clip.power.silent or sampler.activity in _ROAD:
        return False
    if _used(clip, table, utc_s, _HOUR_S) >= table.head[layout.PER_HOUR]:
        return False
    return _used(clip, table, utc_s, _DAY_S) < table.head[layout.PER_DAY]


def _used(clip: "Clip", table: Timetable, utc_s: int, window_s: int) -> int:
    """Number of reminders and nudges within the last `window_s` seconds."""
    posture = _posture(clip)
    nudges = posture._budget.used(posture._now_s, window_s) if posture else 0
    return nudges + table.shown_since(utc_s, window_s)


def _posture(clip: "Clip") -> "Posture | None":
    chain = clip.sampler._chain
    return chain and chain.posture


def _still_s(clip: "Clip") -> "int | None":
    """Return the seconds since the last long movement; None if the moment is not receptive."""
    sampler, posture = clip.sampler, _posture(clip)
    if not posture or sampler.state not in _AT_REST or sampler.activity in _BUSY:
        return None
    return posture._now_s - posture.still_from_s


def _is_good(clip: "Clip", table: Timetable, waited_s: int) -> bool:
    head = table.head
    if waited_s >= 60 * head[layout.WINDOW_MIN]:
        return True  # a reminder at a poor moment is better than none
    still_s = _still_s(clip)
    if still_s is None:
        return False
    return still_s <= 60 * head[layout.BREAK_MIN] or waited_s >= 60 * head[layout.PREFER_MIN]


# --- move breaks


def _look_for_break(
    clip: "Clip", table: Timetable, entries: "list[tuple[int, ...]]", utc_s: int
) -> None:
    """Show a move break after long stillness, unless a nudge or a reminder came meanwhile."""
    head = table.head
    still_s = _still_s(clip)
    least_s = 60 * head[layout.STILL_MIN]
    if not least_s or still_s is None or still_s < least_s or not _hour_allows(table, utc_s):
        return
    if len(recent(table.breaks, utc_s, _DAY_S)) >= head[layout.BREAKS_A_DAY]:
        return
    if _used(clip, table, utc_s, least_s) or not _may_show(clip, table, utc_s):
        return
    if _used(clip, table, utc_s, _DAY_S) + _still_to_come(entries, utc_s) >= head[layout.PER_DAY]:
        return
    for number, _, _, kind in entries:
        if kind == layout.MOVE_BREAK:
            table.breaks.append(utc_s)
            _show(clip, table, utc_s, number, "shown")
            return


def _still_to_come(entries: "list[tuple[int, ...]]", utc_s: int) -> int:
    """Number of the day's reminders that are to come: until the quiet hours, at most for a day."""
    until_s = utc_s + _DAY_S
    for number, at_s, _, _ in entries:
        if not number and utc_s < at_s < until_s:
            until_s = at_s
    return len([1 for number, at_s, _, _ in entries if number and utc_s < at_s < until_s])


def _hour_allows(table: Timetable, utc_s: int) -> int:
    head = table.head
    past_s = utc_s - head[layout.UNTIL_S]
    if past_s >= 0:
        utc_s -= (past_s // _DAY_S + 1) * _DAY_S
    hour = (utc_s - head[layout.FROM_S]) // _HOUR_S
    return 0 <= hour < layout.MAX_BREAK_HOURS and table.allowed[hour >> 3] >> (hour & 7) & 1


# --- showing


def _show(clip: "Clip", table: Timetable, utc_s: int, number: int, how: str) -> None:
    """Keep that the reminder is shown, then show it: a power cut in between shows it once less, never twice."""
    if not table.keep(clip, utc_s):
        return
    if how == "silent":
        clip.note("reminder", {"reminder_id": number, "pattern": "off", "answer": how})
    else:
        clip.remind(number, "reminder", how)


def _note_end(clip: "Clip", table: Timetable, utc_s: int) -> None:
    """Note once that the timetable has ended."""
    if table.ended_s != table.head[layout.UNTIL_S]:
        table.ended_s = table.head[layout.UNTIL_S]
        if table.keep(clip, utc_s):
            clip.note("reminder", {"reminder_id": 0, "pattern": "off", "answer": "ended"})


# --- news of a host and of the wearer


def told(clip: "Clip", number: int) -> None:
    """Take note that a host shows this reminder by the clip's buzz."""
    utc_s = clip.utc_s()
    table = Timetable(clip, utc_s)
    if not table.written or not utc_s:
        return
    at_s = table.last[1] if number in (table.last[0], table.again_number) else 0
    for entry in table.entries:
        if entry[0] == number and entry[1] > table.last[1]:
            at_s = entry[1]
    if at_s:
        table.shown(number, at_s, utc_s)
    else:  # of another kind, which only the host shows
        table.others.append(utc_s)
    table.keep(clip, utc_s)
    clip.look_ms = 0


def answered(clip: "Clip", number: int, answer: str) -> None:
    """Take note of the wearer's answer: the reminder comes no more, or after its snooze."""
    utc_s = clip.utc_s()
    table = Timetable(clip)
    if not table.written or not utc_s or number != table.last[0]:
        return
    _, at_s, news_s, _, showings = table.last
    again_s = 0
    if answer == "snoozed":  # such a showing does not count
        again_s = utc_s + 60 * table.head[layout.SNOOZE_MIN]
        showings = max(0, showings - 1)
    table.last = (number, at_s, max(utc_s, news_s + 1), again_s, showings)
    table.keep(clip, utc_s)
    clip.look_ms = 0


# --- writing by a host


def take(clip: "Clip", total: int, offset: int, data: bytes) -> "int | None":
    """Take the bytes of a timetable's file from `offset` on. Return their number so far, and once the file is whole and
    in force its identity; None for bytes that do not fit. Raises OSError.
    """
    partial = path(clip, "timetable.new")
    if total > layout.MAX_BYTES or offset + len(data) > total:
        return None
    with open(partial, "r+b" if offset else "wb") as file:
        if file.seek(0, 2) < offset:
            return None
        file.seek(offset)
        file.write(data)
        make_durable(file, os)
    if offset + len(data) < total:
        return offset + len(data)
    whole = read(clip, "timetable.new")
    if not whole or len(whole) < struct.calcsize(layout.HEAD):
        return None
    if whole[layout.FORMAT_AT] != layout.FORMAT or len(whole) != _size(whole):
        return None
    # Until the rename the one before is in force, whatever fails.
    os.rename(partial, path(clip, "timetable"))
    clip.look_ms = 0
    return identity(clip)


def _size(data: bytes) -> int:
    size = struct.calcsize(layout.HEAD) + struct.calcsize(layout.LAST)
    size += data[layout.ENTRIES] * struct.calcsize(layout.ENTRY)
    return size + data[layout.SHOWN] * struct.calcsize(layout.TIME)


def identity(clip: "Clip") -> int:
    """Return the CRC-32 of the timetable in force, as a signed integer; 0 without one."""
    data = read(clip, "timetable")
    return struct.unpack("<i", struct.pack("<I", crc32(data)))[0] if data else 0
