"""Which link counts as secure: the policy and the bonds of the firmware under CPython, at what no radio will do."""

import os
import struct
from pathlib import Path
from zlib import crc32

import pytest

# isort: split
from link.pairing import Pairing
from storage.bonds import MAX_HOSTS, Bonds

from tests.support.pairing_host import (
    HOST,
    IDENTITY,
    IDENTITY_KEY,
    OURS,
    PRIVATE,
    STRANGER,
    THEIRS,
    Button,
    with_identity,
)

IRK = b"irk"
KEY = bytes(range(80))  # as long as NimBLE's


class FullFlash:
    """An `os` that can't put a file in its place."""

    def rename(self, *_names: str) -> None:
        raise OSError(28)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bonds"


def pairing(
    path: Path, button: Button | None = None, os_module: FullFlash | None = None
) -> Pairing:
    return Pairing(Bonds(str(path), os_module or os), button or Button())


def pair(link: Pairing, host: bytes = HOST, key: bytes = KEY) -> str:
    """A whole pairing, as the stack does it, and what its task makes of it."""
    link.restart()
    for kind in (OURS, THEIRS):
        link.keep(kind, memoryview(host), memoryview(key))
    link.encrypted(True, True)
    return link.settle()


def bonded(path: Path, *hosts: bytes) -> None:
    for host in hosts or (HOST,):
        assert pair(pairing(path), host) == "made"


def closed() -> Button:
    button = Button()
    button.open = False
    return button


def delete_peer(link: Pairing, host: bytes) -> int:
    """NimBLE's ble_store_util_delete_peer: each kind until nothing is left. The deletions that were told."""
    deleted = 0
    for kind in (OURS, THEIRS):
        while link.keep(kind, memoryview(host), None):
            deleted += 1
            assert deleted < 100, "the stack hangs"
    return deleted


def repeat_pairing(link: Pairing, host: bytes) -> None:
    """NimBLE's ble_sm_chk_repeat_pairing with MicroPython's answer to it, "retry"."""
    for _ in range(100):
        if link.secret(THEIRS, 0, memoryview(host)) is None:
            return
        delete_peer(link, host)
    pytest.fail("the stack hangs")


def test_encryption_alone_is_not_enough(path: Path) -> None:
    link = pairing(path)
    link.encrypted(True, True)
    assert not link.secure  # no key of this host was asked for, and none was kept
    assert pair(link) == "made"
    assert link.secure
    for encrypted, is_bonded in ((False, True), (True, False)):
        link.encrypted(encrypted, is_bonded)
        assert not link.secure


def test_a_refused_host_is_not_secure_whatever_the_stack_says(path: Path) -> None:
    bonded(path)
    before = path.read_bytes()
    link = pairing(path, closed())
    for host in (STRANGER, HOST):  # the second: a new key for a host that is known
        link.restart()
        assert link.secret(OURS, 0, host) == (KEY if host == HOST else None)
        assert not link.keep(OURS, host, bytes(80))
        link.encrypted(True, True)
        assert not link.secure and link.settle() == "refused"
    assert not link.keep(OURS, HOST, None)  # nor is one dropped
    assert path.read_bytes() == before


def test_a_known_host_that_pairs_again_while_pairing_is_closed(path: Path) -> None:
    """The stack gets out of its loop, the bond stays, the link has no secrets and is told of once."""
    bonded(path, HOST, STRANGER)
    before = path.read_bytes()
    link = pairing(path, closed())
    repeat_pairing(link, HOST)
    assert link.settle() == "refused" and link.peer == HOST
    for kind in (OURS, THEIRS):
        assert link.secret(kind, 0, HOST) is None
        assert not link.keep(kind, HOST, bytes(80))
    # Refused keys let the stack look for an old host to make room: it finds none, by key or by number.
    assert link.secret(THEIRS, 0, None) is None and link.secret(OURS, 0, bytes(7)) is None
    assert delete_peer(link, STRANGER) == 0
    link.encrypted(True, True)
    assert not link.secure and link.settle() == ""
    link.end()
    link.restart()
    assert link.secret(OURS, 0, HOST) == link.secret(THEIRS, 0, HOST) == KEY
    link.encrypted(True, True)
    assert link.secure
    assert path.read_bytes() == before and link.bonds.hosts() == [HOST, STRANGER]


def test_a_known_host_that_pairs_again_while_pairing_is_open(path: Path) -> None:
    bonded(path, HOST, STRANGER)
    link = pairing(path)
    repeat_pairing(link, HOST)
    link.encrypted(True, True)
    assert not link.secure  # its old keys are gone, and new ones have not come
    assert pair(link, HOST, KEY[::-1]) == "made"
    assert link.secure
    again = Bonds(str(path), os)
    assert again.hosts() == [STRANGER, HOST] and again.get(OURS, 0, HOST) == KEY[::-1]


@pytest.mark.parametrize("kinds", [(), (OURS,)])
def test_a_pairing_that_breaks_off_changes_nothing(path: Path, kinds: tuple[int, ...]) -> None:
    bonded(path)
    before = path.read_bytes()
    link = pairing(path)
    repeat_pairing(link, HOST)
    for kind in kinds:
        assert link.keep(kind, HOST, bytes(80))
    link.encrypted(True, True)
    assert not link.secure and link.settle() == ""
    link.end()
    assert link.bonds.get(OURS, 0, HOST) == link.bonds.get(THEIRS, 0, HOST) == KEY
    assert path.read_bytes() == before


@pytest.mark.parametrize("button", [Button(), closed()], ids=["open", "closed"])
def test_the_clips_own_identity_is_no_host(path: Path, button: Button) -> None:
    bonded(path, *(bytes((number,)) * 7 for number in range(1, MAX_HOSTS + 1)))
    link = pairing(path, button)
    hosts = link.bonds.hosts()
    assert link.secret(IDENTITY, 0, memoryview(IRK)) is None
    assert link.keep(IDENTITY, memoryview(IRK), memoryview(bytes(16)))
    link.begin()
    assert link.settle() == "" and link.peer is None
    again = pairing(path, button)
    assert again.secret(IDENTITY, 0, memoryview(IRK)) == bytes(16)
    assert again.secret(IDENTITY, 0, None) == bytes(16)
    assert again.secret(IDENTITY, 0, memoryview(b"another")) is None
    assert again.bonds.hosts() == hosts and len(hosts) == MAX_HOSTS
    again.bonds.forget(None)
    assert again.bonds.hosts() == [] and again.secret(IDENTITY, 0, IRK) == bytes(16)


def test_peers_are_listed_by_number(path: Path) -> None:
    """The stack asks so when it starts, for the keys that resolve private addresses."""
    bonded(path, HOST, STRANGER)
    link = pairing(path, closed())
    assert [link.secret(THEIRS, number, None) for number in range(3)] == [KEY, KEY, None]
    assert link.peer is None


def test_what_older_firmware_took_for_a_host_is_cleaned(path: Path) -> None:
    old = b""
    for kind, key, value in ((10, IRK, bytes(16)), (1, HOST, KEY), (1, IRK, KEY), (2, HOST, KEY)):
        old += bytes((kind, len(key), len(value))) + key + value
    old += b"\x01\x07\x50cut"
    path.write_bytes(old + struct.pack("<I", crc32(old)))
    bonds = Bonds(str(path), os)
    assert bonds.hosts() == [HOST] and bonds.knows(HOST)
    assert bonds.get(IDENTITY, 0, IRK) == bytes(16) and bonds.get(OURS, 0, IRK) is None


def test_the_next_link_begins_with_nothing(path: Path) -> None:
    bonded(path)
    link = pairing(path)
    link.secret(OURS, 0, HOST)
    link.encrypted(True, True)
    assert link.secure
    link.restart()
    link.encrypted(True, True)
    assert not link.secure


def test_what_could_not_be_stored_is_not_let_in(path: Path) -> None:
    link = pairing(path, os_module=FullFlash())
    assert pair(link) == "refused"
    assert not link.secure and link.bonds.hosts() == [] and not path.exists()
    assert link.secret(OURS, 0, HOST) is None and link.settle() == ""


def test_a_bond_that_could_not_be_replaced_stays(path: Path) -> None:
    bonded(path)
    before = path.read_bytes()
    link = pairing(path, os_module=FullFlash())
    assert pair(link, HOST, bytes(80)) == "refused"
    assert link.bonds.get(OURS, 0, HOST) == KEY and path.read_bytes() == before


def test_interrupts_leave_the_flash_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bonded(path)
    link, refusing = pairing(path), pairing(path, closed())
    monkeypatch.setattr("builtins.open", lambda *_names: pytest.fail("the flash was touched"))
    for one in (link, refusing):
        one.secret(IDENTITY, 0, IRK)
        one.keep(IDENTITY, IRK, bytes(16))
        one.restart()
        repeat_pairing(one, HOST)
        for kind in (OURS, THEIRS):
            one.keep(kind, HOST, KEY)
        one.encrypted(True, True)
    monkeypatch.undo()
    assert (link.settle(), refusing.settle()) == ("made", "refused")


def test_every_damaged_byte_lets_nobody_in(path: Path) -> None:
    bonded(path)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 0x40,)) + whole[at + 1 :])
        link = pairing(path)
        assert link.secret(OURS, 0, HOST) is None and link.bonds.hosts() == []
        link.encrypted(True, True)
        assert not link.secure
    path.write_bytes(whole[:-5])
    assert pairing(path).bonds.hosts() == []


def test_the_hosts_are_few(path: Path) -> None:
    link = pairing(path)
    for number in range(1, 3 * MAX_HOSTS):
        assert pair(link, bytes((number,)) * 7) == "made"
    assert link.bonds.hosts() == [bytes((n,)) * 7 for n in range(2 * MAX_HOSTS, 3 * MAX_HOSTS)]


def test_a_host_that_is_forgotten_in_its_pairing_stays_out(path: Path) -> None:
    bonded(path)
    link = pairing(path)
    link.restart()
    link.keep(OURS, STRANGER, KEY)
    assert link.bonds.forget(HOST) == 0
    link.keep(THEIRS, STRANGER, KEY)
    link.encrypted(True, True)
    assert not link.secure and link.settle() == ""


def test_a_private_address_is_that_of_the_host_whose_key_has_made_it(path: Path) -> None:
    """Where the stack does not resolve it: the ESP32 after each start of its stack."""
    for host, key in ((STRANGER, bytes(range(16))), (HOST, IDENTITY_KEY)):
        assert pair(pairing(path), host, with_identity(host, key)) == "made"
    link = pairing(path, closed())
    assert link.secret(OURS, 0, memoryview(PRIVATE)) == with_identity(HOST)
    link.encrypted(True, True)
    assert link.secure and link.peer == HOST
    for at in range(7):  # one bit is enough to make it somebody else's
        other = PRIVATE[:at] + bytes((PRIVATE[at] ^ 1,)) + PRIVATE[at + 1 :]
        link.restart()
        assert link.secret(OURS, 0, memoryview(other)) is None
        link.encrypted(True, True)
        assert not link.secure
    no_key = with_identity(HOST)[:57] + bytes(23)
    assert pair(pairing(path), HOST, no_key) == "made"
    assert pairing(path).secret(OURS, 0, PRIVATE) is None


def test_a_damaged_secret_is_nobodys_key(path: Path) -> None:
    """At each length, its last byte the one that says whether there is a key."""
    for length in range(81):
        link = pairing(path)
        assert pair(link, HOST, with_identity(HOST)[:length]) == "made"
        found = pairing(path).secret(OURS, 0, PRIVATE)
        assert (found is not None) is (length > 57), length


def test_the_identity_key_is_the_one_that_the_host_gave(path: Path) -> None:
    """Our own secret for a host may hold a key too, of no host."""
    link = pairing(path)
    link.keep(OURS, HOST, with_identity(HOST))
    link.keep(THEIRS, HOST, with_identity(HOST, bytes(16)))
    assert link.secret(OURS, 0, PRIVATE) is None


def test_a_bond_that_is_dropped_ends_the_trust_in_its_link(path: Path) -> None:
    bonded(path, HOST, STRANGER)
    link = pairing(path)
    link.check()
    assert not link.forgotten  # nobody yet
    link.secret(OURS, 0, HOST)
    link.encrypted(True, True)
    link.check()
    assert not link.forgotten and link.secure
    link.bonds.forget(None)
    link.check()
    assert link.forgotten and not link.secure


def test_a_drop_is_told_once_while_pairing_is_closed(path: Path) -> None:
    """The stack drops a bond again and again until it hears that there is none."""
    bonded(path)
    link = pairing(path, closed())
    assert [link.keep(OURS, HOST, None) for _ in range(3)] == [True, False, False]
    assert pairing(path).bonds.hosts() == [HOST]


def test_a_pairing_with_news_is_not_taken_back(path: Path) -> None:
    link = pairing(path)
    for kind in (OURS, THEIRS):
        link.keep(kind, HOST, KEY)
    link.end()  # before the task came to settle it
    assert link.settle() == "made" and pairing(path).bonds.hosts() == [HOST]


def test_a_private_address_in_the_vms(run_script, path: Path) -> None:
    lines = run_script("private_address.py", str(path)).splitlines()
    assert lines == ["made", "True True", "False False", "True True"]


@pytest.mark.parametrize("button", [Button(), closed()], ids=["open", "closed"])
def test_a_known_host_that_pairs_again_from_a_private_address(path: Path, button: Button) -> None:
    assert pair(pairing(path), HOST, with_identity(HOST)) == "made"
    before = path.read_bytes()
    link = pairing(path, button)
    link.restart()
    repeat_pairing(link, PRIVATE)
    for kind in (OURS, THEIRS):
        assert link.keep(kind, HOST, with_identity(HOST, bytes(16))) is button.open
    link.encrypted(True, True)
    assert link.settle() == ("made" if button.open else "refused")
    assert link.secure is button.open and link.peer == HOST
    assert link.bonds.hosts() == [HOST] and (path.read_bytes() == before) is not button.open


def test_nobody_is_no_host(path: Path) -> None:
    """NimBLE lists our secrets by number under this address: it would never come to their end."""
    assert pair(pairing(path), bytes(7)) == "refused"
    link = pairing(path)
    for kind in (OURS, THEIRS):
        link.bonds.set(kind, bytes(7), KEY)  # as firmware before this may have kept it
    assert link.secret(OURS, 1, bytes(7)) is None
