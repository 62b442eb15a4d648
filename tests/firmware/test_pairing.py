"""Which link counts as secure: the policy and the bonds of the firmware under CPython, at what no radio will do."""

import os
from pathlib import Path

import pytest

from .conftest import FIRMWARE  # noqa: F401 (puts the firmware on the path)

# isort: split
from link.pairing import Pairing  # pyright: ignore[reportMissingImports]
from storage.bonds import MAX_HOSTS, Bonds  # pyright: ignore[reportMissingImports]

OURS, THEIRS = 1, 2
HOST, STRANGER = bytes((1, 2, 3, 4, 5, 6, 7)), bytes((1, 7, 6, 5, 4, 3, 2))
KEY = bytes(range(17))


class Button:
    """Whether the wearer lets a new host in."""

    open = True

    def __call__(self) -> bool:
        return self.open


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bonds"


def pairing(path: Path, button: Button | None = None, os_module=os) -> Pairing:
    return Pairing(Bonds(str(path), os_module), button or Button())


def bonded(path: Path) -> None:
    made = pairing(path)
    assert made.keep(OURS, HOST, KEY) and made.keep(THEIRS, HOST, KEY)


def test_encryption_alone_is_not_enough(path: Path) -> None:
    link = pairing(path)
    link.encrypted(True, True)
    assert not link.secure  # no key of this host was asked for, and none was kept
    link.keep(OURS, HOST, KEY)
    assert link.secure
    for encrypted, is_bonded in ((False, True), (True, False)):
        link.encrypted(encrypted, is_bonded)
        assert not link.secure


def test_a_refused_host_is_not_secure_whatever_the_stack_says(path: Path) -> None:
    bonded(path)
    before = path.read_bytes()
    closed = Button()
    closed.open = False
    link = pairing(path, closed)
    for host in (STRANGER, HOST):  # the second: a new key for a host that is known
        link.restart()
        assert link.secret(OURS, 0, host) == (KEY if host == HOST else None)
        assert not link.keep(OURS, host, bytes(17))
        link.encrypted(True, True)
        assert not link.secure and link.news == "refused"
    assert not link.keep(OURS, HOST, None)  # nor is one dropped
    assert path.read_bytes() == before


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
    class FullFlash:
        def rename(self, *_names: str) -> None:
            raise OSError(28)

    link = pairing(path, os_module=FullFlash())
    assert not link.keep(OURS, HOST, KEY)
    link.encrypted(True, True)
    assert not link.secure


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
    for number in range(3 * MAX_HOSTS):
        link.keep(OURS, bytes((number,)) * 7, KEY)
    assert len(link.bonds.hosts()) == MAX_HOSTS
