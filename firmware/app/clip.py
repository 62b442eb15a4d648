"""The clip: its state, and the requests that hosts and the wearer make of it. `app.tasks` has the coroutines."""

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
from storage.kept import Kept
from storage.upright import Upright
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
_SAME_TIME_MS = 60_000  # oldest reading of the clock that is accepted: at 100 ppm it is off by 6 ms
_QUIET_MIN = 10  # minutes in one `quiet` record
_NO_CLOCK_PAIR = (0, 0, 0, 0)
_REMINDER_MS = 15 * 60_000  # the button answers a reminder for this long
_FAULT_PAUSE_MS = 60_000  # the same fault is recorded at most this often
_FIRST_HOUR = (
    473_352  # UTC, 2024-01-01: an earlier time is a host's lost clock (see poise.timebase.clock)
)
_END_HOUR = 1_139_568  # 2100-01-01

# Records that wait for the next second's writing; all others are stored and announced at once.
_UNHURRIED = ("posture", "minute", "activity")

# Patterns that a host plays during an exercise session.
_SESSION = "pace_out pace_back hold_done set_done session_done easy session"

codec.max_layouts = 2  # parsing a layout again costs less than keeping all layouts on the heap


class Clip:
    """Owns the log, the settings and the clock of one `board`.

    `ticks_ms` and `ticks_diff` are the board's clock; `firmware` is the result of slots.Slots.start.
    """

    # Made by `app.equip`.
    sampler: "Sampler | Standby"
    haptic: "Haptic"
    battery: "Battery"

    def __init__(
        self,
        board: "Board",
        ticks_ms: "TicksMs",
        ticks_diff: "TicksDiff",
        firmware: "tuple[int, bool, bool]",
    ) -> None:
        root = board.filesystem_root()
        base = root.rstrip("/")
        self.board = board
        self.clip_id = board.unique_id()
        self.ticks_ms = ticks_ms
        self.ticks_diff = ticks_diff
        self._clock = Monotonic(ticks_ms, ticks_diff)
        self.settings = Settings(base + "/settings", os)
        self.upright = Upright(base + "/neutral", os)  # the file of clips in use
        self.accelerometer = Kept(base + "/accelerometer", os)
        self.bonds = Bonds(base + "/bonds", os)
        self._clock_pair = _NO_CLOCK_PAIR  # the last clock pair: boot, t_ms, utc_ms, uncertainty_ms
        # Minutes not noted yet: state, site, number of minutes, t_ms of the last.
        self._quiet: "tuple[str, int, int, int] | None" = None
        self.log = FlashLog(root, SEGMENT_BYTES, log_bytes(root), os, self._block)
        self.cause = board.reset_cause()
        self.crashes = Crashes(base + "/crashes", os, self.cause)
        self.updating = False  # an update is under way, until the next start
        self.slot, self.on_trial, self.reverted = firmware
        self.watchdog: "Watchdog | None" = None  # set by `tasks.watch`
        self.service = Service(self)
        self.pending = asyncio.Event()  # records are held
        self.urgent = False  # a held record must be stored at once
        self.stopped = asyncio.Event()  # set: the coroutines must end
        self.slept: "Flag | None" = None  # set after each sleep; made by `tasks.press`
        self.restarting = False
        self._pairing_until_ms = 0
        self.power = Power(self.now_ms())
        self.radio_on = True
        self.button_busy = False
        self.bad_frames = 0
        self.faults = 0
        self.utc_known = False
        self._utc_at_0_s = 0  # UTC of now_ms() = 0
        self._buzzes: "list[str]" = []  # patterns to play once their records are stored
        # Id and pattern of the reminder that the button answers, and until when.
        self._reminder: "tuple[int, str, int] | None" = None
        self._fault_ms: "dict[str, int]" = {}
        self._write_errors = self.log.write_errors
        from app.start_records import note_start  # used once

        note_start(self)
        unload("app.start_records")

    version = VERSION

    def now_ms(self) -> int:
        """Milliseconds since this start."""
        return self._clock.now()

    def feed(self) -> None:
        """Feed the watchdog during a long computation."""
        if self.watchdog:
            self.watchdog.feed()

    # --- records

    def note(self, kind: str, fields: "Fields", buzz: "str | None" = None) -> None:
        """Append a record of the current time. `tasks.store` stores and announces it, then plays the pattern named
        `buzz`."""
        if self._quiet:
            self._note_quiet()
        self.log.append(kind, self.now_ms(), fields)
        if buzz:
            self._buzzes.append(buzz)
        if kind not in _UNHURRIED:
            self.urgent = True
        self.pending.set()

    def note_minute(self, fields: "Fields") -> None:
        """Note one minute's exposure. Minutes without a measurement are joined into one `quiet` record."""
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

    def _note_quiet(self) -> None:
        state, site, minutes, t_ms = self._quiet  # pyright: ignore[reportGeneralTypeIssues] (callers look first)
        self._quiet = None
        self.log.append("quiet", t_ms, {"state": state, "site": site, "minutes": minutes})
        self.pending.set()

    def _block(self) -> "Fields":
        boot, t_ms, utc_ms, uncertainty_ms = self._clock_pair
        return {
            "pair_boot": boot,
            "pair_t_ms": t_ms,
            "utc_ms": utc_ms,
            "uncertainty_ms": uncertainty_ms,
            "plan_version": self.settings.get("plan_version"),
        }

    def fault(self, name: str, detail: int) -> None:
        """Note a fault record, unless the same fault was noted within the last minute."""
        now = self.now_ms()
        if name in self._fault_ms and now - self._fault_ms[name] < _FAULT_PAUSE_MS:
            return
        self._fault_ms[name] = now
        self.faults += 1
        self.note("fault", {"fault": name, "detail": detail})

    def store(self) -> None:
        """Write the held records to flash, announce them and play their patterns."""
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

    def failed(self, error: BaseException) -> None:
        """Handle an exception that ended a coroutine. In safe mode the other coroutines, USB among them, go on."""
        if not self.crashes.safe:
            self.crash(error)
            return
        gc.collect()
        try:
            self._note_crash(error)
        except MemoryError:
            pass  # USB matters more than the record

    def crash(self, error: BaseException) -> None:
        """Note an exception that nothing caught and request a restart. Never raises MemoryError."""
        if self.restarting:
            return
        self.request_restart()
        gc.collect()
        self.crashes.add()
        try:
            self._note_crash(error)
            self.log.close()
        except MemoryError:
            pass  # without the record, the count of crashes still tells of it

    def request_restart(self) -> None:
        """End the coroutines and restart the clip. The restart alone does not count as a crash."""
        self.restarting = True
        self.stopped.set()

    def _note_crash(self, error: BaseException) -> None:
        try:
            text = io.StringIO()
            sys.print_exception(error, text)
            told = text.getvalue().encode()[-MAX_CRASH_TEXT:]
            self.log.append("crash", self.now_ms(), {"text": told})
        except MemoryError:  # often the crash itself is a MemoryError: one word must do
            gc.collect()
            self.log.append("crash", self.now_ms(), {"text": b"MemoryError"})
        self.pending.set()

    # --- requests of hosts (link.service)

    def identity(self) -> "Fields":
        """Return the fields of the message `identity`, except the hash."""
        return {
            "clip_id": self.clip_id,
            "firmware": VERSION,
            "boot": self.log.boot,
            "t_ms": self.now_ms(),
            "oldest_seq": self.log.oldest_seq,
            "next_seq": self.log.next_seq,
        }

    def status(self) -> "Fields":
        """Return the fields of the message `status`."""
        from app.status import status  # rarely needed, so unloaded at once

        unload("app.status")
        return status(self)

    def set_time(self, utc_ms: int, uncertainty_ms: int, at_ms: int = 0) -> bool:
        """Take the time and note it as a record, by which the host maps the clip's milliseconds to UTC.

        Return False, and take nothing, if the time is out of range or `at_ms` is too long ago. `at_ms` is the clip's
        time in milliseconds at `utc_ms`; 0 means now.
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
        self._clock_pair = (self.log.boot, now, utc_ms, uncertainty_ms)
        self.note("clock", {"utc_ms": utc_ms, "uncertainty_ms": uncertainty_ms})
        self.board.keep_time(utc_ms, now, uncertainty_ms)
        return True

    def utc_s(self) -> int:
        """UTC in seconds since 1970; 0 until a host has given the time."""
        return self._utc_at_0_s + self.now_ms() // 1000 if self.utc_known else 0

    def set_setting(self, key: str, value: int) -> "str | None":
        """Store a setting. Return None, or the name of the error (wire ENUMS "error")."""
        try:
            self.settings.set(key, value)
        except SettingError:
            return "bad_field"
        except OSError:
            return "storage"
        self.sampler.settings_changed()
        self.note("setting", {"key": key, "value": value})
        return None

    def calibrate(self, site: str, full: bool = True) -> bool:
        """Start a calibration at `site` (wire ENUMS "site"; "unknown": the site that is set).

        Return False while a calibration is under way, or without a sensor.
        """
        self.power.used(self.now_ms())  # it needs the full rate
        number = names("site").index(site)
        if number and number != self.settings.get("site"):
            self.set_setting("site", number)
        return self.sampler.calibrate(full)

    def buzz(self, pattern: str, reminder_id: int) -> None:
        """Play a pattern. With a `reminder_id`, note a reminder record that the button can answer.

        While nobody would feel a buzz, only `find_me` is played.
        """
        if (self.sampler.silent or self.power.silent) and pattern != "find_me":
            pattern = "off"
        if pattern in _SESSION:
            self.power.used(self.now_ms())
            self.sampler.hush()
        if not reminder_id:
            self.haptic.play(pattern, self.settings.get("buzz_strength_pct"))
            return
        self._reminder = (reminder_id, pattern, self.now_ms() + _REMINDER_MS)
        self._note_reminder("none", pattern)

    def update(self, fields: "Fields", refusal: "Refusal") -> int:
        """Return the value that answers update_begin, update_data or update_end. Raises `refusal`."""
        from app.standby import update  # loaded only for an update

        self.power.used(self.now_ms())
        return update(self, fields, refusal)

    def motion_changed(self) -> None:
        """Adapt the sampler's pace after a host starts or stops a motion stream."""
        self.sampler.hurry(self.service.motion_rate_hz)

    def check_in(self) -> None:
        """Keep the firmware that is on trial, because it runs well."""
        if not self.on_trial:
            return
        from slots import Slots

        try:
            Slots(self.board.filesystem_root(), os).keep()
        except OSError:
            return  # the next call tries again
        self.on_trial = False
        unload("slots")
        self.note("update", {"result": "kept", "slot": self.slot})

    # --- the wearer

    def pairing_open(self) -> bool:
        """True while a new host may pair: for one minute after the wearer holds the button."""
        return self.now_ms() < self._pairing_until_ms

    def pressed(self, press: str) -> None:
        """Handle a button press: "short", "long", "double", or "pair" (held on after a long press)."""
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
            self.sampler.calibrate(False)  # the pattern `check_fit` asks the wearer for this press
        elif press == "short":
            self.sampler.snooze()

    def _note_reminder(self, answer: str, buzz: "str | None") -> None:
        reminder_id, pattern, _ = self._reminder  # pyright: ignore[reportGeneralTypeIssues] (callers look first)
        fields = {"reminder_id": reminder_id, "pattern": pattern, "answer": answer}
        self.note("reminder", fields, buzz)


def log_bytes(root: str) -> int:
    """Bytes for the log: the file system without the firmware's slots, less 2/25 that littlefs needs to move blocks."""
    info = os.statvfs(root)
    return min((info[0] * info[2] - _FIRMWARE_BYTES) * 23 // 25, _MAX_LOG_BYTES)
