"""The twin's hub and one VM with a script of its own, for tests of the radio alone."""

import asyncio
import os
import socket
import sys
from pathlib import Path

from poise.twin.machine.hub import Hub


class BenchVm:
    """A MicroPython VM that runs one script on the hub's pipe."""

    def __init__(self, hub: Hub, argv: list[str], script: Path, path: list[Path]) -> None:
        self._hub = hub
        self._argv = [*argv, str(script)]
        self._path = ":".join([*map(str, path), ".frozen"])
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        ours, theirs = socket.socketpair()
        fd = theirs.fileno()
        env = {**os.environ, "POISE_TWIN_FD": str(fd), "MICROPYPATH": self._path}
        self._hub.attach(ours)
        self._process = await asyncio.create_subprocess_exec(
            *self._argv, env=env, pass_fds=[fd], stdout=sys.stderr, stderr=sys.stderr
        )
        theirs.close()

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._hub.detach()
