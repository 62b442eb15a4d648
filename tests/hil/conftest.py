"""The clip that the tests of this folder run on: the twin, and the board on POISE_HIL_PORT if there is one.

After each test the clip must be as well as before: no new fault, no crash, and it answers.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from poise.clip.client import ClipClient, Identity
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError
from poise.timebase.clock import SystemClock
from poise.twin.process import TwinProcess
from poise.wire import codec
from tests.conftest import WITHIN_S, vm_or_skip

PORT = "POISE_HIL_PORT"
_START_S = 10.0  # a clip that restarts answers within this

Result = TypeVar("Result")


@dataclass(frozen=True)
class Clip:
    """A clip on a serial port. `is_twin`: it is the virtual one."""

    port: str
    is_twin: bool

    def ask(self, work: Callable[[ClipClient], Coroutine[Any, Any, Result]]) -> Result:
        """Return what `work` does with a client that the clip has answered."""
        return asyncio.run(self._ask(work))

    async def _ask(self, work: Callable[[ClipClient], Coroutine[Any, Any, Result]]) -> Result:
        client = ClipClient(SerialTransport(self.port), SystemClock())
        end_s = time.monotonic() + (WITHIN_S if self.is_twin else _START_S)
        while True:  # it may be starting
            try:
                await client.open()
                break
            except PoiseError:
                if time.monotonic() > end_s:
                    raise
        try:
            return await work(client)
        finally:
            await client.close()

    def identity(self) -> Identity:
        """Return its answer to hello."""

        async def asked(client: ClipClient) -> Identity:
            assert client.identity
            return client.identity

        return self.ask(asked)

    def status(self) -> dict[str, Any]:
        """Return its status."""
        return self.ask(lambda client: client.status())

    def records(self, from_seq: int = 0) -> list[dict[str, Any]]:
        """Return the records of its log from this number on; 0: all."""

        async def read(client: ClipClient) -> bytes:
            assert client.identity
            raw = bytearray()
            await client.read_log(max(from_seq, client.identity.oldest_seq), raw.extend)
            return bytes(raw)

        raw, found, at = self.ask(read), [], 0
        while at < len(raw):
            record, at = codec.parse_record(raw, at)
            found.append(record)
        return found


@pytest.fixture(scope="session")
def twin_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a running twin, which sits still."""
    vm_or_skip(64)
    folder = tmp_path_factory.mktemp("hil")
    words = (sys.executable, "-m", "poise.twin", "--dir", str(folder), "--scenario", "still")
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    end_s = time.monotonic() + WITHIN_S
    while not (folder / "twin.json").exists():
        assert process.poll() is None and time.monotonic() < end_s
        time.sleep(0.05)
    yield folder
    process.terminate()
    process.wait(WITHIN_S)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("twin", marks=[pytest.mark.vm, pytest.mark.system]),
        pytest.param("board", marks=pytest.mark.hil),
    ],
)
def any_clip(request: pytest.FixtureRequest) -> Clip:
    """The twin, then the board."""
    if request.param == "twin":
        folder = request.getfixturevalue("twin_folder")
        return Clip(TwinProcess.running(folder).info["usb"], is_twin=True)
    port = os.environ.get(PORT)
    if not port:
        pytest.skip("no board: `make test-hil PORT=/dev/ttyACM0` runs these on one")
    return Clip(port, is_twin=False)


@pytest.fixture
def clip(any_clip: Clip) -> Iterator[Clip]:
    """That clip; as well after the test as before."""
    before = any_clip.identity()
    yield any_clip
    after = any_clip.identity()
    assert after.clip_id == before.clip_id
    bad = [
        record
        for record in any_clip.records(before.next_seq)
        if record["kind"] in ("fault", "crash", "gap")
    ]
    assert not bad
    assert not any_clip.status()["safe_mode"]
