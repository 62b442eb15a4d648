"""Letters between a clinic and a patient, and what is done to them on the way: forged, replayed, cut, foreign."""

import ast
import json
import stat
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poise.errors import PoiseError, Reason
from poise.letters import age, envelope, keys, news, outgoing
from poise.letters.envelope import MOST_BYTES, MOST_FILE_BYTES, open_letter, seal
from poise.letters.stops import end_stop
from poise.store import Store
from poise.store.clips import Owner
from tests.support.letter_desks import CLIP, PATIENT, UTC, Desk, desks, live_a_while
from tests.support.patient_rows import DAY, entry
from tests.support.plans import exercise, plan_text

FIRMWARE = Path(__file__).parents[2] / "firmware/storage/letters.py"
REFUSED = {
    Reason.LETTER_FORGED,
    Reason.LETTER_OLD,
    Reason.LETTER_FOREIGN,
    Reason.LETTER_KEY,
    Reason.LETTER_DAMAGED,
    Reason.LETTER_NEWER,
    Reason.LETTER_TOO_BIG,
}
PLAN = plan_text(exercise(use="nod"), patient=PATIENT)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    with desks(tmp_path) as both:
        yield both


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk, bytes, bytes]]:
    """Both desks after the first letters, and the second letter of each, which is not taken yet."""
    with desks(tmp_path_factory.mktemp("written")) as (clinic, home):
        clinic.store.plans.put(PLAN, "T. Therapist", UTC)
        home.take(clinic.write())
        live_a_while(home.store)
        clinic.take(home.write())
        live_a_while(home.store, 1)
        up, down = home.write(), clinic.write()
        assert up and down
        yield clinic, home, up, down


def refusal(desk: Desk, data: bytes, clip: str | None = CLIP) -> Reason:
    """The reason for which a letter is refused; nothing of it may have been taken."""
    before = state(desk.store)
    with pytest.raises(PoiseError) as refused:
        desk.take(data, clip)
    assert refused.value.hint and state(desk.store) == before
    return refused.value.reason


def state(store: Store) -> tuple[object, ...]:
    return (
        *(store.letters.history(way, kind) for way in ("taken",) for kind in MOST_BYTES),
        *(store.letters.correspondents(role) for role in (keys.CLINIC, keys.PATIENT)),
        *(store.plans.history(), store.holds.history(), store.sessions.history()),
    )


def remade(
    data: bytes, reader: keys.Keys, signer: keys.Keys, to: keys.Card | None, **changes
) -> bytes:
    """The letter opened with the reader's keys, changed, and signed and sealed again."""
    letter = open_letter(data, reader)
    return seal(replace(letter.header, **changes), letter.contents, signer, to)


def own(desk: Desk) -> keys.Keys:
    if desk.at_clinic:
        return keys.needed(keys.path_of(desk.folder, keys.CLINIC))
    return keys.needed(keys.path_of(desk.folder, keys.PATIENT, desk.store.patient_id))


def test_a_visit_goes_there_and_back(two: tuple[Desk, Desk]):
    clinic, home = two
    clinic.store.plans.put(PLAN, "T. Therapist", UTC)
    hold = home.store.holds.raise_("unwell", "dizzy", "dashboard", UTC + 7)
    assert home.write() is None  # no clinic is known yet
    first = home.take(clinic.write(again=False))
    assert first and first.first and clinic.write(again=False) is None
    current = home.store.plans.current()
    assert current and (current.text, current.who) == (PLAN, "T. Therapist")
    assert "nod" in " ".join(news.news(home.store, home.now)).lower()
    for day in range(3):
        live_a_while(home.store, day)
    with pytest.raises(PoiseError) as refused:
        end_stop(home.store, hold, "Dr. Somebody", "", UTC)
    assert refused.value.reason is Reason.ON_HOLD and home.store.holds.open()
    up = home.write(again=False)
    taken = clinic.take(up)
    assert taken and taken.first and home.write(again=False) is None
    assert taken.rows == {"diary": 3, "sessions": 3, "answers": 3, "stops": 1, "scores": 3}
    assert clinic.take(up) is None  # the same again
    for kind in ("diary", "sessions", "reminders", "outcomes"):
        here, there = (kept(desk.store, kind) for desk in (clinic, home))
        assert here == there != [], kind
    (stop,) = clinic.store.holds.open()
    assert end_stop(clinic.store, stop.hold_id, "T. Therapist", "seen", UTC + 99)
    down = clinic.write(again=False)
    assert down and down[4:5] == b"s"  # sealed, now that the patient's keys are known
    back = home.take(down)
    assert back and not back.first and not home.store.holds.open()
    (ended,) = home.store.holds.history()
    assert (ended.cleared_by, ended.clear_note, ended.cleared_utc_ms) == (
        "T. Therapist",
        "seen",
        UTC + 99,
    )
    assert any("T. Therapist" in line for line in news.news(home.store, home.now))
    # What the clinic has acknowledged goes once more for two days only; a later edit of a day wins.
    home.now += 9 * 86_400_000
    live_a_while(home.store, 9)
    first_day = home.store.diary.days(entry().day.min, entry().day.max)[0].day
    home.store.diary.put(entry(first_day, headache=False, entered_utc_ms=home.now))
    home.store.sessions.remove(home.store.sessions.history()[0].session_id, home.now)
    again = clinic.take(home.write())
    assert again and again.rows == {
        "diary": 2,
        "sessions": 2,
        "answers": 1,
        "stops": 0,
        "scores": 1,
    }
    assert kept(clinic.store, "diary") == kept(home.store, "diary")
    assert kept(clinic.store, "sessions") == kept(home.store, "sessions")


def kept(store: Store, kind: str) -> list[dict]:
    """What a store tells of its patient, without the numbers of rows and what a letter leaves out."""
    rows = {
        "diary": lambda: store.diary.days(entry().day.min, entry().day.max),
        "sessions": store.sessions.history,
        "reminders": store.reminders.history,
        "outcomes": store.outcomes.history,
    }[kind]()
    left = {"session_id", "reminder_id", "outcome_id", "plan_id", "detail"}
    return [{name: value for name, value in vars(row).items() if name not in left} for row in rows]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_cut_or_changed_is_refused(written, data: st.DataObject):
    clinic, home, up, down = written
    desk, letter = data.draw(st.sampled_from(((clinic, up), (home, down))))
    at = data.draw(st.integers(0, len(letter) - 1))
    if data.draw(st.booleans()):
        assert refusal(desk, letter[:at]) in REFUSED
    else:
        bit = data.draw(st.integers(0, 7))
        changed = letter[:at] + bytes((letter[at] ^ 1 << bit,)) + letter[at + 1 :]
        assert refusal(desk, changed) in REFUSED


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_changed_under_the_seal_is_forged(written, data: st.DataObject):
    """Whoever knows the reader's public key can seal, and change an open letter; nobody else can sign."""
    clinic, _home, up, _down = written
    inner = age.decrypt(up[5:], own(clinic).sealing)
    at = data.draw(st.integers(64, len(inner) - 1))
    changed = inner[:at] + bytes((inner[at] ^ data.draw(st.integers(1, 255)),)) + inner[at + 1 :]
    sealed = up[:5] + age.encrypt(changed, own(clinic).card.sealing)
    assert refusal(clinic, sealed) in {Reason.LETTER_FORGED, Reason.LETTER_DAMAGED}
    opened = b"PoL1o" + inner  # the seal taken off
    assert refusal(clinic, opened) is Reason.LETTER_FORGED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"patient": "P-099"}, Reason.LETTER_FOREIGN),
        ({"assignment": 43}, Reason.LETTER_FOREIGN),
        ({"clip": "8899aabbccddeeff"}, Reason.LETTER_FOREIGN),
        ({"clip": None}, Reason.LETTER_FOREIGN),
        ({"clinic": "0" * 20}, Reason.LETTER_FOREIGN),
        ({"number": 1}, Reason.LETTER_OLD),
    ],
)
@pytest.mark.parametrize("side", [0, 1])
def test_what_is_for_somebody_else_is_refused(written, changes: dict, reason: Reason, side: int):
    """Signed by the right writer: a letter of another time, patient, hand-out, clip or clinic."""
    desk, other, letter = (written[side], written[1 - side], written[2 + side])
    made = remade(letter, own(desk), own(other), own(desk).card, **changes)
    assert refusal(desk, made) is reason


@pytest.mark.parametrize("side", [0, 1])
def test_another_key_is_refused_until_it_is_confirmed(written, side: int):
    desk, letter = written[side], written[2 + side]
    thief = keys.new_keys()
    theirs = (
        {"card": thief.card}
        if desk.at_clinic
        else {"card": thief.card, "clinic": thief.card.fingerprint}
    )
    assert (
        refusal(desk, remade(letter, own(desk), thief, own(desk).card, **theirs))
        is Reason.LETTER_KEY
    )
    # With the right card and another's signature.
    assert refusal(desk, remade(letter, own(desk), thief, own(desk).card)) is Reason.LETTER_FORGED
    assert (
        refusal(desk, remade(letter, own(desk), own(written[1 - side]), thief.card))
        is Reason.LETTER_FOREIGN
    )


def test_the_other_way_round_and_another_version(written):
    clinic, home, up, down = written
    assert refusal(clinic, down) is refusal(home, up) is Reason.LETTER_FOREIGN
    assert refusal(clinic, up[:3] + b"2" + up[4:]) is Reason.LETTER_NEWER
    assert refusal(clinic, up + bytes(MOST_FILE_BYTES)) is Reason.LETTER_TOO_BIG
    own_letter = remade(up, own(clinic), own(home), own(clinic).card, kind="to_patient")
    assert refusal(clinic, own_letter) is Reason.LETTER_FOREIGN


def test_a_replayed_letter_and_a_number_that_comes_twice(two: tuple[Desk, Desk]):
    clinic, home = two
    letters = [clinic.write() for _ in range(3)]
    home.take(letters[1])
    assert refusal(home, letters[0] or b"") is Reason.LETTER_OLD
    clinic.store.plans.put(PLAN, "T", UTC)
    other = clinic.write()
    number = open_letter(letters[1] or b"", None).header.number
    again = remade(other or b"", own(home), own(clinic), None, number=number)
    assert refusal(home, again) is Reason.LETTER_OLD
    home.take(letters[2])
    assert home.take(letters[2]) is None


def test_a_bomb_is_not_inflated(written, monkeypatch: pytest.MonkeyPatch):
    clinic, home, up, _down = written
    monkeypatch.setattr(zlib, "compress", lambda _data, _level: _bomb())
    made = remade(up, own(clinic), own(home), own(clinic).card)
    assert len(made) < MOST_BYTES["to_clinic"]
    assert refusal(clinic, made) is Reason.LETTER_TOO_BIG


def _bomb() -> bytes:
    deflater = zlib.compressobj(9)
    return b"".join([*(deflater.compress(bytes(1 << 20)) for _ in range(12)), deflater.flush()])


@pytest.mark.parametrize(
    "change",
    [
        {"diary": [["2026-09-21"]]},
        {"diary": [["2026-09-21", True, 11, None, [], "", UTC, False, "t"]]},
        {"stops": [[UTC, "love", "", "t", None, None, None]]},
        {"sessions": {"a": 1}},
        {"scores": [["2026-09-21", "ndi", float("inf"), "P", UTC]]},
        {"ack": True},
        {"ack": 2**53 - 1},
        {"diary": [["9999-12-31", True, 1, None, [], "", UTC, False, "t"]]},
        {"diary": [["2026-09-21", True, 1, None, [], "nul \0", UTC, False, "t"]]},
        {"diary": [["2026-09-21", True, 1, None, [], "", 2**53 - 1, False, "t"]]},
        {"stops": [[2**53 - 1, "pain", "", "t", None, None, None]]},
        {"more": 1},
        {"diary": [["2026-09-21", True, 1, None, [], note, UTC, False, "t"] for note in "ab"]},
    ],
)
def test_a_signature_does_not_make_sense_of_nonsense(written, change: dict):
    clinic, home, up, _down = written
    letter = open_letter(up, own(clinic))
    made = seal(letter.header, {**letter.contents, **change}, own(home), own(clinic).card)
    assert refusal(clinic, made) is Reason.LETTER_DAMAGED


def test_half_a_character_is_no_text(written, monkeypatch: pytest.MonkeyPatch):
    """JSON can escape a lone surrogate; no database takes one."""
    clinic, home, up, _down = written
    letter = open_letter(up, own(clinic))
    day = ["2026-09-21", True, 1, None, [], "\ud800", UTC, False, "t"]
    monkeypatch.setattr(envelope, "canonical", lambda value: json.dumps(value).encode())
    made = seal(letter.header, {**letter.contents, "diary": [day]}, own(home), own(clinic).card)
    monkeypatch.undo()
    assert refusal(clinic, made) is Reason.LETTER_DAMAGED


def test_a_letter_that_would_not_fit_leaves_the_oldest_out(two: tuple[Desk, Desk]):
    clinic, home = two
    home.take(clinic.write())
    days = 90
    for day in range(days):
        live_a_while(home.store, day)
        note = "".join(f"{(day * 7919 + n * n * 104_729) % 999_983:06}" for n in range(80))
        date = home.store.diary.days(entry().day.min, entry().day.max)[-1].day
        at = UTC + day * 86_400_000 + 1
        home.store.diary.put(entry(date, headache=True, note=note, entered_utc_ms=at))
    home.store.holds.raise_("pain", "7", "t", UTC + 1)
    up = home.write()
    assert up and 0.8 * MOST_BYTES["to_clinic"] < len(up) <= MOST_BYTES["to_clinic"]
    taken = clinic.take(up)
    assert taken and 0 < taken.rows["diary"] < days and taken.row.detail["left_out"] > 0
    assert (
        clinic.store.holds.open()
        and kept(clinic.store, "diary")[-1] == kept(home.store, "diary")[-1]
    )
    home.take(clinic.write())  # the acknowledgement does not lose what was left out
    by_file = home.write(None)
    assert by_file and clinic.take(by_file, None)
    assert kept(clinic.store, "diary") == kept(home.store, "diary")


def test_what_the_patient_says_of_a_day_is_never_lost(two: tuple[Desk, Desk]):
    """Clocks that differ or are set back do not decide: what the patient said last counts, and all stays."""
    clinic, home = two
    home.take(clinic.write())
    said = [
        ("told at the desk", clinic, 9000),
        ("first", home, 8000),
        ("clock set back", home, 7000),
    ]
    for note, desk, at in said:
        desk.store.diary.put(entry(note=note, entered_utc_ms=UTC + at))
        up = home.write(again=False)
        assert up is None or clinic.take(up)
    notes = [row.note for row in clinic.store.diary.changes(DAY)]
    assert notes == [note for note, *_ in said]
    clinic.store.diary.put(entry(note="corrected", entered_utc_ms=UTC + 9500))
    clinic.take(home.write())  # the same once more leaves a correction in force
    assert clinic.store.diary.days(DAY, DAY)[0].note == "corrected"
    home.take(clinic.write())
    home.now -= 9 * 86_400_000  # the clock of the whole computer
    home.store.diary.put(entry(note="nine days back", entered_utc_ms=home.now))
    clinic.take(home.write())
    assert clinic.store.diary.days(DAY, DAY)[0].note == "nine days back"


def test_a_stop_is_one_on_both_sides_and_only_the_clinic_ends_it(two: tuple[Desk, Desk]):
    clinic, home = two
    early = home.store.holds.raise_("pain", "7", "t", UTC)
    home.store.holds.clear(early, "Dr. Before", "", UTC + 1)  # before a clinic was known
    clinic.store.holds.raise_("red_flag", "seen here", "t", UTC + 2)
    taken = home.take(clinic.write())
    (stop,) = home.store.holds.open()
    assert taken and (stop.reason, stop.detail) == ("red_flag", "")
    assert any("stopped" in line for line in news.lines(home.store, taken.row))
    clinic.take(home.write())
    assert [row.reason for row in clinic.store.holds.open()] == ["red_flag"]
    back = home.store.holds.raise_("unwell", "", "t", UTC + 3)
    assert home.store.holds.take_back(back, 10_000, UTC + 9)
    for at in range(30):
        home.store.holds.raise_("unwell", "", "t", UTC + 100 + at)
    for hold in home.store.holds.open():  # whoever edits the patient's database
        home.store.holds.clear(hold.hold_id, "T. Therapist", "", UTC + 500)
    clinic.take(home.write())
    assert len(clinic.store.holds.open()) == 31
    with Store.open("sqlite://") as restored:  # from a copy, in which all are open
        here = Desk(restored, home.folder, at_clinic=False, now=home.now)
        restored.clips.meet(CLIP, Owner(42, PATIENT), UTC)
        here.take(clinic.write())
        assert len(restored.holds.open()) == 31
        for hold in clinic.store.holds.open():
            end_stop(clinic.store, hold.hold_id, "T. Therapist", "", UTC + 999)
        here.take(clinic.write())
        assert not restored.holds.open()


def test_numbers_grow_after_a_clock_that_was_years_ahead(two: tuple[Desk, Desk]):
    clinic, home = two
    clinic.now += 20 * 365 * 86_400_000
    home.take(clinic.write())
    with Store.open(
        "sqlite://"
    ) as copied:  # the clinic goes back to a copy, and its clock is right
        copied.patients.add(PATIENT, UTC)
        copied.clips.give(CLIP, UTC, 42)
        again = Desk(copied, clinic.folder, at_clinic=True)
        assert again.take(home.write()) and home.take(again.write())


def test_a_clinic_without_its_keys_stays_a_clinic(two: tuple[Desk, Desk]):
    clinic, _home = two
    clinic.write()
    keys.path_of(clinic.folder, keys.CLINIC).unlink()
    assert outgoing.is_clinic(clinic.store, clinic.folder)  # and does not believe its own letter
    with pytest.raises(PoiseError) as refused:
        clinic.write()
    assert refused.value.reason is Reason.BAD_INPUT


def test_the_same_clip_is_handed_out_once_more(two: tuple[Desk, Desk]):
    """It came back, was wiped and is lent again: the patient's own computer goes on with it."""
    clinic, home = two
    with pytest.raises(PoiseError):  # of whom, is not known yet
        home.store.clips.meet(CLIP, Owner(43, PATIENT), UTC)
    home.take(clinic.write())
    clinic.take(home.write())
    clinic.store.clips.give(CLIP, UTC, 43)
    with pytest.raises(PoiseError):
        home.store.clips.meet(CLIP, Owner(43, "P-099"), UTC)
    assert home.store.clips.meet(CLIP, Owner(43, PATIENT), UTC) is None
    assert home.take(clinic.write()) and clinic.take(home.write())
    sealed = clinic.write()
    assert sealed and sealed[4:5] == b"s" and home.take(sealed)


def test_a_refused_plan_leaves_a_store_without_a_name_as_it_is(two: tuple[Desk, Desk]):
    clinic, home = two
    clinic.store.plans.put(plan_text(exercise(use="nod"), patient="P-099"), "T", UTC)
    letter = clinic.write() or b""
    with Store.open("sqlite://") as fresh:
        desk = Desk(fresh, home.folder, at_clinic=False)
        by_file = remade(letter, own(clinic), own(clinic), None, clip=None)
        assert refusal(desk, by_file, None) is Reason.LETTER_FOREIGN
        assert not fresh.patient.pseudonym


def test_keys_are_their_owners_alone_and_sizes_stand_for_the_clips(written):
    clinic, home, *_rest = written
    for desk in (clinic, home):
        (path,) = (desk.folder / "keys").iterdir()
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    tree = ast.parse(FIRMWARE.read_text(encoding="utf-8"))
    assigned = {
        ast.unparse(node.targets[0]): node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
    }
    assert ast.literal_eval(assigned["MOST_BYTES"]) == tuple(MOST_BYTES.values())


def test_new_keys_of_the_patient_are_taken_once_they_are_confirmed(two: tuple[Desk, Desk]):
    """The patient's computer was replaced: the clip is handed out anew, and the clinic confirms the new keys."""
    clinic, home = two
    home.take(clinic.write())
    clinic.take(home.write())
    before = own(home).card.fingerprint
    keys.path_of(home.folder, keys.PATIENT, home.store.patient_id).unlink()
    sealed = clinic.write()
    assert refusal(home, sealed or b"") is Reason.LETTER_FOREIGN  # to the keys that are gone
    clinic.store.clips.give(CLIP, UTC, 43)
    with Store.open("sqlite://") as fresh:
        anew = Desk(fresh, home.folder, at_clinic=False, now=home.now)
        fresh.clips.meet(CLIP, Owner(43, PATIENT), UTC)
        opened = clinic.write()
        assert opened and opened[4:5] == b"o"
        anew.take(opened)
        up = anew.write()
        now = own(anew).card.fingerprint
        assert up and now != before and refusal(clinic, up) is Reason.LETTER_KEY
        known = clinic.store.letters.correspondent(keys.PATIENT)
        assert known and known.fingerprint == before
        row = replace(known, fingerprint=now, signing="", sealing="")
        clinic.store.letters.believe(row)
        taken = clinic.take(up)
        assert taken and taken.first
        back = clinic.write()
        assert back and back[4:5] == b"s" and anew.take(back)
