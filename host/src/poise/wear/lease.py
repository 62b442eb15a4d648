"""Loan of the clip by a running `poise wear` to another command. The loan ends when the command ends or dies.

They talk over a Unix socket in the data folder (none on Windows), one JSON object a line. The requests are
{"ask": "status"} and {"ask": "lend", "who": NAME}. The runner answers "lend" once the clip is free, and the loan lasts
as long as that connection.
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
from ..language import _
from .lock import holder
from .runner import Runner

SOCKET = "wear.sock"
_LONGEST = 100  # bytes of a Unix socket's path, safe on every system
_FREE_S = 20.0  # time for the runner to end its link


class Lender:
    """The runner's side of a loan. `folder` is the data folder.

    `path` is the socket's path, "" before `start` and on Windows.
    """

    def __init__(self, runner: Runner, folder: Path) -> None:
        self._runner = runner
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.path = ""

    async def start(self) -> None:
        """Open the socket and listen on it. Does nothing on Windows."""
        if sys.platform == "win32":
            return
        path = self._folder.absolute() / SOCKET
        if len(os.fsencode(path)) > _LONGEST:
            path = Path(tempfile.mkdtemp(prefix="poise-wear-")) / SOCKET
        path.unlink(missing_ok=True)  # left by a runner that was killed; this one holds the lock
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, path=str(path))
        finally:
            os.umask(before)
        self.path = str(path)

    async def stop(self) -> None:
        """Stop listening, end all loans and remove the socket."""
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
            return  # the other side went away, or does not speak this protocol
        except asyncio.CancelledError:
            return  # the runner ends; asyncio's streams would log an error about a cancelled handler
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
            await reader.read()  # returns when the borrower closes the connection or dies
        finally:
            self._runner.take_back(who)

    def status(self) -> dict[str, Any]:
        """Return the fields of `Live` except `events`, for `poise wear --status`."""
        fields = asdict(self._runner.live)
        fields.pop("events")
        return fields


def _say(writer: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    writer.write(json.dumps(value, default=str).encode() + b"\n")


async def status(folder: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the note and the `Live` fields of the runner of this folder; None if no runner runs.

    The fields are empty if the runner does not answer.
    """
    note = holder(folder)
    if note is None:
        return None
    try:
        reader, writer = await asyncio.open_unix_connection(note.get("socket", ""))
    except (OSError, AttributeError):  # Windows has no Unix sockets
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
    """A loan of the clip from a runner in another process, on the data folder `folder`.

    `who` is the borrower's name, which `poise wear` shows. `link` is the wanted connection, "ble" or "usb".
    """

    def __init__(self, folder: Path, who: str, link: str) -> None:
        self._folder = folder
        self._who = who
        self._link = link
        self._writer: asyncio.StreamWriter | None = None

    async def take(self) -> None:
        """Borrow the clip: return when it is free, at once if no runner has it.

        Raises PoiseError (ALREADY_RUNS) if the runner does not lend it.
        """
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
                _("`poise wear` (process {pid}) has the clip and does not lend it").format(
                    pid=note.get("pid")
                ),
                _("End it, then try again."),
            ) from None

    def give_back(self) -> None:
        """End the loan, so that the runner takes the clip back."""
        writer, self._writer = self._writer, None
        if writer:
            writer.close()
