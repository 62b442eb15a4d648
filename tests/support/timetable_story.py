"""A clip's life by a timetable, run by the firmware in a VM (tests/firmware/clip_vm/timetable_story.py)."""

import json
import struct
from binascii import crc32
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.facts import DayFacts, Shown, Snapshot
from poise.coach.reminders.fading import FULL, Dosage
from poise.coach.reminders.timetable import Timetable, timetable
from poise.wear.timetable import Key, keys_of, packed
from tests.support.day_plan import at
from tests.support.plans import exercise, plan_text, table

PLAN = plan_text(
    table("reminders", move_break_min=0),
    exercise(use="nod", times=["08:00", "12:00", "18:00"]),
    quiet=("22:00", "06:00"),
)
WRITTEN = at(6) // 1000  # UTC seconds


def written(
    plan: str = PLAN,
    history: Sequence[Shown] = (),
    dosage: Dosage = FULL,
    now: int = 0,
    paused_until: int | None = None,
) -> Timetable:
    """The timetable that a host makes at six in the morning, or `now`."""
    facts = DayFacts(dosage=dosage, paused_until_utc_ms=paused_until)
    return timetable(Snapshot(parse_plan(plan), now or at(6), history=history, facts=facts))


def file_of(made: Timetable, numbers: Mapping[Key, int] | None = None) -> str:
    """The timetable as a host sends it, hex; its reminders are numbered from 1 unless `numbers` says otherwise."""
    known = numbers or {key: number for number, key in enumerate(keys_of(made), 1)}
    return sealed(packed(made, known)).hex()


def sealed(data: bytes) -> bytes:
    """The data with its CRC-32, as the clip keeps a file."""
    return data + struct.pack("<I", crc32(data))


@dataclass
class Lives:
    """Runs a story from six in the morning on, when a host gives the time and a timetable."""

    run_script: Callable[..., str]
    folder: Path
    log: bytes = field(default=b"", init=False)  # of the last life

    def __call__(
        self,
        *events: tuple[int, str, Any],
        until: int,
        made: Timetable | None = None,
        numbers: Mapping[Key, int] | None = None,
        step_s: int = 60,
    ) -> list[tuple[int, str, int]]:
        """Return (UTC seconds, what, number of the reminder) of all that the clip noted and played."""
        first = [[WRITTEN, "time", 0], [WRITTEN, "write", file_of(made or written(), numbers)]]
        told = [*first, *([moment // 1000, what, value] for moment, what, value in events)]
        story = {"start": WRITTEN, "until": until // 1000, "step_s": step_s, "events": told}
        path = self.folder / "story.json"
        path.write_text(json.dumps(story), encoding="utf-8")
        *lines, log = self.run_script("timetable_story.py", str(path)).splitlines()
        self.log = bytes.fromhex(log)
        assert json.loads(lines[0])[1] == "written"
        return [tuple(json.loads(line)) for line in lines[1:]]


def clock(utc_s: int) -> str:
    """The time of day."""
    minutes = (utc_s - at(0) // 1000) // 60
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
