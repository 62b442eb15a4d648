"""The clip: what it knows and what can be asked of it. The coroutines that drive it are in `tasks`."""

# `app.equip` puts the drivers in after this object is made, which the checker cannot see.
# pyright: reportAttributeAccessIssue=false, reportOptionalIterable=false

import asyncio
import gc
import io
import os
import sys

from app.crashes import Crashes
from link.service import MAX_CRASH_TEXT, Service
from system.monotonic import Monotonic
from system.power import Power
from storage.bonds import Bonds
from storage.flashlog import FlashLog
from storage.neutral import Neutral
from storage.settings import SettingError, Settings
from system.unload import unload
from wire import VERSION, codec
from wire.table import names

_BLOCK_BYTES = 4096  # of the flash
SEGMENT_BYTES = (
    4 * _BLOCK_BYTES - 16
)  # four blocks of littlefs, which takes 16 bytes for its pointers
_FIRMWARE_BYTES = 2 * 62 * _BLOCK_BYTES  # two slots; littlefs gives each file whole blocks
_MAX_LOG_BYTES = 4_000_000
PAIRING_MS = 60_000
_SAME_TIME_MS = 60_000  # so long a reading of the clock serves: 100 ppm are 6 ms then
_QUIET_MIN = 10  # minutes in one `quiet` record
_NO_PAIR = (0, 0, 0, 0)
_REMINDER_MS = 15 * 60_000  # so long the button answers a reminder
_FAULT_PAUSE_MS = 60_000  # the same fault becomes a record at most so often
_FIRST_HOUR = 473_352  # of UTC, 2024-01-01: a host that says less has lost the time (poise.timebase.clock has both)
_END_HOUR = 1_139_568  # 2100-01-01

# Records that wait for the next second's writing; all others are stored and announced at once.
_UNHURRIED = ("posture", "minute", "activity")

# The host's patterns of an exercise session.
_SESSION = "pace_out pace_back hold_done set_done session_done easy session"

codec.max_layouts = 2  # parsing one again costs less than the heap that all of them take


class Clip:
    """Owns the log, the settings and the clock of one `board`; `ticks_ms`, `ticks_diff`: its clock; `firmware`: what
    slots.Slots.start gave."""

    def __init__(self, board, ticks_ms, ticks_diff, firmware):
        root = board.filesystem_root()
        base = root.rstrip("/")
        self.board = board
        self.clip_id = board.unique_id()
        self.ticks_ms = ticks_ms
        self.ticks_diff = ticks_diff
        self._clock = Monotonic(ticks_ms, ticks_diff)
        self.settings = Settings(base + "/settings", os)
        self.neutral = Neutral(base + "/neutral", os)
        self.bonds = Bonds(base + "/bonds", os)
        self._pair = _NO_PAIR  # the last clock pair: boot, t_ms, utc_ms, uncertainty_ms
        self._quiet = (
            None  # minutes that are not noted yet: state, site, how many, t_ms of the last
        )
        self.log = FlashLog(root, SEGMENT_BYTES, log_bytes(root), os, self._block)
        self.cause = board.reset_cause()
        self.crashes = Crashes(base + "/crashes", os, self.cause)
        self.updating = False  # an update is under way, until the next start
        self.slot, self.on_trial, self.reverted = firmware
        self.watchdog = None  # set by `tasks.watch`
        self.service = Service(self)
        self.sampler = self.haptic = self.battery = None  # set by `app.equip`
        self.pending = asyncio.Event()  # records are held
        self.urgent = False  # one of them is to be stored at once
        self.stopped = asyncio.Event()  # the coroutines are to end
        self.slept = None  # set after each sleep; made by `tasks.press`
        self.restarting = False
        self._pairing_until_ms = 0
        self.power = Power(self.now_ms())
        self.radio_on = True
        self.button_busy = False
        self.bad_frames = 0
        self.faults = 0
        self.utc_known = False
        self._utc_at_0_s = 0  # UTC of now_ms() = 0
        self._buzzes = []  # patterns to play once their records are stored
        self._reminder = None  # (id, pattern, until) that the button answers
        self._fault_ms = {}
        self._write_errors = self.log.write_errors
        from app.start_records import note_start  # used once

        note_start(self)
        unload("app.start_records")

    version = VERSION

    def now_ms(self):
        """Milliseconds since this start."""
        return self._clock.now()

    def feed(self):
        """Feeds the watchdog, for what takes long."""
        if self.watchdog:
            self.watchdog.feed()

    # --- records

    def note(self, kind, fields, buzz=None):
        """A record of now; it is stored, then announced, and then `buzz` (a pattern's name) is played."""
        if self._quiet:
            self._note_quiet()
        self.log.append(kind, self.now_ms(), fields)
        if buzz:
            self._buzzes.append(buzz)
        if kind not in _UNHURRIED:
            self.urgent = True
        self.pending.set()

    def note_minute(self, fields):
        """A minute's exposure; those in which nothing was measured are brought together."""
        state = fields["state"]
        if fields["not_worn_s"] != 60 and fields["off_s"] != 60:
            self.note("minute", fields)
            return
        so_far = self._quiet
        if so_far and so_far[:2] != (state, fields["site"]):
            self._note_quiet()
            so_far = None
        count = so_far[2] + 1 if so_far else 1
        self._quiet = (state, fields["site"], count, self.now_ms())
        if count >= _QUIET_MIN:
            self._note_quiet()

    def _note_quiet(self):
        state, site, minutes, t_ms = self._quiet  # pyright: ignore
        self._quiet = None
        self.log.append("quiet", t_ms, {"state": state, "site": site, "minutes": minutes})
        self.pending.set()

    def _block(self):
        boot, t_ms, utc_ms, uncertainty_ms = self._pair
        return {
            "pair_boot": boot,
            "pair_t_ms": t_ms,
            "utc_ms": utc_ms,
            "uncertainty_ms": uncertainty_ms,
            "plan_version": self.settings.get("plan_version"),
        }

    def fault(self, name, detail):
        """A fault record, unless the same one was noted within the last minute."""
        now = self.now_ms()
        if name in self._fault_ms and now - self._fault_ms[name] < _FAULT_PAUSE_MS:
            return
        self._fault_ms[name] = now
        self.faults += 1
        self.note("fault", {"fault": name, "detail": detail})

    def store(self):
        """Writes what is held, announces it and plays what belongs to it."""
        self.urgent = False
        self.pending.clear()
        self.log.sync()
        self.service.announce()
        while self._buzzes:
            pattern = self._buzzes.pop(0)
            if not self.power.silent:
                self.haptic.play(pattern, self.settings.get("buzz_strength_pct"))
        if self.log.write_errors != self._write_errors:
            self._write_errors = self.log.write_errors
            self.fault("flash_write", self._write_errors)

    def failed(self, error):
        """A coroutine ended by an exception that nothing caught. In safe mode the others, USB among them, go on."""
        if not self.crashes.safe:
            self.crash(error)
            return
        gc.collect()
        try:
            self._note_crash(error)
        except MemoryError:
            pass  # USB matters more than the record

    def crash(self, error):
        """A record of an exception that nothing caught; the clip then starts anew. Never a MemoryError."""
        if self.restarting:
            return
        self.request_restart()
        gc.collect()
        self.crashes.add()
        try:
            self._note_crash(error)
            self.log.close()
        except MemoryError:
            pass  # the count of crashes has to do

    def request_restart(self):
        """The coroutines end, and the clip starts anew. That alone counts as no crash."""
        self.restarting = True
        self.stopped.set()

    def _note_crash(self, error):
        try:
            text = io.StringIO()
            sys.print_exception(error, text)
            told = text.getvalue().encode()[-MAX_CRASH_TEXT:]
            self.log.append("crash", self.now_ms(), {"text": told})
        except MemoryError:  # often what it is about: a word then has to do
            gc.collect()
            self.log.append("crash", self.now_ms(), {"text": b"MemoryError"})
        self.pending.set()

    # --- what hosts ask (link.service)

    def identity(self):
        """Fields of the message `identity`, but the hash."""
        return {
            "clip_id": self.clip_id,
            "firmware": VERSION,
            "boot": self.log.boot,
            "t_ms": self.now_ms(),
            "oldest_seq": self.log.oldest_seq,
            "next_seq": self.log.next_seq,
        }

    def status(self):
        """Fields of the message `status`."""
        from app.status import status  # asked for now and then

        unload("app.status")
        return status(self)

    def set_time(self, utc_ms, uncertainty_ms, at_ms=0):
        """The time, as a record: the host maps the clip's milliseconds with it. False: it is none, and is not taken.

        `at_ms`: when it was that time, in the clip's milliseconds; 0: now.
        """
        now = self.now_ms()
        if at_ms:
            if not 0 <= now - at_ms <= _SAME_TIME_MS:
                return False
            utc_ms += now - at_ms
        if not _FIRST_HOUR <= utc_ms // 3_600_000 < _END_HOUR:
            return False
        self.utc_known = True
        self._utc_at_0_s = (utc_ms - now) // 1000
        self._pair = (self.log.boot, now, utc_ms, uncertainty_ms)
        self.note("clock", {"utc_ms": utc_ms, "uncertainty_ms": uncertainty_ms})
        self.board.keep_time(utc_ms, now, uncertainty_ms)
        return True

    def utc_s(self):
        """UTC in seconds since 1970, 0 as long as no host has given the time."""
        return self._utc_at_0_s + self.now_ms() // 1000 if self.utc_known else 0

    def set_setting(self, key, value):
        """Stores a setting; None, or the error's name (wire ENUMS "error")."""
        try:
            self.settings.set(key, value)
        except SettingError:
            return "bad_field"
        except OSError:
            return "storage"
        self.sampler.settings_changed()
        self.note("setting", {"key": key, "value": value})
        return None

    def calibrate(self, site, full=True):
        """Starts a calibration at a site (wire ENUMS "site"; "unknown": as set); false while one is under way."""
        number = names("site").index(site)
        if number and number != self.settings.get("site"):
            self.set_setting("site", number)
        return self.sampler.calibrate(full)

    def buzz(self, pattern, reminder_id):
        """Plays a pattern; with a reminder it becomes a record that the button answers.

        While nobody would feel it only `find_me` is played.
        """
        if (self.sampler.silent or self.power.silent) and pattern != "find_me":
            pattern = "off"
        if pattern in _SESSION:
            self.sampler.hush()
        if not reminder_id:
            self.haptic.play(pattern, self.settings.get("buzz_strength_pct"))
            return
        self._reminder = (reminder_id, pattern, self.now_ms() + _REMINDER_MS)
        self._note_reminder("none", pattern)

    def update(self, fields, refusal):
        """The value that answers update_begin, update_data or update_end. Raises `refusal`."""
        from app.standby import update  # loaded only now

        return update(self, fields, refusal)

    def motion_changed(self):
        """A host started or stopped a motion stream."""
        self.sampler.hurry(self.service.motion_rate_hz)

    def check_in(self):
        """This firmware runs well: if it is on trial, it is kept."""
        if not self.on_trial:
            return
        from slots import Slots

        try:
            Slots(self.board.filesystem_root(), os).keep()
        except OSError:
            return  # it is asked again
        self.on_trial = False
        unload("slots")
        self.note("update", {"result": "kept", "slot": self.slot})

    # --- the wearer

    def pairing_open(self):
        """The wearer has held the button, within the last minute: a new host may pair."""
        return self.now_ms() < self._pairing_until_ms

    def pressed(self, press):
        """A press of the button: short, long, double, or held on after a long one ("pair")."""
        self.power.used(self.now_ms(), True)
        self.note("button", {"press": press}, "pairing" if press == "pair" else None)
        if press == "pair":
            self.sampler.cancel_calibration()
            self._pairing_until_ms = self.now_ms() + PAIRING_MS
        elif press == "long":
            self.calibrate("unknown")
        elif self._reminder and self.now_ms() < self._reminder[2]:
            self._note_reminder("done" if press == "short" else "snoozed", "calibrated")
            self._reminder = None
        elif press == "double":
            self.note("mark", {"mark": "headache"}, "calibrated")
        elif press == "short" and self.sampler.fit == "shifted":
            self.sampler.calibrate(False)  # as `check_fit` asked for
        elif press == "short":
            self.sampler.snooze()

    def _note_reminder(self, answer, buzz):
        reminder_id, pattern, _ = self._reminder  # pyright: ignore
        fields = {"reminder_id": reminder_id, "pattern": pattern, "answer": answer}
        self.note("reminder", fields, buzz)


def log_bytes(root):
    """What the firmware's slots leave of the file system, less a twelfth for littlefs to move blocks."""
    info = os.statvfs(root)
    return min((info[0] * info[2] - _FIRMWARE_BYTES) * 23 // 25, _MAX_LOG_BYTES)
