"""Other commands get the clip from a running `poise wear`, and it takes it back when they are done or die.

A Unix socket in the data folder (none on Windows), a JSON object a line: {"ask": "status"} and {"ask": "lend", "who":
NAME}, answered once the clip is free; the loan lasts as long as that connection.
"""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import PoiseError, Reason
from .lock import holder
from .runner import Runner

SOCKET = "wear.sock"
_LONGEST = 100  # bytes of a Unix socket's path, on the systems that have the least
_FREE_S = 20.0  # for the runner to end its link


class Lender:
    """The runner's side. `path` is "" where there are no such sockets."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self._runner = runner
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.path = ""

    async def start(self) -> None:
        """Listen."""
        if sys.platform == "win32":
            return
        path = self._folder.absolute() / SOCKET
        if len(os.fsencode(path)) > _LONGEST:
            path = Path(tempfile.mkdtemp(prefix="poise-wear-")) / SOCKET
        path.unlink(missing_ok=True)  # of one that was killed: the lock is ours
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, path=str(path))
        finally:
            os.umask(before)
        self.path = str(path)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is None or not self.path:
            return
        self._server.close()
        for task in list(self._serving):
            task.cancel()
        self._remove(Path(self.path))

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        if path.parent != self._folder.absolute():
            with contextlib.suppress(OSError):
                path.parent.rmdir()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        try:
            while line := await reader.readline():
                await self._answer(json.loads(line), reader, writer)
        except (ConnectionError, ValueError, KeyError, TypeError):
            return  # one that went away, or speaks something else
        except asyncio.CancelledError:
            return  # the runner ends: asyncio's streams would complain of a cancelled handler
        finally:
            writer.close()

    async def _answer(
        self, asked: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if asked["ask"] == "status":
            _say(writer, self.status())
        elif asked["ask"] == "lend":
            await self._lend(str(asked["who"])[:80], reader, writer)

    async def _lend(
        self, who: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._runner.lend(who)
        try:
            _say(writer, {"lent": True})
            await reader.read()  # until its end, however that comes
        finally:
            self._runner.take_back(who)

    def status(self) -> dict[str, Any]:
        """What `poise wear --status` is told."""
        fields = asdict(self._runner.live)
        fields.pop("events")
        return fields


def _say(writer: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    writer.write(json.dumps(value, default=str).encode() + b"\n")


async def status(folder: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """(its note, its `Live` fields) of the runner of this folder; None when none runs. No fields where it is silent."""
    note = holder(folder)
    if note is None:
        return None
    try:
        reader, writer = await asyncio.open_unix_connection(note.get("socket", ""))
    except (OSError, AttributeError):  # Windows has none
        return note, {}
    try:
        writer.write(b'{"ask": "status"}\n')
        async with asyncio.timeout(_FREE_S):
            return note, json.loads(await reader.readline() or b"{}")
    except (OSError, ValueError, TimeoutError):
        return note, {}
    finally:
        writer.close()


class Loan:
    """The clip, from a runner in another process. `link`: "ble" or "usb", what is wanted of it."""

    def __init__(self, folder: Path, who: str, link: str) -> None:
        self._folder = folder
        self._who = who
        self._link = link
        self._writer: asyncio.StreamWriter | None = None

    async def take(self) -> None:
        """Returns when the clip is free; at once where no runner has it. Raises PoiseError (ALREADY_RUNS)."""
        note = holder(self._folder)
        if note is None or note.get("pid") == os.getpid() or note.get("link") != self._link:
            return
        try:
            reader, self._writer = await asyncio.open_unix_connection(note.get("socket", ""))
            _say(self._writer, {"ask": "lend", "who": self._who})
            async with asyncio.timeout(_FREE_S):
                if not await reader.readline():
                    raise ConnectionError
        except (OSError, AttributeError, TimeoutError):
            self.give_back()
            raise PoiseError(
                Reason.ALREADY_RUNS,
                f"`poise wear` (process {note.get('pid')}) has the clip and does not lend it",
                "End it, then try again.",
            ) from None

    def give_back(self) -> None:
        """The runner may have it again."""
        writer, self._writer = self._writer, None
        if writer:
            writer.close()
