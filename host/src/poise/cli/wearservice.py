"""Option `--service` of `poise wear`: its log, and the dashboard beside it."""

import logging
import logging.handlers
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import PoiseError
from ..store import Store
from ..text import visible
from ..wear import Live, Runner
from .context import clock

_LOG_BYTES, _LOG_FILES = 1_000_000, 3
_log = logging.getLogger("poise.wear")


def begin_log(path: Path | None) -> None:
    """Log to `path`, which starts anew at 1 MB (three old files stay), or else to standard error: the journal's."""
    if path is None:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))  # the journal adds the time
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8"
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False


def say(line: str) -> None:
    """Log one line."""
    _log.info("%s", visible(line))


class Teller:
    """Logger of changes in `live`: link, warnings, reminders. Never logs measured or prescribed values."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._told: dict[str, Any] = {}

    def tell(self) -> None:
        """Log what has changed; call this at each change."""
        live = self._live
        self._tell("link", live.link)
        for source in {*live.warnings, *(k for k in self._told if k.startswith("!"))}:
            name = source.removeprefix("!")
            self._tell(f"!{name}", live.warnings.get(name, ""), f"{name}: ", "well again")
        self._tell("fired", live.reminders_fired, "reminders shown: ")
        self._tell("answered", live.reminders_answered, "answered: ", more=f" {live.last_answer}")
        self._tell("jumps", live.jumps, "this computer slept or its clock was set: ")

    def _tell(self, key: str, value: Any, head: str = "", empty: str = "", more: str = "") -> None:
        before = self._told.get(key, 0 if isinstance(value, int) else "")
        self._told[key] = value
        if value != before:
            say(f"{head}{value or empty}{more}")


@dataclass
class Site:
    """The dashboard beside the runner. `asked`: the user wants it, so that its absence is an error."""

    wanted: bool
    port: int | None
    asked: bool | None
    told: Callable[[str], None] = field(
        default=lambda _url: None
    )  # gets each address of the dashboard, "" at its end

    async def serve(self, runner: Runner, store: Store) -> None:
        """Serve until cancelled. An error of the dashboard becomes a warning, and the runner goes on."""
        if not self.wanted:
            return
        try:
            from ..dashboard.server import serve
        except ImportError:
            if self.asked:
                runner.live.warn("dashboard", "The dashboard is not installed.")
            return
        try:
            await serve(runner, store, clock=clock(), port=self.port or 0, told=self.told)
        except PoiseError as error:
            runner.live.warn("dashboard", error.told)
        except Exception as error:  # noqa: BLE001 (a page must never take the log and the reminders with it)
            runner.live.warn("dashboard", f"The dashboard has ended: {error}")
            say(traceback.format_exc())
        finally:
            self.told("")
