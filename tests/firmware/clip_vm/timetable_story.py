# Runs in MicroPython: a clip's life by a timetable, as a story tells it (JSON: start, until, step_s, events). The
# firmware's own Clip, Posture and files on the real littlefs; virtual time. Prints what it noted and played, with the
# true time of each, and at last its log in hex.
import json
import os
import sys

import vfs
from app import requests
from app.clip import Clip
from app.nudge_budget import restore
from app.sampler import Sampler
from motion.posture import Posture
from ramflash import RamFlash
from storage.limits import TABLE

ROOT = "/clip"
BLOCKS, BLOCK_BYTES = 509, 4096
MEMORY = bytearray(BLOCKS * BLOCK_BYTES)
for _at in range(0, len(MEMORY), BLOCK_BYTES):
    MEMORY[_at : _at + BLOCK_BYTES] = b"\xff" * BLOCK_BYTES
SETTINGS = {name: TABLE[name][0] for name in TABLE}


class Wearer:
    """The sampler's part in reminders, without a sensor."""

    fit = "fits"
    snooze = Sampler.snooze
    _keep_nudges = Sampler._keep_nudges

    def __init__(self, world):
        self._clip = world.clip
        self._chain = self
        self._world = world
        self.posture = Posture(SETTINGS)

    def calibrate(self):
        self._world.told("calibrate")

    @property
    def state(self):
        return self.posture.state

    @property
    def activity(self):
        return self._world.activity

    @property
    def silent(self):
        return self._world.activity in ("not_worn", "charging")


class World:
    """True time, the flash, the wearer, and what happens. `rtc`: the board's clock counts on over a restart."""

    def __init__(self, story):
        self.utc_s = self.began_s = story["start"]
        self.activity = "still"
        self.kept = None
        self.rtc = True
        self.cause = "power_on"
        self.following = False
        vfs.VfsLfs2.mkfs(RamFlash(MEMORY, BLOCK_BYTES))
        self.start()

    # --- the board

    def filesystem_root(self):
        return ROOT

    def unique_id(self):
        return b"timeclip"

    def reset_cause(self):
        return self.cause

    def keep_time(self, utc_ms, t_ms, uncertainty_ms):
        import struct

        self.off_ms = utc_ms - self.utc_s * 1000
        self.kept = struct.pack("<QQH", utc_ms, t_ms, uncertainty_ms)

    def kept_time(self):
        return (self.utc_s * 1000 + self.off_ms, self.kept) if self.rtc and self.kept else None

    # --- what happens

    def start(self):
        vfs.mount(vfs.VfsLfs2(RamFlash(MEMORY, BLOCK_BYTES)), ROOT)
        began_s = self.utc_s
        self.clip = Clip(
            self, lambda: 1000 * (self.utc_s - began_s), lambda a, b: a - b, (0, False, False)
        )
        self.clip.haptic = self
        note = self.clip.note

        def noted(kind, fields, buzz=None):
            if kind in ("reminder", "fault"):
                self.told(fields["answer"] if kind == "reminder" else fields["fault"], fields)
            note(kind, fields, buzz)

        self.clip.note = noted
        self.clip.sampler = Wearer(self)
        restore(self.clip)
        self.clip.store()

    def told(self, what, fields=None):
        print(json.dumps([self.utc_s, what, (fields or {}).get("reminder_id", 0)]))

    def play(self, pattern, strength_pct):
        if pattern == "reminder":
            self.told("buzz")

    def pass_time(self, step_s):
        self.utc_s += step_s
        moving = self.activity in ("walking", "moving", "exercising")
        rate_cdps = 9_000 if moving else 50
        worn = self.activity != "not_worn"
        self.clip.sampler.posture.step(1000 * step_s, 0, rate_cdps, 20, True, worn)
        if self.clip.now_ms() >= self.clip.look_ms and not self.following:  # as tasks.govern
            self.clip.timetable().look(self.clip)
        self.clip.store()

    # --- events of the story

    def does(self, activity):
        self.activity = activity

    def time(self, off_s):
        requests.set_time(self.clip, 1000 * (self.utc_s + off_s), 50)

    def write(self, data):
        data = bytes.fromhex(data)
        for at in range(0, len(data), 150):
            value = self.clip.timetable().take(self.clip, len(data), at, data[at : at + 150])
        self.told("refused" if value is None else "written")

    def press(self, press):
        self.clip.pressed(press)
        self.clip.store()

    def buzz(self, number):
        self.clip.buzz("reminder", number)
        self.clip.store()

    def nudge(self, count):
        posture = self.clip.sampler.posture
        for _ in range(count):
            posture._budget.spend(posture._now_s)

    def follow(self, following):
        self.following = following

    def restart(self, cause):
        self.clip.log._close_files()
        vfs.umount(ROOT)
        self.rtc = cause != "power_on"
        self.cause = cause
        self.utc_s += 2
        self.start()

    def skip(self, seconds):
        self.utc_s += seconds


with open(sys.argv[1]) as file:
    story = json.load(file)
world = World(story)
for at_s, what, value in story["events"] + [[story["until"], "", None]]:
    while world.utc_s < at_s:
        world.pass_time(min(story["step_s"], at_s - world.utc_s))
    if what:
        getattr(world, what)(value)
# Loaded for each use, then unloaded.
assert not [name for name in sys.modules if "timetable" in name]
world.clip.log._close_files()
log = b""
for name in sorted(os.listdir(ROOT + "/log")):
    with open(ROOT + "/log/" + name, "rb") as file:
        log += file.read()
print(log.hex())
