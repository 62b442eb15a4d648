"""A hub of one op and one VM, for tests of the radio alone: the twin's pipe without its chips and clock."""

import asyncio
import os
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

WAIT = 0x01
FOREVER = 0xFFFFFFFF


class BenchHub:
    """Answers the pipe's requests in real time; what is posted ends a WAIT."""

    def __init__(self) -> None:
        self._handlers: dict[int, Callable[[bytes], bytes]] = {}
        self._events = bytearray()
        self._posted = asyncio.Event()

    def register(self, op: int, handler: Callable[[bytes], bytes]) -> None:
        self._handlers[op] = handler

    def post(self, code: int, payload: bytes) -> None:
        self._events += struct.pack("<BH", code, len(payload)) + payload
        self._posted.set()

    def forget(self) -> None:
        self._events.clear()

    async def serve(self, ours: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            while True:
                op, size = struct.unpack("<BH", await reader.readexactly(3))
                status, body = await self._answer(op, await reader.readexactly(size))
                writer.write(struct.pack("<BH", status, len(body)) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _answer(self, op: int, payload: bytes) -> tuple[int, bytes]:
        if op == WAIT:
            return 0, await self._wait(struct.unpack("<I", payload)[0])
        try:
            return 0, self._handlers[op](payload)
        except OSError as error:
            return error.errno or 5, b""

    async def _wait(self, dt_us: int) -> bytes:
        if not self._events:
            self._posted.clear()
            timeout_s = None if dt_us == FOREVER else dt_us / 1e6
            try:
                await asyncio.wait_for(self._posted.wait(), timeout_s)
            except TimeoutError:
                pass
        events = bytes(self._events)
        self._events.clear()
        return bytes(8) + events


class BenchVm:
    """A MicroPython VM that runs one script on the bench hub."""

    def __init__(self, hub: BenchHub, argv: list[str], script: Path, path: list[Path]) -> None:
        self._hub = hub
        self._argv = [*argv, str(script)]
        self._path = ":".join([*map(str, path), ".frozen"])
        self._process: asyncio.subprocess.Process | None = None
        self._server: asyncio.Task[None] | None = None

    async def start(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        fd = theirs.fileno()
        env = {**os.environ, "POISE_TWIN_FD": str(fd), "MICROPYPATH": self._path}
        self._server = asyncio.create_task(self._hub.serve(ours))
        self._process = await asyncio.create_subprocess_exec(
            *self._argv, env=env, pass_fds=[fd], stdout=sys.stderr, stderr=sys.stderr
        )
        theirs.close()

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._server:
            self._server.cancel()
            await asyncio.wait([self._server])
        self._hub.forget()
