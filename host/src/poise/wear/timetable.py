"""The clip's timetable: written whenever the clip has another one than the plan and what was shown ask for.

The numbers of its reminders are reserved in the store before the clip gets them. So a record of the clip always finds
its reminder, even if this process ends before the clip confirms.
"""

import asyncio
import logging
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace

from ..clip import timetable as transfer
from ..clip.client import ClipClient
from ..clip.reconnect import INTERRUPTED, STORE_PASSING
from ..coach.plan.moments import DAY_MS, HOUR_MS, MINUTE_MS
from ..coach.reminders.facts import CLOCK, DOSE, Snapshot, day_budget, hour_budget
from ..coach.reminders.move_break import MOVE_BREAK
from ..coach.reminders.policy import BREAK_MS, CATCH_UP_MS, PREFER_MS
from ..coach.reminders.timetable import CARRY_ON_DAYS, Timetable, timetable
from ..errors import PoiseError, Reason
from ..store import Store
from ..store.reminders import SNOOZE_MIN
from ..timebase.clock import Clock
from ..wire import timetable as layout

LOOK_S = 5.0  # between two comparisons of the clip's timetable with the one that is due
NO_TIMETABLE = "The clip reminds you only while this computer is near: it did not take the next days' reminders."
_log = logging.getLogger(__name__)
Key = tuple[str, int, str]  # exercise ids, due time, cause: as Reminders.reserve takes them


class TimetableKeeper:
    """Keeps the timetable of the connected clip current. `seen` returns the present snapshot, None without a plan."""

    def __init__(self, store: Store, seen: Callable[[], Snapshot | None]) -> None:
        self._store = store
        self._seen = seen
        self._numbers: dict[Key, int] = {}
        self._client: ClipClient | None = None
        self._held = 0

    async def looks(self, client: ClipClient, clock: Clock) -> AsyncIterator[str]:
        """Step every LOOK_S without end. Give after each step what the patient should know; "": nothing."""
        while True:
            trouble = ""
            try:
                await self.step(client)
            except PoiseError as error:  # the next step tries again
                # An interrupted link and a store that can't be written have warnings of their own.
                if error.reason not in INTERRUPTED | STORE_PASSING:
                    trouble = f"{NO_TIMETABLE} {error.told}"
            yield trouble
            await clock.sleep(LOOK_S)

    async def step(self, client: ClipClient) -> None:
        """Write the timetable if there is one and the clip has another. Raises PoiseError."""
        wanted = await asyncio.to_thread(self._wanted)
        if wanted is None:
            return
        if client is not self._client:
            self._held = await transfer.held(client)
            self._client = client
        if transfer.identity(wanted) != self._held:
            await transfer.write(client, wanted)
            self._held = transfer.identity(wanted)
            _log.info("timetable: %d bytes, %08x", len(wanted), self._held & 0xFFFFFFFF)

    def _wanted(self) -> bytes | None:
        seen = self._seen()
        if seen is None:
            return None
        history = self._store.reminders.history(seen.now_utc_ms - 2 * DAY_MS)
        table = timetable(replace(seen, history=history))
        keys = keys_of(table)
        if not set(keys) <= self._numbers.keys():
            self._numbers = dict(zip(keys, self._store.reminders.reserve(keys), strict=True))
        return packed(table, self._numbers)


def keys_of(table: Timetable) -> list[Key]:
    """Return the reminders of a timetable that need a number."""
    keys = [(one.key, one.due_utc_ms, CLOCK) for one in table.moments]
    if table.last is not None and table.last.again_utc_ms is not None:
        keys.append((table.last.exercise_ids, table.last.due_utc_ms, CLOCK))
    if table.break_hours:
        keys.append((MOVE_BREAK, 0, DOSE))
    return keys


def packed(table: Timetable, numbers: Mapping[Key, int]) -> bytes:
    """Return the timetable as the clip keeps it (wire/timetable.py), without the file's CRC-32.

    Raises PoiseError BAD_PLAN if the plan has more moments than a clip can hold.
    """
    entries = [(0, begin, (end - begin) // MINUTE_MS, 0) for begin, end in table.quiet]
    if table.pause is not None:
        begin, end = table.pause
        entries.append((0, begin, -(-(end - begin) // MINUTE_MS), layout.PAUSE))  # rounded up
    for one in table.moments:
        number = numbers[one.key, one.due_utc_ms, CLOCK]
        entries.append((number, one.due_utc_ms, 0, layout.PROBE if one.probe else 0))
    entries.sort(key=lambda entry: entry[1])
    if table.break_hours:
        entries.append((numbers[MOVE_BREAK, 0, DOSE], 0, 0, layout.MOVE_BREAK))
    if len(entries) > layout.MAX_ENTRIES:
        raise PoiseError(
            Reason.BAD_PLAN,
            f"the plan's reminders take {len(entries)} places of the clip's {layout.MAX_ENTRIES}",
            "Let exercises share their times.",
        )
    most = layout.MAX_SHOWN // 2
    breaks, shown = sorted(table.breaks)[-most:], sorted(table.shown)[-most:]
    times = [at // 1000 for at in (*breaks, *shown)]
    return b"".join(
        (
            _head(table, len(entries), len(times), len(breaks)),
            struct.pack(layout.LAST, *_last(table, numbers)),
            *(struct.pack(layout.ENTRY, n, at // 1000, m, kind) for n, at, m, kind in entries),
            *(struct.pack(layout.TIME, at_s) for at_s in times),
        )
    )


def _head(table: Timetable, entries: int, shown: int, breaks: int) -> bytes:
    rules = table.plan.reminders
    values = {
        layout.FORMAT_AT: layout.FORMAT,
        layout.ENTRIES: entries,
        layout.SHOWN: shown,
        layout.BREAKS: breaks,
        layout.WINDOW_MIN: rules.window_min,
        layout.AGAIN_MIN: rules.again_min,
        layout.BREAK_MIN: BREAK_MS // MINUTE_MS,
        layout.PREFER_MIN: PREFER_MS // MINUTE_MS,
        layout.SNOOZE_MIN: SNOOZE_MIN,
        layout.STILL_MIN: rules.move_break_min,
        layout.BREAKS_A_DAY: rules.move_breaks_a_day,
        layout.PER_HOUR: hour_budget(table.plan),
        layout.PER_DAY: day_budget(table.plan),
        layout.CATCH_UP_H: CATCH_UP_MS // HOUR_MS,
        layout.SHOWINGS: table.most_showings,
        layout.CARRY_ON_DAYS: CARRY_ON_DAYS,
        layout.FROM_S: table.from_utc_ms // 1000,
        layout.UNTIL_S: table.until_utc_ms // 1000,
    }
    allowed = sum(1 << (hour - table.from_utc_ms) // HOUR_MS for hour in table.break_hours)
    bits = allowed.to_bytes(layout.MAX_BREAK_HOURS // 8, "little")
    return struct.pack(layout.HEAD, *(values[at] for at in range(layout.ALLOWED)), bits)


def _last(table: Timetable, numbers: Mapping[Key, int]) -> tuple[int, int, int, int, int]:
    last = table.last
    if last is None:
        return (0, 0, 0, 0, 0)
    number = numbers.get((last.exercise_ids, last.due_utc_ms, CLOCK), 0)
    again_s = (last.again_utc_ms or 0) // 1000
    return (number, last.due_utc_ms // 1000, last.news_utc_ms // 1000, again_s, last.showings)
