"""`poise flash --many`: a process for each board that is plugged in. None waits for another or brings it down."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from ..language import _

_LOOK_S = 0.3


@dataclass
class _Board:
    """One board that is being flashed. `ended`: True once its process is gone; `error` "" if all went well."""

    process: subprocess.Popen[str]
    error: str = ""
    clip_id: str = ""
    share: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)


class Tray:
    """The boards on a tray. `ports` returns the ports that may be a board; `words` are the options of each."""

    def __init__(
        self,
        ports: Callable[[], list[str]],
        words: list[str],
        tell: Callable[[str], None],
        look_s: float = _LOOK_S,
    ) -> None:
        self._ports = ports
        self._words = words
        self._tell = tell
        self._look_s = look_s
        self._boards: dict[str, _Board] = {}
        self._done: set[str] = set()  # ports whose board is to be unplugged
        self._lock = threading.Lock()  # one line at a time
        self._through = 0
        self._failed: list[str] = []

    def run(self, count: int | None) -> list[str]:
        """Flash boards until `count` of them are through, or Ctrl-C. Return the ports where it failed."""
        self._tell(_("Plug in the boards. Ctrl-C ends."))
        try:
            while count is None or self._through < count:
                for port in self._fresh(count):
                    self._begin(port)
                self._take_ended()
                time.sleep(self._look_s)
        except KeyboardInterrupt:
            self._say("", _("Waits for the boards that are being written."))
        for board in list(self._boards.values()):
            board.ended.wait()
        self._take_ended()
        return self._failed

    def _fresh(self, count: int | None) -> list[str]:
        """Return the ports with a board that nobody has flashed yet."""
        there = self._ports()
        self._done &= set(there)
        fresh = [port for port in there if port not in self._boards and port not in self._done]
        return fresh if count is None else fresh[: count - self._through - len(self._boards)]

    def _begin(self, port: str) -> None:
        said = tempfile.TemporaryFile("w+")  # noqa: SIM115 (`_follow` closes it)
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "poise",
                "flash",
                "--port",
                port,
                "--yes",
                "--json",
                *self._words,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,  # Ctrl-C ends the tray, and no board in the middle
        )
        board = self._boards[port] = _Board(process)
        threading.Thread(target=self._follow, args=(port, board, said), daemon=True).start()

    def _follow(self, port: str, board: _Board, said: IO[str]) -> None:
        assert board.process.stdout is not None
        with said:
            for line in board.process.stdout:
                self._take(port, board, line)
            if board.process.wait():
                said.seek(0)
                board.error = said.read().strip() or _("it ended with status {status}").format(
                    status=board.process.returncode
                )
        board.ended.set()

    def _take(self, port: str, board: _Board, line: str) -> None:
        try:
            told: dict[str, Any] = json.loads(line)
        except ValueError:  # not ours: a library's own words
            told = {"line": line.rstrip()}
        if "line" in told:
            self._say(port, told["line"])
        elif "progress" in told:
            done, total, left_s = told["progress"]
            share = done / total
            # A quarter more: a line for each piece would hide the others.
            if share - board.share >= 0.25:
                board.share = share
                self._say(
                    port, _("{share:.0%}, {left:.0f} s left").format(share=share, left=left_s or 0)
                )
        elif "done" in told:
            board.clip_id = told["done"]["clip_id"]

    def _take_ended(self) -> None:
        for port, board in list(self._boards.items()):
            if not board.ended.is_set():
                continue
            del self._boards[port]
            self._done.add(port)
            self._through += 1
            self._failed += [port] if board.error else []
            self._say(port, self._result(board))

    def _result(self, board: _Board) -> str:
        if board.error:
            told = _("✗ {error}").format(error=board.error)
            return told + "\n  " + _("Unplug it; plugged in again, it is tried once more.")
        return _("✓ clip {clip_id} is done: number {number}. Unplug it.").format(
            clip_id=board.clip_id, number=self._through
        )

    def _say(self, port: str, text: str) -> None:
        with self._lock:
            self._tell(f"{port}: {text}" if port else text)
