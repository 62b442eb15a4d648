"""What a patient may do in a store, and all that can be read there: for two patients, and for two engines."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from poise.store import Store
from poise.store.diary import DiaryRow
from poise.store.letters import CorrespondentRow, LetterRow
from poise.wire import codec

UTC = 1_790_000_000_000
DAY = dt.date(2026, 9, 1)
CLIPS = ("0011223344556677", "8899aabbccddeeff", "0123456789abcdef")
_NUMBERS = re.compile(r"_id$")


def record(seq: int, kind: int) -> bytes:
    if kind:
        return codec.pack_record("button", seq, 1, seq * 1000, {"press": "short"})
    fields = {name: 0 for name, _, _ in codec.record_layout("minute").fields}
    return codec.pack_record("minute", seq, 1, seq * 1000, {**fields, "p50_deg": seq % 60})


def put_diary(store: Store, _clip: str, n: int) -> None:
    day = DAY + dt.timedelta(days=n % 5)
    store.diary.put(DiaryRow(day, n % 2 == 0, n % 11, None, (), f"note {n}", UTC + n, False, "t"))


def put_session(store: Store, _clip: str, n: int) -> None:
    number = store.sessions.add(
        plan_id=None, exercise_id=f"e{n % 3}", started_utc_ms=UTC + n, ended_utc_ms=UTC + n + 1,
        source="sensed", site="head", outcome="done", reps_prescribed=n, reps_done=n,
        hold_prescribed_s=5, hold_done_s=5, pain_before=None, pain_after=None, via="t",
        entered_utc_ms=UTC + n, detail={},
    )  # fmt: skip
    if n % 4 == 0:
        store.sessions.remove(number, UTC + n + 2)


def put_reminder(store: Store, _clip: str, n: int) -> None:
    due = UTC + n % 7 * 1000
    if n % 3 == 0:
        store.reminders.reserve([(f"e{n % 3}", due, "clock")])
    elif n % 3 == 1:
        number = store.reminders.fired(f"e{n % 3}", due, due + n)
        store.reminders.answered(number, "done", due + n + 5, "desktop")
    else:
        number = store.reminders.fired(f"e{n % 3}", due, due + n, silent=n % 2 == 0)
        store.reminders.unshown(number, due + n)
        if n % 4 == 2:
            store.reminders.shown(number, due + n + 1)


def put_hold(store: Store, _clip: str, n: int) -> None:
    number = store.holds.raise_("pain", f"{n}", "t", UTC + n)
    if n % 3 == 0:
        store.holds.clear(number, "T", f"seen {n}", UTC + n + 1)
    elif n % 3 == 1:
        store.holds.take_back(number, 10, UTC + n + 1)


def put_treatment(store: Store, _clip: str, n: int) -> None:
    number = store.treatments.add(DAY + dt.timedelta(days=n % 5), "visit", f"v {n}", UTC + n)
    if n % 3:
        store.treatments.remove(number, UTC + n + 1)
    if n % 3 == 2:
        store.treatments.restore(number)


def put_log(store: Store, clip: str, n: int) -> None:
    start = store.records.next_seq(clip)
    told = {"utc_ms": UTC + start * 1000, "uncertainty_ms": 20}
    raw = codec.pack_record("clock", start, 1, start * 1000, told)
    raw += b"".join(record(start + 1 + step, (n + step) % 3) for step in range(n % 6))
    store.records.import_raw(clip, raw, ("ble", "usb")[n % 2], UTC + n)
    if n % 5 == 0:
        store.nudge_marks.put(clip, start, "wrong" if n % 2 else "", UTC + n)


def put_letter(store: Store, _clip: str, n: int) -> None:
    keys = f"{n:064x}" if n % 2 else ""
    store.letters.believe(CorrespondentRow("clinic", f"{n:020x}", keys, "age1", n, UTC + n))
    store.letters.add(LetterRow("taken", "to_patient", n, f"{n % 3}", "d", UTC, UTC + n, {}))
    stop = {"raised_utc_ms": UTC + n % 5, "reason": "pain", "detail": "", "via": "t"}
    ended = {"cleared_utc_ms": UTC + n, "cleared_by": "T", "clear_note": ""}
    answer = {"answer": "done", "answered_utc_ms": UTC + n, "via": "t"}
    shown = {"exercise_ids": "e1", "due_utc_ms": UTC + n % 7, "fired_utc_ms": UTC, "cause": "dose"}
    score = {"day": DAY, "measure": "ndi", "score": n, "who": "P", "entered_utc_ms": UTC + n % 4}
    tables = {
        "stops": [stop | ended],
        "answers": [shown | answer | {"silent": False}],
        "scores": [score],
    }
    store.letter_rows.take(tables)


WRITES: tuple[Callable[[Store, str, int], object], ...] = (
    put_diary,
    put_session,
    put_reminder,
    put_hold,
    put_treatment,
    put_log,
    lambda store, _clip, n: store.plans.put(f"a = {n % 4}", "T", UTC + n),
    lambda store, _clip, n: store.outcomes.add(DAY, ("ndi", "hit6")[n % 2], n, {}, "T", UTC + n),
    lambda store, _clip, n: store.preferences.choose("how", f"{n}", "t", UTC + n),
    lambda store, _clip, n: store.references.add(f"e{n % 2}", "head", "T", UTC + n, {"n": n}),
    lambda store, clip, _n: store.clips.erase(clip),
    put_letter,
)


def plain(value: Any) -> Any:
    """The value without the numbers of rows, which a shared store gives to others too."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {f.name: plain(getattr(value, f.name)) for f in fields if not _is_number(f.name)}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value


def _is_number(name: str) -> bool:
    return bool(_NUMBERS.search(name)) and name not in ("clip_id", "exercise_id")


LATER = ("audit", "correspondents", "believed")  # of tables that older stores lack


def read_all(store: Store) -> dict[str, Any]:
    """Everything that a store tells of its patient, by every method that reads."""
    far = DAY + dt.timedelta(days=30)
    found: dict[str, Any] = {
        "diary": store.diary.days(DAY, far),
        "changes": [store.diary.changes(DAY + dt.timedelta(days=n)) for n in range(5)],
        "sessions": store.sessions.history(),
        "references": (store.references.history(), store.references.latest("e1", "head")),
        "reminders": store.reminders.history(),
        "reserved": [store.reminders.is_reserved(UTC + n * 1000) for n in range(7)],
        "holds": (store.holds.history(), store.holds.open()),
        "treatments": store.treatments.between(DAY, far),
        "plans": (store.plans.history(), store.plans.current()),
        "outcomes": store.outcomes.history(),
        "preferences": (store.preferences.history("how"), store.preferences.chosen("how")),
        "clips": store.clips.ids(),
        "audit": [(row.act, row.when_utc_ms, row.detail) for row in store.audit.history()],
        "assignments": [store.clips.assignment(clip) for clip in CLIPS],
        "removed": store.sessions.removed(),
        "correspondents": store.letters.correspondents("clinic"),
        "believed": (store.letters.correspondent("clinic"), store.letters.confirmed("clinic")),
        "letters": store.letters.history("taken", "to_patient"),
        "letter": store.letters.last("taken", "to_patient", "1"),
    }
    for clip in CLIPS:
        found[clip] = (
            store.records.events(clip),
            store.records.events(clip, UTC, UTC + 10_000),
            store.records.raws(clip),
            store.records.count(clip),
            store.records.next_seq(clip),
            [store.records.delivered_by(clip, by) for by in ("ble", "usb")],
            store.minutes.extent(clip),
            {name: column.tolist() for name, column in store.minutes.columns(clip).items()},
            store.nudge_marks.all(clip),
        )
    return {name: plain(value) for name, value in found.items()}
