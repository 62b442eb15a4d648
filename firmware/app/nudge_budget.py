"""The nudges of the last day and the snooze, kept in a file over a restart.

A restart neither gives a budget back nor ends a snooze. The file is written at a nudge, at a press that snoozes, and at
a start that finds a nudge or a snooze in it. Ages grow over a restart by the time known to have passed: from the last
record of the start before, from the board's time, or later from the first host that gives the time. Until somebody
knows how long the clip was off, that counts as no time: a snooze then lasts longer, never shorter.

Loaded when needed, then unloaded.
"""

import os
import struct

from storage.blob import BlobError, read_blob, write_blob

# Boot number and its second at the writing; UTC in seconds at the writing, 0: not known; seconds left of the snooze;
# flags. Each nudge's age in seconds follows, oldest first.
_HEAD = "<HIIIB"
_FRESH = 1  # the snooze began in the boot that wrote the file
_EXACT = 2  # the UTC is exact; without this flag it is a lower bound
_DAY_S = 86_400


def restore(clip: "Clip") -> None:
    """Take up the nudges and the snooze of the start before. Called once, after the sampler is made."""
    boot, t_ms = clip.log.last
    clip.log.last = ()
    (at_boot, at_s, utc_s, snooze_s, _), ages = _read(clip)
    if not snooze_s and not ages:
        return
    passed_s = max(0, t_ms // 1000 - at_s) if boot == at_boot else 0
    now_utc_s = clip.utc_s()
    if now_utc_s and utc_s:
        passed_s = max(passed_s, now_utc_s - utc_s)
    snooze_s = max(0, snooze_s - passed_s)
    ages = _of_a_day([age_s + passed_s for age_s in ages])
    posture = _posture(clip)
    if posture:
        posture._snooze_s = snooze_s
        for age_s in ages:
            posture._budget.spend(posture._now_s - age_s)
    if now_utc_s:
        _write(clip, now_utc_s, snooze_s, _EXACT, ages)
    else:
        _write(clip, utc_s and utc_s + passed_s, snooze_s, 0, ages)


def keep(clip: "Clip") -> None:
    """Store nudges and snooze after a nudge or a press. In safe mode and during an update only a press leads here."""
    (boot, at_s, least_utc_s, _, _), ages = _read(clip)
    passed_s = _second(clip) - at_s
    if boot != clip.log.boot:  # of an earlier boot: `restore` found nothing left in the file
        least_utc_s, ages = 0, ()
    posture = _posture(clip)
    if posture:
        snooze_s, ages = posture._snooze_s, _ages(posture)
    else:
        snooze_s = clip.settings.get("snooze_s")
        ages = _of_a_day([age_s + passed_s for age_s in ages])
    fresh = _FRESH if snooze_s else 0
    utc_s = clip.utc_s()
    if utc_s:
        _write(clip, utc_s, snooze_s, fresh | _EXACT, ages)
    else:
        _write(clip, least_utc_s and least_utc_s + passed_s, snooze_s, fresh, ages)


def correct(clip: "Clip") -> None:
    """Age the nudges and snooze of earlier starts by the time the clip was off, once UTC is known."""
    utc_s = clip.utc_s()
    posture = utc_s and _posture(clip)
    if not posture:
        return
    (boot, at_s, least_utc_s, _, flags), _ = _read(clip)
    if boot != clip.log.boot or not least_utc_s or flags & _EXACT:
        return
    off_s = min(utc_s - least_utc_s - (_second(clip) - at_s), _DAY_S)
    if off_s > 0:
        times_s = posture._budget._at_s
        for index in range(len(times_s)):
            if -_DAY_S < times_s[index] <= 0:  # a nudge of an earlier start
                times_s[index] -= off_s
        if not flags & _FRESH:
            posture._snooze_s = max(0, posture._snooze_s - off_s)
    _write(clip, utc_s, posture._snooze_s, flags | _EXACT, _ages(posture))


def _posture(clip: "Clip") -> "Posture | None":
    chain = clip.sampler._chain
    return chain and chain.posture


def _ages(posture: "Posture") -> "list[int]":
    """Ages of the nudges of the last day, in seconds, oldest first."""
    budget = posture._budget
    parts = budget._at_s[budget._next :], budget._at_s[: budget._next]
    return _of_a_day([posture._now_s - at_s for part in parts for at_s in part])


def _of_a_day(ages: "Ints") -> "list[int]":
    return [age_s for age_s in ages if age_s < _DAY_S]


def _second(clip: "Clip") -> int:
    return clip.now_ms() // 1000


def _path(clip: "Clip") -> str:
    return clip.board.filesystem_root().rstrip("/") + "/nudges"


def _read(clip: "Clip") -> "tuple[tuple[int, int, int, int, int], tuple[int, ...]]":
    """Return ((boot, second, UTC, snooze, flags), ages); zeros and no ages if the file is missing or damaged."""
    try:
        data = read_blob(_path(clip))
    except BlobError:
        data = None
    size = struct.calcsize(_HEAD)
    if not data or len(data) < size or (len(data) - size) % 4:
        return (0, 0, 0, 0, 0), ()
    ages = struct.unpack("<%dI" % ((len(data) - size) // 4), data[size:])
    return struct.unpack(_HEAD, data[:size]), ages


def _write(clip: "Clip", utc_s: int, snooze_s: int, flags: int, ages: "Ints") -> None:
    data = struct.pack(_HEAD, clip.log.boot, _second(clip), utc_s, snooze_s, flags)
    try:
        write_blob(_path(clip), data + struct.pack("<%dI" % len(ages), *ages), os)
    except OSError as error:
        clip.fault("flash_write", error.args[0])  # nudges and snooze are lost at the next start
