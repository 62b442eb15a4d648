"""Fuzz targets: what the host reads from files and takes into its store."""

import datetime as dt
import io
import json
import re
import warnings
import zipfile
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from poise.cli.plan import read_plan
from poise.coach.plan.days import DAYS
from poise.coach.plan.moments import occurrences
from poise.coach.plan.plan import Plan, parse_plan
from poise.errors import PoiseError, Reason
from poise.replay.load import load
from poise.store import Store, log_file
from poise.wire import codec
from tests.support.decided import next_due

from .shapes import joined, pieces, repaired, scratch
from .targets_wire import log_of_every_kind

CLIP = "00112233445566ff"
UTC = 1_790_000_000_000
_DAY_MS = 86_400_000


# --- import


@cache
def _store() -> Store:
    return Store.open("sqlite://")  # in memory


def imports(data: bytes) -> None:
    """A log by `import_raw` and by `import_file`: all or nothing, the same again changes nothing, all can be read.

    The first byte: bit 0, every record gets a checksum that fits; bit 1, the second half comes first.
    """
    flags, raw = (data[0], data[1:]) if data else (0, b"")
    if flags & 1:
        raw = repaired(raw)
    store = _store()
    store.clips.erase(CLIP)
    if flags & 2:
        _takes(store, raw[: len(raw) // 2])
    _takes(store, raw)
    _readable(store)
    store.clips.erase(CLIP)
    with scratch() as folder:
        path = folder / "a.log"
        path.write_bytes(raw)
        try:
            store.records.import_file(CLIP, log_file.read(path), UTC)
        except PoiseError as error:
            assert error.reason is Reason.BAD_LOG
            assert store.records.count(CLIP) == 0
    _readable(store)


def _takes(store: Store, raw: bytes) -> None:
    before = store.records.raws(CLIP)
    try:
        done = store.records.import_raw(CLIP, raw, "usb", UTC)
    except PoiseError as error:
        assert error.reason is Reason.BAD_LOG
        assert store.records.raws(CLIP) == before, "a refused import left something"
        return
    after = store.records.raws(CLIP)
    assert len(after) == len(before) + done.new
    assert sum(len(record) for _, record in after[len(before) :]) <= len(raw)
    again = store.records.import_raw(CLIP, raw, "usb", UTC)
    assert (again.new, again.next_seq) == (0, done.next_seq)
    assert store.records.raws(CLIP) == after


def _readable(store: Store) -> None:
    """All that was taken can be shown: times are dates, minutes are numbers."""
    for event in store.records.events(CLIP):
        json.dumps(event.fields, default=bytes.hex)
        _date(event.utc_ms)
    for event in store.records.events(CLIP, kinds=("minute",)):
        _date(event.utc_ms)
    for utc_ms in store.minutes.columns(CLIP)["utc_ms"].tolist():
        _date(utc_ms)
    store.records.next_seq(CLIP)


def _date(utc_ms: int | None) -> None:
    if utc_ms is not None:
        dt.datetime.fromtimestamp(utc_ms / 1000, dt.UTC)


def import_seeds() -> list[bytes]:
    """Logs whole and cut, with gaps side by side, and with clock pairs in two starts."""
    raw = log_of_every_kind()
    gaps = b"".join(codec.pack_record("gap", 100 + n, 1, 5, _lost(1 + n)) for n in range(40))
    clocks = b"".join(
        codec.pack_record(
            "clock", n, n, n * 5000, {"utc_ms": UTC + n * 90_000, "uncertainty_ms": 9}
        )
        for n in (1, 3)
    ) + codec.pack_record("button", 2, 2, 700, {"press": "short"})
    return [
        bytes((n % 4,)) + log for n, log in enumerate((raw, raw[:-5], gaps, clocks, raw, clocks))
    ]


def _lost(seq: int) -> dict[str, int | str]:
    return {"first_seq": seq, "last_seq": seq, "reason": "torn_record"}


# --- plan


def plan(data: bytes) -> None:
    """A plan file of any bytes: faults that name their lines, or a plan that is the same when written anew."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        with scratch() as folder:
            (folder / "plan.toml").write_bytes(data)
            _refused_as_text(folder / "plan.toml")
        return
    try:
        found = parse_plan(text)
    except PoiseError as error:
        assert error.reason is Reason.BAD_PLAN
        _names_lines(str(error), 1 + text.count("\n"))
        return
    assert parse_plan(text) == found
    again = parse_plan(as_toml(found))
    assert replace(again, content_hash=found.content_hash) == found
    occurrences(found, UTC, UTC + 3 * _DAY_MS)
    next_due(found, [], UTC)
    assert len(found.nudge.settings()) == 7


def _refused_as_text(path: Path) -> None:
    try:
        read_plan(path)
    except PoiseError as error:
        assert error.reason is Reason.BAD_INPUT
        return
    raise AssertionError("bytes that are no text were taken as a plan")


def _names_lines(message: str, lines: int) -> None:
    for fault in message.split("\n"):
        named = re.match(r"plan\.toml line (\d+): ", fault)
        assert named and 1 <= int(named[1]) <= lines, fault
        assert fault.isprintable(), fault


def as_toml(plan: Plan) -> str:
    """The plan as a file."""
    nudge = plan.nudge
    out = [
        f"patient = {_quoted(plan.patient)}",
        f"therapist = {_quoted(plan.therapist)}",
        f"version = {plan.version}",
        f"timezone = {_quoted(plan.timezone.key)}",
        f'quiet_hours = ["{plan.quiet_from:%H:%M}", "{plan.quiet_to:%H:%M}"]',
        f"phase = {plan.phase}",
        "[nudge]",
        f"enabled = {str(nudge.enabled).lower()}",
        *(f"{key} = {value}" for key, value in vars(nudge).items() if key != "enabled"),
        *_rules_as_toml(plan),
    ]
    for exercise in plan.exercises:
        out.append("[[exercises]]")
        out += [
            f"{key} = {_quoted(getattr(exercise, key))}" for key in ("id", "name", "instructions")
        ]
        if exercise.library:
            out.append(f"use = {_quoted(exercise.library)}")
        numbers = ("reps", "sets", "hold_s", "target_deg", "level")
        out += [f"{key} = {getattr(exercise, key)}" for key in numbers]
        for key, words in (("movement", exercise.movements), ("steps", exercise.steps)):
            out.append(f"{key} = [{', '.join(_quoted(word) for word in words)}]")
        out += [
            f"{key} = {getattr(exercise, key)}"
            for key in ("starts", "ends")
            if getattr(exercise, key)
        ]
        bare = [f'"{a.time:%H:%M}"' for a in exercise.anchors if not a.habit]
        hung = [
            f'{{ time = "{a.time:%H:%M}", habit = {_quoted(a.habit)} }}'
            for a in exercise.anchors
            if a.habit
        ]
        out += [f"times = [{', '.join(bare)}]", f"anchors = [{', '.join(hung)}]"]
        out.append(f"days = [{', '.join(_quoted(DAYS[day]) for day in sorted(exercise.days))}]")
    return "\n".join(out)


def _rules_as_toml(plan: Plan) -> list[str]:
    out = []
    for name in ("progression", "graduation", "reminders"):
        out.append(f"[{name}]")
        for key, value in vars(getattr(plan, name)).items():
            if isinstance(value, bool):
                out.append(f"{key} = {str(value).lower()}")
            elif isinstance(value, int):
                out.append(f"{key} = {value}")
            elif value is not None:
                text = value if isinstance(value, str) else f"{value:%H:%M}"
                out.append(f"{key} = {_quoted(text)}")
    for phase in plan.phases:
        listed = ", ".join(_quoted(name) for name in phase.exercises)
        out += ["[[phases]]", f"name = {_quoted(phase.name)}", f"weeks = {phase.weeks}"]
        out.append(f"exercises = [{listed}]")
    return out


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def plan_seeds() -> list[bytes]:
    """The example, and pieces of it that are wrong."""
    example = files("poise.coach.plan").joinpath("example.toml").read_text(encoding="utf-8")
    return [
        example.encode(),
        example.replace("reps = 10", "reps = 1000").replace("12:30", "22:30").encode(),
        example.replace("instructions", "stop_rule").encode(),
        as_toml(parse_plan(example)).encode(),
        b'patient = "x\\n"\n"a\\nb" = 1\nversion = 0xff\n[[exercises]]\nid = "A"\ntimes = [[]]',
    ]


# --- traces

_NAMES = (
    "acc_m_s2", "gyr_rad_s", "t_s", "sampling_rate_hz", "q_ref_wxyz", "moving", "burst_samples", "burst_t_s",
)  # fmt: skip


def trace(data: bytes) -> None:
    """A trace file: CSV, `.npz` of any bytes, or an archive whose members are any bytes (first byte mod 3)."""
    form = data[0] % 3 if data else 0
    content = _zipped(data[1:]) if form == 2 else data[1:]
    with scratch() as folder, warnings.catch_warnings():
        warnings.simplefilter(
            "error"
        )  # as in every test: a warning would reach the user's terminal
        path = folder / ("a.npz" if form else "a.csv")
        path.write_bytes(content)
        try:
            found = load(path)
        except PoiseError as error:
            assert error.reason is Reason.BAD_INPUT
            assert str(error).startswith("a.")
            return
    assert found.acc_m_s2.shape == found.gyr_rad_s.shape == (len(found), 3)
    assert len(found.t_s) == len(found) > 0
    assert np.isfinite(found.acc_m_s2).all() and np.isfinite(found.gyr_rad_s).all()
    assert np.isfinite(found.t_s).all()
    assert 0 < found.rate_hz < np.inf


def _zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")  # of a name that comes twice
        for kind, piece in pieces(data):
            archive.writestr(_NAMES[kind % len(_NAMES)] + (".npy" if kind < 200 else ""), piece)
    return out.getvalue()


def trace_seeds() -> list[bytes]:
    """Short traces of every form."""
    header = "t_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps\n"
    lines = "".join(f"{n / 100},0,0,1,{n},0.5,-2e-1\n" for n in range(8))
    plain = "acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s\n1,2,3,4,5,6\n"
    arrays = {
        "acc_m_s2": np.zeros((3, 3), "f4"), "gyr_rad_s": np.zeros((3, 3), "i2"), "t_s": np.arange(3) / 100,
        "sampling_rate_hz": np.array(100.0), "moving": np.ones(3, bool), "burst_samples": np.array([1, 2]),
        "burst_t_s": np.array([0.1, 0.2]),
    }  # fmt: skip
    whole = io.BytesIO()
    np.savez(whole, **arrays)
    members = []
    for name, array in arrays.items():
        one = io.BytesIO()
        np.save(one, array)
        members.append((_NAMES.index(name), one.getvalue()))
    alone = io.BytesIO()
    np.save(alone, arrays["acc_m_s2"])
    return [
        b"\0" + (header + lines).encode(), b"\0" + plain.encode(), b"\0\xef\xbb\xbf" + header.encode(),
        b"\1" + whole.getvalue(), b"\1" + alone.getvalue(), b"\2" + joined(members),
    ]  # fmt: skip
