"""Ninety synthetic days of one patient, written through the real store, so that every page has data to show.

The clip's part consists of real records, encoded and imported as from a clip. Nothing bypasses the store. The same seed
gives the same days. The figures are made up and mean nothing. `truth` keeps the facts from which the data were made.
"""

import datetime as dt
from importlib.resources import files

import numpy as np

from ..coach.plan import library
from ..coach.plan.moments import MINUTE_MS, local, utc_ms
from ..coach.plan.plan import parse_plan
from ..insight.classes import CLASSES
from ..store import Store
from ..store.diary import DiaryRow
from ..wire import codec
from .truth import Minute, Moment, Truth, share_below

CLIP_ID = "022a5efffec11901"  # the twin's id with seed 1
DAYS = 90
_THERAPIST = "Demo therapist"
_EDGES_DEG = (-30, 0, 10, 20, 30, 45, 80)
_WORD = "self_reported"
_CHUNK = 4000  # records in an import
_TODAY_FROM = dt.time(8, 10)
_TODAY_LEAST_MIN = 30
_LEAVE_MS = 35 * MINUTE_MS  # a reminder, its answer and the session take no longer


class _Log:
    """The clip's log: numbers its records and imports them in chunks. `seq` is the last record's number.

    `first_utc_ms`: the time of the clip's start, from which `t_ms` of the records counts.
    """

    def __init__(self, store: Store, first_utc_ms: int) -> None:
        self._store = store
        self._first_utc_ms = first_utc_ms
        self.seq = 0
        self._held: list[bytes] = []

    def add(self, kind: str, at_utc_ms: int, fields: dict) -> int:
        """Add a record and return its sequence number."""
        self.seq += 1
        t_ms = at_utc_ms - self._first_utc_ms
        self._held.append(codec.pack_record(kind, self.seq, 1, t_ms, fields))
        if len(self._held) >= _CHUNK:
            self.flush(at_utc_ms)
        return self.seq

    def flush(self, now_utc_ms: int) -> None:
        """Import the records not yet imported."""
        if self._held:
            self._store.records.import_raw(CLIP_ID, b"".join(self._held), "ble", now_utc_ms)
            self._held = []


class History:
    """Writer of the synthetic days up to yesterday, `days` in number. `now_utc_ms` is the time that counts as now.

    The same `seed` gives the same history.
    """

    def __init__(self, store: Store, now_utc_ms: int, seed: int = 1, days: int = DAYS) -> None:
        self._store = store
        self._rng = np.random.default_rng(seed)
        self._text = files("poise.demo").joinpath("history.toml").read_text(encoding="utf-8")
        self._plan = parse_plan(self._text)
        today = local(self._plan, now_utc_ms).date()
        self._dates = [today - dt.timedelta(n) for n in range(days, 0, -1)]
        self.truth = Truth()
        self._log = _Log(store, utc_ms(self._plan, self._dates[0], dt.time(6)))

    def write(self) -> int:
        """Write all days up to yesterday. Return the sequence number of the last record."""
        first = utc_ms(self._plan, self._dates[0], dt.time(6))
        self._store.plans.put(_earlier(self._text), _THERAPIST, first)
        wire_hash = codec.definition_hash()
        boot = {"cause": "power_on", "firmware": "0.1.0", "wire_hash": wire_hash}
        self._log.add("boot", first, boot)
        for number, day in enumerate(self._dates):
            self._live(number, day)
        end = utc_ms(self._plan, self._dates[-1], dt.time(23))
        self._log.flush(end)
        self._beside()
        return self._log.seq

    def today(self, now_utc_ms: int, without: str) -> int:
        """Write today's hours up to two minutes ago. Return the sequence number of the last record.

        `without` is the id of an exercise that is still to come.
        """
        day = local(self._plan, now_utc_ms).date()
        begin = utc_ms(self._plan, day, _TODAY_FROM)
        count = (now_utc_ms - begin) // MINUTE_MS - 2
        if count >= _TODAY_LEAST_MIN:
            self._worn(begin, count, 1.0)
            self._exercise(day, 1.0, before_utc_ms=now_utc_ms - _LEAVE_MS, without=without)
            self._log.flush(now_utc_ms)
        return self._log.seq

    # --- a day

    def _live(self, number: int, day: dt.date) -> None:
        rng, progress = self._rng, number / len(self._dates)
        if number == 42:  # the review at six weeks
            self._store.plans.put(self._text, _THERAPIST, utc_ms(self._plan, day, dt.time(10)))
        if rng.random() > (0.06 if day.weekday() < 5 else 0.35):
            self._wear(day, progress)
        self._exercise(day, progress)
        self._note(day, progress)

    def _wear(self, day: dt.date, progress: float) -> None:
        begin = utc_ms(self._plan, day, dt.time(8, int(self._rng.integers(0, 50))))
        self._worn(begin, int(self._rng.integers(300, 620)), progress)

    def _worn(self, begin: int, count: int, progress: float) -> None:
        """Write `count` worn minutes from `begin` (UTC ms) on."""
        rng, log = self._rng, self._log
        log.add("clock", begin, {"utc_ms": begin, "uncertainty_ms": 40})
        log.add("calibration", begin + 30_000, _calibration(rng))
        mean = 17 - 4 * progress + rng.normal(0, 2.5)
        angle, held = mean, 0
        for n in range(count):
            at = begin + (n + 1) * MINUTE_MS
            angle += 0.25 * (mean - angle) + rng.normal(0, 4.5)
            moving = int(60 * (rng.random() < 0.14))
            if held and (moving or angle < 20):
                self._bout(at, held, angle)
            held = 0 if moving or angle < 20 else held + 1
            spread = abs(rng.normal(4, 1.5)) + 1
            log.add("minute", at, _minute(rng, angle, spread, moving, held))
            day = local(self._plan, at - 1).date()
            self.truth.minutes.append(Minute(day, angle, spread, 60 - moving))
            if held == 5:
                self._nudge(at, angle)
                held = 0

    def _bout(self, at: int, minutes: int, angle: float) -> None:
        """Write a bout of flexion of some minutes that ended at `at`, before the holding time was over."""
        lasted_ms = minutes * MINUTE_MS - int(self._rng.integers(0, 45_000))
        for when, state, previous, flexion, ms in (
            (at - lasted_ms, "flexed", "neutral", max(angle, 21.0), 90_000),
            (at, "neutral", "flexed", min(angle, 15.0), lasted_ms),
        ):
            self._log.add(
                "posture", when,
                {"state": state, "previous": previous, "site": "collar",
                 "flexion_cdeg": int(flexion * 100), "lasted_ms": ms},
            )  # fmt: skip

    def _nudge(self, at: int, angle: float) -> None:
        log, flexion = self._log, int(angle * 100)
        log.add(
            "posture", at - 240_000,
            {"state": "flexed", "previous": "neutral", "site": "collar", "flexion_cdeg": flexion, "lasted_ms": 600_000},
        )  # fmt: skip
        fields = {"site": "collar", "flexion_cdeg": flexion, "held_ms": 240_000}
        log.add("sustained", at, {**fields, "limit_ms": 240_000})
        number = log.add("nudge", at, {**fields, "left_hour": 2, "left_day": 6})
        if self._rng.random() < 0.7:
            after = int(self._rng.integers(3_000, 50_000))
            log.add(
                "posture", at + after,
                {"state": "neutral", "previous": "flexed", "site": "collar", "flexion_cdeg": 500,
                 "lasted_ms": 240_000 + after},
            )  # fmt: skip
        if self._rng.random() < 0.04:
            log.flush(at)
            self._store.nudge_marks.put(CLIP_ID, number, "wrong", at + 60_000)

    def _exercise(
        self, day: dt.date, progress: float, *, before_utc_ms: int | None = None, without: str = ""
    ) -> None:
        rng, plan = self._rng, self._plan
        for exercise in plan.current:
            if not exercise.is_on(day) or exercise.id == without:
                continue
            for anchor in exercise.anchors:
                due = utc_ms(plan, day, anchor.time)
                if before_utc_ms is not None and due >= before_utc_ms:
                    continue
                fired = due + int(rng.integers(0, 25)) * MINUTE_MS
                number = self._store.reminders.fired(exercise.id, due, fired)
                drawn, source = rng.random(), None
                if drawn <= 0.62 + 0.25 * progress:
                    self._store.reminders.answered(number, "done", fired + 240_000, "desktop")
                    source = _WORD
                    if drawn < 0.55:
                        source = self._session(exercise, fired + 60_000, progress)
                self.truth.moments.append(Moment(day, exercise.id, source))

    def _session(self, exercise, at: int, progress: float) -> str:
        """Store a session and return the evidence for it.

        The evidence is the session's source, or self_reported if less than half of the repetitions were done.
        """
        rng = self._rng
        before = int(np.clip(rng.normal(3.2 - 1.4 * progress, 0.9), 0, 5))
        source = library.source(exercise.movement, "head") if rng.random() < 0.8 else _WORD
        whole = rng.random() < 0.9
        done = exercise.reps if whole else max(1, exercise.reps // 2)
        self._store.sessions.add(
            plan_id=None, exercise_id=exercise.id, started_utc_ms=at, ended_utc_ms=at + 180_000,
            source=source, site="unknown" if source == _WORD else "head",
            outcome="done" if whole else "partly", reps_prescribed=exercise.reps, reps_done=done,
            hold_prescribed_s=exercise.hold_s, hold_done_s=exercise.hold_s, pain_before=before,
            pain_after=max(0, before - int(rng.random() < 0.3)), via="terminal" if source == _WORD else "dashboard",
            entered_utc_ms=at + 180_000, detail={},
        )  # fmt: skip
        return source if 2 * done >= exercise.reps else _WORD

    def _note(self, day: dt.date, progress: float) -> None:
        rng = self._rng
        if rng.random() < 0.08:
            return  # no diary entry on some days
        headache = bool(rng.random() < 0.42 - 0.22 * progress)
        nrs = int(np.clip(rng.normal(5, 1.3), 1, 9)) if headache else None
        medication = ("simple",) if headache and rng.random() < 0.5 else ()
        if headache and not medication and rng.random() < 0.2:
            medication = ("triptan",)
        if headache and rng.random() < 0.3:
            at = utc_ms(
                self._plan, day, dt.time(int(rng.integers(10, 20)), int(rng.integers(0, 60)))
            )
            self._log.add("mark", at, {"mark": "headache"})
        late = rng.random() < 0.07
        entered = utc_ms(self._plan, day + dt.timedelta(3 if late else 0), dt.time(20, 31))
        neck = int(np.clip(rng.normal(4.2 - 1.8 * progress, 1.2), 0, 9))
        self._store.diary.put(
            DiaryRow(
                day=day,
                headache=headache,
                headache_nrs=nrs,
                neck_nrs=neck,
                medication=medication,
                note="",
                entered_utc_ms=entered,
                backfilled=late,
                via="dashboard",
            )
        )

    def _beside(self) -> None:
        """Write visits, scores, an illness, a stop with its clearance, and a reference recording."""
        store, dates = self._store, self._dates

        def at(number: int) -> int:
            return utc_ms(self._plan, dates[number], dt.time(10))

        for number, kind, text in (
            (0, "visit", "first visit"),
            (42, "visit", "review at six weeks"),
            (20, "injection", "greater occipital nerve, right"),
        ):
            store.treatments.add(dates[number], kind, text, at(number))
        for number in range(57, 61):
            store.treatments.add(dates[number], "ill", "", at(number))
        self.truth.excused |= {*dates[57:61], *dates[30:33]}
        for number, ndi, psfs in ((0, 19, 3.7), (42, 15, 5.3)):
            store.outcomes.add(dates[number], "ndi", ndi, {}, _THERAPIST, at(number))
            store.outcomes.add(dates[number], "psfs", psfs, {"read": psfs}, _THERAPIST, at(number))
        hold = store.holds.raise_("pain", "6 of 10 after the small nod", "dashboard", at(30))
        store.holds.clear(hold, _THERAPIST, "seen; shorter holds for a week", at(32))
        figures = {
            "reps": 5, "peak_cdeg": 1450, "duration_ms": 4200, "out_ms": 1900, "top_ms": 300, "back_ms": 2000,
            "compensation_permille": 60, "least_cdeg": 1320, "most_cdeg": 1560, "peaks_x10": 24, "way_permille": 1080,
        }  # fmt: skip
        store.references.add("nod", "head", _THERAPIST, at(42), {"movements": {"nod": figures}})


def _earlier(text: str) -> str:
    """Return the plan's text as it was before the review."""
    return text.replace("version = 2", "version = 1").replace("hold_s = 7", "hold_s = 5")


def _calibration(rng: np.random.Generator) -> dict:
    return {
        "site": "collar", "result": "accepted", "up_x_q14": 0, "up_y_q14": 16384, "up_z_q14": 0, "right_x_q14": 16384,
        "right_y_q14": 0, "right_z_q14": 0, "spread_cdeg": int(rng.integers(20, 60)),
        "shift_cdeg": int(rng.integers(50, 700)), "quality_pct": int(rng.integers(80, 99)),
    }  # fmt: skip


def _minute(rng: np.random.Generator, angle: float, spread: float, moving: int, held: int) -> dict:
    still = 60 - moving
    cuts = np.array([_share(edge, angle, spread) for edge in _EDGES_DEG[1:-1]])
    seconds = np.diff(np.round(still * np.concatenate([[0.0], cuts, [1.0]])).astype(int))
    flexed = int(still * (1 - _share(20, angle, spread)))
    fields = {f"{name}_s": int(s) for name, s in zip(CLASSES, seconds, strict=True)}
    state = "moving" if moving else "flexed" if flexed * 2 > still else "neutral"
    return {
        **fields, "state": state, "site": "collar", "neutral_s": still - flexed, "flexed_s": flexed, "moving_s": moving,
        "not_worn_s": 0, "uncalibrated_s": 0, "off_s": 0, "p10_deg": int(np.clip(angle - 1.28 * spread, -60, 90)),
        "p50_deg": int(np.clip(angle, -60, 90)), "p90_deg": int(np.clip(angle + 1.28 * spread, -60, 90)),
        "longest_bout_s": 60 * held, "movement_mg": int(rng.integers(4, 30)), "nudges": int(held == 5),
    }  # fmt: skip


def _share(edge: float, angle: float, spread: float) -> float:
    return float(share_below(edge, np.array(angle), np.array(spread)))
