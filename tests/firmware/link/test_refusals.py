"""What the clip's service refuses: the firmware's own code, under CPython, with nothing between it and the bytes."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from poise.wire import codec, rows

# isort: split
from app import requests
from link.service import MAX_MOTION_HZ, Service
from storage.bonds import Bonds
from storage.flashlog import FlashLog
from storage.settings import Settings

REQUESTS = [row.name for row in rows.MESSAGES if row.kind == "request"]
FROM_CLIP = [row.name for row in rows.MESSAGES if row.kind != "request"]
UPDATED = 77  # what SmallClip has of an update
HOSTS = [bytes((1, number)) + b"\x00\x22\x44\x66\x88" for number in range(2)]


class Untouchable:
    """A clip that nobody may ask for anything."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a host that is not paired got to the clip's {name}")


class SmallClip:
    """What the requests below ask of a clip: its real log, settings and bonds."""

    def __init__(self, root: Path) -> None:
        self.log = FlashLog(str(root), 4096, 100_000, os)
        self.settings = Settings(str(root / "settings"), os)
        self.bonds = Bonds(str(root / "bonds"), os)
        for host in HOSTS:
            for kind in (1, 2):
                self.bonds.set(kind, host, bytes(80))
        self.bonds.save()
        self.service = Service(self)

    def request(self, name: str, link: Any, request_id: int, fields: dict[str, Any]) -> bytes:
        return getattr(requests, name)(self, link, request_id, **fields)

    def now_ms(self) -> int:
        return 7

    def identity(self) -> dict[str, Any]:
        return {k: v for k, v in sample("identity").items() if k != "wire_hash"}

    def status(self) -> dict[str, Any]:
        return {**sample("status"), "bad_frames": 0}

    def motion_changed(self) -> None:
        return

    def update(self, _fields: dict[str, Any], _refusal: object) -> int:
        return UPDATED

    def note(self, kind: str, fields: dict[str, Any], buzz: str | None = None) -> None:
        self.log.append(kind, 7, fields)


class Link:
    """A link that only asks; what is sent on it is kept."""

    max_payload = codec.MAX_PAYLOAD
    allows_repl = False
    cursor: Any = None

    def __init__(self, service: Service, *, secure: bool) -> None:
        self.secure = secure
        self.leaving = False
        self._service = service
        service.attach(self)

    def bonds_changed(self) -> None:
        return

    def raw(self, payload: bytes) -> tuple[str, dict[str, Any]]:
        (reply,) = self._service.handle(payload, self)
        name, _, fields = codec.unpack(reply)
        return name, fields

    def ask(self, name: str, **fields: Any) -> tuple[str, dict[str, Any]]:
        return self.raw(codec.pack(name, 5, **fields))

    def refused(self, name: str, **fields: Any) -> str:
        kind, answer = self.ask(name, **fields)
        assert kind == "error", (name, answer)
        return answer["code"]


def sample(name: str) -> dict[str, Any]:
    """Zeros for every field of a message."""
    empty = {"*": b"", "s": b""}
    return {field: empty.get(fmt[-1], 0) for field, fmt, _ in codec.message_layout(name).fields}


@pytest.fixture
def clip(tmp_path: Path) -> SmallClip:
    return SmallClip(tmp_path)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_host_that_is_not_paired_gets_nothing(name: str) -> None:
    link = Link(Service(Untouchable()), secure=False)
    assert link.refused(name, **sample(name)) == "not_paired"
    assert not (link.leaving or link.cursor.active or link.cursor.motion_hz)


@pytest.mark.parametrize("name", FROM_CLIP)
def test_what_only_a_clip_says_is_refused_and_counted(clip: SmallClip, name: str) -> None:
    service = clip.service
    assert Link(service, secure=True).refused(name, **sample(name)) == "unknown_message"
    assert service.bad_messages == 1


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_cut_short_or_too_long_is_refused_and_counted(clip: SmallClip, name: str) -> None:
    service = clip.service
    link = Link(service, secure=True)
    whole = codec.pack(name, 5, **sample(name))
    open_ended = codec.message_layout(name).open_ended
    bad = [whole[:end] for end in range(codec.MESSAGE_HEAD, codec.message_layout(name).size + 2)]
    bad += [whole + bytes(codec.MAX_PAYLOAD)] + ([] if open_ended else [whole + b"\0"])
    for payload in bad:
        assert link.raw(payload) == ("error", {"code": "bad_field", "detail": 0}), payload
    assert service.bad_messages == len(bad)


def test_any_bytes_are_answered_with_one_message_and_change_nothing_that_matters(
    clip: SmallClip,
) -> None:
    service = clip.service
    link = Link(service, secure=True)
    rng = random.Random(3)
    unknown = sorted(set(range(256)) - {codec.message_layout(name).code for name in REQUESTS})
    for _ in range(3000):
        link.raw(bytes((rng.choice(unknown),)) + rng.randbytes(rng.randrange(0, 600)))
    assert link.raw(b"")[0] == "error"
    assert service.bad_messages == 3001
    assert clip.bonds.hosts() == HOSTS and link.ask("status_get")[1]["bad_frames"] == 3001


def test_enumerations_and_rates_beyond_the_table(clip: SmallClip) -> None:
    service = clip.service
    link = Link(service, secure=True)
    setting = codec.message_layout("setting_get").code
    assert link.raw(bytes((setting, 1, 255))) == ("error", {"code": "bad_field", "detail": 0})
    assert service.bad_messages == 1
    assert link.refused("motion_stream", rate_hz=MAX_MOTION_HZ + 1) == "bad_field"
    assert (
        link.refused("log_read", from_seq=clip.log.next_seq + 1, max_count=0, follow=0)
        == "not_in_log"
    )
    assert link.refused("repl") == "not_on_this_link" and not link.leaving


def test_an_acknowledgement_that_is_made_up_or_replayed_frees_nothing(clip: SmallClip) -> None:
    link = Link(Service(clip), secure=True)
    for _ in range(20):
        clip.note("button", {"press": "short"})
    clip.log.sync()
    assert link.refused("log_ack", next_seq=10, count=9, crc32=0) == "ack_mismatch"
    assert link.ask("log_read", from_seq=1, max_count=0, follow=0)[0] == "ok"
    buffer = bytearray(codec.MAX_PAYLOAD)
    n_bytes, after = clip.log.read_into(1, buffer)
    link.cursor.sent(memoryview(buffer)[:n_bytes], after)
    fields = {"next_seq": after, "count": link.cursor.count, "crc32": link.cursor.crc}
    assert link.refused("log_ack", **{**fields, "crc32": fields["crc32"] ^ 1}) == "ack_mismatch"
    assert clip.log.acked_seq == 0
    for _ in range(3):  # the same bytes again, as someone who recorded them would send
        assert link.ask("log_ack", **fields)[0] == "ok"
        assert clip.log.acked_seq == after
    other = Link(Service(clip), secure=True)
    assert other.refused("log_ack", **fields) == "ack_mismatch"
    assert clip.log.acked_seq == after


def test_another_wire_gets_no_further_than_hello_and_an_update(clip: SmallClip) -> None:
    link = Link(Service(clip), secure=True)
    assert link.ask("hello", wire_hash=bytes(8), host_name="x")[0] == "identity"
    update = {"update_begin", "update_data", "update_end"}
    for name in set(REQUESTS) - {"hello"} - update:
        assert link.refused(name, **sample(name)) == "wrong_version"
    for name in update:
        assert link.ask(name, **sample(name))[1]["value"] == UPDATED
    stranger = Link(Service(clip), secure=False)
    assert stranger.refused("update_begin", size=1) == "not_paired"


class Wearer(SmallClip):
    """A clip that may be wiped."""

    _quiet = None
    held_button = False

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.board, self.root = self, root
        self.restarted = False

    def filesystem_root(self) -> str:
        return str(self.root)

    def pairing_open(self) -> bool:
        return self.held_button

    def request_restart(self) -> None:
        self.restarted = True


async def test_a_wipe_is_refused_from_afar_and_while_records_are_not_stored(tmp_path: Path) -> None:
    clip = Wearer(tmp_path)
    link = Link(clip.service, secure=True)
    for _ in range(5):
        clip.note("button", {"press": "short"})
    assert link.refused("wipe", next_seq=6, lost=0) == "not_on_this_link"
    clip.held_button = True
    for next_seq, lost, missing in ((3, 0, 3), (1, 4, 5), (7, 9, 0)):
        kind, told = link.ask("wipe", next_seq=next_seq, lost=lost)
        assert (kind, told) == ("error", {"code": "ack_mismatch", "detail": missing})
    assert not (tmp_path / "wipe").exists()
    assert link.ask("wipe", next_seq=4, lost=2)[0] == "ok"
    clip.note("button", {"press": "short"})  # between the promise and the restart
    assert clip.log.sync() == 6 and (tmp_path / "wipe").exists()
