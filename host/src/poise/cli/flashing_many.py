"""`poise flash --many`: a process for each board that is plugged in. None waits for another or brings it down."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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

    def run(self, count: int | None) -> list[str]:
        """Flash boards until `count` of them are through, or Ctrl-C. Return the ports where it failed."""
        failed: list[str] = []
        through = 0
        self._tell(_("Plug in the boards. Ctrl-C ends."))
        try:
            while count is None or through < count:
                for port in self._fresh(count, through):
                    self._begin(port)
                for port, board in self._ended():
                    through += 1
                    self._say(port, self._result(board, through))
                    failed += [port] if board.error else []
                time.sleep(self._look_s)
        except KeyboardInterrupt:
            self._say("", _("Waits for the boards that are being written."))
        for port, board in list(self._boards.items()):
            board.ended.wait()
            failed += [port] if board.error else []
        return failed

    def _fresh(self, count: int | None, through: int) -> list[str]:
        """Return the ports with a board that nobody has flashed yet."""
        there = self._ports()
        self._done &= set(there)
        fresh = [port for port in there if port not in self._boards and port not in self._done]
        return fresh if count is None else fresh[: count - through - len(self._boards)]

    def _begin(self, port: str) -> None:
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
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C ends the tray, and no board in the middle
        )
        board = self._boards[port] = _Board(process)
        threading.Thread(target=self._follow, args=(port, board), daemon=True).start()

    def _follow(self, port: str, board: _Board) -> None:
        assert board.process.stdout is not None and board.process.stderr is not None
        for line in board.process.stdout:
            self._take(port, board, json.loads(line))
        said = board.process.stderr.read().strip()
        if board.process.wait():
            board.error = said or _("it ended with status {status}").format(
                status=board.process.returncode
            )
        board.ended.set()

    def _take(self, port: str, board: _Board, told: dict[str, Any]) -> None:
        if "line" in told:
            self._say(port, told["line"])
        elif "progress" in told:
            done, total, left_s = told["progress"]
            share = done / total
            if (
                share - board.share >= 0.25
            ):  # a quarter more: a line for each piece would hide the others
                board.share = share
                self._say(
                    port, _("{share:.0%}, {left:.0f} s left").format(share=share, left=left_s or 0)
                )
        elif "done" in told:
            board.clip_id = told["done"]["clip_id"]

    def _ended(self) -> list[tuple[str, _Board]]:
        over = [(port, board) for port, board in self._boards.items() if board.ended.is_set()]
        for port, _board in over:
            del self._boards[port]
            self._done.add(port)
        return over

    def _result(self, board: _Board, through: int) -> str:
        if board.error:
            return _("✗ {error}").format(error=board.error)
        return _("✓ clip {clip_id} is done: number {number}. Unplug it.").format(
            clip_id=board.clip_id, number=through
        )

    def _say(self, port: str, text: str) -> None:
        with self._lock:
            self._tell(f"{port}: {text}" if port else text)
