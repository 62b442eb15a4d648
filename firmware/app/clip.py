"""The clip: its state, and the requests that hosts and the wearer make of it. `app.tasks` has the coroutines."""

import gc
import io
import sys

from link.service import MAX_CRASH_TEXT
from system.unload import unload
from wire import VERSION, codec

PAIRING_MS = 60_000
_QUIET_MIN = 10  # minutes in one `quiet` record
_REMINDER_MS = 15 * 60_000  # the button answers a reminder for this long
_FAULT_PAUSE_MS = 60_000  # the same fault is recorded at most this often

# Records that wait for the next second's writing; all others are stored and announced at once.
_UNHURRIED = ("posture", "minute", "activity")

_ANSWERS = {
    "short": "done",
    "double": "snoozed",
    "long": "skipped",
}  # presses while a reminder waits
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

    # Made by `app.set_up`.
    board: "Board"
    clip_id: bytes
    ticks_ms: "TicksMs"
    ticks_diff: "TicksDiff"
    _clock: "Monotonic"
    settings: "Settings"
    upright: "Upright"  # the file of clips in use
    accelerometer: "Kept"
    bonds: "Bonds"
    _clock_pair: "tuple[int, int, int, int]"  # the last: boot, t_ms, utc_ms, uncertainty_ms
    # Minutes not noted yet: state, site, number of minutes, t_ms of the last.
    _quiet: "tuple[str, int, int, int] | None"
    log: "FlashLog"
    cause: str
    crashes: "Crashes"
    updating: bool  # an update is under way, until the next start
    slot: int
    on_trial: bool
    reverted: bool
    watchdog: "Watchdog | None"  # set by `tasks.watch`
    service: "Service"
    pending: "Event"  # records are held
    urgent: bool  # a held record must be stored at once
    stopped: "Event"  # set: the coroutines must end
    slept: "Flag | None"  # set after each sleep; made by `tasks.press`
    restarting: bool
    _pairing_until_ms: int
    look_ms: int  # when to look at the timetable next
    power: "Power"
    radio_on: bool
    button_busy: bool
    bad_frames: int
    faults: int
    utc_known: bool
    _utc_at_0_s: int  # UTC of now_ms() = 0
    _buzzes: "list[str]"  # patterns to play once their records are stored
    # Id and pattern of the reminder that the button answers, and until when.
    _reminder: "tuple[int, str, int] | None"
    _fault_ms: "dict[str, int]"
    _write_errors: int

    def __init__(
        self,
        board: "Board",
        ticks_ms: "TicksMs",
        ticks_diff: "TicksDiff",
        firmware: "tuple[int, bool, bool]",
    ) -> None:
        from app.set_up import set_up  # used once

        unload("app.set_up")
        self.board = board
        self.ticks_ms = ticks_ms
        self.ticks_diff = ticks_diff
        set_up(self, firmware)

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
        if self.settings.get("at_once_records") >> codec.record_layout(kind).code & 1:
            self.power.call(self.now_ms())
            self.radio_on = True  # no sleep until `tasks.govern` has switched it on
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
        from app.status import identity

        unload("app.status")
        return identity(self)

    def status(self) -> "Fields":
        """Return the fields of the message `status`."""
        from app.status import status  # rarely needed, so unloaded at once

        unload("app.status")
        return status(self)

    def utc_s(self) -> int:
        """UTC in seconds since 1970; 0 until a host has given the time."""
        return self._utc_at_0_s + self.now_ms() // 1000 if self.utc_known else 0

    def request(self, name: str, link: "Link", request_id: int, fields: "Fields") -> bytes:
        """Return the reply to a rare request. Raises Refusal."""
        from app import requests

        unload("app.requests")
        return getattr(requests, name)(self, link, request_id, **fields)

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
        shown = self._reminder
        if shown and shown[0] == reminder_id and self.now_ms() < shown[2]:
            return  # the clip has just shown it by itself; later nobody would know what the buzz was for
        self.remind(reminder_id, pattern, "none")
        self.timetable().told(self, reminder_id)

    def remind(self, reminder_id: int, pattern: str, how: str) -> None:
        """Play a pattern and note a reminder record, which the button can answer. `how`: wire ENUMS "answer"."""
        self._reminder = (reminder_id, pattern, self.now_ms() + _REMINDER_MS)
        self._note_reminder(how, pattern)

    def timetable(self) -> "TimetableModule":
        """Load the module of the timetable for one use."""
        from app import timetable

        unload("app.timetable")
        return timetable

    def update(self, fields: "Fields", refusal: "Refusal") -> int:
        """Return the value that answers update_begin, update_data or update_end. Raises `refusal`."""
        from app.standby import update  # loaded only for an update

        self.power.used(self.now_ms())
        return update(self, fields, refusal)

    def motion_changed(self) -> None:
        """Adapt the sampler's pace after a host starts or stops a motion stream."""
        self.sampler.hurry(self.service.motion_rate_hz)

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
        elif self._reminder and self.now_ms() < self._reminder[2]:
            answer = _ANSWERS[press]
            self._note_reminder(answer, "calibrated")
            self.timetable().answered(self, self._reminder[0], answer)
            self._reminder = None
        elif press == "long":
            self.sampler.calibrate()
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
