"""Whatever hosts do, and in whatever order: a model of NimBLE's security manager and store over the firmware's bonds.

The loops are those of `ble_sm.c`, `ble_store.c` and `ble_store_util.c`; NimBLE's own have no end when the answers to
them are wrong.
"""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.pairing_host import (
    HOST,
    IDENTITY_KEY,
    OURS,
    PRIVATE,
    STRANGER,
    THEIRS,
    Button,
    with_identity,
)

# isort: split
from link.pairing import Pairing
from storage.bonds import MAX_HOSTS, Bonds

NOBODY = bytes(7)
OTHERS = [bytes((1, n, 0, 0, 0, 0, 0xC0)) for n in range(MAX_HOSTS)]
LOOPS = 50  # more than any right answer needs


class FlakyFlash:
    """An `os` whose flash fails while `full`."""

    full = False

    def rename(self, old: str, new: str) -> None:
        if self.full:
            raise OSError(28)
        Path(old).replace(new)


class Stack:
    """NimBLE with one link at a time. A host is its identity; `address` is what it connects with."""

    def __init__(self, pairing: Pairing) -> None:
        self.pairing = pairing

    def secret(self, kind: int, index: int, key: bytes | None) -> bytes | None:
        return self.pairing.secret(kind, index, None if key is None else memoryview(key))

    def start(self) -> None:
        """`active(True)`: the identity key, and the peers by number."""
        self.pairing.end()
        if self.secret(10, 0, b"irk") is None:
            assert self.pairing.keep(10, memoryview(b"irk"), memoryview(bytes(16)))
        for number in range(LOOPS):
            if self.secret(THEIRS, number, None) is None:
                self.pairing.begin()
                return
        pytest.fail("the list of peers has no end")

    def pair(self, address: bytes, identity: bytes, key: bytes) -> None:
        for _ in range(LOOPS):
            if self.secret(THEIRS, 0, address) is None:
                break
            self.delete(address)
        else:
            pytest.fail("the repeat pairing has no end")
        irk = IDENTITY_KEY if identity == HOST else identity.ljust(16, b"x")
        secret = with_identity(identity, irk)
        secret = secret[:24] + key + secret[40:]
        for kind in (OURS, THEIRS):
            self.store(kind, identity, secret)
        self.pairing.encrypted(True, True)

    def encrypt(self, address: bytes) -> None:
        if self.secret(OURS, 0, address):
            self.pairing.encrypted(True, True)

    def store(self, kind: int, key: bytes, value: bytes) -> None:
        for _ in range(LOOPS):
            if self.pairing.keep(kind, memoryview(key), memoryview(value)):
                return
            oldest = self.secret(OURS, 0, NOBODY)
            if oldest is None:
                return
            self.delete(oldest[:7])
        pytest.fail("the store is never done")

    def delete(self, key: bytes) -> None:
        for kind in (OURS, THEIRS):
            for _ in range(LOOPS):
                if not self.pairing.keep(kind, memoryview(key), None):
                    break
            else:
                pytest.fail("the deletion has no end")


class Life:
    """A clip, its button and its flash, and what is true of them after each step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.flash, self.button = FlakyFlash(), Button()
        self.pairing = Pairing(Bonds(str(path), self.flash), self.button)
        self.stack = Stack(self.pairing)
        self.refusals, self.was = 0, b""
        self.opened = True  # the button let new hosts in at some time of this link
        self.stack.start()
        self.stack.pair(HOST, HOST, bytes(16))
        self.end()
        self.press()
        self.end()

    def end(self) -> None:
        self.settle()
        self.pairing.end()
        assert self.pairing.bonds.hosts() == self.stored().hosts()
        self.check()
        self.link()

    def link(self) -> None:
        self.pairing.restart()
        self.opened, self.refusals = self.button.open, 0

    def settle(self) -> None:
        self.refusals += self.pairing.settle() == "refused"

    def press(self) -> None:
        self.button.open = not self.button.open
        self.opened |= self.button.open

    def fill(self) -> None:
        self.flash.full = not self.flash.full

    def start(self) -> None:
        self.settle()
        self.stack.start()
        self.check()
        self.link()

    def stored(self) -> Bonds:
        return Bonds(str(self.path), os)

    def check(self) -> None:
        assert self.refusals <= 1
        pairing, now = self.pairing, self.path.read_bytes()
        hosts = pairing.bonds.hosts()
        assert len(hosts) <= MAX_HOSTS and NOBODY not in hosts
        if pairing.secure:
            assert pairing.peer and pairing.bonds.knows(pairing.peer)
        if not self.opened:
            assert now == self.was
            if pairing.secure:
                secret = pairing.bonds.get(OURS, 0, pairing.peer)
                assert secret == self.stored().get(OURS, 0, pairing.peer)
        self.was = now


ADDRESSES = st.sampled_from([HOST, PRIVATE, STRANGER, NOBODY, *OTHERS])
STEPS = st.one_of(
    st.tuples(st.sampled_from(["pair", "encrypt"]), ADDRESSES),
    st.tuples(st.sampled_from(["press", "fill", "settle", "end", "start"]), st.none()),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=25))
def test_the_stack_always_comes_out_and_what_is_closed_stays_as_it_is(steps: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder) / "bonds")
        for number, (step, address) in enumerate(steps):
            if step == "pair":
                identity = HOST if address == PRIVATE else address
                life.stack.pair(address, identity, bytes((number,)) * 16)
            elif step == "encrypt":
                life.stack.encrypt(address)
            else:
                getattr(life, step)()
            life.check()
