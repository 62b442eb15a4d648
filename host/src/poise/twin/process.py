"""A twin in a process of its own: start, commands, end."""

import asyncio
import json
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import PoiseError, Reason
from .machine.clock import SharedClock

_START_S = 120.0  # enough on a busy machine; a twin that fails ends, which is reported at once
_STOP_S = 5.0
_PAIRING_HOLD_MS = 8000  # the clip may still be starting


class TwinProcess:
    """Async context manager of a twin's process, which keeps its files in `folder`.

    `options` become arguments of `python -m poise.twin`: speed=20, vm=32. `info`: usb, hci, control, clock, flash, vm
    (see `__main__`). Raises PoiseError (TWIN_FAILED) when the twin does not come up.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self._options = options
        self._process: asyncio.subprocess.Process | None = None
        self.info: dict[str, Any] = {}

    @classmethod
    def running(cls, folder: Path) -> "TwinProcess":
        """Return the twin that another process has started in this folder. It takes commands; do not stop it."""
        twin = cls(folder)
        twin._came_up()
        return twin

    def _came_up(self) -> None:
        self.info = json.loads((self.folder / "twin.json").read_text(encoding="utf-8"))
        self.clock = SharedClock(Path(self.info["clock"]))

    async def __aenter__(self) -> "TwinProcess":
        self.folder.mkdir(parents=True, exist_ok=True)
        told = self.folder / "twin.json"
        told.unlink(missing_ok=True)
        arguments = ["--dir", str(self.folder)]
        for name, value in self._options.items():
            flag = "--" + name.replace("_", "-")
            if value is True:
                arguments.append(flag)
            elif value is not None and value is not False and value != "":
                arguments += [flag, str(value)]
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "poise.twin", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(int(_START_S / 0.02)):
            if told.exists():
                self._came_up()
                return self
            if self._process.returncode is not None:
                break
            await asyncio.sleep(0.02)
        raise await self._failure()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()

    @property
    def bonds(self) -> Path:
        """Path at which this twin's hosts keep their pairings."""
        return self.folder / "bonds.json"

    async def hold_button(self) -> None:
        """Hold the button, so that new hosts may pair with the clip, or with both, for a minute.

        Raises PoiseError (TWIN_FAILED).
        """
        clips = self.info.get("clips") or {"": self.info}
        for clip in clips.values():
            await self._tell(clip["control"], "button", {"press_ms": _PAIRING_HOLD_MS})
        await self.clock.sleep(_PAIRING_HOLD_MS / 1000)

    async def command(self, name: str, **fields: Any) -> dict[str, Any]:
        """Send one command of `control`; return its reply. Raises PoiseError (TWIN_FAILED)."""
        return await self._tell(self.info["control"], name, fields)

    async def ended(self) -> None:
        """Wait until the process has ended, by itself or by the command `quit`."""
        assert self._process is not None
        await self._process.wait()

    async def _tell(self, control: str, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        reader, writer = await asyncio.open_unix_connection(control)
        try:
            writer.write(json.dumps({"cmd": name, **fields}).encode() + b"\n")
            await writer.drain()
            reply = json.loads(await reader.readline())
        finally:
            writer.close()
        if "error" in reply:
            raise PoiseError(
                Reason.TWIN_FAILED,
                f"the twin refused: {reply['error']}",
                "See docs/developers/twin.md.",
            )
        return reply

    async def _failure(self) -> PoiseError:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        _, stderr = await self._process.communicate()
        said = stderr.decode(errors="replace").strip().splitlines()
        what = said[-1] if said else "it did not come up in time"
        return PoiseError(
            Reason.TWIN_FAILED,
            f"the twin did not start: {what}",
            "`poise doctor` says what is missing.",
        )
